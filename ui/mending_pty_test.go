package ui

// On a pseudo-terminal: what is done on this computer, with the terminal to itself or
// beside the screen, and a change of the way out, each ended in every way there is.

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

// pagesAtWork is a driver for what is none of progress.
func pagesAtWork(what, dir string) (page string, d Driver) {
	switch what {
	case "asking", "mending":
		m := &ptyMender{newMender(), dir}
		m.preflight.Lines[0].Fix.Sudo = what == "asking"
		m.helps = inOrder("libvirt-off")
		return "computer", m
	case "changing":
		d := newKept()
		return "dashboard", &ptyKept{d, dir}
	}
	return "", nil
}

// ended is the mark of work that came to its end.
func ended(dir string) { _ = os.WriteFile(filepath.Join(dir, "ended"), nil, 0o600) }

// ptyMender asks for a password on the terminal, as sudo does, or hangs.
type ptyMender struct {
	*mender
	dir string
}

func (m *ptyMender) Fix(ctx context.Context, p plan.Plan, id string, say func(string)) error {
	defer ended(m.dir)
	if !m.preflight.Lines[0].Fix.Sudo {
		say("it hangs")
		<-ctx.Done()
		time.Sleep(100 * time.Millisecond)
		return ctx.Err()
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", `stty -echo </dev/tty; printf 'password: ' >/dev/tty; read -r p </dev/tty; stty echo </dev/tty; echo "got $p"`)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	say(strings.TrimSpace(string(out)))
	return m.mender.Fix(ctx, p, id, say)
}

// ptyKept is a machine whose changes hang.
type ptyKept struct {
	*keptDriver
	dir string
}

func (d *ptyKept) Machine(string) (Machine, error) { return &ptyMachine{d.only(), d.dir}, nil }

type ptyMachine struct {
	*keptMachine
	dir string
}

func (m *ptyMachine) ChangeOut(ctx context.Context, _ OutChange, event func(provision.Event)) error {
	defer ended(m.dir)
	event(provision.Event{Kind: provision.StepBegan, Step: "egress", Title: "it hangs", Percent: -1})
	<-ctx.Done()
	time.Sleep(100 * time.Millisecond)
	return ctx.Err()
}

// toWork is how to get to work that goes on.
var toWork = map[string]func(*onPTY){
	"asking": func(o *onPTY) {
		o.sees("libvirt is installed")
		o.types("d")
		o.answers("Run this on your computer?", "\x1b[B\r")
		o.sees("password:")
	},
	"mending": func(o *onPTY) {
		o.sees("libvirt is installed")
		o.types("d")
		o.answers("Run this on your computer?", "\x1b[B\r")
		o.sees("it hangs")
	},
	"changing": func(o *onPTY) {
		o.sees("Way out")
		o.sees("Your promises") // all is known
		o.types("\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\r")
		o.sees("api.weather.example")
		o.types("\r")
		o.answers("What about api.weather.example?", "\x1b[B\r")
		o.sees("it hangs")
	},
}

// cameToItsEnd looks for the mark.
func (o *onPTY) cameToItsEnd() {
	o.t.Helper()
	if _, err := os.Stat(filepath.Join(o.dir, "ended")); err != nil {
		o.t.Error("the program ended before the work")
	}
}

func TestEveryEndWhileSomethingIsDoneOnAPage(t *testing.T) {
	for what, reach := range toWork {
		for way, w := range waysToEnd {
			t.Run(what+"/"+way, func(t *testing.T) {
				t.Parallel()
				o := startOnPTY(t, what)
				reach(o)
				w.do(o)
				o.ends(w.code)
				o.cameToItsEnd()
			})
		}
	}
	for what, title := range map[string]string{"mending": "Stop it?", "changing": "Stop the change?"} {
		t.Run(what+"/ctrl-c", func(t *testing.T) {
			t.Parallel()
			o := startOnPTY(t, what)
			toWork[what](o)
			o.types("\x03")
			o.answers(title, "\x1b[B\r")
			o.sees("try again")
			o.cameToItsEnd()
			o.signal(syscall.SIGTERM)
			o.ends(143)
		})
	}
}

func TestAPasswordIsTypedToWhoAsksForItAndTheScreenComesBack(t *testing.T) {
	t.Parallel()
	o := startOnPTY(t, "asking")
	toWork["asking"](o)
	if s := o.screen(); !strings.Contains(s, "clawarium runs what you agreed to") || strings.Contains(s, "This computer") {
		t.Errorf("the terminal is not given away:\n%s", s)
	}
	o.types("qd1\r") // keys that the page would take
	o.sees("It worked")
	if s := o.screen(); strings.Contains(s, "Leave?") || strings.Contains(s, "qd1") {
		t.Errorf("%s", s)
	}
	o.types("\r") // the way on
	o.sees("Size and name")
	o.signal(syscall.SIGTERM)
	o.ends(143)
	o.mu.Lock()
	defer o.mu.Unlock()
	if raw := o.raw.String(); strings.Count(raw, "got qd1") != 1 {
		t.Errorf("what was typed came elsewhere: %q", raw)
	}
}

func TestCtrlCWhileAPasswordIsAskedForKeepsThePlace(t *testing.T) {
	t.Parallel()
	o := startOnPTY(t, "asking")
	toWork["asking"](o)
	o.types("\x03")
	o.ends(130)
	o.cameToItsEnd()
	o.sees("hint: call clawarium")
}
