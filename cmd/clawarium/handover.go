package main

// From one clawarium to the next: in the place of the same process, after libvirt was
// installed (a library that could not be loaded is not looked for again), or later,
// after a new login.

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/ui"
)

// handover is what the next one is told. It goes through a pipe: the key is on no disk
// and in no environment.
type handover struct {
	ui.Place
	Given []byte // the key from the environment, which was taken out of it
}

// handoverVariable names the pipe's end in the next one's environment.
const handoverVariable = "CLAWARIUM_HANDOVER"

// passed is the form of a place that is passed on. The plan is in the form of its
// file, which is checked when it is read.
type passed struct {
	Page        string      `json:"page"`
	Plan        string      `json:"plan"`
	Promised    []checks.ID `json:"promised,omitempty"`
	Recommended bool        `json:"recommended,omitempty"`
	Key         []byte      `json:"key,omitempty"`
	Given       []byte      `json:"given,omitempty"`
	When        time.Time   `json:"when"`
}

func pass(h handover) ([]byte, error) {
	data, err := h.Plan.YAML()
	if err != nil {
		return nil, err
	}
	return json.Marshal(passed{h.Page, string(data), h.Promised, h.Recommended, h.Key, h.Given, time.Now()})
}

func take(data []byte) (handover, time.Time, error) {
	var p passed
	if err := json.Unmarshal(data, &p); err != nil {
		return handover{}, p.When, err
	}
	of, err := plan.Parse([]byte(p.Plan), plan.Plan{})
	return handover{ui.Place{Page: p.Page, Plan: of, Key: p.Key, Promised: p.Promised, Recommended: p.Recommended}, p.Given}, p.When, err
}

// restart puts this program, started anew with the same arguments, in the place of the
// process. It returns only an error.
func restart(h handover) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	data, err := pass(h)
	if err != nil {
		return err
	}
	defer clear(data)
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close()
	// Nobody reads yet, so all of it has to fit into the pipe.
	if err := w.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	w.Close()
	// Fd makes it blocking again, and it must outlive the exec.
	fd := int(r.Fd())
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0); err != nil {
		return err
	}
	env := append(os.Environ(), handoverVariable+"="+strconv.Itoa(fd))
	return syscall.Exec(strings.TrimSuffix(program, " (deleted)"), os.Args, env)
}

// handedOver is what the one before passed on, once.
func handedOver() (handover, bool) {
	value, ok := os.LookupEnv(handoverVariable)
	os.Unsetenv(handoverVariable)
	fd, err := strconv.Atoi(value)
	if !ok || err != nil || fd < 3 {
		return handover{}, false
	}
	f := os.NewFile(uintptr(fd), "handover")
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return handover{}, false
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return handover{}, false
	}
	defer clear(data)
	h, _, err := take(data)
	return h, err == nil
}

func keptFile(d host.Dirs) string { return filepath.Join(d.State, "resume.json") }

// keptFor is how long a place is kept for a later call.
const keptFor = 7 * 24 * time.Hour

// keep writes a place down for a later call, without the key.
func keep(d host.Dirs, at ui.Place) error {
	at.Key = nil
	data, err := pass(handover{Place: at})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(d.State, 0o700); err != nil {
		return err
	}
	return renameio.WriteFile(keptFile(d), data, 0o600, renameio.IgnoreUmask())
}

// kept is the place that was written down, unless that was long ago.
func kept(d host.Dirs) (ui.Place, bool) {
	data, err := os.ReadFile(keptFile(d))
	if err != nil {
		return ui.Place{}, false
	}
	h, when, err := take(data)
	if age := time.Since(when); err != nil || age > keptFor || age < -keptFor {
		return ui.Place{}, false
	}
	return h.Place, true
}
