package ui

// Properties that hold whatever is pressed, pasted, resized and answered, on every
// page. A list of events is run against the model with a clock of its own; one
// after which something does not hold is made as short as it can be, and printed.

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// fixedSeed is the seed of the runs that are the same each time.
const fixedSeed = 4

// eventsWanted is how many events are run: what the race detector can bear in the
// quick tests, unless CLAWARIUM_PROPERTY_EVENTS says otherwise.
func eventsWanted(t *testing.T) int {
	if s := os.Getenv("CLAWARIUM_PROPERTY_EVENTS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			t.Fatalf("CLAWARIUM_PROPERTY_EVENTS=%q is no number of events", s)
		}
		return n
	}
	if testing.Short() {
		return 2_500
	}
	return 10_000
}

// eventsOfARun is how long a list of events is; the model begins anew with each.
const eventsOfARun = 250

// everyFrame is up to how many events each of them is followed by a frame; beyond,
// every fourth is.
const everyFrame = 5_000

// enough is how many events make it sure that all of what is forbidden without a
// yes has happened with one.
const enough = 300_000

func TestNothingThatIsPressedPastedOrAnsweredBreaksTheScreen(t *testing.T) {
	defer text.Use(text.English)
	wanted := eventsWanted(t)
	draw := 1
	if wanted > everyFrame {
		draw = 4
	}
	answers := recordedAnswers(t)
	bothLanguages()
	began := time.Now()
	var sum tally
	// Half of the runs are the same each time, and half are like none before.
	fresh := uint64(began.UnixNano())
	for n := uint64(0); sum.events < wanted; n++ {
		seed := [2]uint64{fixedSeed, n}
		if n%2 == 1 {
			seed[0] = fresh
		}
		rng := rand.New(rand.NewPCG(seed[0], seed[1]))
		how := someBeginning(rng)
		events := someEvents(rng, eventsOfARun)
		fault := playOut(t, how, events, answers, draw, &sum)
		if fault == nil {
			continue
		}
		events, fault = shortest(events, fault, func(e []happening) *breach {
			return playOut(t, how, e, answers, 1, &tally{})
		})
		t.Fatalf("seed %d, %d: %s\nbegun %+v; %d events are enough:\n%s",
			seed[0], seed[1], fault, how, len(events), listed(events))
	}
	took := time.Since(began)
	t.Logf("%d events, %d frames, %d of a key in %d runs, in %v: %.0f a second; calls %v",
		sum.events, sum.frames, sum.secrets, sum.runs, took.Round(time.Millisecond),
		float64(sum.events)/took.Seconds(), sum.calls)
	if wanted < enough {
		return
	}
	// What is forbidden without a yes has to have happened with one, or the property
	// says nothing.
	for _, what := range []string{
		"setup", "undo", "stop", "destroy", "repair", "accept", "resume", "resume back", "confirm", "close", "save", "export",
		"fix", "unfix", "change out",
	} {
		if sum.calls[what] == 0 {
			t.Errorf("in %d events there was no %q", sum.events, what)
		}
	}
	for name := range pageMakers {
		if sum.pages[name] == 0 {
			t.Errorf("no frame of %q was drawn", name)
		}
	}
	if sum.secrets == 0 || sum.frames < 50_000 {
		t.Errorf("%d frames, %d keys", sum.frames, sum.secrets)
	}
}

// listed is a list of events to read.
func listed(events []happening) string {
	var b strings.Builder
	for i, e := range events {
		fmt.Fprintf(&b, "%4d  %s\n", i+1, e)
	}
	return b.String()
}

// shortest leaves out of a list of events what is not needed for it to break
// something: halves first, then ever smaller parts.
func shortest(events []happening, fault *breach, run func([]happening) *breach) ([]happening, *breach) {
	end := time.Now().Add(20 * time.Second)
	for part := max(len(events)/2, 1); ; {
		shorter := false
		for from := 0; from < len(events) && time.Now().Before(end); {
			rest := append(append([]happening(nil), events[:from]...), events[min(from+part, len(events)):]...)
			if f := run(rest); f != nil && f.property == fault.property {
				events, fault, shorter = rest, f, true
				continue
			}
			from += part
		}
		if part == 1 && !shorter || time.Now().After(end) {
			return events, fault
		}
		part = max(part/2, 1)
	}
}

// The shrinking is a program of its own: it must find what broke, and no less.
func TestTheShortestListStillBreaks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		events := someEvents(rng, 1+rng.IntN(200))
		a, b := rng.IntN(len(events)), rng.IntN(len(events))
		events[a].text, events[b].text = "needed", "needed"
		need := 2
		if a == b {
			need = 1
		}
		got, fault := shortest(events, &breach{property: "x"}, func(e []happening) *breach {
			n := 0
			for _, e := range e {
				if e.text == "needed" {
					n++
				}
			}
			if n < need {
				return nil
			}
			return &breach{property: "x", what: fmt.Sprint(n)}
		})
		if len(got) != need || fault == nil {
			t.Fatalf("%d events, not %d", len(got), need)
		}
	}
}
