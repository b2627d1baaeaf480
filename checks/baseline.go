package checks

// What the owner accepted, kept on the host, and how what is there now differs
// from it. All of it is pure: steps store it, and ask before they do.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// AcceptedFormat is the version of Accepted's JSON form.
const AcceptedFormat = 1

// Accepted is what was there when the owner last said that it was right: the
// settings and standing instructions (K19), what the agent loads (K14), and what
// it remembered when that was last reviewed (K27). It is the baseline.
type Accepted struct {
	Format int                     `json:"format"`
	Taken  time.Time               `json:"taken"` // when something of it was last accepted
	Files  map[string]AcceptedFile `json:"files"` // by path
	// Trees has skills, plugins and hooks by path; nil means that they were
	// never reviewed, which is not the same as none.
	Trees map[string]AcceptedTree `json:"trees"`
	// Memory is by path; nil means that it was never reviewed.
	Memory   map[string]MemoryFile `json:"memory"`
	Reviewed time.Time             `json:"reviewed,omitzero"`
}

// AcceptedFile is a file and since when it is accepted as it is.
type AcceptedFile struct {
	KeptFile
	Since time.Time `json:"since"`
}

// AcceptedTree is the same of a skill, plugin or hook.
type AcceptedTree struct {
	Tree
	Since time.Time `json:"since"`
}

// ChangeKind says what became of something since it was accepted.
type ChangeKind string

// The kinds.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
)

// Change is one difference between what was accepted and what is there.
type Change struct {
	Path string     `json:"path"`
	What string     `json:"what"` // kind of the file, or skill, plugin, hook, memory
	Kind ChangeKind `json:"kind"`
	// Lines are the difference in words, at most maxChangeLines of them.
	Lines []string `json:"lines"`
	// Since is when what was there before was accepted: the change is younger.
	Since time.Time `json:"since"`
}

// Bounds on the words of a change.
const (
	maxChangeLines = 12
	maxChangeLine  = 200 // runes
	maxAccepted    = 2000
)

// ErrNotSeen is wrapped by Accept when the evidence does not hold what there is
// to accept.
var ErrNotSeen = errors.New("not seen")

// Accept returns what is kept once the owner accepts what evidence e shows: all
// of it, or only the given paths, on top of old, which may be nil and is not
// changed. It fails when the files or the skills were not seen, and names every
// path that is neither there nor kept. What could not be read whole is left as it
// was: nobody can accept what nobody saw.
func Accept(old *Accepted, e Evidence, paths ...string) (*Accepted, error) {
	t := &text.T().Checks.Kept
	g := e.Guest
	if !g.Kept.OK || !g.Skills.OK || len(g.Kept.Value.Files) == 0 || g.Kept.Value.More > 0 || g.Skills.Value.More > 0 {
		why := cmp.Or(g.Kept.Err, g.Skills.Err, g.Report.Err, text.T().Checks.NotLookedAt)
		return nil, &text.Fault{What: fmt.Sprintf(t.CannotKeep, clean(why, maxLine/2)), Hint: t.CannotKeepHint, Err: ErrNotSeen}
	}
	now := e.Collected
	next := old.clone()
	all := len(paths) == 0
	if all && next.Trees == nil {
		next.Trees = map[string]AcceptedTree{}
	}
	known := map[string]bool{}
	wanted := func(path string) bool { return all || slices.Contains(paths, path) }

	files := map[string]KeptFile{}
	for _, f := range g.Kept.Value.Files[:min(len(g.Kept.Value.Files), maxAccepted)] {
		files[f.Path] = f
	}
	for path, f := range files {
		before, had := next.Files[path]
		known[path] = true
		switch {
		case !wanted(path) || f.Problem != "":
		case had && sameFile(before.KeptFile, f):
			f.Tags, f.TagKey = newer(before, f)
			next.Files[path] = AcceptedFile{f, before.Since}
		default:
			next.Files[path] = AcceptedFile{f, now}
		}
	}
	for path := range next.Files {
		known[path] = true
		if _, there := files[path]; !there && wanted(path) {
			delete(next.Files, path)
		}
	}

	trees := map[string]Tree{}
	for _, tree := range g.Skills.Value.Trees[:min(len(g.Skills.Value.Trees), maxAccepted)] {
		trees[tree.Path] = tree
	}
	for path, tree := range trees {
		known[path] = true
		if !wanted(path) || tree.Partial != "" || tree.SHA256 == "" {
			continue
		}
		if next.Trees == nil {
			next.Trees = map[string]AcceptedTree{}
		}
		if before, had := next.Trees[path]; !had || before.SHA256 != tree.SHA256 {
			next.Trees[path] = AcceptedTree{tree, now}
		}
	}
	for path := range next.Trees {
		known[path] = true
		if _, there := trees[path]; !there && wanted(path) && g.Skills.Value.whole() {
			delete(next.Trees, path)
		}
	}

	var unknown []error
	for _, path := range paths {
		if !known[path] {
			unknown = append(unknown, &text.Fault{What: fmt.Sprintf(t.NothingToAccept, path), Hint: t.NothingToAcceptHint})
		}
	}
	if len(unknown) > 0 {
		return nil, errors.Join(unknown...)
	}
	next.Format, next.Taken = AcceptedFormat, now
	return next, nil
}

// LookInside is Collect for the guest's part alone: what Accept and Review need.
func LookInside(ctx context.Context, s Subject, from Sources) Evidence {
	begun := time.Now()
	e := Evidence{Format: Format, Collected: begun.UTC().Truncate(time.Second), Subject: s.complete()}
	if from.Deadline <= 0 {
		from.Deadline = totalDeadline
	}
	ctx, cancel := context.WithTimeout(ctx, from.Deadline)
	defer cancel()
	e.Guest = askGuest(ctx, e.Subject, from, "")
	e.Took = time.Since(begun).Round(time.Millisecond)
	return e
}

// AcceptFirst is what is kept when a machine has just been made and nothing was
// accepted before. Skills that are there already, on a data disk of an earlier
// machine, were not reviewed by that: only that there are none is taken as said.
func AcceptFirst(e Evidence) (*Accepted, error) {
	first, err := Accept(nil, e)
	if err == nil && len(e.Guest.Skills.Value.Trees) > 0 {
		first.Trees = nil
	}
	return first, err
}

// Review returns what is kept once the owner has looked through the memory that
// evidence e shows.
func Review(old *Accepted, e Evidence) (*Accepted, error) {
	m := e.Guest.Memory
	if !m.OK {
		t := &text.T().Checks.Kept
		why := cmp.Or(m.Err, e.Guest.Report.Err, text.T().Checks.NotLookedAt)
		return nil, &text.Fault{What: fmt.Sprintf(t.CannotKeep, clean(why, maxLine/2)), Hint: t.CannotKeepHint, Err: ErrNotSeen}
	}
	next := old.clone()
	next.Memory = map[string]MemoryFile{}
	for _, f := range m.Value.Files[:min(len(m.Value.Files), maxAccepted)] {
		next.Memory[f.Path] = f
	}
	next.Format, next.Reviewed = AcceptedFormat, e.Collected
	return next, nil
}

func (a *Accepted) clone() *Accepted {
	if a == nil {
		return &Accepted{Files: map[string]AcceptedFile{}}
	}
	c := *a
	c.Files, c.Trees, c.Memory = maps.Clone(a.Files), maps.Clone(a.Trees), maps.Clone(a.Memory)
	if c.Files == nil {
		c.Files = map[string]AcceptedFile{}
	}
	return &c
}

// Drift says how the settings, instructions and skills in evidence e differ from
// what was accepted, in order of their paths. Of what could not be read, and of
// what was never reviewed, it says nothing. What OpenClaw itself writes into a
// new workspace, byte for byte, is no change, and neither is that it takes
// BOOTSTRAP.md away after the first conversation.
func Drift(old *Accepted, e Evidence) []Change {
	if old == nil {
		return nil
	}
	var out []Change
	if kept := e.Guest.Kept; kept.OK && kept.Value.More <= 0 && len(kept.Value.Files) > 0 {
		there := map[string]bool{}
		for _, f := range kept.Value.Files {
			if there[f.Path] {
				continue
			}
			there[f.Path] = true
			if c, ok := old.fileChange(f); ok {
				out = append(out, c)
			}
		}
		for path, before := range old.Files {
			if !there[path] && !strings.HasSuffix(path, "/BOOTSTRAP.md") {
				out = append(out, Change{Path: path, What: before.Kind, Kind: Removed, Since: before.Since,
					Lines: []string{sizeOf(before.KeptFile)}})
			}
		}
	}
	if loaded := e.Guest.Skills; loaded.OK && loaded.Value.More <= 0 && old.Trees != nil {
		there := map[string]bool{}
		for _, tree := range loaded.Value.Trees {
			there[tree.Path] = true
			before, had := old.Trees[tree.Path]
			switch {
			case tree.Partial != "" || tree.SHA256 == "":
			case !had:
				out = append(out, Change{Path: tree.Path, What: tree.Kind, Kind: Added, Since: old.Taken, Lines: []string{sizeOfTree(tree)}})
			case before.SHA256 != tree.SHA256:
				out = append(out, Change{Path: tree.Path, What: tree.Kind, Kind: Changed, Since: before.Since,
					Lines: []string{arrow(sizeOfTree(before.Tree), sizeOfTree(tree))}})
			}
		}
		for path, before := range old.Trees {
			if !there[path] && loaded.Value.whole() {
				out = append(out, Change{Path: path, What: before.Kind, Kind: Removed, Since: before.Since, Lines: []string{sizeOfTree(before.Tree)}})
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}

// Remembered says how the memory in evidence e differs from that of the last
// review. It is no drift: an agent is meant to remember.
func Remembered(old *Accepted, e Evidence) []Change {
	if old == nil || old.Memory == nil || !e.Guest.Memory.OK {
		return nil
	}
	t := &text.T().Checks.Kept
	var out []Change
	there := map[string]bool{}
	size := func(f MemoryFile) string { return fmt.Sprintf(t.Lines, f.Lines, f.Size) }
	for _, f := range e.Guest.Memory.Value.Files {
		there[f.Path] = true
		before, had := old.Memory[f.Path]
		switch {
		case !had:
			out = append(out, Change{Path: f.Path, What: "memory", Kind: Added, Since: old.Reviewed, Lines: []string{size(f)}})
		case before.SHA256 != f.SHA256:
			out = append(out, Change{Path: f.Path, What: "memory", Kind: Changed, Since: old.Reviewed, Lines: []string{arrow(size(before), size(f))}})
		}
	}
	for path, before := range old.Memory {
		if !there[path] {
			out = append(out, Change{Path: path, What: "memory", Kind: Removed, Since: old.Reviewed, Lines: []string{size(before)}})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}

func (a *Accepted) fileChange(f KeptFile) (Change, bool) {
	t := &text.T().Checks.Kept
	before, had := a.Files[f.Path]
	c := Change{Path: f.Path, What: f.Kind, Kind: Changed, Since: before.Since}
	switch {
	case f.Stock && f.Problem == "":
		return c, false
	case f.Problem != "" && had:
		c.Lines = []string{fmt.Sprintf(t.NowUnreadable, f.Problem)}
	case f.Problem != "":
		return c, false
	case !had:
		c.Kind, c.Since = Added, a.Taken
		c.Lines = append([]string{sizeOf(f)}, difference("", f.Text)...)
	case sameFile(before.KeptFile, f):
		return c, false
	case f.Kind == KeptSettings || f.Kind == KeptPolicy:
		c.Lines = settingsDifference(before.KeptFile, f)
	default:
		c.Lines = difference(before.Text, f.Text)
		if before.Text == "" && f.Text == "" { // what is about the owner is kept without its text
			c.Lines = []string{arrow(sizeOf(before.KeptFile), sizeOf(f))}
		}
	}
	if had && before.Mode != f.Mode && modeMatters(f.Kind) {
		c.Lines = append(c.Lines, fmt.Sprintf(t.ModeChange, before.Mode, f.Mode))
	}
	if len(c.Lines) == 0 {
		c.Lines = []string{t.NotShown}
	}
	return c, true
}

// modeMatters is false where the agent's own tools write, which set the mode as
// they please inside a directory that nobody else can enter.
func modeMatters(kind string) bool {
	return kind == KeptUnit || kind == KeptSSH || kind == KeptSudo
}

func sameFile(a, b KeptFile) bool {
	if a.SHA256 != b.SHA256 || a.Kind != b.Kind || modeMatters(a.Kind) && a.Mode != b.Mode {
		return false
	}
	return a.TagKey == "" || a.TagKey != b.TagKey || maps.Equal(a.Tags, b.Tags)
}

// newer is whose tags to keep of two files that are the same as far as can be
// told: those whose key the guest has now.
func newer(before AcceptedFile, now KeptFile) (map[string]string, string) {
	if now.TagKey != "" {
		return now.Tags, now.TagKey
	}
	return before.Tags, before.TagKey
}

// settingsDifference compares "name = value" lines: old → new.
func settingsDifference(before, now KeptFile) []string {
	t := &text.T().Checks.Kept
	parse := func(s string) map[string]string {
		m := map[string]string{}
		for line := range strings.Lines(s) {
			if name, value, ok := strings.Cut(strings.TrimRight(line, "\n"), " = "); ok {
				m[name] = value
			}
		}
		return m
	}
	a, b := parse(before.Text), parse(now.Text)
	names := maps.Clone(a)
	maps.Copy(names, b)
	for name := range before.Tags {
		names[name] = ""
	}
	var out lines
	for _, name := range slices.Sorted(maps.Keys(names)) {
		old, had := a[name]
		value, has := b[name]
		switch {
		case had && has && old == value:
			if x, y := before.Tags[name], now.Tags[name]; x != "" && y != "" && x != y && before.TagKey == now.TagKey {
				out.add(fmt.Sprintf(t.HiddenChange, name))
			}
		case had && has:
			out.add(name + ": " + arrow(old, value))
		case has && !before.Cut:
			out.add("+ " + name + ": " + value)
		case had && !now.Cut:
			out.add("- " + name + ": " + old)
		}
	}
	return out.done()
}

// difference names the lines that came and went. Where they stand does not
// matter to whoever is to say whether they belong there.
func difference(before, now string) []string {
	count := map[string]int{}
	for line := range strings.Lines(before) {
		count[strings.TrimRight(line, "\r\n")]++
	}
	var added []string
	for line := range strings.Lines(now) {
		line = strings.TrimRight(line, "\r\n")
		if count[line] > 0 {
			count[line]--
		} else if strings.TrimSpace(line) != "" {
			added = append(added, "+ "+line)
		}
	}
	var out lines
	for _, line := range added {
		out.add(line)
	}
	for line := range strings.Lines(before) {
		line = strings.TrimRight(line, "\r\n")
		if count[line] > 0 && strings.TrimSpace(line) != "" {
			count[line]--
			out.add("- " + line)
		}
	}
	return out.done()
}

// lines keeps the first few and counts the rest.
type lines struct {
	kept []string
	more int
}

func (l *lines) add(line string) {
	if len(l.kept) < maxChangeLines-1 {
		l.kept = append(l.kept, clean(line, maxChangeLine))
	} else {
		l.more++
	}
}

func (l *lines) done() []string {
	if l.more > 0 {
		return append(l.kept, fmt.Sprintf(text.T().Checks.AndMore, l.more))
	}
	return l.kept
}

// Clean makes words from a guest fit to be shown on one line of a terminal.
func Clean(s string) string { return clean(s, maxChangeLine) }

func arrow(a, b string) string { return clean(a, maxChangeLine) + " → " + clean(b, maxChangeLine) }

func sizeOf(f KeptFile) string { return fmt.Sprintf(text.T().Checks.Kept.Lines, f.Lines, f.Size) }

func sizeOfTree(t Tree) string {
	return fmt.Sprintf(text.T().Checks.Kept.TreeSize, t.Files, t.Bytes, short(t.SHA256))
}
