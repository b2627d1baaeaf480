package guest

// This file: what a step in the guest is, and how it becomes a script.

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	guestfiles "github.com/clawarium/clawarium/assets/guest"
	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// File is a file that a step owns as a whole. Its directory must be one that
// the agent cannot write.
type File struct {
	Path    string
	Mode    fs.FileMode
	Owner   string // user:group
	Content []byte
}

// Step is one change in the guest. The scripts are fragments of POSIX sh that
// run as root after assets/guest/prelude.sh; none of them holds a secret.
type Step struct {
	ID    string
	Files []File
	// Check looks at the effective state and calls `no` for what does not hold.
	// It changes nothing. Files are checked before it.
	Check string
	// Before runs in front of everything that Apply changes: it calls `save`.
	Before string
	// Apply makes the change after Files are written. It is idempotent. Empty
	// with guest-hostkey, which takes both sides: see Session.Apply.
	Apply string
	// Undo runs before what `save` kept is put back, Settle after it.
	Undo, Settle string
	// Deadline for Apply, in the wall's time.
	Deadline time.Duration
}

// Held is what a check found.
type Held struct {
	OK  bool
	Why string // one line a reason; empty when OK
}

// prelude is what every script of a step begins with.
func prelude(id string) string {
	return fmt.Sprintf("step=%s own=%s agent=%s repair=\n%s", id, layout.Own, layout.Agent, guestfiles.Read("prelude.sh"))
}

// CheckScript is a whole script that exits 0 when the step holds, else writes
// why and exits 1.
func (s Step) CheckScript() string {
	return prelude(s.ID) + s.checkBody() + "exit $bad\n"
}

func (s Step) checkBody() string {
	var b strings.Builder
	if len(s.Files) > 0 {
		var paths, stats, sums []string
		for _, f := range s.Files {
			paths = append(paths, quoteShell(f.Path))
			kind := "regular file"
			if len(f.Content) == 0 {
				kind = "regular empty file"
			}
			stats = append(stats, fmt.Sprintf("%o %s %s %s", f.Mode.Perm(), f.Owner, kind, f.Path))
			sums = append(sums, fmt.Sprintf("%x  %s", sha256.Sum256(f.Content), f.Path))
		}
		all := strings.Join(paths, " ")
		fmt.Fprintf(&b, "same %s \"$(stat -c '%%a %%U:%%G %%F %%n' %s 2>/dev/null; sha256sum %s 2>/dev/null)\"\n",
			quoteShell(strings.Join(append(stats, sums...), "\n")), all, all)
	}
	b.WriteString(s.Check)
	return b.String()
}

// ApplyScript is a whole script that makes the change.
func (s Step) ApplyScript() string { return prelude(s.ID) + "alone\n" + s.changes() }

// changes is what keeps, writes and applies.
func (s Step) changes() string {
	var b strings.Builder
	b.WriteString(s.Before)
	for _, f := range s.Files {
		fmt.Fprintf(&b, "save %s\n", quoteShell(f.Path))
	}
	for _, f := range s.Files {
		fmt.Fprintf(&b, "put %04o %s %s <<'clawarium.file'\n", f.Mode.Perm(), f.Owner, quoteShell(f.Path))
		for encoded := base64.StdEncoding.EncodeToString(f.Content); encoded != ""; {
			n := min(len(encoded), 1024)
			b.WriteString(encoded[:n] + "\n")
			encoded = encoded[n:]
		}
		b.WriteString("clawarium.file\n")
	}
	b.WriteString(s.Apply)
	b.WriteString("exit 0\n")
	return b.String()
}

// UndoScript is a whole script that restores what was there before the first
// Apply. It does nothing where there was none.
func (s Step) UndoScript() string {
	return prelude(s.ID) + "alone\n[ -d \"$prior\" ] || exit 0\n" + s.Undo + "restore\n" + s.Settle + "rm -rf \"$prior\"\nexit 0\n"
}

// CheckAll runs the checks of all steps in one round trip and returns what each
// found. An error means that they could not be run.
func CheckAll(ctx context.Context, c *Client, steps []Step) (map[string]Held, error) {
	return checkAfter(ctx, c, "none", "", steps)
}

// checkAfter is CheckAll after a first script, as which step that is.
func checkAfter(ctx context.Context, c *Client, id, first string, steps []Step) (map[string]Held, error) {
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	word := hex.EncodeToString(random[:])
	var script strings.Builder
	script.WriteString(prelude(id))
	script.WriteString(first)
	for _, s := range steps {
		fmt.Fprintf(&script, "printf '\\n%s begin %s\\n'\n(\nstep=%s\n%sexit $bad\n)\nprintf '\\n%s end %%d\\n' $?\n", word, s.ID, s.ID, s.checkBody(), word)
	}
	script.WriteString("exit 0\n")
	out, err := c.Root(ctx, script.String(), nil)
	if err != nil {
		return nil, err
	}
	return parseChecks(word, string(out), steps)
}

// ApplyAndCheck makes a step's change and runs its check, in one round trip.
func ApplyAndCheck(ctx context.Context, c *Client, s Step) (Held, error) {
	found, err := checkAfter(ctx, c, s.ID, "(\nalone\n"+s.changes()+") || exit\n", []Step{s})
	return found[s.ID], stepFault(s.ID, err)
}

func parseChecks(word, out string, steps []Step) (map[string]Held, error) {
	found := map[string]Held{}
	id, why := "", []string(nil)
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, word+" begin "); ok {
			id, why = rest, nil
		} else if rest, ok := strings.CutPrefix(line, word+" end "); ok {
			exit, err := strconv.Atoi(rest)
			if err != nil {
				return nil, err
			}
			found[id] = Held{OK: exit == 0, Why: strings.Join(why, "\n")}
		} else if line != "" {
			why = append(why, line)
		}
	}
	for _, s := range steps {
		if h, ok := found[s.ID]; !ok {
			return nil, fmt.Errorf("no answer from the check of %s", s.ID)
		} else if !h.OK && h.Why == "" {
			h.Why = "the check itself did not run to its end"
			found[s.ID] = h
		}
	}
	return found, nil
}

// stepFault is the error of a step's script, in a person's words.
func stepFault(id string, err error) error {
	var failed *ScriptError
	if !errors.As(err, &failed) {
		return err
	}
	title := text.T().Guest.Titles[id]
	if title == "" {
		title = id
	}
	return &text.Fault{
		What: fmt.Sprintf(text.T().Guest.StepFailed, title, failed.Error()),
		Hint: text.T().Guest.StepHint, Err: err,
	}
}
