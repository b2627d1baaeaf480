package provision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// world is a machine in memory under a random list of steps. Each move of a
// step, and each point between the journal's lines, may be the last one of the
// process (crash), or fail.
type world struct {
	rand    *rand.Rand
	has     map[string]string
	plan    []planned
	moves   int // until the process dies or the move fails; negative: never
	failing bool
}

// planned is one random step. A container's keys begin with its prefix, and so
// do those of the steps within it.
type planned struct {
	id, within string
	prefix     string
	container  bool
	keys       []string
}

func newWorld(random *rand.Rand) *world {
	w := &world{rand: random, has: map[string]string{}, moves: -1}
	whole := map[string]bool{"": true} // containers that are there at the start
	prefixes := map[string]string{"": ""}
	containers := []string{""}
	for i := range 1 + random.IntN(8) {
		p := planned{id: fmt.Sprint("s", i), within: containers[random.IntN(len(containers))], container: random.IntN(3) == 0}
		p.prefix = prefixes[p.within] + p.id + "/"
		for j := range 1 + random.IntN(3) {
			p.keys = append(p.keys, p.prefix+fmt.Sprint(j))
		}
		if p.container {
			containers = append(containers, p.id)
			prefixes[p.id] = p.prefix
			whole[p.id] = whole[p.within] && random.IntN(2) == 0
		}
		for _, k := range p.keys {
			switch {
			case p.container && whole[p.id]:
				w.has[k] = "made"
			case p.container || !whole[p.within]:
			case random.IntN(3) == 0:
				w.has[k] = "old"
			case random.IntN(3) == 0:
				w.has[k] = "made"
			}
		}
		w.plan = append(w.plan, p)
	}
	return w
}

// move ends the process here, or fails, when its time has come.
func (w *world) move() error {
	if w.moves--; w.moves == 0 {
		if w.failing {
			return errors.New("it failed")
		}
		runtime.Goexit()
	}
	return nil
}

func (w *world) holds(p planned) bool {
	for _, k := range p.keys {
		if w.has[k] != "made" {
			return false
		}
	}
	return true
}

func (w *world) steps() []Step {
	byID := map[string]planned{}
	var out []Step
	for _, p := range w.plan {
		byID[p.id] = p
		reachable := func() error {
			if p.within != "" && !w.holds(byID[p.within]) {
				return fmt.Errorf("%s: its container %s is not there", p.id, p.within)
			}
			return nil
		}
		s := Step{ID: p.id, Title: p.id, Within: p.within}
		s.Holds = func(context.Context) (bool, error) { return w.holds(p), nil }
		s.Before = func(context.Context) (any, error) {
			old := map[string]string{}
			for _, k := range p.keys {
				if v, ok := w.has[k]; ok {
					old[k] = v
				}
			}
			return old, w.move()
		}
		s.Do = func(context.Context, json.RawMessage, Reporter) error {
			if err := reachable(); err != nil {
				return err
			}
			for _, k := range p.keys {
				if err := w.move(); err != nil {
					return err
				}
				w.has[k] = "half"
				if err := w.move(); err != nil {
					return err
				}
				w.has[k] = "made"
			}
			return w.move()
		}
		s.Undo = func(_ context.Context, before json.RawMessage, _ Reporter) error {
			if err := reachable(); err != nil {
				return err
			}
			var old map[string]string
			if err := json.Unmarshal(before, &old); err != nil {
				return err
			}
			// The order in which a container's parts go is none that helps.
			for k := range w.has {
				if p.container && len(old) == 0 && strings.HasPrefix(k, p.prefix) {
					if err := w.move(); err != nil {
						return err
					}
					delete(w.has, k)
				}
			}
			for _, k := range p.keys {
				if err := w.move(); err != nil {
					return err
				}
				if v, ok := old[k]; ok {
					w.has[k] = v
				} else {
					delete(w.has, k)
				}
			}
			return w.move()
		}
		out = append(out, s)
	}
	return out
}

// process runs f in a goroutine of its own, which Goexit kills as SIGKILL would;
// it returns f's error, or dead.
func (w *world) process(f func() error) (err error, dead bool) {
	done := make(chan struct{})
	dead = true
	go func() {
		defer close(done)
		err = f()
		dead = false
	}()
	<-done
	return err, dead
}

func (w *world) run(dir string, undo bool) (err error, dead bool) {
	r := New(dir, w.steps(), nil, Options{})
	r.hook = func(string) {
		if !w.failing {
			w.move()
		}
	}
	return w.process(func() error {
		if undo {
			return r.Undo(context.Background())
		}
		_, err := r.Do(context.Background())
		return err
	})
}

// drift is somebody else changing what a step of ours has made.
func (w *world) drift(t *testing.T, dir string) {
	status, err := State(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range status.Steps {
		for _, p := range w.plan {
			if p.id != s.ID || w.rand.IntN(3) != 0 {
				continue
			}
			if p.container {
				maps.DeleteFunc(w.has, func(k, _ string) bool { return strings.HasPrefix(k, p.prefix) })
			} else {
				w.has[p.keys[w.rand.IntN(len(p.keys))]] = "meddled"
			}
		}
	}
}

func TestWhateverHappensOnTheWayDoReachesTheSameEndAndUndoTheStart(t *testing.T) {
	rounds, root := 40, t.TempDir()
	if shm, err := os.MkdirTemp("/dev/shm", "clawarium-test-"); err == nil {
		rounds, root = 1000, shm // no disk behind it, so fsync costs nothing
		t.Cleanup(func() { os.RemoveAll(shm) })
	}
	seed := uint64(time.Now().UnixNano())
	for round := range rounds {
		random := rand.New(rand.NewPCG(seed, uint64(round)))
		w := newWorld(random)
		dir := filepath.Join(root, fmt.Sprint(round))
		start := maps.Clone(w.has)
		end := maps.Clone(start)
		for _, p := range w.plan {
			for _, k := range p.keys {
				end[k] = "made"
			}
		}
		fatal := func(what string, got, want map[string]string, err error) {
			journal, _ := os.ReadFile(filepath.Join(dir, JournalFile))
			t.Fatalf("seed %d, round %d: %s: %v\nplan %+v\nstart %v\ngot   %v\nwant  %v\n%s", seed, round, what, err, w.plan, start, got, want, journal)
		}
		for range random.IntN(8) {
			w.moves, w.failing = 1+random.IntN(20+random.IntN(80)), random.IntN(3) == 0
			undo := random.IntN(2) == 0
			err, dead := w.run(dir, undo)
			want := end
			if undo {
				want = start
			}
			if err == nil && !dead && !maps.Equal(w.has, want) {
				fatal("it says that it got there", w.has, want, err)
			}
			if random.IntN(4) == 0 {
				w.drift(t, dir)
			}
		}
		w.moves = -1
		if random.IntN(2) == 0 {
			if err, _ := w.run(dir, false); err != nil || !maps.Equal(w.has, end) {
				fatal("the end", w.has, end, err)
			}
			if random.IntN(3) == 0 {
				w.drift(t, dir)
			}
		}
		if err, _ := w.run(dir, true); err != nil || !maps.Equal(w.has, start) {
			fatal("back to the start", w.has, start, err)
		}
	}
}

// repair goes on with the repair of the machine in dir, or begins one, until it
// ends or the process does.
func (w *world) repair(dir string, back bool) (err error, dead bool) {
	return w.process(func() error {
		r, err := PendingRepair(dir)
		if err != nil {
			return err
		}
		steps := w.steps()
		for i := range steps {
			steps[i].Within = "" // each keeps what it finds, and brings that back
		}
		if r == nil {
			if err := w.move(); err != nil {
				return err
			}
			if r, err = BeginRepair(dir, "1", nil, map[string][]byte{"note": []byte("x")}); err != nil {
				return err
			}
		}
		r.hook = func(string) {
			if !w.failing {
				w.move()
			}
		}
		if r.Phase == RepairForward && !back {
			if _, err = r.Do(context.Background(), steps, nil, Options{}); err != nil {
				return err
			}
			if err = r.Keep(); err != nil {
				return err
			}
		}
		if r.Phase != RepairKept {
			if err = r.Undo(context.Background(), steps, nil, Options{}); err != nil {
				return err
			}
		}
		if err = w.move(); err != nil {
			return err
		}
		return r.End()
	})
}

func TestWhateverHappensOnTheWayARepairEndsRepairedOrExactlyWhereItBegan(t *testing.T) {
	rounds, root := 30, t.TempDir()
	if shm, err := os.MkdirTemp("/dev/shm", "clawarium-test-"); err == nil {
		rounds, root = 600, shm
		t.Cleanup(func() { os.RemoveAll(shm) })
	}
	seed := uint64(time.Now().UnixNano())
	kept, undone := 0, 0
	for round := range rounds {
		w := newWorld(rand.New(rand.NewPCG(seed, uint64(round))))
		dir := filepath.Join(root, fmt.Sprint(round))
		start := maps.Clone(w.has)
		fatal := func(what string, want map[string]string, err error) {
			var journals []string
			for _, name := range []string{JournalFile, filepath.Join(repairDir, JournalFile), filepath.Join(repairDir, repairFile)} {
				data, _ := os.ReadFile(filepath.Join(dir, name))
				journals = append(journals, name+"\n"+string(data))
			}
			t.Fatalf("seed %d, round %d: %s: %v\nplan %+v\ngot   %v\nwant  %v\n%s", seed, round, what, err, w.plan, w.has, want, strings.Join(journals, "\n"))
		}
		if err, _ := w.run(dir, false); err != nil {
			fatal("set-up", nil, err)
		}
		end := maps.Clone(w.has)
		w.drift(t, dir)
		for _, p := range w.plan { // nobody meddles within what is not there
			if p.container && !w.holds(p) {
				maps.DeleteFunc(w.has, func(k, _ string) bool { return strings.HasPrefix(k, p.prefix) })
			}
		}
		drifted := maps.Clone(w.has)

		back := false // once it was turned back it goes no other way
		for range w.rand.IntN(6) {
			w.moves, w.failing = 1+w.rand.IntN(10+w.rand.IntN(60)), w.rand.IntN(3) == 0
			back = back || w.rand.IntN(3) == 0
			if err, dead := w.repair(dir, back); err == nil && !dead {
				break
			}
			if r, err := PendingRepair(dir); err != nil {
				fatal("what is left of the repair", nil, err)
			} else if back = r != nil && r.Phase == RepairBack; r != nil && r.Phase == RepairKept && !maps.Equal(w.has, end) {
				fatal("kept", end, nil)
			}
		}
		w.moves = -1
		pending, err := PendingRepair(dir)
		if err != nil {
			fatal("what is left of the repair", nil, err)
		}
		if pending != nil {
			if err, _ := w.repair(dir, back || pending.Phase == RepairForward && w.rand.IntN(2) == 0); err != nil {
				fatal("the end of the repair", nil, err)
			}
		}
		switch {
		case maps.Equal(w.has, end):
			kept++
		case maps.Equal(w.has, drifted):
			undone++
		default:
			fatal("neither repaired nor as it was", drifted, nil)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, repairDir+"*")); len(left) > 1 || len(left) == 1 && filepath.Base(left[0]) != repairNew {
			t.Fatalf("seed %d, round %d: left: %v", seed, round, left)
		}
		// The machine's own way back is as it was.
		if w.rand.IntN(2) == 0 {
			if err, _ := w.run(dir, false); err != nil || !maps.Equal(w.has, end) {
				fatal("set-up after a repair", end, err)
			}
		}
		if err, _ := w.run(dir, true); err != nil || !maps.Equal(w.has, start) {
			fatal("back to the start after a repair", start, err)
		}
	}
	if kept == 0 || undone == 0 {
		t.Errorf("seed %d: %d kept, %d undone: the rounds prove nothing", seed, kept, undone)
	}
}
