//go:build real && linux

package virt

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"io"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
)

func realPool(t *testing.T, c *Conn) *Pool {
	t.Helper()
	pool, err := c.EnsurePool(t.Context(), "t-virt-pool", "/var/lib/libvirt/images/t-virt-pool")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.Background()
		volumes, _ := pool.Volumes(ctx)
		for _, v := range volumes {
			pool.DeleteVolume(ctx, v.Name)
		}
		if err := pool.Delete(ctx); err != nil {
			t.Error(err)
		}
	})
	return pool
}

// steps counts what a transfer reports, and cancels it half-way when told to.
type steps struct {
	last, total int64
	at          int64
	cancel      func()
}

func (s *steps) Bytes(done, total int64) {
	s.last, s.total = done, total
	if s.cancel != nil && done >= s.at {
		s.cancel()
	}
}

func TestAVolumeHoldsWhatWasUploadedAndATorsoDoesNot(t *testing.T) {
	pool := realPool(t, realConn(t))
	ctx := t.Context()
	data := make([]byte, 5<<20+123)
	rand.Read(data)
	short, long := sha256.Sum256(data), sha512.Sum512(data)
	size := int64(len(data))

	var progress steps
	v, err := pool.UploadFrom(ctx, "t-whole", bytes.NewReader(data), size, true, &progress)
	if err != nil || v.Length != size || progress.last != size {
		t.Fatalf("%+v, %+v, %v", v, progress, err)
	}
	if info, err := os.Stat(v.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for _, digest := range []string{hex.EncodeToString(short[:]), strings.ToUpper(hex.EncodeToString(long[:]))} {
		if ok, err := pool.Matches(ctx, "t-whole", digest, size, &progress); !ok || err != nil {
			t.Errorf("%.8s: %v, %v", digest, ok, err)
		}
	}
	stream := pool.download(ctx, "t-whole")
	if got, err := io.ReadAll(stream); err != nil || !bytes.Equal(got, data) {
		t.Errorf("streamed %d bytes, %v", len(got), err)
	}
	stream.Close()
	if _, err := pool.UploadFrom(ctx, "t-whole", bytes.NewReader(data), size, false, &progress); !errors.Is(err, ErrExists) {
		t.Errorf("uploaded over it: %v", err)
	}

	// One flipped byte, and a length that is one short.
	f, err := os.OpenFile(v.Path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteAt([]byte{data[4096] ^ 1}, 4096)
	f.Close()
	if ok, err := pool.Matches(ctx, "t-whole", hex.EncodeToString(short[:]), size, &progress); ok || err != nil {
		t.Errorf("flipped byte: %v, %v", ok, err)
	}
	os.Truncate(v.Path, size-1)
	if ok, err := pool.Matches(ctx, "t-whole", hex.EncodeToString(short[:]), size, &progress); ok || err != nil {
		t.Errorf("short: %v, %v", ok, err)
	}

	// An upload that is cancelled, and one whose source ends early, leave nothing.
	cancelled, cancel := context.WithCancel(ctx)
	defer cancel()
	if _, err := pool.UploadFrom(cancelled, "t-cut", bytes.NewReader(data), size, false, &steps{at: 1 << 20, cancel: cancel}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := pool.UploadFrom(ctx, "t-short", bytes.NewReader(data[:1<<20]), size, false, &progress); !errors.Is(err, errShort) {
		t.Errorf("short source: %v", err)
	}
	for _, name := range []string{"t-cut", "t-short"} {
		if v, err := pool.Volume(ctx, name); v != nil || err != nil {
			t.Errorf("%s is left: %+v, %v", name, v, err)
		}
	}
}

func TestAnOverlayGrowsFromItsBaseAndLeavesItAlone(t *testing.T) {
	pool := realPool(t, realConn(t))
	ctx := t.Context()
	if _, err := pool.CreateBlank(ctx, "t-base.qcow2", 1<<30); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ size, want int64 }{{0, 1 << 30}, {3 << 30, 3 << 30}} {
		v, err := pool.CreateOverlay(ctx, "t-over.qcow2", "t-base.qcow2", c.size)
		if err != nil || v.Capacity != c.want || v.Backing != pool.PathOf("t-base.qcow2") || v.Format != "qcow2" {
			t.Errorf("%+v, %v", v, err)
		}
		if err := pool.DeleteVolume(ctx, "t-over.qcow2"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFilterIsMadeMendedKeptFromOthersAndRemoved(t *testing.T) {
	c := realConn(t)
	ctx := t.Context()
	const name = "t-virt-f"
	s := FilterSpec{Machine: name, UUID: "7d3c7e6e-0000-4000-8000-00000000a005", MAC: realMAC,
		GuestIP: netip.MustParseAddr("10.213.0.2"), HostIP: netip.MustParseAddr("10.213.0.1")}
	t.Cleanup(func() { c.DeleteFilter(context.Background(), name) })
	for range 2 {
		if err := c.EnsureFilter(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	f, err := c.Filter(ctx, name)
	if err != nil || f == nil || !f.Ours || f.UUID != s.UUID {
		t.Fatalf("%+v, %v", f, err)
	}
	// Somebody deletes a drop.
	damaged := strings.Replace(f.XML, "<rule action='drop' direction='inout' priority='900'>", "<rule action='accept' direction='inout' priority='900'>", 1)
	if damaged == f.XML {
		t.Fatalf("no such rule in\n%s", f.XML)
	}
	redefine := func(x string) {
		t.Helper()
		if err := c.do(ctx, func(o *op) error {
			n, err := o.l.NWFilterDefineXML(x)
			if err != nil {
				return err
			}
			return n.Free()
		}); err != nil {
			t.Fatal(err)
		}
	}
	redefine(damaged)
	if err := c.EnsureFilter(ctx, s); err != nil {
		t.Fatal(err)
	}
	if mended, err := c.Filter(ctx, name); err != nil || mended.XML != f.XML {
		t.Errorf("not mended: %v\n%s", err, mended.XML)
	}
	if all, err := c.Inventory(ctx, "t-virt-none"); err != nil || !strings.Contains(all.String(), "filter clawarium-"+name) {
		t.Errorf("%s, %v", all, err)
	}
	// Not ours: same name, no comment of ours.
	if err := c.DeleteFilter(ctx, name); err != nil {
		t.Fatal(err)
	}
	redefine("<filter name='" + layout.Filter(name) + "' chain='root'><uuid>" + s.UUID + "</uuid></filter>")
	for what, err := range map[string]error{"ensure": c.EnsureFilter(ctx, s), "delete": c.DeleteFilter(ctx, name)} {
		if !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", what, err)
		}
	}
	c.do(ctx, func(o *op) error {
		f, err := o.filter(layout.Filter(name))
		if f == nil || err != nil {
			return err
		}
		defer f.Free()
		return f.Undefine()
	})
}

func TestTheKVMProbeTellsAFirmwareThatRunsFromOneThatDoesNot(t *testing.T) {
	began := time.Now()
	ok, why := ProbeKVM(t.Context())
	t.Logf("%v: %s (%s)", ok, why, time.Since(began))
	if time.Since(began) > kvmLimit+3*time.Second {
		t.Error("the probe is not bounded")
	}
	// The same guest by emulation stands in for hardware that works.
	began = time.Now()
	ok, why = Probe{Device: "/dev/null", Accel: "tcg", CPU: "max", Limit: time.Minute}.Run(t.Context())
	t.Logf("by emulation %v: %s (%s)", ok, why, time.Since(began))
	if !ok {
		t.Error("the firmware was not seen to run")
	}
	// Without the register on which QEMU aborts, the firmware itself fails.
	if ok, _ := ProbeKVM(t.Context()); !ok {
		ok, why := Probe{CPU: "host,-arch-capabilities", Limit: 5 * time.Second}.Run(t.Context())
		t.Logf("with another processor %v: %s", ok, why)
	}
}
