package steps

// What is kept between two looks: when a control was last seen to hold. And the
// files of ours that others can read.

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clawarium/clawarium/checks"
)

const heldFile = "held.json"

// held is when each control was last seen to hold.
func (e *Env) held() map[checks.ID]time.Time {
	held := map[checks.ID]time.Time{}
	if data, err := readKept(filepath.Join(e.dir, heldFile)); err == nil {
		_ = json.Unmarshal(data, &held) // of use only while it can be read
	}
	return held
}

// RememberHeld keeps for each control that holds when that was seen.
func (e *Env) RememberHeld(when time.Time, findings []checks.Finding) error {
	held := e.held()
	if held == nil { // the file said null
		held = map[checks.ID]time.Time{}
	}
	for _, f := range findings {
		if f.Status == checks.Met || f.Status == checks.Attested {
			held[f.Control] = when.UTC().Truncate(time.Second)
		}
	}
	data, err := json.MarshalIndent(held, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(e.dir, heldFile), append(data, '\n'))
}

// Open is a file that others on this host can get at, and the mode it should have.
type Open struct{ Was, Want fs.FileMode }

// TooOpen lists files of the machine's directory on this host, and the directory
// itself, that others may enter, read or write. Whoever can read the key has a
// way into the machine.
func (e *Env) TooOpen() (map[string]Open, error) {
	open := map[string]Open{}
	err := filepath.WalkDir(e.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case !info.Mode().IsRegular() && !info.IsDir(), strings.HasPrefix(path, e.consoleLog()):
			return nil // a session's own log daemon writes that one
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			open[path] = Open{mode, mode &^ 0o077}
		}
		return nil
	})
	return open, err
}

// CloseToOthers gives what TooOpen found the modes that they should have.
func CloseToOthers(open map[string]Open) error {
	var errs []error
	for path, o := range open {
		errs = append(errs, os.Chmod(path, o.Want))
	}
	return errors.Join(errs...)
}
