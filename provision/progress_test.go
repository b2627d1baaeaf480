package provision

import (
	"context"
	"encoding/json"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// watch runs one step whose Do is f and returns the events it sent.
func watch(t *testing.T, expect time.Duration, f func(Reporter)) []Event {
	t.Helper()
	k := newTank()
	s := k.step("a")
	s.Expect = expect
	inner := s.Do
	s.Do = func(ctx context.Context, b json.RawMessage, r Reporter) error {
		f(r)
		return inner(ctx, b, r)
	}
	var events []Event
	if _, err := New(t.TempDir(), []Step{s}, func(e Event) { events = append(events, e) }, testOptions).Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	return events
}

func TestProgressIsThrottledButStagesAndLastValuesAlwaysArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const second = 1000
		events := watch(t, 0, func(r Reporter) {
			for i := range 10 * second { // one a millisecond, ten seconds long
				if i%2000 == 0 {
					r.Stage([]string{"one", "two", "three", "four", "five"}[i/2000])
				}
				r.Bytes(int64(i), 20000)
				time.Sleep(time.Millisecond)
			}
		})
		stages, last := 0, Event{}
		for _, e := range events {
			if e.Kind == StepProgress {
				if e.Stage != last.Stage {
					stages++
				}
				last = e
			}
		}
		if n := len(events); n < 80 || n > 120 {
			t.Errorf("%d events in ten seconds", n)
		}
		if stages != 5 || last.Bytes != 9999 {
			t.Errorf("%d stages, last %+v", stages, last)
		}
	})
}

func TestAValueThatIsHeldBackArrivesWithoutAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at int
		seen := watch(t, 0, func(r Reporter) {
			r.Bytes(1, 100)
			r.Bytes(2, 100)
			time.Sleep(500 * time.Millisecond)
		})
		for i, e := range seen {
			if e.Bytes == 2 && e.Elapsed < 200*time.Millisecond {
				at = i
			}
		}
		if at == 0 {
			t.Errorf("events %+v", seen)
		}
	})
}

func TestASilentStepIsHeardOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := watch(t, 40*time.Second, func(Reporter) { time.Sleep(30*time.Second + 1) })
		if n := len(events); n < 30 || n > 33 {
			t.Errorf("%d events", n)
		}
		if e := events[10]; e.Elapsed != 10*time.Second || e.Estimate != 30*time.Second {
			t.Errorf("after 10 s: elapsed %v, left %v", e.Elapsed, e.Estimate)
		}
	})
}

func TestTimeLeftComesFromTheRateOfThisTransferNotOfAnEarlierOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := watch(t, time.Hour, func(r Reporter) {
			for i := range 61 { // goes on at half: 10 bytes a second from 500 of 1100
				r.Bytes(int64(500+10*i), 1100)
				time.Sleep(time.Second)
			}
		})
		for _, e := range events {
			if e.Kind == StepProgress && e.Bytes == 800 {
				if math.Abs(e.Rate-10) > 0.5 || (e.Estimate-30*time.Second).Abs() > 2*time.Second {
					t.Errorf("at %d: %.1f a second, %v left", e.Bytes, e.Rate, e.Estimate)
				}
				return
			}
		}
		t.Error("no such event")
	})
}

func TestTimeLeftComesFromPercentWhenThereAreNoBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := watch(t, time.Hour, func(r Reporter) {
			for p := range 51 {
				r.Percent(float64(p))
				time.Sleep(time.Second)
			}
		})
		e := events[len(events)-2]
		if e.Percent != 50 || (e.Estimate-50*time.Second).Abs() > 3*time.Second || e.Rate != 0 {
			t.Errorf("%+v", e)
		}
	})
}

func TestReportersAreSafeFromManyGoroutinesAndDeafAfterTheEnd(t *testing.T) {
	var late Reporter
	var wg sync.WaitGroup
	events := watch(t, 0, func(r Reporter) {
		late = r
		for g := range 8 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range 200 {
					r.Bytes(int64(i), int64(g))
					r.Percent(math.NaN())
					r.Stage("s")
					r.Log("l")
				}
			}()
		}
		wg.Wait()
	})
	n := len(events)
	late.Log("x")
	late.Stage("y")
	late.Bytes(1, 2)
	late.Percent(3)
	if len(events) != n || events[n-1].Kind != StepDone {
		t.Errorf("%d, then %d events", n, len(events))
	}
}
