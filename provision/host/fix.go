package host

// Running what a look at this computer proposed, once its owner has said yes: the very
// commands that were shown, one after the other, without a shell. What they say is
// kept in a file.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/renameio/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks/preflight"
)

// Fixer runs fixes and remembers them, so that they can be taken back.
type Fixer struct {
	Dir string // of the traces and of the record; made with mode 0700
	// Root says whether this process has root's rights already.
	Root bool
}

// NewFixer keeps its traces in the state directory.
func NewFixer(d Dirs) Fixer {
	return Fixer{Dir: filepath.Join(d.State, "fixes"), Root: os.Geteuid() == 0}
}

// Do runs a fix. trace is the file that has what was run and what it said.
func (f Fixer) Do(ctx context.Context, fix preflight.Fix, say func(string)) (trace string, err error) {
	// Written down before: a fix that is killed in the middle can be taken back too.
	if err := f.note(fix.ID, &fix); err != nil {
		return "", err
	}
	return f.run(ctx, fix.ID, fix.Root, fix.Do, say)
}

// Undo takes back a fix that Do made, now or in an earlier run.
func (f Fixer) Undo(ctx context.Context, id string, say func(string)) (trace string, err error) {
	fix, ok := f.Done(id)
	if !ok {
		t := &text.T().Preflight
		return "", &text.Fault{What: fmt.Sprintf(t.NoUndo, id), Hint: t.NoUndoHint}
	}
	if trace, err = f.run(ctx, id+"-undo", fix.Root, fix.Undo, say); err != nil {
		return trace, err
	}
	return trace, f.note(id, nil)
}

// Done returns a fix that was made and can be taken back.
func (f Fixer) Done(id string) (preflight.Fix, bool) {
	fix, ok := f.record()[id]
	return fix, ok && len(fix.Undo) > 0
}

func (f Fixer) file() string { return filepath.Join(f.Dir, "done.json") }

// record is what was done, by ID. One that is damaged has nothing in it.
func (f Fixer) record() map[string]preflight.Fix {
	all := map[string]preflight.Fix{}
	if data, err := os.ReadFile(f.file()); err != nil || json.Unmarshal(data, &all) != nil || all == nil {
		return map[string]preflight.Fix{}
	}
	return all
}

// note adds a fix to the record, or with nil takes it out. What an earlier one of the
// same ID changed stays known, and is taken back after what this one changes.
func (f Fixer) note(id string, fix *preflight.Fix) error {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return err
	}
	all := f.record()
	switch {
	case fix == nil:
		delete(all, id)
	case len(fix.Undo) > 0:
		kept := *fix
		was := all[id].Undo
		kept.Undo = slices.Clone(was)
		for _, c := range slices.Backward(fix.Undo) {
			if !slices.ContainsFunc(was, func(w preflight.Command) bool { return slices.Equal(w, c) }) {
				kept.Undo = slices.Insert(kept.Undo, 0, c)
			}
		}
		all[id] = kept
	default:
		return nil
	}
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(f.file(), append(data, '\n'), 0o600, renameio.IgnoreUmask())
}

// traceLimit is the most that is kept of what the commands say, in bytes. Root's write
// theirs themselves.
const traceLimit = 16 << 20

func (f Fixer) run(ctx context.Context, id string, root bool, commands []preflight.Command, say func(string)) (string, error) {
	t := &text.T().Preflight
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return "", err
	}
	log, err := os.OpenFile(filepath.Join(f.Dir, time.Now().UTC().Format("20060102T150405.000")+"-"+id+".log"),
		os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return "", err
	}
	defer log.Close()
	out := &told{log: log, say: say}
	for _, c := range commands {
		argv := c
		if root && !f.Root {
			argv = append(preflight.Command{"sudo"}, c...)
			if find("sudo") == "" {
				return log.Name(), &text.Fault{What: t.NoSudo, Hint: fmt.Sprintf(t.NoSudoHint, c.Line()), Err: exec.ErrNotFound}
			}
		}
		out.line(fmt.Sprintf(t.Running, argv.Line()))
		err := start(ctx, argv, out, root)
		if err != nil {
			fmt.Fprintf(log, "%v\n", err)
			return log.Name(), &text.Fault{
				What: fmt.Sprintf(t.FixFailed, argv.Line()), Hint: fmt.Sprintf(t.FixFailedHint, log.Name()),
				Err: errors.Join(err, ctx.Err()),
			}
		}
	}
	return log.Name(), log.Sync()
}

// settleTime is how long a command may take to end in order once it is asked to. What
// root runs is not asked: an installation that ends in the middle leaves a package
// system that is broken. It is waited for.
const settleTime = time.Minute

func start(ctx context.Context, argv preflight.Command, out *told, root bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	path := find(argv[0])
	if path == "" {
		return &fs.PathError{Op: "run", Path: argv[0], Err: exec.ErrNotFound}
	}
	if root {
		ctx = context.WithoutCancel(ctx)
	}
	// Its input is empty: whatever asks gets no answer. sudo asks on the terminal.
	cmd := exec.CommandContext(ctx, path, argv[1:]...)
	cmd.Args[0] = argv[0]
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":"+strings.Join(adminDirs, ":"))
	if root {
		return out.follow(cmd)
	}
	defer out.end()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
		return nil
	}
	cmd.WaitDelay = settleTime
	return cmd.Run()
}

// follow runs a command that writes into the log by itself, and passes on what comes
// there: it goes on to its end even when this process does not.
func (o *told) follow(cmd *exec.Cmd) error {
	cmd.Stdout, cmd.Stderr = o.log, o.log
	info, err := o.log.Stat()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	lines, at, data := told{say: o.say}, info.Size(), make([]byte, 32<<10)
	pass := func() {
		for {
			n, _ := o.log.ReadAt(data, at)
			if n == 0 {
				return
			}
			at += int64(n)
			_, _ = lines.Write(data[:n])
		}
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			pass()
		case err := <-ended:
			pass()
			lines.end()
			return err
		}
	}
}

// adminDirs are not on every account's path.
var adminDirs = []string{"/usr/local/sbin", "/usr/sbin", "/sbin"}

func find(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range adminDirs {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil && filepath.Base(name) == name {
			return path
		}
	}
	return ""
}

// told passes lines on and writes them down, unless it has no log.
type told struct {
	mu   sync.Mutex
	log  *os.File
	kept int
	say  func(string)
	rest []byte
}

func (o *told) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rest = append(o.rest, p...)
	for {
		i := bytes.IndexAny(o.rest, "\n\r")
		if i < 0 && len(o.rest) < 4096 {
			return len(p), nil
		}
		if i < 0 {
			i = len(o.rest) - 1
		}
		o.tell(string(o.rest[:i]))
		o.rest = o.rest[i+1:]
	}
}

func (o *told) tell(line string) {
	line = strings.TrimRight(line, " \t")
	if line == "" {
		return
	}
	if o.kept += len(line) + 1; o.log != nil && o.kept <= traceLimit {
		fmt.Fprintln(o.log, line)
	}
	// Of dpkg's four lines for each package, two say no more than the others.
	if o.say != nil && !strings.HasPrefix(line, "Selecting previously ") && !strings.HasPrefix(line, "Preparing to unpack ") {
		o.say(line)
	}
}

func (o *told) line(s string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tell(s)
}

// end tells what has no end of line.
func (o *told) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tell(string(o.rest))
	o.rest = nil
}
