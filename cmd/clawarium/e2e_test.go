//go:build e2e

package main

// The whole program on real parts: real libvirt, a real Debian guest, the real
// OpenClaw package. The test binary is the program itself (with the kill points
// of package provision), so that nothing else has to be built or installed.
//
// Needs root, libvirt, and what `make prepare-test` installs.

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/virt"
)

// asProgram makes the test binary behave as clawarium.
const asProgram = "CLAWARIUM_E2E_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main() // the warden that it starts is this binary once more
		return
	}
	os.Exit(m.Run())
}

// world is one person's directories on this host, and how clawarium is run there.
type world struct {
	t      *testing.T
	home   string
	binary string
	env    []string
	uid    uint32 // 0: as root
}

// newWorld makes empty state directories over a cache that all tests share, so
// that the image and the code disk are made once.
func newWorld(t *testing.T, cache string) *world {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root for qemu:///system")
	}
	home := t.TempDir()
	if cache == "" {
		cache = filepath.Join(home, ".cache")
	}
	w := &world{t: t, home: home, binary: os.Args[0]}
	w.env = append(cleanEnvironment(),
		"HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, ".local/state"),
		"XDG_DATA_HOME="+filepath.Join(home, ".local/share"), "XDG_CACHE_HOME="+cache,
		asProgram+"=1", "LC_ALL=C.UTF-8")
	if registry := registry(t); registry != "" {
		w.env = append(w.env, "npm_config_registry="+registry)
	}
	w.makeParents()
	return w
}

// registry is what a built binary has linked in: see .ci/registry.
func registry(t *testing.T) string {
	out, err := exec.Command("../../.ci/registry").Output()
	if err != nil {
		t.Logf("no registry: %v", err)
	}
	return strings.TrimSpace(string(out))
}

func cleanEnvironment() []string {
	var out []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch {
		case name == "HOME", strings.HasPrefix(name, "XDG_"), strings.HasPrefix(name, "LC_"), name == "LANG",
			strings.HasPrefix(name, "CLAWARIUM_"):
		default:
			out = append(out, kv)
		}
	}
	return out
}

// result is what one run of the program came to.
type result struct {
	exit           int
	stdout, stderr string
	took           time.Duration
}

// command prepares a run of clawarium.
func (w *world) command(ctx context.Context, extraEnv []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, w.binary, args...)
	cmd.Env = append(append([]string(nil), w.env...), extraEnv...)
	cmd.Dir = w.home
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if w.uid != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: w.uid, Gid: w.uid}
	}
	return cmd
}

func (w *world) runWith(limit time.Duration, extraEnv []string, args ...string) result {
	w.t.Helper()
	return w.fed("", limit, extraEnv, args...)
}

// fed is runWith with something on standard input.
func (w *world) fed(input string, limit time.Duration, extraEnv []string, args ...string) result {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := w.command(ctx, extraEnv, args...)
	if input != "" {
		cmd.Stdin = strings.NewReader(input)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	err := cmd.Run()
	r := result{exit: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String(), took: time.Since(began)}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("clawarium %s: %v", strings.Join(args, " "), err)
	}
	w.t.Logf("clawarium %s: exit %d after %s", strings.Join(args, " "), r.exit, r.took.Round(100*time.Millisecond))
	return r
}

// run runs clawarium and expects it to work.
func (w *world) run(limit time.Duration, args ...string) result {
	w.t.Helper()
	r := w.runWith(limit, nil, args...)
	if r.exit != 0 {
		w.t.Fatalf("clawarium %s: exit %d\n%s\n%s", strings.Join(args, " "), r.exit, r.stdout, r.stderr)
	}
	return r
}

// machine is the directory of a machine in this world.
func (w *world) machine(name string) string {
	return host.Dirs{State: filepath.Join(w.home, ".local/state/clawarium")}.Machine(name)
}

// hostState is all that clawarium could have changed on the host: what libvirt
// holds, and the files of our directories and of libvirt's.
func hostState(t *testing.T, uri string, dirs ...string) string {
	t.Helper()
	var lines []string
	for _, what := range [][]string{
		{"list", "--all", "--name"}, {"net-list", "--all", "--name"}, {"nwfilter-list"},
		{"pool-list", "--all", "--name"},
	} {
		if uri != virt.SystemURI && (what[0] == "net-list" || what[0] == "nwfilter-list") {
			continue
		}
		out, err := exec.Command("virsh", append([]string{"-c", uri, "-q"}, what...)...).Output()
		if err != nil {
			t.Fatalf("virsh %v: %v", what, err)
		}
		for _, line := range strings.Split(string(out), "\n") {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, what[0]+" "+line)
			}
		}
	}
	for _, dir := range dirs {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil
			}
			line := "file " + path
			// The disks of a machine that runs grow; all else keeps its size.
			grows := strings.HasSuffix(path, "-system.qcow2") || strings.HasSuffix(path, "-data.qcow2")
			if info, err := d.Info(); err == nil && info.Mode().IsRegular() && !grows {
				line += fmt.Sprintf(" %d %s", info.Size(), info.Mode())
			}
			lines = append(lines, line)
			return nil
		})
	}
	// A benchmark of ours may be running beside the tests.
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, "bench-") })
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// libvirtDirs are where the system's libvirt keeps definitions, firmware
// variables and volumes.
var libvirtDirs = []string{
	"/etc/libvirt", "/var/lib/libvirt/images", "/var/lib/libvirt/qemu/nvram", "/var/lib/libvirt/network",
}

// difference says in which lines two states differ.
func difference(before, after string) string {
	in := func(s string) map[string]bool {
		m := map[string]bool{}
		for _, line := range strings.Split(s, "\n") {
			m[line] = true
		}
		return m
	}
	a, b := in(before), in(after)
	var out []string
	for line := range a {
		if !b[line] {
			out = append(out, "- "+line)
		}
	}
	for line := range b {
		if !a[line] {
			out = append(out, "+ "+line)
		}
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

// finding is what the tests read of a report.
type finding struct {
	Control  string   `json:"control"`
	Status   string   `json:"status"`
	Evidence []string `json:"evidence"`
}

func findings(t *testing.T, stdout string) map[string]finding {
	t.Helper()
	var r struct {
		Findings []finding `json:"findings"`
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("no report: %v\n%s", err, stdout)
	}
	out := map[string]finding{}
	for _, f := range r.Findings {
		out[f.Control] = f
	}
	return out
}

// theEight are the controls of the first cut.
var theEight = []string{"K1", "K3", "K5", "K6", "K8", "K10", "K11", "K15"}

func expectMet(t *testing.T, stdout string) {
	t.Helper()
	got := findings(t, stdout)
	for _, id := range theEight {
		f, ok := got[id]
		switch {
		case !ok:
			t.Errorf("%s: no finding", id)
		case f.Status != "met":
			t.Errorf("%s: %s\n  %s", id, f.Status, strings.Join(f.Evidence, "\n  "))
		case len(f.Evidence) == 0:
			t.Errorf("%s: met without evidence", id)
		}
	}
}

// stepIDs lists the steps that a finished machine's journal has, in order.
func (w *world) stepIDs(name string) []string {
	s, err := provision.State(w.machine(name))
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []string
	for _, st := range s.Steps {
		ids = append(ids, st.ID)
	}
	return ids
}

func sha512Of(data []byte) string {
	sum := sha512.Sum512(data)
	return hex.EncodeToString(sum[:])
}

// makeParents makes the directories that any account has, so that only what
// clawarium makes shows in a comparison.
func (w *world) makeParents() {
	for _, dir := range []string{".local/state", ".local/share", ".cache"} {
		if err := os.MkdirAll(filepath.Join(w.home, dir), 0o755); err != nil {
			w.t.Fatal(err)
		}
	}
}
