package virt

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// The tests here use libvirt's own library: its test driver, which keeps its
// objects in memory, and sockets that behave badly. No daemon is needed.

func needLibrary(t *testing.T) {
	t.Helper()
	if _, err := libvirt.GetVersion(); err != nil {
		t.Skipf("needs libvirt.so.0: %v", err)
	}
}

// testConn opens libvirt's test driver with a state of its own.
func testConn(t *testing.T) *Conn {
	t.Helper()
	needLibrary(t)
	file := filepath.Join(t.TempDir(), "node.xml")
	if err := os.WriteFile(file, []byte("<node><cpu><mhz>1000</mhz><model>x</model><active>2</active><nodes>1</nodes><sockets>1</sockets><cores>2</cores><threads>1</threads></cpu><memory>8192000</memory></node>"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), "test://"+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// silent is a socket whose owner accepts and never answers.
func silent(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var held []net.Conn
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			held = append(held, c)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-accepted
		for _, c := range held {
			c.Close()
		}
	})
	return "qemu+unix:///system?socket=" + path
}

func TestADaemonThatHangsIsGivenUpAfterTheLimit(t *testing.T) {
	needLibrary(t)
	began := time.Now()
	_, err := open(t.Context(), silent(t), 300*time.Millisecond, libvirt.NewConnect)
	if !errors.Is(err, ErrTimeout) {
		t.Fatalf("%v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %s", took)
	}
	if s := err.Error(); !strings.Contains(s, "virConnectOpen") || !strings.Contains(s, "300ms") || len(text.Hint(err)) == 0 {
		t.Errorf("%q, hints %q", s, text.Hint(err))
	}
}

func TestACancelledWaitForAHangingDaemonEndsSoon(t *testing.T) {
	needLibrary(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := open(ctx, silent(t), time.Minute, libvirt.NewConnect)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 2*settle {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

func TestADaemonThatIsDownIsSaidToBeDown(t *testing.T) {
	needLibrary(t)
	dir := t.TempDir()
	gone := filepath.Join(dir, "gone")
	dead := filepath.Join(dir, "dead") // a socket whose owner has died
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: dead, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	for _, path := range []string{gone, dead} {
		_, err := Open(t.Context(), "qemu+unix:///system?socket="+path)
		if !errors.Is(err, ErrDown) || len(text.Hint(err)) == 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestErrorsOfLibvirtAreToldApart(t *testing.T) {
	for _, c := range []struct {
		code libvirt.ErrorNumber
		msg  string
		kind error
	}{
		{1, "Failed to open libvirt.so.0", ErrAbsent},
		{1, "libvirt.so.0: cannot open shared object file: No such file or directory", ErrAbsent},
		{1, "Failed to load virNWFilterDefineXMLFlags", ErrTooOld},
		{libvirt.ERR_SYSTEM_ERROR, "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory", ErrDown},
		{libvirt.ERR_SYSTEM_ERROR, "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Connection refused", ErrDown},
		{libvirt.ERR_SYSTEM_ERROR, "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied", ErrDenied},
		{libvirt.ERR_AUTH_UNAVAILABLE, "authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'", ErrDenied},
		{libvirt.ERR_AUTH_FAILED, "authentication failed: access denied by policy", ErrDenied},
		{libvirt.ERR_INTERNAL_ERROR, "internal error: Unable to get system bus connection: Could not connect: No such file or directory", ErrDenied},
		{libvirt.ERR_INTERNAL_ERROR, "client socket is closed", ErrDown},
		{libvirt.ERR_CONFIG_UNSUPPORTED, "Unable to find any firmware to satisfy 'efi'", ErrNoFirmware},
		{libvirt.ERR_OPERATION_FAILED, "operation failed: Unable to find any firmware to satisfy 'efi'", ErrNoFirmware},
		{libvirt.ERR_SYSTEM_ERROR, "cannot extend file '/x': No space left on device", ErrNoSpace},
		{libvirt.ERR_NO_DOMAIN, "Domain not found", ErrNotFound},
	} {
		err := classify(SystemURI, "virCall", libvirt.Error{Code: c.code, Message: c.msg})
		if !errors.Is(err, c.kind) || len(text.Hint(err)) != 1 {
			t.Errorf("%q: %v is not %v, hints %q", c.msg, err, c.kind, text.Hint(err))
		}
	}
	// libvirt answers, and has no QEMU.
	if err := classify(SystemURI, "virCall", libvirt.Error{Code: libvirt.ERR_INTERNAL_ERROR, Message: "internal error: Cannot find suitable emulator for x86_64"}); errors.Is(err, ErrDown) {
		t.Error(err)
	}
	if err := classify(SystemURI, "virCall", libvirt.Error{Code: libvirt.ERR_XML_ERROR, Message: "bad"}); len(text.Hint(err)) != 1 || !strings.Contains(err.Error(), `"virCall"`) {
		t.Errorf("%v", err)
	}
}

func TestAnAbandonedOperationStartsNoFurtherCallAndKeepsTheConnectionOpen(t *testing.T) {
	c := testConn(t)
	c.limit = 50 * time.Millisecond
	release, ended := make(chan struct{}), make(chan struct{})
	went := false
	err := c.do(t.Context(), func(o *op) error {
		defer close(ended)
		o.at("virFirst")
		<-release // the daemon hangs
		if alive, err := o.l.IsAlive(); err != nil || !alive {
			t.Errorf("the connection was closed under a call: %v, %v", alive, err)
		}
		o.at("virSecond")
		went = true
		return nil
	})
	if !errors.Is(err, ErrTimeout) || !strings.Contains(err.Error(), "virFirst") {
		t.Fatalf("%v", err)
	}
	c.Close()
	close(release)
	<-ended
	if went {
		t.Error("a call was made after its failure had been reported")
	}
	for range 100 { // the last user closes it
		c.mu.Lock()
		gone := c.l == nil
		c.mu.Unlock()
		if gone {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the connection stays open")
}

func TestManyQuickCallsInOneOperationMayTakeLongerThanTheLimitOfOne(t *testing.T) {
	c := testConn(t)
	c.limit = 100 * time.Millisecond
	err := c.do(t.Context(), func(o *op) error {
		for range 6 {
			o.at("virQuick")
			time.Sleep(40 * time.Millisecond)
		}
		o.idle()
		time.Sleep(150 * time.Millisecond) // waiting for its caller, not for libvirt
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAClosedConnectionRefuses(t *testing.T) {
	c := testConn(t)
	c.Close()
	c.Close()
	if _, err := c.Versions(t.Context()); !errors.Is(err, ErrDown) {
		t.Errorf("%v", err)
	}
}

// define puts a domain of the test driver's own type there.
func define(t *testing.T, c *Conn, name, uuid, metadata string) {
	t.Helper()
	err := c.do(t.Context(), func(o *op) error {
		o.at("virDomainDefineXML")
		d, err := o.l.DomainDefineXML("<domain type='test'><name>" + name + "</name><uuid>" + uuid + "</uuid><metadata>" + metadata +
			"</metadata><memory>65536</memory><os><type arch='x86_64'>hvm</type></os></domain>")
		if err != nil {
			return err
		}
		return d.Free()
	})
	if err != nil {
		t.Fatal(err)
	}
}

const (
	uuidA = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
	uuidB = "6f9619ff-8b86-4d01-b42d-00cf4fc96400"
)

func TestADomainOfOursIsFoundStartedAndRemoved(t *testing.T) {
	c, ctx := testConn(t), t.Context()
	if d, err := c.Domain(ctx, "tank"); d != nil || err != nil {
		t.Fatalf("%+v, %v", d, err)
	}
	define(t, c, "clawarium-tank", uuidA, Tag{"tank", "0.1.0", "p"}.xml())
	d, err := c.Domain(ctx, "tank")
	if err != nil || d == nil || !d.Ours || d.UUID != uuidA || d.State != Off || d.Tag != (Tag{"tank", "0.1.0", "p"}) {
		t.Fatalf("%+v, %v", d, err)
	}
	for range 2 {
		if _, err := c.Start(ctx, "tank", nil); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := c.State(ctx, "tank"); s != Running || err != nil {
		t.Fatalf("%s, %v", s, err)
	}
	if err := c.Undefine(ctx, "tank"); !errors.Is(err, ErrState) {
		t.Errorf("a running machine was undefined: %v", err)
	}
	if err := c.Shutdown(ctx, "tank", time.Second, false); err != nil {
		t.Fatal(err)
	}
	all, err := c.Inventory(ctx)
	if err != nil || len(all.Domains) != 1 || all.Empty() || !strings.Contains(all.String(), "domain clawarium-tank") {
		t.Fatalf("%v, %v", all, err)
	}
	for range 2 {
		if err := errors.Join(c.Destroy(ctx, "tank"), c.Undefine(ctx, "tank")); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := c.Inventory(ctx); err != nil || !all.Empty() {
		t.Errorf("left: %v, %v", all, err)
	}
}

func TestADomainThatIsNotOursIsLeftAlone(t *testing.T) {
	for name, metadata := range map[string]string{
		"without a tag":                   "",
		"with another machine's tag":      Tag{Machine: "other"}.xml(),
		"with a tag of another namespace": "<x:machine xmlns:x='https://example.org/' name='tank'/>",
	} {
		c, ctx := testConn(t), t.Context()
		define(t, c, "clawarium-tank", uuidA, metadata)
		s := testSpec()
		s.UUID = uuidA
		_, start := c.Start(ctx, "tank", nil)
		for what, err := range map[string]error{
			"define": c.Define(ctx, s), "start": start, "destroy": c.Destroy(ctx, "tank"), "undefine": c.Undefine(ctx, "tank"),
			"shutdown": c.Shutdown(ctx, "tank", time.Second, true), "eject": c.Eject(ctx, "tank", time.Second),
		} {
			if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), `"clawarium-tank"`) || len(text.Hint(err)) == 0 {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		if d, err := c.Domain(ctx, "tank"); err != nil || d == nil || d.Ours {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
		if all, err := c.Inventory(ctx); err != nil || !all.Empty() {
			t.Errorf("%s: counted as ours: %v, %v", name, all, err)
		}
	}
}

func TestOurDomainWithAnotherUUIDIsNotRedefined(t *testing.T) {
	c := testConn(t)
	define(t, c, "clawarium-tank", uuidB, Tag{Machine: "tank"}.xml())
	if err := c.Define(t.Context(), testSpec()); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), uuidB) {
		t.Errorf("%v", err)
	}
	other := testConn(t)
	define(t, other, "somebody", uuidA, "")
	if err := other.Define(t.Context(), testSpec()); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), "somebody") {
		t.Errorf("%v", err)
	}
}

func TestANetworkOfOursIsMadeOnceAndRemoved(t *testing.T) {
	c, ctx := testConn(t), t.Context()
	s := NetworkSpec{Machine: "tank", UUID: uuidA, Plan: "p", HostIP: netip.MustParseAddr("10.213.0.1"), Bits: 29}
	for range 2 {
		if err := c.EnsureNetwork(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	n, err := c.Network(ctx, "tank")
	if err != nil || n == nil || !n.Ours || !n.Active || !n.Autostart || n.Bridge != layout.Bridge("tank") || !s.matches(n) {
		t.Fatalf("%+v, %v", n, err)
	}
	if p, err := c.FreeSubnet(ctx, nil); err != nil || p.String() != "10.213.0.8/29" {
		t.Errorf("free beside it: %v, %v", p, err)
	}
	wrong := s
	wrong.UUID = uuidB
	if err := c.EnsureNetwork(ctx, wrong); !errors.Is(err, ErrForeign) {
		t.Errorf("another UUID: %v", err)
	}
	for range 2 {
		if err := c.DeleteNetwork(ctx, "tank"); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := c.Network(ctx, "tank"); n != nil || err != nil {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestANetworkThatIsNotOursIsLeftAlone(t *testing.T) {
	c, ctx := testConn(t), t.Context()
	err := c.do(ctx, func(o *op) error {
		n, err := o.l.NetworkDefineXML("<network><name>clawarium-tank</name><uuid>" + uuidA + "</uuid></network>")
		if err != nil {
			return err
		}
		return n.Free()
	})
	if err != nil {
		t.Fatal(err)
	}
	s := NetworkSpec{Machine: "tank", UUID: uuidA, HostIP: netip.MustParseAddr("10.213.0.1"), Bits: 29}
	for what, err := range map[string]error{"ensure": c.EnsureNetwork(ctx, s), "delete": c.DeleteNetwork(ctx, "tank")} {
		if !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestThePoolIsOursByNameAndPathTogether(t *testing.T) {
	c, ctx := testConn(t), t.Context()
	if p, err := c.Pool(ctx, "t-pool", "/t"); p != nil || err != nil {
		t.Fatalf("%v, %v", p, err)
	}
	var pool *Pool
	for range 2 {
		p, err := c.EnsurePool(ctx, "t-pool", "/t/")
		if err != nil {
			t.Fatal(err)
		}
		pool = p
	}
	_, ensure := c.EnsurePool(ctx, "t-pool", "/elsewhere")
	_, get := c.Pool(ctx, "t-pool", "/elsewhere")
	for what, err := range map[string]error{"ensure": ensure, "get": get, "delete": (&Pool{c, "t-pool", "/elsewhere"}).Delete(ctx)} {
		if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), `"/elsewhere"`) {
			t.Errorf("%s: %v", what, err)
		}
	}
	v, err := pool.CreateBlank(ctx, "t-data.qcow2", 1<<20)
	if err != nil || v.Capacity != 1<<20 || v.Format != "qcow2" {
		t.Fatalf("%+v, %v", v, err)
	}
	if _, err := pool.CreateBlank(ctx, "t-data.qcow2", 1<<20); !errors.Is(err, ErrExists) {
		t.Errorf("made twice: %v", err)
	}
	if _, err := pool.CreateOverlay(ctx, "t-system.qcow2", "t-none.qcow2", 0); !errors.Is(err, ErrNotFound) {
		t.Errorf("overlay on nothing: %v", err)
	}
	for _, name := range []string{"", "../x", "a/b", ".hidden", "x y"} {
		if _, err := pool.CreateBlank(ctx, name, 1); err == nil {
			t.Errorf("%q is accepted", name)
		}
		if err := pool.DeleteVolume(ctx, name); err == nil {
			t.Errorf("%q is deleted", name)
		}
	}
	if err := pool.Delete(ctx); !errors.Is(err, ErrState) {
		t.Errorf("a pool with a volume was deleted: %v", err)
	}
	if list, err := pool.Volumes(ctx); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	for range 2 {
		if err := pool.DeleteVolume(ctx, "t-data.qcow2"); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := pool.Delete(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOperationsLeaveNoGoroutineBehind(t *testing.T) {
	c, ctx := testConn(t), t.Context()
	define(t, c, "clawarium-tank", uuidA, Tag{Machine: "tank"}.xml())
	before := runtime.NumGoroutine()
	for range 200 {
		if _, err := c.Domain(ctx, "tank"); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(20 * time.Millisecond)
	if after := runtime.NumGoroutine(); after > before+2 {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

func TestRootIsKeptFromASessionOfItsOwn(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("for root only")
	}
	if _, err := Open(t.Context(), SessionURI); !errors.Is(err, ErrDenied) {
		t.Errorf("%v", err)
	}
	if _, _, err := Choose(t.Context(), "remote"); err == nil || len(text.Hint(err)) == 0 {
		t.Errorf("%v", err)
	}
}
