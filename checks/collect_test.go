package checks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/clawarium/clawarium/provision/plan"
)

type fakeLibvirt struct {
	xml     func(ctx context.Context) (string, error)
	volumes map[string]string
}

func (f fakeLibvirt) DomainXML(ctx context.Context, _ bool) (string, error)  { return f.xml(ctx) }
func (f fakeLibvirt) NetworkXML(ctx context.Context, _ bool) (string, error) { return f.xml(ctx) }
func (f fakeLibvirt) FilterXML(ctx context.Context) (string, error)          { return f.xml(ctx) }
func (f fakeLibvirt) Volume(_ context.Context, name string) (io.ReadCloser, error) {
	content, ok := f.volumes[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(iotest.OneByteReader(strings.NewReader(content))), nil
}

type fakeGuest func(ctx context.Context, program []byte, limit int64) ([]byte, error)

func (f fakeGuest) Collect(ctx context.Context, program []byte, limit int64) ([]byte, error) {
	return f(ctx, program, limit)
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// subject is a machine whose files are in a directory of the test's own, and a
// process file system with its QEMU in it.
func subject(t *testing.T) (Subject, Sources) {
	t.Helper()
	dir := t.TempDir()
	s := Subject{Machine: "tank", System: true, UUID: "5a2f0c1e-7b1d-4c55-9a57-0d7f6b1c2e3a", GuestIP: "127.0.0.1"}
	s.Code = CodeDisk{Path: filepath.Join(dir, "code"), SHA256: sum("code"), Manifest: filepath.Join(dir, "code.json")}
	s.Image = Image{Path: filepath.Join(dir, "image"), SHA512: strings.Repeat("a", 128)}
	proc := filepath.Join(dir, "proc")
	write := func(name, content string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("code", "code")
	write("code.json", `{"sha256":"`+sum("code")+`","openclaw":"2026.9.6","node":"24.21.0","packages":[{},{}]}`)
	write("image", "image")
	write("proc/self/cmdline", "x")
	write("proc/100/cmdline", "qemu\x00-name\x00guest=clawarium-tank,debug-threads=on\x00-uuid\x0000000000-0000-0000-0000-000000000000\x00")
	write("proc/101/cmdline", "qemu\x00-name\x00guest=clawarium-tank,debug-threads=on\x00-uuid\x00"+s.UUID+"\x00")
	write("proc/101/status", "Name:\tqemu\nUid:\t64055\t64055\t64055\t64055\n")
	write("proc/101/attr/current", "libvirt-5a2f (enforce)\n")
	dial := func(ctx context.Context, _, address string) (net.Conn, error) {
		switch _, port, _ := net.SplitHostPort(address); port {
		case "18789":
			return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		case "18791":
			return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
		}
		a, b := net.Pipe()
		b.Close()
		return a, nil
	}
	return s, Sources{
		Proc: proc, Root: dir, Dial: dial,
		Libvirt: fakeLibvirt{
			xml:     func(context.Context) (string, error) { return "<domain/>", nil },
			volumes: map[string]string{"code-" + sum("code")[:16] + ".squashfs": "code"},
		},
		Guest: fakeGuest(func(_ context.Context, program []byte, limit int64) ([]byte, error) {
			if !bytes.Contains(program, []byte("\nPARAMS = {")) || limit != ReportLimit {
				return nil, errors.New("not the collector")
			}
			return []byte(`{"listeners":{"ok":true,"value":[]},"sudo":{"ok":false,"err":"ENOENT"},"unit":7}`), nil
		}),
	}
}

func TestCollectRecordsWhatItSawAndWhyItCouldNotSee(t *testing.T) {
	s, from := subject(t)
	e := Collect(t.Context(), s, from)
	if q := e.Host.Qemu; !q.OK || q.Value.PID != 101 || q.Value.UIDs[0] != 64055 || q.Value.Confined != "libvirt-5a2f (enforce)" {
		t.Errorf("process: %+v", q)
	}
	for port, want := range map[string]string{"18789": Refused, "18791": TimedOut, "19890": Open} {
		if got := e.Host.Connections[port]; !got.OK || got.Value != want {
			t.Errorf("port %s: %+v, wanted %s", port, got, want)
		}
	}
	for of, want := range map[DigestOf]DigestFound{
		CachedCode: {Name: s.Code.Path, Size: 4, SHA256: sum("code")},
		CodeVolume: {Name: "code-" + sum("code")[:16] + ".squashfs", Size: 4, SHA256: sum("code")},
		BaseVolume: {Name: "base-" + strings.Repeat("a", 16) + ".qcow2", Absent: true},
	} {
		if got := e.Host.Digests[of]; !got.OK || got.Value != want {
			t.Errorf("%s: %+v, wanted %+v", of, got, want)
		}
	}
	if m := e.Host.Manifest; !m.OK || m.Value.Packages != 2 || m.Value.OpenClaw != "2026.9.6" {
		t.Errorf("manifest: %+v", m)
	}
	if !e.Libvirt.Filter.OK || !e.Guest.Report.OK || !e.Guest.Listeners.OK {
		t.Errorf("libvirt %+v, guest %+v", e.Libvirt, e.Guest)
	}
	if e.Guest.Sudo.OK || e.Guest.Sudo.Err != "ENOENT" || e.Guest.Unit.OK || e.Guest.Unit.Err == "" {
		t.Errorf("sudo %+v, unit %+v", e.Guest.Sudo, e.Guest.Unit)
	}
}

func TestCollectWithNothingToAskSaysWhy(t *testing.T) {
	e := Collect(t.Context(), Subject{Machine: "tank", System: true}, Sources{
		LibvirtErr: errors.New("libvirt is down"), GuestErr: errors.New("no route"), Proc: t.TempDir(), Root: t.TempDir()})
	if e.Libvirt.Live.Err != "libvirt is down" || e.Guest.Report.Err != "no route" {
		t.Errorf("%+v", e)
	}
	for _, f := range Judge(plan.Plan{}, e) {
		if f.Status != NotChecked {
			t.Errorf("%s is %s", f.Control, f.Status)
		}
	}
}

func TestAGuestThatLiesFloodsHangsOrBabblesIsNotChecked(t *testing.T) {
	for name, guest := range map[string]fakeGuest{
		"floods":          func(context.Context, []byte, int64) ([]byte, error) { return make([]byte, ReportLimit+1), nil },
		"babbles":         func(context.Context, []byte, int64) ([]byte, error) { return []byte("<html>"), nil },
		"says nothing":    func(context.Context, []byte, int64) ([]byte, error) { return nil, nil },
		"says null":       func(context.Context, []byte, int64) ([]byte, error) { return []byte("null"), nil },
		"nests":           func(context.Context, []byte, int64) ([]byte, error) { return bytes.Repeat([]byte("["), 1<<19), nil },
		"closes":          func(context.Context, []byte, int64) ([]byte, error) { return []byte(`{"sudo":`), io.ErrUnexpectedEOF },
		"hangs":           func(ctx context.Context, _ []byte, _ int64) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() },
		"ignores the end": func(context.Context, []byte, int64) ([]byte, error) { select {} },
	} {
		t.Run(name, func(t *testing.T) {
			s, from := subject(t)
			from.Guest, from.Deadline = guest, 300*time.Millisecond
			begun := time.Now()
			e := Collect(t.Context(), s, from)
			if took := time.Since(begun); took > 2*time.Second {
				t.Errorf("took %s", took)
			}
			for _, f := range Judge(plan.Plan{}, e) {
				if f.Control == "K5" && f.Status != NotChecked {
					t.Errorf("K5 is %s", f.Status)
				}
			}
		})
	}
}

func TestALibvirtThatHangsIsLeftBehind(t *testing.T) {
	s, from := subject(t)
	from.Libvirt = fakeLibvirt{xml: func(context.Context) (string, error) { select {} }}
	from.Deadline = 200 * time.Millisecond
	e := Collect(t.Context(), s, from)
	if e.Libvirt.Live.OK || e.Libvirt.Live.Err == "" {
		t.Errorf("%+v", e.Libvirt.Live)
	}
}

func TestADirectoryIsNotAnImage(t *testing.T) {
	s, from := subject(t)
	s.Code.Path = t.TempDir()
	if got := Collect(t.Context(), s, from).Host.Digests[CachedCode]; got.OK {
		t.Errorf("%+v", got)
	}
}

// The collector runs here as it would in a guest, where nothing that it looks
// for exists: it must still answer, with a reason for each fact, and leave no
// file behind.
func TestTheCollectorAnswersWhereThereIsNothingToFind(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here to run the collector with")
	}
	if _, err := os.Stat("/proc/net/tcp"); err != nil {
		t.Skip("no /proc here to look in")
	}
	cmd := exec.Command(python, "-I", "-S", "-B", "-")
	cmd.Stdin = bytes.NewReader(CollectorProgram(""))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var raw map[string]struct {
		OK  bool
		Err string
	}
	if err := json.Unmarshal(out, &raw); err != nil {
		t.Fatal(err)
	}
	for name, f := range raw {
		if !f.OK && f.Err == "" {
			t.Errorf("%s: neither a fact nor a reason", name)
		}
	}
	g := ParseReport(out)
	if !g.Listeners.OK || !g.Processes.OK || len(g.Processes.Value) == 0 {
		t.Errorf("listeners %+v, processes %+v", g.Listeners.Err, g.Processes.Err)
	}
	// Every fact that Go knows, Python answers.
	var known map[string]json.RawMessage
	if err := json.Unmarshal(mustJSON(GuestFacts{}), &known); err != nil {
		t.Fatal(err)
	}
	for name := range known {
		if _, ok := raw[name]; !ok && name != "report" {
			t.Errorf("the collector does not answer %q", name)
		}
	}
	for name := range raw {
		if _, ok := known[name]; !ok {
			t.Errorf("nobody asked for %q", name)
		}
	}
}
