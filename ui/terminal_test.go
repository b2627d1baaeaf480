package ui

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/creack/pty"
)

func TestTheScreenIsShownOnlyWhereItCanBe(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, c := range []struct {
		name    string
		in, out *os.File
		env     string
		want    bool
	}{
		{"a terminal", slave, slave, "TERM=xterm-256color", true},
		{"a console", slave, slave, "TERM=linux", true},
		{"answers from a file", file, slave, "TERM=xterm", false},
		{"output to a file", slave, file, "TERM=xterm", false},
		{"no input", nil, slave, "TERM=xterm", false},
		{"dumb", slave, slave, "TERM=dumb", false},
		{"unknown", slave, slave, "", false},
		{"a screen reader", slave, slave, "TERM=xterm ACCESSIBLE=1", false},
	} {
		got := Capable(c.in, c.out, func(key string) string {
			for _, kv := range strings.Fields(c.env) {
				if v, ok := strings.CutPrefix(kv, key+"="); ok {
					return v
				}
			}
			return ""
		})
		if got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestTheExitStatusIsThatOfTheSignal(t *testing.T) {
	for sig, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 143} {
		ctx, stop := signal.NotifyContext(context.Background(), sig)
		if err := syscall.Kill(os.Getpid(), sig); err != nil {
			t.Fatal(err)
		}
		<-ctx.Done()
		if got := ending(ctx); got != want {
			t.Errorf("%v: %d", sig, got)
		}
		stop()
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errHangup)
	if got := ending(ctx); got != 143 {
		t.Errorf("a closed terminal: %d", got)
	}
}

func TestTheEndOfTheInputIsTheEndOfTheTerminal(t *testing.T) {
	for name, in := range map[string]io.Reader{
		"end":   strings.NewReader("x"),
		"error": io.MultiReader(strings.NewReader("x"), badReader{}),
	} {
		gone := 0
		got, err := io.ReadAll(listen(in, func() { gone++ }))
		if err != nil || string(got) != "x" || gone == 0 {
			t.Errorf("%s: %q, %v, told %d times", name, got, err, gone)
		}
	}
}

type badReader struct{}

func (badReader) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

func TestTheProgramWaitsForWork(t *testing.T) {
	s := &session{}
	s.works.wait() // there is none
	release, ended := make(chan struct{}), make(chan struct{})
	for range 2 {
		go s.work(func() tea.Msg { <-release; return nil })()
	}
	for count := 0; count < 2; {
		s.works.mu.Lock()
		count = s.works.count
		s.works.mu.Unlock()
	}
	go func() { s.works.wait(); close(ended) }()
	select {
	case <-ended:
		t.Fatal("it did not wait")
	case <-time.After(20 * time.Millisecond):
	}
	close(release)
	<-ended
}
