package host

// What the service wishes done and must not be able to do itself, since it deals with
// what comes from a machine: another process does it, and only this one thing. A systemd of the
// owner's sees the wish as a file and starts that process outside of all that holds
// the service back; without one, the service starts it.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// Names in the machine's directory.
const (
	wishFile = "walls.wish"
	whyFile  = "walls.why" // why it was not done
)

// wishUnit is the name of the two units without its end.
func (s Service) wishUnit() string { return "clawarium-walls-" + s.Machine }

// Ask has done what s.Wish says, and waits for it. Who does it ends with Answer.
func (s Service) Ask(ctx context.Context) error {
	wish, why := filepath.Join(s.Dir, wishFile), filepath.Join(s.Dir, whyFile)
	if err := remove(why); err != nil {
		return err
	}
	var done func() bool
	if _, err := os.Lstat(filepath.Join(filepath.Dir(s.unitPath()), s.wishUnit()+".path")); err == nil && s.supervisor() == 0 {
		if err := os.WriteFile(wish, nil, 0o600); err != nil {
			return err
		}
		defer remove(wish)
		done = func() bool { _, err := os.Lstat(wish); return errors.Is(err, fs.ErrNotExist) }
	} else {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, self, s.Wish...)
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // what it began it ends in order
		cmd.WaitDelay = endTime
		if err := cmd.Run(); err != nil {
			if _, said := os.Lstat(why); said != nil { // it did not come as far as to say why
				return err
			}
		}
		done = func() bool { return true }
	}
	for !done() {
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return &text.Fault{What: text.T().Service.WishUnheard, Hint: fmt.Sprintf(text.T().Service.SeeJournal, s.wishUnit()), Err: err}
		}
	}
	if data, err := os.ReadFile(why); err == nil {
		return errors.New(string(data))
	}
	return nil
}

// Answer says that what s.Wish names is over, and what came of it.
func (s Service) Answer(result error) error {
	var err error
	if result != nil {
		err = os.WriteFile(filepath.Join(s.Dir, whyFile), []byte(result.Error()), 0o600)
	}
	return errors.Join(err, remove(filepath.Join(s.Dir, wishFile)))
}

// wishFiles are the two units, by name: one waits for the file, the other is what it
// starts. It needs what any command of the owner's needs.
func (s Service) wishFiles(self string, getenv func(string) string) map[string]string {
	if len(s.Wish) == 0 || strings.Contains(s.Dir, "\n") {
		return nil
	}
	head := "# Made by clawarium, which removes it with the machine.\n[Unit]\nDescription=clawarium walls of the machine " + s.Machine + "\n"
	return map[string]string{
		s.wishUnit() + ".path": head + "\n[Path]\nPathChanged=" + strings.ReplaceAll(s.Dir, "%", "%%") + "/" + wishFile +
			"\n\n[Install]\nWantedBy=default.target\n",
		s.wishUnit() + ".service": head + "StartLimitIntervalSec=0\n\n[Service]\nType=oneshot\n" + execLines(self, s.Wish, getenv) +
			"TimeoutStartSec=300\nUMask=0077\nMemoryMax=512M\nTasksMax=128\nNoNewPrivileges=yes\n",
	}
}
