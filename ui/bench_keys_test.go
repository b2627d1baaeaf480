//go:build bench

package ui

// From a key to the frame that it changes, on a pseudo-terminal, on every page and
// while a set-up tells a thousand things a second. The keys come at any moment
// between two ticks of the renderer, as a person's do.

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

const (
	benchWidth, benchHeight = 120, 40

	keyLimit = 16 * time.Millisecond // from a key to its frame, p99
	keysEach = 100                   // on each page, in each language
	tick     = 17 * time.Millisecond // no renderer's is longer
	lull     = 5 * time.Millisecond  // with no output ends a frame
	rest     = quiet + 200*time.Millisecond
)

// Keys as a terminal sends them.
const (
	keyDown, keyUp       = "\x1b[B", "\x1b[A"
	keyTab, keyBackTab   = "\t", "\x1b[Z"
	keyF1, keyBackspace  = "\x1bOP", "\x7f"
	keySpace, keyLogOpen = " ", "l"
)

// benchKeys are keys for each page, each of which changes the frame; the last of
// them leaves it as it was before the first.
var benchKeys = map[string][]string{
	"welcome":   {keyDown, keyDown, keyDown, keyF1, keyF1},
	"computer":  {keyUp, keyDown, keyF1, keyF1},
	"size":      {"x", keyBackspace, keyTab, keyBackTab, keyF1, keyF1},
	"sources":   {keyDown, keyUp, keyTab, keyBackTab, keyF1, keyF1},
	"account":   {"x", keyBackspace, keyF1, keyF1},
	"network":   {keyDown, keyUp, keyTab, keyBackTab, keyF1, keyF1},
	"key":       {"x", keyBackspace, keyF1, keyF1},
	"rights":    {keyDown, keyUp, keyF1, keyF1},
	"promises":  {keySpace, keySpace, keyDown, keyUp, keyF1, keyF1},
	"review":    {keyF1, keyF1},
	"next":      {keyF1, keyF1},
	"results":   {keyDown, keyUp, keyF1, keyF1},
	"dashboard": {keyDown, keyUp, keyF1, keyF1},
	"harden":    {keyDown, keyUp, keyF1, keyF1},
	"out":       {keyDown, keyUp, keyF1, keyF1},
}

// benchOn are parts of pages, and the keys that lead to them.
var benchOn = map[string]struct {
	page string
	keys []string
}{"out": {"dashboard", []string{keyDown, keyDown, keyDown, keyDown, keyDown, "\r"}}}

// benchDriver is a driver for a page that needs a machine.
func benchDriver(b *testing.B, page string) (Driver, plan.Plan) {
	switch page {
	case "dashboard", "out":
		d := newKept()
		for i := range 500 { // as many names as are kept
			b := d.only().out.Blocked[0]
			b.Host = fmt.Sprintf("host-%d.%s", i, b.Host)
			d.only().out.Blocked = append(d.only().out.Blocked, b)
		}
		return d, d.only().plan
	case "harden":
		d := drifted()
		return d, d.only().plan
	case "results":
		m := &seenMachine{evidence: func() checks.Evidence { return recorded(b, passwords) }}
		m.plan = plan.Default(testHost)
		m.status.State = "running"
		return &seenDriver{fakeDriver: newFake(), machine: m}, m.plan
	}
	return newFake(), plan.Default(testHost)
}

// shown is our program in this process, on a pseudo-terminal.
type shown struct {
	b      *testing.B
	master *os.File
	output chan output
}

// output is what the terminal was given in one piece, and when.
type output struct {
	at   time.Time
	data []byte
}

// showOnPTY shows w until the function that it returns is called.
func showOnPTY(b *testing.B, w *wizard) (s *shown, end func()) {
	b.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		b.Fatal(err)
	}
	if master, err = closable(master); err != nil {
		b.Fatal(err)
	}
	if err := pty.Setsize(slave, &pty.Winsize{Cols: benchWidth, Rows: benchHeight}); err != nil {
		b.Fatal(err)
	}
	s = &shown{b: b, master: master, output: make(chan output, 1<<12)}
	go func() {
		defer close(s.output)
		buf := make([]byte, 1<<16)
		for {
			n, err := master.Read(buf)
			if err != nil {
				return
			}
			s.output <- output{time.Now(), slices.Clone(buf[:n])}
		}
	}()
	ctx, cancel := context.WithCancelCause(b.Context())
	w.session.ctx = ctx
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = show(ctx, cancel, w, Options{In: slave, Out: slave})
	}()
	return s, func() {
		cancel(nil)
		<-ended
		slave.Close()
		master.Close()
		for range s.output { // until the reader is gone
		}
	}
}

// rests waits until nothing is drawn any more: a page may draw itself anew when it
// was quiet for a moment.
func (s *shown) rests() {
	for {
		select {
		case <-s.output:
		case <-time.After(rest):
			return
		}
	}
}

// press sends a key and returns how long it took until the frame that it changed
// was with the terminal.
func (s *shown) press(key string) time.Duration {
	time.Sleep(rand.N(tick))
	began := time.Now()
	if _, err := io.WriteString(s.master, key); err != nil {
		s.b.Fatal(err)
	}
	var last time.Time
	limit := time.After(2 * time.Second)
	for {
		var over <-chan time.Time
		if !last.IsZero() {
			over = time.After(lull)
		}
		select {
		case o := <-s.output:
			last = o.at
		case <-over:
			return last.Sub(began)
		case <-limit:
			s.b.Fatalf("the key %q changes no frame", key)
		}
	}
}

// p99 is the time that one key in a hundred takes longer than.
func p99(took []time.Duration) time.Duration {
	took = slices.Sorted(slices.Values(took))
	return took[len(took)*99/100]
}

// within reports a time against its limit.
func within(b *testing.B, took time.Duration, what string) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(took.Seconds()/keyLimit.Seconds(), "ratio")
	b.ReportMetric(1, "at-most")
	b.ReportMetric(took.Seconds()*1000, what)
}

// BenchmarkKeyToFrame is about the slowest page of all.
func BenchmarkKeyToFrame(b *testing.B) {
	for name := range pageMakers {
		if benchKeys[name] == nil && name != "progress" { // that has a benchmark of its own
			b.Fatalf("there are no keys for the page %q", name)
		}
	}
	defer text.Use(text.English)
	worst, where := time.Duration(0), ""
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for _, name := range slices.Sorted(maps.Keys(benchKeys)) {
			d, p := benchDriver(b, name)
			start := name
			if on, part := benchOn[name]; part {
				start = on.page
			}
			s, end := showOnPTY(b, newWizard(b.Context(), d, p, start))
			s.rests()
			for _, key := range benchOn[name].keys {
				s.press(key)
				s.rests()
			}
			var took []time.Duration
			for len(took) < keysEach {
				for _, key := range benchKeys[name] {
					took = append(took, s.press(key))
				}
			}
			end()
			at := p99(took)
			slices.Sort(took)
			b.Logf("%s, %s: p99 %s, median %s", name, lang, at, took[len(took)/2])
			if at > worst {
				worst, where = at, name
			}
		}
	}
	within(b, worst, "p99-ms-on-"+where)
}

// busyDriver makes a machine that has a thousand things a second to say.
type busyDriver struct{ *fakeDriver }

func (busyDriver) Setup(ctx context.Context, _ plan.Plan, _ []byte, _ []checks.ID, event func(provision.Event)) (provision.Result, error) {
	const each = 10 * time.Millisecond
	beat := time.NewTicker(each)
	defer beat.Stop()
	event(ofStep(provision.StepBegan, 3, nil))
	for n := 0; ; n++ {
		for i := range each / time.Millisecond {
			if i%2 == 0 {
				event(ofStep(provision.StepLog, 3, func(e *provision.Event) {
					e.Line = fmt.Sprintf("[%5d.%06d] virtio_blk virtio2: [vda] 41943040 512-byte logical blocks", n, i)
				}))
				continue
			}
			event(ofStep(provision.StepProgress, 3, func(e *provision.Event) {
				e.Bytes, e.Total, e.Percent, e.Rate = int64(n%1000)<<20, 1000<<20, float64(n%1000)/10, 1<<20
			}))
		}
		select {
		case <-beat.C:
		case <-ctx.Done():
			return provision.Result{}, ctx.Err()
		}
	}
}

// BenchmarkKeyToFrameWhileMaking opens and closes the log. Frames come all the
// time there, so the one is looked for that has what the key was to bring.
func BenchmarkKeyToFrameWhileMaking(b *testing.B) {
	text.Use(text.English)
	w := newWizard(b.Context(), busyDriver{newFake()}, plan.Default(testHost), "progress")
	w.session.review = &Review{Seconds: 480, Steps: reviewSteps()}
	s, end := showOnPTY(b, w)
	defer end()
	term := vt.NewEmulator(benchWidth, benchHeight)
	go io.Copy(io.Discard, term) // its answers, which nobody waits for
	until := func(open bool) time.Time {
		for limit := time.After(5 * time.Second); ; {
			select {
			case o := <-s.output:
				_, _ = term.Write(o.data)
				if strings.Contains(ansi.Strip(term.String()), text.T().Progress.Log) == open {
					return o.at
				}
			case <-limit:
				b.Fatalf("the log does not open or close:\n%s", ansi.Strip(term.String()))
			}
		}
	}
	time.Sleep(time.Second)
	until(false)
	var took []time.Duration
	for open := true; len(took) < 2*keysEach; open = !open {
		time.Sleep(50*time.Millisecond + rand.N(tick))
		began := time.Now()
		if _, err := io.WriteString(s.master, keyLogOpen); err != nil {
			b.Fatal(err)
		}
		took = append(took, until(open).Sub(began))
	}
	within(b, p99(took), "p99-ms")
}
