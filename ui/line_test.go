package ui

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/creack/pty"
	"github.com/mattn/go-runewidth"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
)

const mib = 1 << 20

func event(kind provision.EventKind) provision.Event {
	return provision.Event{Kind: kind, Step: "image", Title: "Base image", Index: 3, Count: 21, Percent: -1}
}

func progress(done, total int64, elapsed time.Duration) provision.Event {
	e := event(provision.StepProgress)
	e.Stage, e.Bytes, e.Total, e.Percent = "downloading", done, total, 100*float64(done)/float64(total)
	e.Elapsed, e.Rate = elapsed, 12*mib
	e.Estimate = time.Duration(float64(total-done) / e.Rate * float64(time.Second))
	return e
}

func chinese(t *testing.T) {
	text.Use(text.Chinese)
	t.Cleanup(func() { text.Use(text.English) })
}

func TestAPipeGetsOnePlainLineForEachFact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		l := NewLine(&out, false)
		l.Event(event(provision.StepHeld))
		l.Event(event(provision.StepBegan))
		for i := range 400 { // ten a second
			time.Sleep(100 * time.Millisecond)
			l.Event(progress(int64(i+1)*mib, 400*mib, time.Duration(i+1)*100*time.Millisecond))
		}
		e := event(provision.StepDone)
		e.Elapsed = 80 * time.Second
		l.Event(e)
		l.Event(event(provision.StepResumed))
		e = event(provision.StepFailed)
		e.Elapsed, e.Err = 2*time.Second, errors.New("not here")
		l.Event(e)
		l.Event(event(provision.StepUndoing))
		l.Event(event(provision.StepUndone))

		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		want := []string{
			"[3/21] Base image: already so",
			"[3/21] Base image …",
			"[3/21] Base image: downloading, 20 MiB of 400 MiB (5 %), 12 MiB a second, 2 s so far, about 32 s left",
			"[3/21] Base image: downloading, 40 MiB of 400 MiB (10 %), 12 MiB a second, 4 s so far, about 30 s left",
		}
		for i, w := range want {
			if lines[i] != w {
				t.Errorf("line %d\n got %q\nwant %q", i, lines[i], w)
			}
		}
		end := []string{
			"[3/21] Base image: done (1 min 20 s)",
			"[3/21] Base image: going on where it stopped …",
			"[3/21] Base image: did not work (after 2 s)",
			"[3/21] Base image: taking it back …",
			"[3/21] Base image: taken back (under 1 s)",
		}
		for i, w := range end {
			if got := lines[len(lines)-len(end)+i]; got != w {
				t.Errorf("got %q, want %q", got, w)
			}
		}
		if n := len(lines) - len(want) - len(end) + 2; n > 12 {
			t.Errorf("%d progress lines for one download", n)
		}
		if strings.ContainsAny(out.String(), "\r\x1b") {
			t.Error("control characters in a pipe")
		}
	})
}

func TestAStepThatOnlyTakesLongIsHeardNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		l := NewLine(&out, false)
		l.Event(event(provision.StepBegan))
		for i := range 60 {
			time.Sleep(time.Second)
			e := event(provision.StepProgress)
			e.Elapsed = time.Duration(i+1) * time.Second
			l.Event(e)
		}
		if got := strings.Count(out.String(), "so far"); got != 4 {
			t.Errorf("%d lines in a minute:\n%s", got, out.String())
		}
	})
}

func TestATerminalsLineIsRewrittenAndNeverWraps(t *testing.T) {
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for width := 1; width <= 100; width++ {
			var out strings.Builder
			l := NewLine(&out, false)
			l.width = func() int { return width }
			l.Event(event(provision.StepBegan))
			e := progress(30*mib, 400*mib, 2*time.Second)
			e.Stage = "正在下载 cloud image"
			l.Event(e)
			if strings.Contains(out.String(), "\n") {
				t.Fatalf("width %d: a line feed in %q", width, out.String())
			}
			for _, shown := range strings.Split(out.String(), "\r")[1:] {
				shown = strings.TrimSuffix(shown, "\x1b[K")
				if w := runewidth.StringWidth(shown); w >= max(width, 2) {
					t.Errorf("%s: %d columns on a terminal of %d: %q", lang, w, width, shown)
				}
			}
			l.Event(event(provision.StepDone))
			if !strings.HasSuffix(out.String(), "\n") {
				t.Errorf("the last line is left open: %q", out.String())
			}
		}
	}
	text.Use(text.English)
}

func TestOnlyATerminalThatCanIsRewritten(t *testing.T) {
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pty: %v", err)
	}
	defer master.Close()
	defer tty.Close()
	pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 57})
	for _, c := range []struct {
		term, accessible string
		rewritten        bool
	}{{"xterm", "", true}, {"dumb", "", false}, {"xterm", "1", false}} {
		t.Setenv("TERM", c.term)
		t.Setenv("ACCESSIBLE", c.accessible)
		l := NewLine(tty, false)
		if (l.width != nil) != c.rewritten {
			t.Errorf("%+v: rewritten %v", c, l.width != nil)
		}
		if l.width != nil && l.width() != 57 {
			t.Errorf("width %d", l.width())
		}
	}
}

func TestAReporterOfItsOwnNeverLeavesALineOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		l := NewLine(&out, false)
		l.width = func() int { return 80 }
		r := l.Reporter("Starting")
		r.Stage("waiting for the guest")
		r.Log("unheard")
		time.Sleep(3 * time.Second)
		r.Bytes(5, 0)
		r.Percent(50)
		if got := out.String(); got != "Starting: waiting for the guest, under 1 s so far\nStarting: waiting for the guest, 50 %, 3 s so far\n" {
			t.Errorf("got %q", got)
		}
	})
}

func TestWhatTheGuestSaysCannotSteerTheTerminal(t *testing.T) {
	var out strings.Builder
	l := NewLine(&out, true)
	for _, hostile := range []string{
		"\x1b[2J\x1b[Hroot", "\x1b]0;title\aroot", "\x1b]52;c;ZXZpbA==\x1b\\root", "ro\rot", "\u202eroot", "ro\x00o\u009b31mt",
		"a\tb", "bad \xff bytes", "\x1b", "\u2028",
	} {
		e := event(provision.StepLog)
		e.Line = hostile
		l.Event(e)
		e = progress(1, 2, time.Second)
		e.Stage, e.Title = hostile, hostile
		l.printed = time.Time{}
		l.Event(e)
		PrintError(&out, &text.Fault{What: hostile, Hint: hostile})
	}
	for _, r := range out.String() {
		if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x2028) {
			t.Errorf("%U in %q", r, out.String())
		}
	}
	if !strings.Contains(out.String(), "    root\n") {
		t.Errorf("the line itself is lost: %q", out.String())
	}
}

func TestLogLinesAreForTheVerbose(t *testing.T) {
	var out strings.Builder
	e := event(provision.StepLog)
	e.Line = "Get:1 libc6"
	NewLine(&out, false).Event(e)
	if out.Len() > 0 {
		t.Errorf("said %q", out.String())
	}
}

func TestErrorsArePrintedOneByOneWithTheirHints(t *testing.T) {
	var out strings.Builder
	PrintError(&out, errors.Join(
		&text.Fault{What: `memory "64M" is too little`, Hint: "give at least 2 GiB"},
		&text.Fault{What: "unknown key \"cpuz\"\n3 | cpuz: 2\n    ^", Hint: "did you mean cpus?", Err: errors.New("x")},
	))
	want := `error: memory "64M" is too little
  hint: give at least 2 GiB
error: unknown key "cpuz"
  3 | cpuz: 2
      ^: x
  hint: did you mean cpus?
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	PrintError(&out, nil)
	if out.Len() > 0 {
		t.Errorf("nil is %q", out.String())
	}
}

func TestChineseLinesAreChinese(t *testing.T) {
	chinese(t)
	var out strings.Builder
	l := NewLine(&out, false)
	e := progress(100*mib, 400*mib, 80*time.Second)
	e.Title, e.Stage = "基础镜像", "正在下载"
	l.Event(e)
	PrintError(&out, &text.Fault{What: "磁盘已满", Hint: "请腾出空间"})
	want := "[3/21] 基础镜像：正在下载，100 MiB / 400 MiB（25 %），每秒 12 MiB，已用 1 分 20 秒，大约还要 25 秒\n错误：磁盘已满\n  提示：请腾出空间\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestSizesAndTimesAreInPlainWords(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 10 * 1024: "10 KiB", 1<<20 - 1: "1.0 MiB",
		340 * mib: "340 MiB", 3 << 29: "1.5 GiB", 1 << 62: "4096 PiB",
	} {
		if got := Size(bytes); got != want {
			t.Errorf("%d: %q, want %q", bytes, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "under 1 s", 999 * time.Millisecond: "under 1 s", time.Second: "1 s", 59600 * time.Millisecond: "1 min",
		80 * time.Second: "1 min 20 s", time.Hour: "1 h", 125 * time.Minute: "2 h 5 min",
	} {
		if got := text.Duration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
