package ui

// How a conversation ends when nobody answers any more: at the end of the input,
// by ctrl+c, and over whatever an input may hold.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

// piped holds a conversation over a real pipe.
func piped(t *testing.T, d Driver, o LineOptions, input string) talk {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		_, _ = io.WriteString(w, input)
		w.Close()
	}()
	var said bytes.Buffer
	o.In, o.Out, o.Err = r, &said, &said
	if o.Plan.Version == 0 {
		o.Plan = plan.Default(d.Host())
	}
	code, err := Converse(t.Context(), d, o)
	return talk{said.String(), code, err}
}

func TestTheEndOfTheInputAnswersNoQuestion(t *testing.T) {
	for name, lines := range map[string][]string{
		"recommended": recommendedPath,
		"everything":  everyQuestion,
		"change":      {"", "1", "change", "4", "", "internet", "zai", testKey, "change promises", "yes", "", "", "", "yes", "make"},
		"mistakes":    {"x", "", "1", "", "plan", "save", "yes"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newLineDriver()
			if got := piped(t, d, LineOptions{}, joinLines(lines)); got.code != 0 || len(d.applied) != 1 {
				t.Fatalf("the whole input ends with %d, %v\n%s", got.code, got.err, got.said)
			}
			// Cut behind each line, in the middle of the next, and right before its end.
			for n := range lines {
				whole := strings.Join(lines[:n], "\n")
				if n > 0 {
					whole += "\n"
				}
				for _, part := range []string{"", lines[n][:len(lines[n])/2], lines[n]} {
					d := newLineDriver()
					got := piped(t, d, LineOptions{}, whole+part)
					if len(d.applied) > 0 {
						t.Errorf("cut behind line %d and %q, a machine was made", n, part)
					}
					if got.code != 2 || !errors.Is(got.err, io.ErrUnexpectedEOF) || len(text.Hint(got.err)) == 0 {
						t.Errorf("cut behind line %d and %q: code %d, %v", n, part, got.code, got.err)
					}
					if strings.Contains(got.said, testKey) {
						t.Errorf("cut behind line %d, the key is said", n)
					}
				}
			}
		})
	}
}

func TestTheEndOfTheInputChangesNothingOfAMachine(t *testing.T) {
	lines := []string{"2", "yes", "yes", "yes", "no", "yes"}
	for n := range lines {
		m := drifting()
		d := newLineDriver()
		d.machine = m
		got := piped(t, d, LineOptions{Dashboard: true, Plan: m.plan}, strings.Join(lines[:n], "\n")+"\n"+lines[n])
		for _, did := range m.did {
			if did != "close 1" { // which was answered with a yes
				t.Errorf("cut in line %d: did %v", n, m.did)
			}
		}
		if got.code != 2 || !errors.Is(got.err, io.ErrUnexpectedEOF) {
			t.Errorf("cut in line %d: code %d, %v", n, got.code, got.err)
		}
	}
}

func TestAnswersWithoutEndComeToAnEnd(t *testing.T) {
	for name, input := range map[string]io.Reader{
		"the same word":   &forever{"y\n"},
		"help":            &forever{"?\n"},
		"empty lines":     &forever{"\n"},
		"back":            &forever{"<\n"},
		"long lines":      &forever{strings.Repeat("x", 8000) + "\n"},
		"no line at all":  &forever{"\x00"},
		"unreadable":      &broken{},
		"half an answer":  strings.NewReader("make"),
		"no input at all": strings.NewReader(""),
	} {
		t.Run(name, func(t *testing.T) {
			d := newLineDriver()
			c := newConversation(t.Context(), d, LineOptions{Plan: plan.Default(testHost), Out: io.Discard, Err: io.Discard})
			c.in = &lineReader{in: input}
			code, err := c.hold(t.Context())
			if code != 2 || err == nil || len(d.applied) > 0 {
				t.Errorf("code %d, %v, applied %d", code, err, len(d.applied))
			}
		})
	}
}

// forever is an input that repeats itself.
type forever struct{ s string }

func (f *forever) Read(p []byte) (int, error) {
	p[0] = f.s[0]
	f.s = f.s[1:] + f.s[:1]
	return 1, nil
}

type broken struct{}

func (*broken) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

func TestWhatFollowsAnAnswerIsLeftForOthers(t *testing.T) {
	in := strings.NewReader("yes\nrest\n")
	if got, err := Ask(t.Context(), in, io.Discard, "?"); got != "yes" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "rest\n" {
		t.Errorf("left %q", rest)
	}
}

func TestALineThatCameTooLateIsTheNextQuestions(t *testing.T) {
	in, w := io.Pipe()
	r := &lineReader{in: in}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.line(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := r.line(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	go io.WriteString(w, "late\nnext\n")
	for _, want := range []string{"late", "next"} {
		if got, err := r.line(t.Context()); got != want || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func TestCtrlCEndsAQuestionAtOnceAndASetUpInOrder(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := newLineDriver()
	in, w := io.Pipe()
	defer w.Close()
	c := newConversation(ctx, d, LineOptions{Plan: plan.Default(testHost), Out: io.Discard, Err: io.Discard})
	c.in = &lineReader{in: in}
	time.AfterFunc(20*time.Millisecond, cancel)
	code, err := c.hold(ctx)
	if code != 130 || !errors.Is(err, context.Canceled) || fmt.Sprint(err) != text.T().Lines.Interrupted || len(d.applied) > 0 {
		t.Errorf("at a question: code %d, %v", code, err)
	}

	ctx, cancel = context.WithCancel(t.Context())
	d = newLineDriver()
	d.began = cancel
	stopped := &provision.Stopped{Step: "boot", Title: "First boot", Cause: context.Canceled}
	c = newConversation(ctx, &stoppingDriver{d, stopped}, LineOptions{Plan: plan.Default(testHost), Out: io.Discard, Err: io.Discard})
	c.in = &lineReader{in: strings.NewReader("\n1\nmake\nagain\n")}
	code, err = c.hold(ctx)
	if code != 130 || err != error(stopped) || len(d.applied) != 1 {
		t.Errorf("in a set-up: code %d, %v, applied %d", code, err, len(d.applied))
	}
}

// stoppingDriver is stopped in the middle of a set-up.
type stoppingDriver struct {
	*lineDriver
	err error
}

func (d *stoppingDriver) Setup(ctx context.Context, p plan.Plan, key []byte, promised []checks.ID, event func(provision.Event)) (provision.Result, error) {
	r, _ := d.lineDriver.Setup(ctx, p, key, promised, event)
	return r, d.err
}

// spoken is a terminal with a conversation on it.
type spoken struct {
	t     *testing.T
	there *os.File // what a person sees and types on
	all   []byte   // of what was shown, what has not been looked for
	shown []byte
}

// until waits for text to be said.
func (s *spoken) until(want string) {
	s.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	buf := make([]byte, 4096)
	for !bytes.Contains(s.all, []byte(want)) {
		_ = s.there.SetReadDeadline(deadline)
		n, err := s.there.Read(buf)
		s.all = append(s.all, buf[:n]...)
		s.shown = append(s.shown, buf[:n]...)
		if err != nil {
			s.t.Fatalf("waiting for %q: %v\n%s", want, err, s.all)
		}
	}
	_, rest, _ := bytes.Cut(s.all, []byte(want))
	s.all = rest
}

func TestATerminalDoesNotShowTheKey(t *testing.T) {
	there, here, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	defer there.Close()
	defer here.Close()
	echoes := func() bool {
		state, err := unix.IoctlGetTermios(int(here.Fd()), getTermios)
		if err != nil {
			t.Fatal(err)
		}
		return state.Lflag&unix.ECHO != 0
	}
	p := plan.Default(testHost)
	p.OpenClaw.Provider = "zai"
	talkTo := func(ctx context.Context, d Driver) (*spoken, chan int) {
		ended := make(chan int, 1)
		go func() {
			code, _ := Converse(ctx, d, LineOptions{In: here, Out: here, Err: here, Plan: p})
			ended <- code
		}()
		return &spoken{t: t, there: there}, ended
	}

	d := newLineDriver()
	s, ended := talkTo(t.Context(), d)
	say := func(line string) { fmt.Fprintln(there, line) }
	s.until("Language")
	say("")
	s.until("Answer [1, Recommended settings]:")
	say("1")
	s.until("Model key for Zhipu (Z.ai) [later]:")
	waitFor(t, func() bool { return !echoes() })
	say(testKey)
	s.until("taken, and not shown.")
	s.until("Type make")
	if !echoes() {
		t.Error("the terminal stays mute")
	}
	say("make")
	s.until("What next")
	if bytes.Contains(s.shown, []byte(testKey)) || !bytes.Contains(s.shown, []byte("quit: make\r\n")) {
		t.Errorf("the terminal shows the key, or nothing that is typed:\n%s", s.shown)
	}
	if code := <-ended; code != 0 || len(d.keys) != 1 || d.keys[0] != testKey {
		t.Errorf("code %d, keys %d", code, len(d.keys))
	}

	// ctrl+c while the key is typed leaves a terminal that shows what is typed.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, ended = talkTo(ctx, newLineDriver())
	s.until("Language")
	say("")
	s.until("Answer [1, Recommended settings]:")
	say("1")
	s.until("Model key for Zhipu (Z.ai) [later]:")
	waitFor(t, func() bool { return !echoes() })
	cancel()
	if code := <-ended; code != 130 {
		t.Errorf("code %d", code)
	}
	if !echoes() {
		t.Error("after ctrl+c the terminal stays mute")
	}
	say("") // to whoever still reads the key
	time.Sleep(50 * time.Millisecond)
}

func waitFor(t *testing.T, is func() bool) {
	t.Helper()
	for began := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatal("it did not come to that")
		}
	}
}

// FuzzConverse holds conversations over any input: each comes to its end, and
// changes something only when the last thing read was the yes to that question.
func FuzzConverse(f *testing.F) {
	for _, lines := range [][]string{recommendedPath, everyQuestion, {"", "1", "change", "4", "", "", "yes"},
		{"2", "yes", "no", "yes", "", "yes", "accept", "8"}, {"7", "yes", "openclaw"}, {"6", "yes", "3", "", "8"}} {
		f.Add([]byte(joinLines(lines)), false)
		f.Add([]byte(joinLines(lines)), true)
	}
	f.Add([]byte("\xff\xfe\n\x00\n\x1b[2J\nyes\nmake\n"), false)
	f.Add([]byte(strings.Repeat("<\n\n", 40)), false)
	f.Fuzz(func(t *testing.T, input []byte, dashboard bool) { overAnything(t, input, dashboard) })
}

// overAnything holds a conversation over an input.
func overAnything(t *testing.T, input []byte, dashboard bool) (made, changed int) {
	text.Use(text.English)
	defer text.Use(text.English)
	d := newLineDriver()
	m := drifting()
	m.out = someOut()
	m.out.Blocked = append(m.out.Blocked, Blocked{Host: "back\x1b[2J", Port: 443, Listable: true})
	d.machine = m
	if len(input)%3 == 1 {
		d.preflight = newMender().preflight
	}
	if len(input)%2 == 1 {
		d.failing = []error{errors.New("no"), errors.New("no")}
	}
	var said bytes.Buffer
	c := newConversation(t.Context(), d, LineOptions{Plan: plan.Default(testHost), Dashboard: dashboard, Out: &said, Err: &said})
	answers := newAnswers(string(input), io.Discard)
	c.in = &lineReader{in: answers}
	sure := map[string]bool{"make": true, "make it": true, "创建": true, "开始创建": true, "1": true, "again": true, "try again": true, "重试": true}
	d.began = func() {
		word := strings.ToLower(narrow(answers.last))
		if !sure[word] && !Yes(word) {
			t.Errorf("%q made a machine", answers.last)
		}
		tail := said.String()
		tail = tail[max(0, len(tail)-2000):]
		asked := text.InBoth(func(s *text.Strings) string { return s.Lines.ReviewAsk })
		failed := text.InBoth(func(s *text.Strings) string { return s.Lines.Failed })
		ok := false
		for i := range asked {
			ok = ok || strings.Contains(tail, asked[i]) || len(d.applied) > 0 && strings.Contains(said.String(), failed[i])
		}
		if !ok {
			t.Errorf("a machine was made without the review: …%s", tail)
		}
	}
	d.mending = func(id string) {
		if !Yes(narrow(answers.last)) {
			t.Errorf("%q had %s run", answers.last, id)
		}
	}
	m.asked = func(did string) {
		word := strings.ToLower(narrow(answers.last))
		switch {
		case strings.HasPrefix(did, "destroy"):
			if strings.TrimSpace(answers.last) != m.plan.Name {
				t.Errorf("%q led to: %s", answers.last, did)
			}
		case strings.HasPrefix(did, "change out"):
			if word == "" || word == "1" || Yes(word) || strings.Contains(did, "[2J") {
				t.Errorf("%q led to: %s", answers.last, did)
			}
		case strings.HasPrefix(did, "start"), strings.HasPrefix(did, "stop"), strings.HasPrefix(did, "close"), strings.HasPrefix(did, "confirm"):
			if !Yes(word) {
				t.Errorf("%q led to: %s", answers.last, did)
			}
		}
	}
	code, err := c.hold(t.Context())
	if code != 0 && code != 1 && code != 2 && code != 3 && code != 130 || err != nil && code != 2 {
		t.Errorf("code %d, %v", code, err)
	}
	if strings.ContainsAny(said.String(), "\x1b\x07\x00") {
		t.Errorf("control characters are said: %q", said.String())
	}
	return len(d.applied), len(m.did)
}

func TestNothingIsChangedOverAnyWordsButAYes(t *testing.T) {
	words := []string{"", "", "", "", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "out", "level", "add", "next", "yes", "yes", "no", "是", "<", "back", "?", "quit", "make", "创建", "plan", "detail",
		"save /tmp/x", "change", "change 4", "修改 7", "again", "undo", "leave", "openclaw", "reef", "zai", "system", "file", "auto", "-", "accept",
		"choose", "自己选择", "zh", "3GiB", "http://a.example", testKey, "\x1b[31m", "\xff\xfe", strings.Repeat("长", 1400)}
	made, changed := 0, 0
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 7))
		var input strings.Builder
		input.WriteString([]string{"", "\n1\n", "\n2\n\n"}[r.IntN(3)])
		for range r.IntN(60) {
			input.WriteString(words[r.IntN(len(words))] + "\n")
		}
		applied, did := overAnything(t, []byte(input.String()), seed%3 == 0)
		made, changed = made+applied, changed+did
		if t.Failed() {
			t.Fatalf("over %q", input.String())
		}
	}
	if made < 100 || changed < 100 { // else it has shown nothing
		t.Errorf("%d machines were made, %d things changed", made, changed)
	}
}
