package warden

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestWhatIsAllowedWaitsForItsTurnAndIsLogged(t *testing.T) {
	r := newRig(t, example(), exampleWorld(), quick())
	r.pace = newPace(10, 50)
	began := time.Now()
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			c, status := r.open("api.example.com:22")
			if !strings.HasPrefix(status, "HTTP/1.1 200 ") {
				t.Errorf("%q", status)
			}
			_ = c.Close()
		})
	}
	all.Wait()
	if took := time.Since(began); took < 350*time.Millisecond {
		t.Errorf("30 were connected within %v", took)
	}
	r.settle()
	lines := map[Verdict]int{}
	for _, e := range r.entries() {
		lines[e.Verdict]++
	}
	if lines[Allow] != 30 || lines[End] != 30 || len(lines) != 2 {
		t.Errorf("%v", lines)
	}
}

func TestWhoWaitsForItsTurnGoesByThePolicyOfThen(t *testing.T) {
	r := newRig(t, example(), exampleWorld(), quick())
	r.pace = newPace(0, 5)
	status := make(chan string)
	go func() {
		_, s := r.open("api.example.com:22")
		status <- s
	}()
	eventually(t, "it waits", func() bool {
		r.pace.mu.Lock()
		defer r.pace.mu.Unlock()
		return r.pace.spare < 0
	})
	r.policy.Store(compile(Policy{Format: 1, Level: LevelOffline}))
	if s := <-status; !strings.HasPrefix(s, "HTTP/1.1 403 ") {
		t.Errorf("%q", s)
	}
	if names := r.world.lookups(); len(names) > 0 {
		t.Errorf("looked up %v", names)
	}
}

func TestWhoGoesWhileItWaitsLeavesItsTurnToOthers(t *testing.T) {
	p := newPace(0, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if p.wait(ctx) {
			t.Fatal("it is the turn of one that has gone")
		}
	}
	if p.spare < -1 {
		t.Errorf("%v are waited for", -p.spare)
	}
}

func TestAWardenHasAPaceUnlessItsLimitsHaveNone(t *testing.T) {
	l := quick()
	l.LinkBurst, l.LinkRate = 1, 1
	s := start(t, example(), l)
	ch := s.connected()
	began := time.Now()
	for range 2 {
		if _, line := ch.ask("api.example.com:22"); !strings.HasPrefix(line, "HTTP/1.1 200 ") {
			t.Errorf("%q", line)
		}
	}
	if took := time.Since(began); took < 500*time.Millisecond {
		t.Errorf("both within %v", took)
	}
	if defaults.LinkRate <= 0 {
		t.Error("none by default")
	}
}
