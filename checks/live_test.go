package checks

import (
	"context"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision/plan"
)

// judgeSource is what a function of the judges reads and calls, by its source.
type judgeSource struct {
	reads []part
	calls []string
}

// judgeSources reads the source of this package: its functions that get a *look,
// and those that get evidence handed on.
func judgeSources(t *testing.T) map[string]judgeSource {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	isLook := func(fields *ast.FieldList) bool {
		return fields != nil && slices.ContainsFunc(fields.List, func(f *ast.Field) bool {
			star, ok := f.Type.(*ast.StarExpr)
			if !ok {
				return false
			}
			name, ok := star.X.(*ast.Ident)
			if ok && name.Name == "look" && f.Names[0].Name != "l" {
				t.Errorf("a *look is called %s, and l everywhere else", f.Names[0].Name)
			}
			return ok && name.Name == "look"
		})
	}
	all := map[string]judgeSource{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && (isLook(fn.Recv) || isLook(fn.Type.Params)) {
				all[fn.Name.Name] = sourceOf(t, fn)
			}
		}
	}
	return all
}

// sourceOf finds l.evidence.A.B, l.definitions, and what is called.
func sourceOf(t *testing.T, fn *ast.FuncDecl) (src judgeSource) {
	own := map[string]bool{} // functions within it
	whole := 0               // mentions of all the evidence, less those that go on to a part of it
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			path := dotted(n)
			if len(path) == 2 && path[0] == "l" {
				src.calls = append(src.calls, path[1])
			}
			switch {
			case len(path) == 2 && path[1] == "evidence":
				whole++
			case len(path) == 3 && path[1] == "evidence":
				whole--
				switch path[2] {
				case "Collected", "Host", "Libvirt": // of these two only the parts count
				case "Guest":
					src.reads = append(src.reads, ofGuest)
				default:
					t.Errorf("%s reads %s", fn.Name.Name, strings.Join(path, "."))
				}
			case len(path) == 4 && path[1] == "evidence" && (path[2] == "Host" || path[2] == "Libvirt"):
				src.reads = append(src.reads, part(path[2]+"."+path[3]))
			case len(path) == 2 && path[1] == "definitions":
				src.reads = append(src.reads, ofLive, ofInactive)
			}
		case *ast.AssignStmt:
			if id, ok := n.Lhs[0].(*ast.Ident); ok && n.Tok == gotoken.DEFINE {
				if _, ok := n.Rhs[0].(*ast.FuncLit); ok {
					own[id.Name] = true
				}
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && !own[id.Name] {
				src.calls = append(src.calls, id.Name)
				if id.Name == "Drift" || id.Name == "Remembered" { // which look at the guest's part alone
					whole--
					src.reads = append(src.reads, ofGuest)
				}
			}
		}
		return true
	})
	if whole != 0 {
		t.Errorf("%s hands all the evidence on", fn.Name.Name)
	}
	return src
}

func dotted(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return append(dotted(e.X), e.Sel.Name)
	case *ast.Ident:
		return []string{e.Name}
	}
	return []string{"…"}
}

func TestEachControlWaitsForExactlyWhatItsJudgeReads(t *testing.T) {
	sources := judgeSources(t)
	for _, r := range registry {
		name := runtime.FuncForPC(reflect.ValueOf(r.judge).Pointer()).Name()
		name = strings.TrimSuffix(name[strings.LastIndex(name, ".")+1:], "-fm")
		reads, seen := map[part]bool{}, map[string]bool{}
		var follow func(string)
		follow = func(fn string) {
			src, ours := sources[fn]
			// had reads the guest's part only for what is the guest's.
			if !ours || seen[fn] || fn == "had" {
				return
			}
			seen[fn] = true
			for _, p := range src.reads {
				switch p {
				case "Host.Rules":
					p = ofBridge
				case "Host.Left": // which nobody looks at while there is a machine
					continue
				}
				reads[p] = true
			}
			for _, c := range src.calls {
				follow(c)
			}
		}
		follow(name)
		if !seen[name] {
			t.Errorf("%s: no source of %s", r.id, name)
		}
		want := slices.Sorted(maps.Keys(reads))
		if got := slices.Sorted(slices.Values(restsOn[r.id])); !slices.Equal(got, want) {
			t.Errorf("%s waits for %v, its judge reads %v", r.id, got, want)
		}
	}
}

// parts are all that Collect looks at on a machine of the system's libvirt.
var parts = []part{ofSystem, ofQemu, ofConnections, ofManifest, ofDigests, ofOpenClaw, ofLogins, ofSockets, ofStops, ofBackups,
	ofCPU, ofBaseline, ofBridge, ofConsole, ofWarden, ofStream, ofDrills, ofAudit, ofLive, ofInactive, ofNetwork, ofNetworkNext, ofFilter, ofGuest}

// knowing is what is known of the evidence while some parts are open.
func knowing(e Evidence, open []part) SoFar {
	known := SoFar{evidence: e, open: map[part]bool{}}
	forget := func(path string) {
		v := reflect.ValueOf(&known.evidence).Elem()
		for name := range strings.SplitSeq(path, ".") {
			v = v.FieldByName(name)
		}
		v.SetZero()
	}
	for _, p := range open {
		known.open[p] = true
		forget(string(p))
		if p == ofBridge {
			forget("Host.Rules")
		}
	}
	return known
}

// agrees fails when a settled finding is not what it is in the end.
func agrees(t *testing.T, settled, final []Finding) {
	t.Helper()
	for _, f := range settled {
		i := slices.IndexFunc(final, func(is Finding) bool { return is.Control == f.Control })
		if i < 0 || !reflect.DeepEqual(f, final[i]) {
			t.Errorf("%s was settled as %s, %q, and is %s, %q", f.Control, f.Status, f.Evidence, final[i].Status, final[i].Evidence)
		}
	}
}

func TestWhatIsSettledNeverChangesWhateverComesInFirst(t *testing.T) {
	evidence := map[string]Evidence{"good": good(t)}
	for _, d := range damages {
		e := good(t)
		d.do(t, &e)
		evidence[d.name] = e
	}
	r := rand.New(rand.NewPCG(1, 2))
	for name, e := range evidence {
		t.Run(name, func(t *testing.T) {
			final := Judge(plan.Plan{}, e)
			order := slices.Clone(parts)
			r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			before := 0
			for open := len(order); open >= 0; open -= 1 + r.IntN(4) {
				settled := knowing(e, order[:open]).Judge(plan.Plan{})
				agrees(t, settled, final)
				if len(settled) < before {
					t.Errorf("%d were settled, and then %d", before, len(settled))
				}
				before = len(settled)
			}
			if settled := knowing(e, nil).Judge(plan.Plan{}); !reflect.DeepEqual(settled, final) {
				t.Error("not everything is settled in the end")
			}
			for _, p := range parts {
				for _, f := range knowing(e, []part{p}).Judge(plan.Plan{}) {
					if slices.Contains(restsOn[f.Control], p) {
						t.Errorf("%s is settled while %s is looked at", f.Control, p)
					}
				}
			}
		})
	}
}

func TestFindingsComeInWhileOthersAreStillLookedAt(t *testing.T) {
	for range 8 {
		s, from := subject(t)
		wait := func() { time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond) }
		libvirt := from.Libvirt.(fakeLibvirt)
		xml := libvirt.xml
		libvirt.xml = func(ctx context.Context) (string, error) { wait(); return xml(ctx) }
		guest := from.Guest
		from.Guest = fakeGuest(func(ctx context.Context, program []byte, limit int64) ([]byte, error) {
			wait()
			return guest.Collect(ctx, program, limit)
		})
		from.Libvirt = libvirt
		from.Audit = func(context.Context) ([]byte, error) {
			wait()
			return []byte(`{"summary":{"critical":1,"warn":0,"info":0},"findings":[]}`), nil
		}
		var at atomic.Int32
		var told [][]Finding
		from.SoFar = func(known SoFar) {
			if at.Add(1) != 1 {
				t.Error("told twice at once")
			}
			told = append(told, known.Judge(plan.Plan{}))
			at.Add(-1)
		}
		e := Collect(t.Context(), s, from)
		final := Judge(plan.Plan{}, e)
		if len(told) != len(parts) {
			t.Errorf("told %d times of %d parts", len(told), len(parts))
		}
		for i, settled := range told {
			agrees(t, settled, final)
			if i > 0 && len(settled) < len(told[i-1]) {
				t.Errorf("%d were settled, and then %d", len(told[i-1]), len(settled))
			}
		}
		if last := told[len(told)-1]; !reflect.DeepEqual(last, final) {
			t.Error("the last word is not the final one")
		}
		if len(told[0]) == len(final) {
			t.Error("all was settled at once")
		}
	}
}

func TestASessionHasNoPartsThatOnlyTheSystemHas(t *testing.T) {
	s, from := subject(t)
	s.System = false
	told := 0
	var last []Finding
	from.SoFar = func(known SoFar) { told, last = told+1, known.Judge(plan.Plan{}) }
	e := Collect(t.Context(), s, from)
	if want := len(parts) - 4; told != want {
		t.Errorf("told %d times, not %d", told, want)
	}
	if !reflect.DeepEqual(last, Judge(plan.Plan{}, e)) {
		t.Error("the last word is not the final one")
	}
}
