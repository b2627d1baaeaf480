package ui

// The way back and forward again, from wherever somebody is, with whatever they
// have answered.

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
)

// answering are the keys that answer something and lead nowhere.
var answering = []string{
	"up", "down", "down", "left", "right", "space", "tab", "shift+tab", "home", "end", "backspace", "delete", "ctrl+o", "ctrl+k", "ctrl+w",
	"a", "1", "2", "-", "x", "4",
}

// choosing are those that choose among answers.
var choosing = []string{"up", "down", "left", "space", "tab", "tab", "shift+tab", "ctrl+o"}

// walk answers questions on the way from the welcome page, with a driver that
// stops nobody, and returns what a way back and forward changed.
func walk(t *testing.T, rng *rand.Rand, sum *tally) (fault *breach) {
	how := beginning{page: "welcome", language: text.English, width: leastWidth + rng.IntN(60), height: leastHeight + rng.IntN(30), provider: "anthropic"}
	r := &propertyRun{draw: 4, sum: sum}
	synctest.Test(t, func(*testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer func() {
			cancel()
			time.Sleep(time.Minute)
			synctest.Wait()
		}()
		r.begin(ctx, how)
		r.w.session.driver = newFake()
		r.w.session.everything = rng.IntN(2) == 0
		to := 1 + rng.IntN(len(way)-1)
		typed := rng.IntN(2 * len(way))                                         // the page on which anything is typed; it may hold one up
		for n := 0; r.w.at != way[to] && r.w.at != "review" && !r.over(); n++ { // a page may be passed over
			for range rng.IntN(12) {
				if n != typed {
					r.press(keyPress(choosing[rng.IntN(len(choosing))]))
				} else if rng.IntN(8) == 0 {
					r.send(tea.PasteMsg{Content: someText(rng, 5)})
				} else {
					r.press(keyPress(answering[rng.IntN(len(answering))]))
				}
			}
			if !r.onward() {
				break // something is wrong there, and it was left at that
			}
		}
		if r.over() {
			return
		}
		s, from := r.w.session, r.w.at
		before := file(s.plan)
		same := func(did string) {
			if now := file(s.plan); now != before {
				r.broke("back then forward preserves the plan", "%s changed it, from %q, now on %q:\n%s\nto\n%s", did, from, r.w.at, before, now)
			}
		}
		r.press(keyPress("esc"))
		r.arrive()
		same("back")
		key, promised := bytes.Clone(s.key), maps.Clone(s.promised)
		for range rng.IntN(len(way)) {
			if r.w.at == "welcome" {
				break
			}
			r.press(keyPress("esc"))
			r.arrive()
			same("back")
		}
		for r.w.at != from && r.w.at != "review" && !r.over() {
			if !r.onward() {
				break
			}
			same("forward")
		}
		if r.w.at != from && !r.over() && !r.held() {
			r.broke("back then forward leads to where one was", "it was %q and is %q", from, r.w.at)
		}
		if !bytes.Equal(key, s.key) || !maps.EqualFunc(promised, s.promised, func(a, b bool) bool { return a == b }) {
			r.broke("back then forward keeps what is not in the plan", "the key or the promises, from %q", from)
		}
		sum.secrets++ // of those that came through
	})
	text.Use(text.English)
	return r.fault
}

// onward goes to the next page, and says whether that worked.
func (r *propertyRun) onward() bool {
	at := r.w.at
	time.Sleep(3 * time.Second) // what is looked at is known then
	r.arrive()
	if w, ok := r.w.page().(*welcome); ok {
		for w.selected != 1 {
			r.press(keyPress("down"))
		}
	}
	if _, ok := r.w.page().(*computer); ok { // the way on is the last of its rows
		r.press(keyPress("end"))
	}
	for n := 0; r.w.at == at && n < 30; n++ {
		r.press(keyPress("enter"))
		r.arrive()
	}
	return r.w.at != at
}

// held says whether the page itself says why one cannot go on.
func (r *propertyRun) held() bool {
	switch p := r.w.page().(type) {
	case *formPage:
		return slices.ContainsFunc(p.fields, func(g *field) bool { return g.wrong != nil })
	case *keyPage:
		return p.bad
	}
	return false
}

func TestBackThenForwardPreservesThePlanWhateverWasAnswered(t *testing.T) {
	defer text.Use(text.English)
	walks := max(10, eventsWanted(t)/500)
	fresh := uint64(time.Now().UnixNano())
	var sum tally
	for n := range uint64(walks) {
		seed := [2]uint64{fixedSeed, n}
		if n%2 == 1 {
			seed[0] = fresh
		}
		if fault := walk(t, rand.New(rand.NewPCG(seed[0], seed[1])), &sum); fault != nil {
			t.Fatalf("seed %d, %d: %s", seed[0], seed[1], fault)
		}
	}
	if sum.secrets < walks*9/10 {
		t.Errorf("of %d walks only %d were there and back", walks, sum.secrets)
	}
	t.Log(fmt.Sprint(sum.secrets, " ways there and back, ", sum.events, " events, frames by page ", sum.pages))
}
