package provision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// fileSteps make files under root in several small moves, so that a kill finds
// them half made. The last two live within a directory that the third makes.
func fileSteps(root string) []Step {
	var out []Step
	for i, dir := range []string{"one", "two", "vm", "vm/account", "vm/config"} {
		s := fileStep(filepath.Join(root, dir))
		s.ID, s.Title = fmt.Sprint("step-", i), dir
		if strings.HasPrefix(dir, "vm/") {
			s.Within = "step-2"
		}
		out = append(out, s)
	}
	return out
}

func fileStep(dir string) Step {
	const files = 6
	name := func(i int) string { return filepath.Join(dir, fmt.Sprint(i)) }
	pause := func() { time.Sleep(300 * time.Microsecond) }
	return Step{
		Holds: func(context.Context) (bool, error) {
			for i := range files {
				if data, err := os.ReadFile(name(i)); err != nil || string(data) != "made" {
					return false, nil
				}
			}
			return true, nil
		},
		Before: func(context.Context) (any, error) {
			old := map[string]string{}
			for i := range files {
				data, err := os.ReadFile(name(i))
				if err == nil {
					old[name(i)] = string(data)
				}
			}
			return old, nil
		},
		Do: func(_ context.Context, _ json.RawMessage, r Reporter) error {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return err
			}
			for i := range files {
				r.Percent(float64(100 * i / files))
				pause()
				os.WriteFile(name(i), []byte("ma"), 0o600)
				pause()
				if err := os.WriteFile(name(i), []byte("made"), 0o600); err != nil {
					return err
				}
			}
			return nil
		},
		Undo: func(_ context.Context, before json.RawMessage, _ Reporter) error {
			var old map[string]string
			if err := json.Unmarshal(before, &old); err != nil {
				return err
			}
			for i := range files {
				pause()
				if data, ok := old[name(i)]; ok {
					if err := os.WriteFile(name(i), []byte(data), 0o600); err != nil {
						return err
					}
				} else if err := os.Remove(name(i)); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
			if len(old) > 0 {
				return nil
			}
			return os.RemoveAll(dir)
		},
	}
}

// runHelper is what the killed processes do: do or undo, and die at a point.
func runHelper() {
	dir, root, what, point := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	r := New(dir, fileSteps(root), nil, testOptions)
	hook := func(p string) {
		if p == point {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	if point != "environment" { // which a build with the tag killpoints looks at
		r.hook = hook
	}
	var err error
	if strings.HasPrefix(what, "repair") {
		err = repairFiles(dir, root, what == "repair back", hook)
	} else if what == "undo" {
		err = r.Undo(context.Background())
	} else {
		_, err = r.Do(context.Background())
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// tree lists every file under root with its content.
func tree(t *testing.T, root string) string {
	t.Helper()
	var out strings.Builder
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			t.Fatal(err)
		}
		rel, _ := filepath.Rel(root, path)
		out.WriteString(rel)
		if !d.IsDir() {
			data, _ := os.ReadFile(path)
			out.WriteString("=" + string(data))
		}
		out.WriteString("\n")
		return nil
	})
	return out.String()
}

// killed runs the helper and expects it to die by SIGKILL, at the point or after
// the wait; it reports whether it did.
func killed(t *testing.T, dir, root, what, point string, wait time.Duration) bool {
	t.Helper()
	c := helper(t, "run", dir, root, what, point)
	var out strings.Builder
	c.Stdout = &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if wait > 0 {
		time.AfterFunc(wait, func() { c.Process.Kill() })
	}
	err := c.Wait()
	if err == nil {
		return false
	}
	if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("helper: %v: %s", err, out.String())
	}
	return true
}

func TestKillNineAtAnyInstantIsFollowedByTheSameEnd(t *testing.T) {
	start := func(t *testing.T) (dir, root string) {
		dir, root = filepath.Join(t.TempDir(), "m"), t.TempDir()
		os.Mkdir(filepath.Join(root, "two"), 0o700) // something that was there before
		os.WriteFile(filepath.Join(root, "two", "3"), []byte("old"), 0o600)
		os.WriteFile(filepath.Join(root, "two", "mine"), []byte("keep"), 0o600)
		return dir, root
	}
	dir, root := start(t)
	before := tree(t, root)
	if killed(t, dir, root, "do", "", 0) {
		t.Fatal("the undisturbed run died")
	}
	after := tree(t, root)
	if after == before {
		t.Fatal("the steps did nothing")
	}

	finish := func(t *testing.T, dir, root string) {
		t.Helper()
		if _, err := New(dir, fileSteps(root), nil, testOptions).Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := tree(t, root); got != after {
			t.Errorf("end state\n%s\nwant\n%s", got, after)
		}
	}
	back := func(t *testing.T, dir, root string) {
		t.Helper()
		if err := New(dir, fileSteps(root), nil, testOptions).Undo(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := tree(t, root); got != before {
			t.Errorf("start state\n%s\nwant\n%s", got, before)
		}
	}

	for i := range 5 {
		for _, point := range []string{"begin", "done"} {
			point := fmt.Sprintf("%s:step-%d", point, i)
			t.Run(point, func(t *testing.T) {
				t.Parallel()
				dir, root := start(t)
				if !killed(t, dir, root, "do", point, 0) {
					t.Fatal("not killed")
				}
				finish(t, dir, root)
				back(t, dir, root)

				dir, root = start(t)
				killed(t, dir, root, "do", point, 0)
				back(t, dir, root) // from here, without finishing
			})
		}
	}
	for i := range 3 {
		for _, point := range []string{"undo", "undone"} {
			point := fmt.Sprintf("%s:step-%d", point, i)
			t.Run(point, func(t *testing.T) {
				t.Parallel()
				dir, root := start(t)
				finish(t, dir, root)
				if !killed(t, dir, root, "undo", point, 0) {
					t.Fatal("not killed")
				}
				finish(t, dir, root) // the owner changes their mind
				killed(t, dir, root, "undo", point, 0)
				back(t, dir, root)
			})
		}
	}
	seed := uint64(time.Now().UnixNano())
	var hits atomic.Int64
	t.Cleanup(func() {
		if hits.Load() == 0 {
			t.Error("no random kill hit a running process")
		}
	})
	for i := range 12 {
		t.Run(fmt.Sprintf("random instant %d, seed %d", i, seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			dir, root := start(t)
			for range 4 {
				what := "do"
				if random.IntN(3) == 0 {
					what = "undo"
				}
				if killed(t, dir, root, what, "", time.Duration(2+random.IntN(50))*time.Millisecond) {
					hits.Add(1)
				}
			}
			if random.IntN(2) == 0 {
				finish(t, dir, root)
			}
			back(t, dir, root)
		})
	}
}

// repairFiles goes on with a repair of the files, or begins one, up to its end.
func repairFiles(dir, root string, back bool, hook func(string)) error {
	r, err := PendingRepair(dir)
	if err == nil && r == nil {
		r, err = BeginRepair(dir, "1", nil, nil)
	}
	if err != nil {
		return err
	}
	r.hook = hook
	hook("begun:")
	steps := fileSteps(root)
	for i := range steps {
		steps[i].Within = ""
	}
	if r.Phase == RepairForward && !back {
		if _, err := r.Do(context.Background(), steps, nil, testOptions); err != nil {
			return err
		}
		if err := r.Keep(); err != nil {
			return err
		}
		hook("kept:")
	}
	if r.Phase != RepairKept {
		if err := r.Undo(context.Background(), steps, nil, testOptions); err != nil {
			return err
		}
		hook("back:")
	}
	return r.End()
}

func TestKillNineInARepairIsFollowedByItsEndOrByExactlyWhatWasBefore(t *testing.T) {
	start := func(t *testing.T) (dir, root, after, drifted string) {
		dir, root = filepath.Join(t.TempDir(), "m"), t.TempDir()
		if _, err := New(dir, fileSteps(root), nil, testOptions).Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		after = tree(t, root)
		for name, content := range map[string]string{"one/2": "widened", "vm/config/0": "open", "vm/config/mine": "keep"} {
			if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Remove(filepath.Join(root, "two/5")); err != nil {
			t.Fatal(err)
		}
		return dir, root, after, tree(t, root)
	}
	end := func(t *testing.T, dir, root string, back bool) string {
		t.Helper()
		if err := repairFiles(dir, root, back, func(string) {}); err != nil {
			t.Fatal(err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, repairDir+"*")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		return tree(t, root)
	}
	repaired := func(after string) string {
		return strings.Replace(after, "vm/config/5=made\n", "vm/config/5=made\nvm/config/mine=keep\n", 1)
	}

	for _, point := range []string{"begun:", "begin:step-0", "done:step-0", "begin:step-1", "done:step-4", "kept:"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			dir, root, after, _ := start(t)
			if !killed(t, dir, root, "repair", point, 0) {
				t.Fatal("not killed")
			}
			if got := end(t, dir, root, false); got != repaired(after) {
				t.Errorf("gone on to\n%s\nwant\n%s", got, repaired(after))
			}
			if point == "kept:" {
				return // no way back from there
			}
			dir, root, _, drifted := start(t)
			killed(t, dir, root, "repair", point, 0)
			if got := end(t, dir, root, true); got != drifted {
				t.Errorf("taken back to\n%s\nwant\n%s", got, drifted)
			}
		})
	}
	for _, point := range []string{"undo:step-4", "undone:step-4", "undo:step-0", "undone:step-0", "back:"} {
		t.Run("back "+point, func(t *testing.T) {
			t.Parallel()
			dir, root, _, drifted := start(t)
			killed(t, dir, root, "repair", "done:step-4", 0)
			if !killed(t, dir, root, "repair back", point, 0) {
				t.Fatal("not killed")
			}
			// A repair that was turned back goes no other way.
			if got := end(t, dir, root, false); got != drifted {
				t.Errorf("taken back to\n%s\nwant\n%s", got, drifted)
			}
		})
	}
	seed := uint64(time.Now().UnixNano())
	for i := range 8 {
		t.Run(fmt.Sprintf("random instant %d, seed %d", i, seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			dir, root, after, drifted := start(t)
			what := "repair"
			for range 3 {
				if !killed(t, dir, root, what, "", time.Duration(2+random.IntN(40))*time.Millisecond) {
					if got, want := tree(t, root), map[string]string{"repair": repaired(after), "repair back": drifted}[what]; got != want {
						t.Errorf("ended at\n%s\nwant\n%s", got, want)
					}
					return
				}
				if random.IntN(3) == 0 {
					what = "repair back"
				}
				if r, err := PendingRepair(dir); err != nil {
					t.Fatal(err)
				} else if r == nil || r.Phase == RepairKept {
					what = "repair"
				} else if r.Phase == RepairBack {
					what = "repair back"
				}
			}
			r, err := PendingRepair(dir)
			if err != nil {
				t.Fatal(err)
			}
			want := repaired(after)
			switch {
			case r == nil && tree(t, root) == drifted, r != nil && r.Phase == RepairBack:
				want = drifted
			}
			if r != nil {
				end(t, dir, root, false)
			}
			if got := tree(t, root); got != want {
				t.Errorf("ended at\n%s\nwant\n%s", got, want)
			}
		})
	}
}
