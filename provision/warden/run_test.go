package warden

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

func TestAWardenServesThroughItsChannel(t *testing.T) {
	s := start(t, example(), quick())
	ch := s.connected()
	c, line := ch.ask("api.example.com:22")
	if !strings.HasPrefix(line, "HTTP/1.1 200 ") {
		t.Fatalf("%q", line)
	}
	_, _ = io.WriteString(c, "ping")
	st := s.waits("the status says so", func(st Status) bool { return st.Open == 1 && st.Allowed == 1 })
	if st.PID != os.Getpid() || st.Version != "test" || st.Level != LevelAllowlist || st.Policy != example().Hash() || st.Rules != 5 || st.ConnectedSince.IsZero() {
		t.Errorf("%+v", st)
	}
	if pid, ok := Running(s.dir); !ok || pid != os.Getpid() {
		t.Errorf("%d %v", pid, ok)
	}
	s.end()
	if _, ok := Running(s.dir); ok {
		t.Error("it is said to run after its end")
	}
	if st, running, err := ReadStatus(s.dir); err != nil || running || st.Connected || st.Open != 0 || st.Allowed != 1 {
		t.Errorf("%+v %v %v", st, running, err)
	}
	if _, err := c.Read(make([]byte, 5)); err == nil {
		if _, err = c.Read(make([]byte, 5)); err == nil {
			t.Error("the tunnel outlives the warden")
		}
	}
	for _, name := range []string{PolicyFile, LockFile, StatusFile, LogFile, JournalFile} {
		if info, err := os.Lstat(filepath.Join(s.dir, name)); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
}

func TestOneWardenAMachine(t *testing.T) {
	s := start(t, example(), quick())
	s.connected()
	w := &Warden{Dir: s.dir, Machine: "t-warden", World: exampleWorld(), Connect: func(context.Context) (Channel, error) { return nil, errors.New("never") }}
	err := w.Run(context.Background())
	var f *text.Fault
	if !errors.As(err, &f) || !strings.Contains(f.What, fmt.Sprint(os.Getpid())) || f.Hint == "" {
		t.Errorf("%v", err)
	}
}

func TestRunSaysWhatItLacksAndWhereItCannotWrite(t *testing.T) {
	if err := (&Warden{}).Run(context.Background()); err == nil || len(text.Hint(err)) == 0 {
		t.Errorf("%v", err)
	}
	for _, name := range []string{LockFile, LogFile, JournalFile, StatusFile + ".new"} {
		dir := t.TempDir()
		_ = os.Symlink("/dev/null", filepath.Join(dir, name))
		w := &Warden{Dir: dir, World: exampleWorld(), Connect: func(context.Context) (Channel, error) { return nil, errors.New("never") }}
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		if err := w.Run(ctx); err == nil || len(text.Hint(err)) == 0 {
			t.Errorf("%s is a link: %v", name, err)
		}
		cancel()
	}
	w := &Warden{Dir: filepath.Join(t.TempDir(), "none"), World: exampleWorld(), Connect: func(context.Context) (Channel, error) { return nil, nil }}
	if err := w.Run(context.Background()); err == nil || len(text.Hint(err)) == 0 {
		t.Errorf("%v", err)
	}
}

func TestAChannelThatEndsIsReplaced(t *testing.T) {
	s := start(t, example(), quick())
	for range 3 {
		ch := s.connected()
		c, line := ch.ask("api.example.com:22")
		if !strings.HasPrefix(line, "HTTP/1.1 200 ") {
			t.Fatalf("%q", line)
		}
		ch.Close()
		s.waits("it is not connected", func(st Status) bool { return !st.Connected && st.Open == 0 && st.Trouble != "" })
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("the tunnel outlives its channel")
		}
	}
}

func TestConnectingThatFailsIsTriedAgainAndSaid(t *testing.T) {
	s := start(t, example(), quick())
	for range 5 {
		s.channels <- nil
	}
	st := s.waits("the trouble", func(st Status) bool { return st.Trouble != "" })
	if !strings.Contains(st.Trouble, "no route to the machine") || strings.Contains(st.Trouble, "\x1b") || st.Connected {
		t.Errorf("%+v", st)
	}
	s.connected()
	if st := s.waits("no more trouble", func(st Status) bool { return st.Connected }); st.Trouble != "" {
		t.Errorf("%+v", st)
	}
}

func TestPausesBetweenAttemptsGrowAndALastingChannelEndsThem(t *testing.T) {
	l := quick()
	l.BackoffMin, l.BackoffMax, l.Steady = 20*time.Millisecond, 80*time.Millisecond, 30*time.Millisecond
	dir := t.TempDir()
	_ = WritePolicy(dir, example())
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var at []time.Time
	lasting := false
	w := &Warden{Dir: dir, World: exampleWorld(), limits: l, Connect: func(context.Context) (Channel, error) {
		at = append(at, time.Now())
		switch {
		case len(at) == 6:
			lasting = true
			ch := newChannel()
			time.AfterFunc(50*time.Millisecond, func() { ch.Close() })
			return ch, nil
		case len(at) == 7:
			cancel()
		}
		return nil, errors.New("no")
	}}
	if err := w.Run(ctx); err != nil {
		t.Fatal(err)
	}
	for i, least := range []time.Duration{10, 20, 40, 40, 40} {
		if d := at[i+1].Sub(at[i]); d < least*time.Millisecond {
			t.Errorf("attempt %d came after %v", i+2, d)
		}
	}
	if d := at[6].Sub(at[5]); !lasting || d > 500*time.Millisecond {
		t.Errorf("after a channel that lasted, the next came after %v", d)
	}
}

func TestAPortThatIsTakenInTheGuestIsSaidAndTheJournalGoesOn(t *testing.T) {
	s := start(t, example(), quick())
	ch := newChannel()
	ch.listenErr = errors.New("tcpip-forward request denied by peer")
	s.channels <- ch
	st := s.waits("the trouble", func(st Status) bool { return st.Trouble != "" })
	if st.Connected || !strings.Contains(st.Trouble, Listen) {
		t.Errorf("%+v", st)
	}
	ch.lines <- "{\"__CURSOR\":\"s=1\",\"MESSAGE\":\"still there\"}\n"
	s.waits("the journal", func(st Status) bool { return !st.JournalAt.IsZero() })
}

func TestAPolicyIsTakenOverWhileItRuns(t *testing.T) {
	s := start(t, example(), quick())
	ch := s.connected()
	stays, _ := ch.ask("api.example.com:22")
	goes, _ := ch.ask("93.184.216.34:8080")
	_, _ = io.WriteString(stays, "x")
	_, _ = io.WriteString(goes, "x")
	p := example()
	p.Rules = p.Rules[:1]
	if err := WritePolicy(s.dir, p); err != nil {
		t.Fatal(err)
	}
	s.waits("the new policy", func(st Status) bool { return st.Policy == p.Hash() })
	_, _ = goes.Read(make([]byte, 1))
	if _, err := goes.Read(make([]byte, 1)); err == nil {
		t.Error("what lost its rule goes on")
	}
	b := make([]byte, 1)
	_, _ = stays.Read(b)
	_, _ = io.WriteString(stays, "y")
	if _, err := stays.Read(b); err != nil || b[0] != 'y' {
		t.Errorf("what kept its rule was cut: %v", err)
	}
}

func TestWithoutAValidPolicyEverythingIsRefused(t *testing.T) {
	for what, damage := range map[string]func(path string) error{
		"removed":            os.Remove,
		"empty":              func(path string) error { return os.Truncate(path, 0) },
		"garbage":            func(path string) error { return os.WriteFile(path, []byte("{"), 0o600) },
		"readable by others": func(path string) error { return os.Chmod(path, 0o644) },
		"a link": func(path string) error {
			return errors.Join(os.Rename(path, path+".old"), os.Symlink(path+".old", path))
		},
		"a directory": func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
		"a pipe":      func(path string) error { return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)) },
	} {
		t.Run(what, func(t *testing.T) {
			s := start(t, example(), quick())
			ch := s.connected()
			open, _ := ch.ask("api.example.com:22")
			_, _ = io.WriteString(open, "x")
			_, _ = open.Read(make([]byte, 1))
			path := filepath.Join(s.dir, PolicyFile)
			if err := damage(path); err != nil {
				t.Fatal(err)
			}
			st := s.waits("the trouble", func(st Status) bool { return st.PolicyTrouble != "" })
			if st.Policy != "" || st.Rules != 0 || st.Level != "" {
				t.Errorf("%+v", st)
			}
			if _, err := open.Read(make([]byte, 1)); err == nil {
				t.Error("what was open goes on")
			}
			if _, line := ch.ask("api.example.com:22"); !strings.Contains(line, " 503 ") {
				t.Errorf("%q", line)
			}
			_ = os.RemoveAll(path)
			if err := WritePolicy(s.dir, example()); err != nil {
				t.Fatal(err)
			}
			s.waits("it is well again", func(st Status) bool { return st.PolicyTrouble == "" && st.Policy != "" })
			if _, line := ch.ask("api.example.com:22"); !strings.Contains(line, " 200 ") {
				t.Errorf("%q", line)
			}
		})
	}
}

func TestAWardenThatStartsWithoutAPolicyRefuses(t *testing.T) {
	s := startIn(t, t.TempDir(), quick())
	ch := s.connected()
	if _, line := ch.ask("api.example.com:22"); !strings.Contains(line, " 503 ") {
		t.Errorf("%q", line)
	}
}

func TestTheJournalIsKeptAsItComes(t *testing.T) {
	s := start(t, example(), quick())
	ch := s.connected()
	if c := <-ch.cursors; c != "" {
		t.Errorf("the first stream begins at %q", c)
	}
	ch.lines <- "{\"__CURSOR\":\"s=a;i=1\",\"MESSAGE\":\"one\"}\n{\"__CURSOR\":\"s=a;i=2\",\"MESS"
	ch.lines <- "AGE\":\"two\"}\n"
	for _, bad := range []string{
		"not json\n", "[1]\n", "\n", "\"x\"\n", "{\"a\":1}{\"b\":2}\n", "{\"a\":\"\x1b[2J\"}\n", "{\"a\":\"\xff\"}\n", "{" + strings.Repeat("x", 70<<10) + "}\n", "{\"a\":\"" + strings.Repeat("x", 65<<10) + "\"}\n",
	} {
		ch.lines <- bad
	}
	ch.lines <- "{\"__CURSOR\":\"; rm -rf /\",\"MESSAGE\":\"three \u009b2J \x7f \u2028\"}\n"
	ch.lines <- "{\"__CURSOR\":\"s=a;i=4\",\"MESSAGE\":\"half"
	ch.Close()
	s.waits("nine are dropped", func(st Status) bool { return st.JournalDropped == 9 && !st.JournalAt.IsZero() })
	ch2 := s.connected()
	if c := <-ch2.cursors; c != "s=a;i=2" {
		t.Errorf("the next stream begins at %q", c)
	}
	ch2.lines <- "{\"__CURSOR\":\"s=a;i=4\",\"MESSAGE\":\"four\"}\n"
	eventually(t, "the place is kept", func() bool {
		data, _ := os.ReadFile(filepath.Join(s.dir, CursorFile))
		return string(data) == "s=a;i=4\n"
	})
	s.end()
	got := mustRead(t, s.dir, JournalFile)
	want := `{"__CURSOR":"s=a;i=1","MESSAGE":"one"}
{"__CURSOR":"s=a;i=2","MESSAGE":"two"}
{"__CURSOR":"; rm -rf /","MESSAGE":"three \u009b2J \u007f ` + "\u2028" + `"}
{"__CURSOR":"s=a;i=4","MESSAGE":"four"}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again := startIn(t, s.dir, quick())
	if c := <-again.connected().cursors; c != "s=a;i=4" {
		t.Errorf("the next warden begins at %q", c)
	}
}

func TestAJournalThatDoesNotKnowItsPlaceBeginsAnew(t *testing.T) {
	dir := t.TempDir()
	_ = WritePolicy(dir, example())
	_ = os.WriteFile(filepath.Join(dir, CursorFile), []byte("s=gone\n"), 0o600)
	s := startIn(t, dir, quick())
	ch := s.connected()
	for i := range 3 {
		if c := <-ch.cursors; c != "s=gone" {
			t.Errorf("attempt %d begins at %q", i, c)
		}
		ch.lines <- "" // journalctl fails
	}
	if c := <-ch.cursors; c != "" {
		t.Errorf("it still begins at %q", c)
	}
	if st := s.waits("the trouble", func(st Status) bool { return st.JournalTrouble != "" }); !st.Connected {
		t.Errorf("%+v", st)
	}
	ch.lines <- "{\"__CURSOR\":\"s=new\"}\n"
	s.waits("no more trouble", func(st Status) bool { return st.JournalTrouble == "" })
	var mark struct{ Clawarium, After string }
	first, rest, _ := strings.Cut(mustRead(t, dir, JournalFile), "\n")
	if err := json.Unmarshal([]byte(first), &mark); err != nil || mark.Clawarium != "rewound" || mark.After != "s=gone" || !strings.Contains(rest, "s=new") {
		t.Errorf("%q, then %q", first, rest)
	}
}

func TestAJournalThatCannotBeReadOrKeptDoesNotBeginAnew(t *testing.T) {
	dir := t.TempDir()
	_ = WritePolicy(dir, example())
	_ = os.WriteFile(filepath.Join(dir, CursorFile), []byte("s=1\n"), 0o600)
	// A disk that takes no more.
	_ = os.WriteFile(filepath.Join(dir, JournalFile), []byte("{}\n"), 0o600)
	for _, full := range []string{".2", ".3"} {
		if err := os.MkdirAll(filepath.Join(dir, JournalFile+full, "x"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	l := quick()
	l.JournalBytes = 10
	s := startIn(t, dir, l)
	ch := s.connected()
	for i, line := range []string{lost, lost, lost, lost, "{\"__CURSOR\":\"s=2\",\"MESSAGE\":\"a\"}\n", "{\"__CURSOR\":\"s=2\",\"MESSAGE\":\"b\"}\n", "{\"__CURSOR\":\"s=2\",\"MESSAGE\":\"c\"}\n", lost} {
		if c := <-ch.cursors; c != "s=1" {
			t.Errorf("attempt %d begins at %q", i, c)
		}
		ch.lines <- line
	}
	if c := <-ch.cursors; c != "s=1" || mustRead(t, dir, JournalFile) != "{}\n" {
		t.Errorf("it begins at %q, after %q", c, mustRead(t, dir, JournalFile))
	}
}

func TestACursorIsNothingButACursor(t *testing.T) {
	for s, want := range map[string]bool{
		"s=6a08a6a4cd6b4a3ba7c1ed0a6d7a9c4e;i=3f;b=0f1d2c3b4a59687786950a4b3c2d1e0f;m=1a2b3c;t=5f8e7d6c5b4a3;x=8796a5b4c3d2e1f0": true,
		strings.Repeat("a", 256): true, strings.Repeat("a", 257): false,
		"": false, "S=1": false, "s_1": false, "s=1\n": false, "--file=/etc/shadow": false, "é": false,
	} {
		if validCursor(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

func TestFilesAreRotated(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.log")
	r, err := openRotating(path, 100, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if err := r.writeLine([]byte(fmt.Sprintf("line %02d", i))); err != nil {
			t.Fatal(err)
		}
	}
	r.close()
	all := mustRead(t, dir, "x.log.2") + mustRead(t, dir, "x.log.1") + mustRead(t, dir, "x.log")
	if !strings.HasSuffix(all, "line 98\nline 99\n") || strings.Count(all, "\n") < 24 || strings.Contains(all, "line 00") {
		t.Errorf("%q", all)
	}
	if files, _ := os.ReadDir(dir); len(files) != 3 {
		t.Errorf("%d files", len(files))
	}
	for _, name := range []string{"x.log", "x.log.1", "x.log.2"} {
		if info, _ := os.Stat(filepath.Join(dir, name)); info.Size() > 100 || info.Mode() != 0o600 {
			t.Errorf("%s: %v", name, info)
		}
	}
}

func TestALineThatAKillCutOffIsNotContinued(t *testing.T) {
	dir := t.TempDir()
	_ = os.WriteFile(filepath.Join(dir, LogFile), []byte("{\"verdict\":\"allow\"}\n{\"verd"), 0o600)
	d, err := openDecisions(dir, quick(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	_ = d.write(Entry{Verdict: Refuse, Host: "a.example.com"})
	d.close()
	list, err := ReadLog(dir, 0)
	if err != nil || len(list) != 2 || list[1].Host != "a.example.com" {
		t.Errorf("%+v %v", list, err)
	}
}

func TestTheLogIsReadAcrossItsFiles(t *testing.T) {
	dir := t.TempDir()
	l := quick()
	l.LogBytes = 1000
	d, _ := openDecisions(dir, l, time.Now)
	for i := range 20 {
		_ = d.write(Entry{Verdict: Allow, ID: uint64(i + 1)})
	}
	d.close()
	list, err := ReadLog(dir, 15)
	if err != nil || len(list) != 15 || list[0].ID != 6 || list[14].ID != 20 {
		t.Errorf("%d: %+v %v", len(list), list, err)
	}
	if all, _ := ReadLog(dir, 0); len(all) < 15 || all[len(all)-1].ID != 20 {
		t.Errorf("%+v", all)
	}
	if none, err := ReadLog(t.TempDir(), 5); err != nil || len(none) > 0 {
		t.Errorf("%v %v", none, err)
	}
}

func TestWhatTheGuestWritesCannotPlayWithATerminal(t *testing.T) {
	r := newRig(t, example(), exampleWorld(), quick())
	r.say("\x05\x01\x00" + socksAsk("\x1b]0;evil\x07\x9b2J\r\nverdict:allow\u202e\x00\x7f", 443))
	r.say("CONNECT \x1b[2J:443 HTTP/1.1\r\n\r\n")
	r.say("CONNECT api.example.com:443 HTTP/1.1\r\nHost: \x1b[2J\r\n\r\n")
	evil := clientHello(t, "x.example.com")
	for i := range evil {
		if string(evil[i:min(i+13, len(evil))]) == "x.example.com" {
			copy(evil[i:], "\x1b\x9b\r\n\x00")
		}
	}
	c, _ := r.open("api.example.com:443")
	_, _ = c.Write(evil)
	_, _ = io.ReadAll(c)
	r.settle()
	log := mustRead(t, r.dir, LogFile)
	for i, b := range []byte(log) {
		if b < 0x20 && b != '\n' || b > 0x7e {
			t.Fatalf("byte %#x in %q", b, log[max(0, i-20):i+1])
		}
	}
	for line := range strings.Lines(log) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		for key := range e {
			if !strings.Contains(" time verdict id kind host port address rule reason name up down seconds times ", " "+key+" ") {
				t.Errorf("%q has %q", line, key)
			}
		}
	}
	if r.allowed.Load() != 0 || r.refused.Load() != 4 {
		t.Errorf("%d allowed, %d refused\n%s", r.allowed.Load(), r.refused.Load(), log)
	}
}

func TestNoPathQueryHeaderOrCredentialIsLogged(t *testing.T) {
	world := exampleWorld()
	recorded(world, ok200)
	r := newRig(t, example(), world, quick())
	r.say("GET http://deb.example.org/SECRET1?SECRET2 HTTP/1.1\r\nHost: deb.example.org\r\nAuthorization: SECRET3\r\nProxy-Authorization: SECRET4\r\nCookie: SECRET5\r\n\r\n")
	r.say("GET http://SECRET6:SECRET7@deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\n\r\n")
	r.say("CONNECT SECRET8@api.example.com:443 HTTP/1.1\r\n\r\n")
	r.say("CONNECT api.example.com/SECRET9:443 HTTP/1.1\r\n\r\n")
	r.say("CONNECT http://SECRET10:SECRET11@api.example.com/:443 HTTP/1.1\r\n\r\n")
	r.settle()
	if log := mustRead(t, r.dir, LogFile); strings.Contains(log, "SECRET") || strings.Count(log, "\n") < 4 {
		t.Errorf("%s", log)
	}
}

func TestAFloodOfRefusalsDoesNotPushOutTheLog(t *testing.T) {
	l := quick()
	l.LogBurst, l.LogRate = 10, 0
	r := newRig(t, example(), exampleWorld(), l)
	c, _ := r.open("api.example.com:22")
	echo(t, c)
	for range 100 {
		r.say("CONNECT other.example.com:443 HTTP/1.1\r\n\r\n")
	}
	c.Close()
	r.settle()
	_ = r.log.flush()
	var refused, times, others int64
	for _, e := range r.entries() {
		switch {
		case e.Times > 0:
			times += e.Times
		case e.Verdict == Refuse:
			refused++
		default:
			others++
		}
	}
	if refused != 10 || times != 90 || others != 2 {
		t.Errorf("%d refusals, %d counted, %d others", refused, times, others)
	}
}

func TestAWardenThatCannotGetRidOfWhatItHoldsEnds(t *testing.T) {
	l := quick()
	l.Heap = 1
	s := start(t, example(), l)
	for range 50 {
		s.channels <- newChannel()
	}
	err := <-s.result
	s.result <- err
	var f *text.Fault
	if !errors.As(err, &f) || f.Hint == "" {
		t.Errorf("%v", err)
	}
	if st, running, _ := ReadStatus(s.dir); running || st.Connected || st.Trouble == "" {
		t.Errorf("%+v", st)
	}
}

func TestTheProxyListensWhereTheGuestsProgramsLookForIt(t *testing.T) {
	if "http://"+Listen != layout.Proxy {
		t.Errorf("it listens at %s, they look at %s", Listen, layout.Proxy)
	}
}

// someWalls are walls that are gone, and come back, as the test says.
type someWalls struct {
	gone  atomic.Bool
	calls atomic.Int32
	way   atomic.Int32 // what PutBack does
}

const (
	putsBack int32 = iota
	refuses
	doesNothing
)

func (w *someWalls) Gone(context.Context) bool { return w.gone.Load() }

func (w *someWalls) PutBack(context.Context) error {
	w.calls.Add(1)
	switch w.way.Load() {
	case refuses:
		return errors.New("libvirt is\ndown")
	case putsBack:
		w.gone.Store(false)
	}
	return nil
}

func TestWallsThatAreGoneAreNoticedAndPutBack(t *testing.T) {
	walls := &someWalls{}
	s := start(t, example(), quick(), func(w *Warden) { w.Walls = walls })
	s.connected()
	time.Sleep(20 * quick().Walls)
	if n := walls.calls.Load(); n != 0 {
		t.Errorf("put back %d times while they stood", n)
	}

	walls.gone.Store(true)
	st := s.waits("they are put back", func(st Status) bool { return st.WallsBack == 1 })
	if st.WallsTrouble != "" || st.WallsBackAt.IsZero() || !st.Connected {
		t.Errorf("%+v", st)
	}

	walls.way.Store(refuses)
	walls.gone.Store(true)
	st = s.waits("it is said why they are not", func(st Status) bool { return strings.Contains(st.WallsTrouble, "libvirt is down") })
	if st.WallsBack != 1 {
		t.Errorf("%+v", st)
	}
	before := walls.calls.Load()
	eventually(t, "another attempt", func() bool { return walls.calls.Load() > before })

	walls.way.Store(doesNothing)
	s.waits("nothing came of it", func(st Status) bool { return strings.Contains(st.WallsTrouble, text.T().Warden.WallsStillGone) })

	walls.way.Store(putsBack)
	s.waits("they are put back in the end", func(st Status) bool { return st.WallsBack == 2 && st.WallsTrouble == "" })

	walls.way.Store(refuses)
	walls.gone.Store(true)
	s.waits("they are gone again", func(st Status) bool { return st.WallsTrouble != "" })
	walls.gone.Store(false)
	s.waits("somebody else put them back", func(st Status) bool { return st.WallsTrouble == "" && st.WallsBack == 2 })
}
