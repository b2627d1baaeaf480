// Package ui is everything that a person sees.
package ui

// Line mode: a run told in plain lines, for a terminal, a pipe, a log or a
// screen reader. Nothing needs colour, a cursor or a width. On a capable
// terminal progress rewrites its own line; elsewhere it is a new line now and
// then. What steps report may quote a hostile guest, so control characters
// never reach the terminal.

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
)

// clearLine takes the unfinished line back.
const clearLine = "\r\x1b[K"

const (
	lineEvery  = 2 * time.Second  // between two progress lines of one step, at least
	lineQuiet  = 15 * time.Second // and at most, so that silence never looks like a hang
	lineDecile = 10               // a line each so many percent
)

// Line prints events. Its methods may be called from any goroutine.
type Line struct {
	mu      sync.Mutex
	w       io.Writer
	verbose bool
	width   func() int // of the terminal; nil when lines are not rewritten
	now     func() time.Time

	rewriting bool // an unfinished line is on the terminal
	key       string
	printed   time.Time
	stage     string
	decile    int
}

// NewLine prints to w, usually the standard error. Log lines of the steps are
// printed only when verbose. Lines are rewritten when w is a terminal that can;
// TERM=dumb, or ACCESSIBLE set to anything, says that it cannot.
func NewLine(w io.Writer, verbose bool) *Line {
	l := &Line{w: w, verbose: verbose, now: time.Now}
	if f, ok := w.(interface{ Fd() uintptr }); ok && term.IsTerminal(int(f.Fd())) &&
		os.Getenv("TERM") != "dumb" && os.Getenv("ACCESSIBLE") == "" {
		l.width = func() int { return terminalWidth(f) }
	}
	return l
}

// Event prints what e tells, or not yet.
func (l *Line) Event(e provision.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := &text.T().Engine
	head := clean(e.Title)
	if head == "" {
		head = clean(e.Step)
	}
	if e.Count > 0 {
		head = fmt.Sprintf(t.Head, e.Index, e.Count, head)
	}
	switch e.Kind {
	case provision.StepHeld:
		l.finish(fmt.Sprintf(t.Held, head))
	case provision.StepBegan:
		if e.Stage != "" {
			l.start(e, fmt.Sprintf(t.Progress, head, clean(e.Stage)))
			return
		}
		l.start(e, fmt.Sprintf(t.Began, head))
	case provision.StepResumed:
		l.start(e, fmt.Sprintf(t.Resumed, head))
	case provision.StepUndoing:
		l.start(e, fmt.Sprintf(t.Undoing, head))
	case provision.StepProgress:
		l.progress(e, head)
	case provision.StepLog:
		if l.verbose {
			l.finish("    " + clean(e.Line))
		}
	case provision.StepNote:
		l.finish("    " + clean(e.Line))
	case provision.StepDone:
		l.finish(fmt.Sprintf(t.Done, head, text.Duration(e.Elapsed)))
	case provision.StepFailed:
		l.finish(fmt.Sprintf(t.Failed, head, text.Duration(e.Elapsed)))
	case provision.StepUndone:
		l.finish(fmt.Sprintf(t.Undone, head, text.Duration(e.Elapsed)))
	}
}

// Reporter tells about something that is not a step of a run, such as starting
// a machine. It never leaves an unfinished line.
func (l *Line) Reporter(title string) provision.Reporter {
	return &lineReporter{line: l, start: l.now(), event: provision.Event{Kind: provision.StepProgress, Title: title, Percent: -1}}
}

type lineReporter struct {
	line  *Line
	start time.Time
	mu    sync.Mutex
	event provision.Event
}

func (r *lineReporter) say(change func(*provision.Event)) {
	r.mu.Lock()
	change(&r.event)
	e := r.event
	r.mu.Unlock()
	e.Elapsed = r.line.now().Sub(r.start)
	r.line.Event(e)
}

func (r *lineReporter) Stage(text string) {
	r.say(func(e *provision.Event) { e.Stage, e.Bytes, e.Total, e.Percent = text, 0, 0, -1 })
}

func (r *lineReporter) Bytes(done, total int64) {
	r.say(func(e *provision.Event) {
		e.Bytes, e.Total, e.Percent = done, max(total, 0), -1
		if total > 0 {
			e.Percent = 100 * float64(done) / float64(total)
		}
	})
}

func (r *lineReporter) Percent(p float64) {
	r.say(func(e *provision.Event) { e.Bytes, e.Total, e.Percent = 0, 0, p })
}

func (r *lineReporter) Note(text string) {
	r.line.Event(provision.Event{Kind: provision.StepNote, Line: text})
}

func (r *lineReporter) Log(line string) {
	r.line.Event(provision.Event{Kind: provision.StepLog, Line: line})
}

// start says that a step begins.
func (l *Line) start(e provision.Event, line string) {
	l.key, l.printed, l.stage, l.decile = key(e), l.now(), e.Stage, 0
	if l.width != nil && e.Count > 0 {
		l.rewrite(line)
		return
	}
	l.finish(line)
}

// progress rewrites the step's line, or prints one when there is news and some
// time went by.
func (l *Line) progress(e provision.Event, head string) {
	line := fmt.Sprintf(text.T().Engine.Progress, head, parts(e))
	if l.width != nil && e.Count > 0 {
		l.rewrite(line)
		return
	}
	decile := 0
	if e.Percent >= 0 {
		decile = int(e.Percent) / lineDecile
	}
	if k := key(e); k != l.key { // a reporter of its own, which nothing announced
		l.key, l.printed, l.stage, l.decile = k, time.Time{}, "", 0
	}
	news := e.Stage != l.stage || decile > l.decile
	since := l.now().Sub(l.printed)
	if since < lineEvery || !news && since < lineQuiet {
		return
	}
	l.printed, l.stage, l.decile = l.now(), e.Stage, decile
	l.finish(line)
}

func key(e provision.Event) string { return fmt.Sprint(e.Index, " ", e.Step, " ", e.Title) }

// parts says how far a step is, in plain words.
func parts(e provision.Event) string {
	t := &text.T().Engine
	var out []string
	if e.Stage != "" {
		out = append(out, clean(e.Stage))
	}
	switch {
	case e.Total > 0:
		out = append(out, fmt.Sprintf(t.OfTotal, Size(e.Bytes), Size(e.Total), math.Floor(max(e.Percent, 0))))
	case e.Bytes > 0:
		out = append(out, Size(e.Bytes))
	case e.Percent >= 0:
		out = append(out, fmt.Sprintf(t.Percent, math.Floor(e.Percent)))
	}
	if e.Rate >= 1 {
		out = append(out, fmt.Sprintf(t.Rate, Size(int64(e.Rate))))
	}
	out = append(out, fmt.Sprintf(t.SoFar, text.Duration(e.Elapsed)))
	if e.Estimate > 0 {
		left := e.Estimate
		if left > time.Minute { // no more exact than it is
			left = left.Round(10 * time.Second)
		}
		out = append(out, fmt.Sprintf(t.Left, text.Duration(left)))
	}
	return strings.Join(out, t.Comma)
}

// rewrite shows line in place of the unfinished one, cut to the terminal's
// width: a line that wraps could not be taken back.
func (l *Line) rewrite(line string) {
	fmt.Fprint(l.w, "\r"+runewidth.Truncate(line, max(l.width()-1, 1), "…")+"\x1b[K")
	l.rewriting = true
}

// finish prints a line that stays.
func (l *Line) finish(line string) {
	if l.rewriting {
		line = clearLine + line
		l.rewriting = false
	}
	fmt.Fprintln(l.w, line)
}

// PrintError prints what is wrong and what to do about it. Errors that were
// joined are printed one by one, each with its own hints.
func PrintError(w io.Writer, err error) {
	if err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var said []string
		for _, e := range joined.Unwrap() {
			said = append(said, e.Error())
		}
		if strings.Join(said, "\n") == err.Error() { // errors.Join and its like
			for _, e := range joined.Unwrap() {
				PrintError(w, e)
			}
			return
		}
	}
	t := &text.T().Engine
	prefix := t.ErrorPrefix
	if f, ok := err.(*text.Fault); ok && f.Note {
		prefix = ""
	}
	fmt.Fprintln(w, prefix+indented(err.Error()))
	for _, hint := range text.Hint(err) {
		fmt.Fprintln(w, "  "+t.HintPrefix+indented(hint))
	}
}

// indented sets the further lines of s, such as a caret under a mistake, below
// the first.
func indented(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n  ")
}

// clean takes out whatever could steer a terminal or reorder what is read.
func clean(s string) string {
	s = ansi.Strip(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return -1
		}
		return r
	}, s)
}

// Size says a number of bytes in binary (IEC) units: 512 B, 1.5 KiB, 120 MiB.
func Size(bytes int64) string {
	v, unit := float64(bytes), "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB", "PiB"} {
		if math.Round(v) < 1024 {
			break
		}
		v, unit = v/1024, next
	}
	if unit != "B" && v < 9.95 {
		return fmt.Sprintf("%.1f %s", v, unit)
	}
	return fmt.Sprintf("%.0f %s", v, unit)
}
