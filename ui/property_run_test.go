package ui

// How a list of events is played to the model: commands run beside it, on a clock
// of its own (testing/synctest), and their messages come in order, at once or late.
// What does not hold is looked for after each event.

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision/plan"
)

// breach is of a property that did not hold.
type breach struct{ property, what string }

func (b *breach) String() string { return b.property + ": " + b.what }

// tally counts what was run.
type tally struct {
	events, frames, runs, secrets int
	calls, pages                  map[string]int
}

// command is one that runs, or has.
type command struct {
	msg  tea.Msg
	done bool
	// apply is the plan whose review enter was pressed on, when that gave it.
	apply *plan.Plan
}

type propertyRun struct {
	w       *wizard
	driver  *propertyDriver
	answers []report.Report
	draw    int
	sum     *tally

	mu    sync.Mutex
	fault *breach

	commands []*command
	late     int // for how many events no message arrives
	quit     bool
	secrets  []string
	keyed    time.Time  // the last key
	dialog   *dialog    // the last one that was seen
	apply    *plan.Plan // of the update that is going on

	shown *Review // on the screen, and since when
	since time.Time
	calm  bool // no key was pressed for a while since then
}

// broke notes what does not hold; the first counts.
func (r *propertyRun) broke(property, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault == nil {
		r.fault = &breach{property, fmt.Sprintf(format, args...)}
	}
}

func (r *propertyRun) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fault != nil || r.quit
}

// playOut runs events from a beginning, and returns the property that did not hold.
func playOut(t *testing.T, how beginning, events []happening, answers []report.Report, draw int, sum *tally) (fault *breach) {
	r := &propertyRun{answers: answers, draw: draw, sum: sum}
	defer func() {
		if v := recover(); v != nil { // also what the clock says of a goroutine that waits for ever
			fault = &breach{"nothing panics or is left running", fmt.Sprint(v)}
		}
		if fault == nil {
			fault = r.fault
		}
		text.Use(text.English)
	}()
	synctest.Test(t, func(*testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer func() {
			cancel()
			time.Sleep(time.Minute) // by then all that ran has heard of it
			synctest.Wait()
		}()
		r.begin(ctx, how)
		for _, e := range events {
			if r.over() {
				break
			}
			r.play(e)
		}
		r.looked(true)
	})
	if sum.calls == nil {
		sum.calls, sum.pages = map[string]int{}, map[string]int{}
	}
	sum.runs++
	for what, n := range r.driver.calls {
		sum.calls[what] += n
	}
	return r.fault
}

func (r *propertyRun) begin(ctx context.Context, how beginning) {
	text.Use(how.language)
	r.driver = &propertyDriver{r: r, mood: how.mood, reviews: map[string]plan.Plan{}, calls: map[string]int{}, stored: map[string]plan.Plan{}}
	p, err := plan.Default(testHost).With("openclaw.provider", how.provider, testHost)
	if err == nil {
		p, err = p.With("language", how.language, testHost)
	}
	if err != nil {
		panic(err)
	}
	r.w = newWizard(ctx, r.driver, p, how.page)
	r.w.session.release = releasedAtOnce(io.Discard)
	if how.existing {
		r.w.session.begins(p.Name)
		r.driver.stored[p.Name] = p
	}
	r.start(r.w.Init())
	r.send(tea.WindowSizeMsg{Width: how.width, Height: how.height})
	r.arrive()
}

// start has a command run.
func (r *propertyRun) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	c := &command{apply: r.apply}
	r.commands = append(r.commands, c)
	go func() {
		var msg tea.Msg
		defer func() {
			if v := recover(); v != nil {
				r.broke("nothing panics", "%v in a command\n%s", v, debug.Stack())
			}
			r.mu.Lock()
			c.msg, c.done = msg, true
			r.mu.Unlock()
		}()
		msg = cmd()
	}()
}

// settled is the next message that has come; those of a batch are commands again.
func (r *propertyRun) settled() *command {
	for {
		if len(r.commands) == 0 {
			return nil
		}
		synctest.Wait()
		again := false
		var next *command
		r.mu.Lock()
		done := slices.Clone(r.commands)
		done = slices.DeleteFunc(done, func(c *command) bool { return !c.done })
		r.mu.Unlock()
		for _, c := range done {
			if c.msg == nil {
				r.drop(c)
				continue
			}
			if v := reflect.ValueOf(c.msg); v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
				r.drop(c)
				for i := range v.Len() {
					r.start(v.Index(i).Interface().(tea.Cmd))
				}
				again = true
				continue
			}
			if next == nil {
				next = c
			}
		}
		if again {
			continue
		}
		return next
	}
}

func (r *propertyRun) drop(c *command) {
	r.commands = slices.DeleteFunc(r.commands, func(d *command) bool { return c == d })
}

// arrive gives the model the messages that have come. How many may follow from one
// another without time passing is bounded: a model that is never quiet is a fault.
func (r *propertyRun) arrive() {
	for n := 0; !r.over(); n++ {
		c := r.settled()
		if c == nil || r.late > 0 {
			return
		}
		if n > 10_000 {
			r.broke("the model comes to rest", "%T again and again", c.msg)
			return
		}
		r.drop(c)
		if _, ok := c.msg.(tea.QuitMsg); ok {
			r.quit = true
			return
		}
		if m, ok := c.msg.(replaceMsg); ok && m.page == "progress" {
			if c.apply == nil {
				r.broke("only through review", "the page of progress is led to from elsewhere")
				return
			}
			r.driver.allow(allowance{"setup", file(*c.apply)})
		}
		r.send(c.msg)
	}
}

// send gives the model a message.
func (r *propertyRun) send(msg tea.Msg) {
	if r.over() {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			r.broke("nothing panics", "%v on %q at %T\n%s", v, r.w.at, msg, debug.Stack())
		}
	}()
	r.sum.events++
	at := r.w.at
	_, cmd := r.w.Update(msg)
	if at != r.w.at && r.w.at != "progress" {
		r.driver.allow()
	}
	r.start(cmd)
	shown := r.w.session.review
	if r.w.at != "review" {
		shown = nil
	}
	if shown != r.shown {
		r.shown, r.since, r.calm = shown, time.Now(), false
	}
	r.watch()
	if r.sum.events%r.draw == 0 {
		r.looked(r.sum.events%64 == 0)
	}
}

// press presses a key. Where a page asks a question of its own, or tries again what
// was agreed to, what the key says yes to is allowed.
func (r *propertyRun) press(k tea.KeyPressMsg) {
	w, key := r.w, k.String()
	r.apply = nil
	r.calm = r.calm || r.shown != nil && time.Since(r.since) >= quiet && time.Since(r.keyed) >= quiet
	if w.dialog == nil && w.help == nil && !w.small() {
		r.allowByKey(key)
	}
	r.keyed = time.Now()
	r.send(k)
	r.apply = nil
}

func (r *propertyRun) typed(s string) {
	for _, c := range s {
		if r.over() {
			return
		}
		r.press(tea.KeyPressMsg{Code: c, Text: string(c)})
	}
}

// play is one event, and the messages that have come.
func (r *propertyRun) play(e happening) {
	if e.pause > 0 {
		time.Sleep(e.pause)
		r.arrive()
	}
	if r.over() {
		return
	}
	switch e.kind {
	case keyEvent:
		r.press(e.key)
	case typeEvent:
		r.typed(e.text)
	case pasteEvent:
		s := e.text
		if n := e.n / len(s); n > 1 {
			s = strings.Repeat(s, n)
		}
		r.send(tea.PasteMsg{Content: s})
	case resizeEvent:
		r.send(tea.WindowSizeMsg{Width: e.width, Height: e.height})
	case backgroundEvent:
		r.send(tea.BackgroundColorMsg{Color: lipgloss.ANSIColor(15 - 15*e.n)})
	case moodEvent:
		r.driver.mu.Lock()
		r.driver.mood = e.n
		r.driver.mu.Unlock()
	case languageEvent:
		lang := text.English
		if text.Language() == text.English {
			lang = text.Chinese
		}
		text.Use(lang)
		r.looked(false)
	case secretEvent:
		r.late = 0
		r.arrive()
		if r.over() || r.w.at != "key" || r.w.dialog != nil || r.w.help != nil || r.w.small() {
			return
		}
		r.sum.secrets++
		r.secrets = append(r.secrets, e.text)
		if e.n == 1 {
			r.send(tea.PasteMsg{Content: " " + e.text + "\n"})
		} else {
			r.typed(e.text)
		}
		r.looked(true)
	case decideEvent:
		if r.w.dialog == nil {
			break
		}
		time.Sleep(grace)
		r.arrive()
		for range e.n {
			r.press(keyPress("down"))
		}
		r.press(keyPress("enter"))
	case nameEvent:
		r.typed(r.w.session.plan.Name)
	case roadEvent:
		for _, step := range roads[e.n%len(roads)] {
			r.late = 0
			r.arrive()
			if ms, err := strconv.Atoi(step); err == nil && ms > 9 {
				time.Sleep(time.Duration(ms) * time.Millisecond)
				r.arrive()
			} else if step == "name" {
				r.typed(r.w.session.plan.Name)
			} else if !r.over() {
				r.press(keyPress(step))
			}
		}
	case lateEvent:
		r.late = e.n + 1
	case signalEvent:
		r.send(stopMsg{code: 143})
	}
	r.late = max(0, r.late-1)
	r.arrive()
}
