package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

func TestInspectRefusesWhateverDoesNotStandAlone(t *testing.T) {
	put32 := func(at int, v uint32) func([]byte) { return func(b []byte) { binary.BigEndian.PutUint32(b[at:], v) } }
	put64 := func(at int, v uint64) func([]byte) { return func(b []byte) { binary.BigEndian.PutUint64(b[at:], v) } }
	for _, c := range []struct {
		name   string
		damage func([]byte)
		says   string
	}{
		{"backing file", put64(8, 200), "backing file"},
		{"external data file", put64(72, 1<<2), "another file"},
		{"dirty", put64(72, 1), "closed properly"},
		{"corrupt", put64(72, 2), "corrupt"},
		{"aes", put32(32, 1), "encrypted"},
		{"luks", put32(32, 2), "encrypted"},
		{"snapshot", put32(60, 1), "snapshots"},
		{"unknown feature", put64(72, 1<<40), "unknown features"},
		{"version 9", put32(4, 9), "version 9"},
		{"tiny clusters", put32(20, 3), "cluster bits"},
		{"huge clusters", put32(20, 63), "cluster bits"},
		{"huge disk", put64(24, 3<<40), "2 TiB"},
		{"absurd disk", put64(24, 1<<63), "2 TiB"},
		{"empty disk", put64(24, 0), "empty disk"},
		{"huge table", put32(36, 1<<31), "cluster table"},
		{"table beyond the end", put64(40, 1<<60), "cluster table"},
		{"long header", put32(100, 1<<30), "header of"},
	} {
		b := qcow2Bytes(0)
		c.damage(b)
		_, _, err := Inspect(write(t, "x.qcow2", b))
		var f *text.Fault
		if !errors.As(err, &f) || !strings.Contains(err.Error(), c.says) || f.Hint == "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestInspectReportsSeveralReasonsAtOnce(t *testing.T) {
	b := qcow2Bytes(0)
	binary.BigEndian.PutUint64(b[8:], 200)
	binary.BigEndian.PutUint32(b[60:], 1)
	_, _, err := Inspect(write(t, "x.qcow2", b))
	mustContain(t, "error", err.Error(), "backing file", "snapshots")
}

func TestInspectKnowsOtherFormatsByName(t *testing.T) {
	for name, magic := range map[string]string{"vmdk": "KDMV", "vhdx": "vhdxfile"} {
		b := append([]byte(magic), make([]byte, 1<<20)...)
		_, _, err := Inspect(write(t, "x", b))
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, b := range map[string][]byte{"nothing": {}, "noise": bytes.Repeat([]byte("noise"), 1000), "short qcow2": []byte("QFI\xfb")} {
		if _, _, err := Inspect(write(t, "x", b)); err == nil || len(text.Hint(err)) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Inspect(t.TempDir()); err == nil {
		t.Error("a directory passed")
	}
}

func rawDisk() []byte {
	b := make([]byte, 1<<20)
	b[446+4], b[510], b[511] = 0xee, 0x55, 0xaa
	return b
}

func TestInspectTakesQcow2AndPartitionedRaw(t *testing.T) {
	if format, n, err := Inspect(write(t, "x", qcow2Bytes(0))); format != "qcow2" || n != 1<<30 || err != nil {
		t.Error(format, n, err)
	}
	if format, n, err := Inspect(write(t, "x", rawDisk())); format != "raw" || n != 1<<20 || err != nil {
		t.Error(format, n, err)
	}
}

func TestInspectAgreesWithWhatQemuMakes(t *testing.T) {
	if _, err := look("qemu-img", "qemu-utils"); err != nil {
		t.Skip("needs qemu-img")
	}
	dir := t.TempDir()
	create := func(args ...string) string {
		// Only the name is made plain: the directory is where the test runs.
		path := filepath.Join(dir, strings.Map(func(r rune) rune {
			if strings.ContainsRune("=,- ", r) {
				return '_'
			}
			return r
		}, "x"+strings.Join(args, "")[:8]+args[len(args)-1]))
		all := append(append([]string{"create", "-q"}, args[:len(args)-1]...), path, args[len(args)-1])
		if out, err := exec.Command("qemu-img", all...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", all, out)
		}
		return path
	}
	base := create("-f", "qcow2", "8M")
	for name, ok := range map[string]bool{
		base: true,
		create("-f", "qcow2", "-o", "compat=0.10", "9M"):                            true,
		create("-f", "qcow2", "-o", "compression_type=zstd", "10M"):                 true,
		create("-f", "qcow2", "-b", base, "-F", "qcow2", "11M"):                     false,
		create("-f", "qcow2", "-o", "data_file="+filepath.Join(dir, "data"), "12M"): false,
		create("-f", "vmdk", "13M"):                                                 false,
		create("-f", "vdi", "14M"):                                                  false,
		create("-f", "vhdx", "15M"):                                                 false,
		create("-f", "raw", "16M"):                                                  false,
	} {
		if _, _, err := Inspect(name); (err == nil) != ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileOfTheOwnersIsCopiedAndRecognised(t *testing.T) {
	w := newWorld(t)
	path := write(t, "mine.qcow2", w.data)
	r := Request{Source: File, File: path, Arch: "amd64"}
	img, err := w.Get(t.Context(), r, w)
	w.mustHave(img, err)
	if img.Path == path || img.Source != File || !strings.Contains(img.Note, "nothing to compare") {
		t.Errorf("%+v", img)
	}
	r.SHA512 = strings.ToUpper(digest(w.data))
	pinned, err := w.Get(t.Context(), r, w)
	if err != nil || pinned.Path != img.Path || !strings.Contains(pinned.Note, "equal to") {
		t.Errorf("%+v, %v", pinned, err)
	}
	r.SHA512 = digest(nil)
	if _, err := w.Get(t.Context(), r, w); err == nil || !strings.Contains(err.Error(), "image.sha512") {
		t.Errorf("wrong pin: %v", err)
	}
	if _, ok := w.Cached(r); ok {
		t.Error("cached in spite of the pin")
	}
}

func TestAFileWithABackingFileIsRefusedAndNothingIsKept(t *testing.T) {
	w := newWorld(t)
	b := qcow2Bytes(0)
	binary.BigEndian.PutUint64(b[8:], 200)
	if _, err := w.Get(t.Context(), Request{Source: File, File: write(t, "x", b), Arch: "amd64"}, w); err == nil || !strings.Contains(err.Error(), "backing file") {
		t.Error(err)
	}
	if _, err := w.Get(t.Context(), Request{Source: File, File: "/nowhere", Arch: "amd64"}, w); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if got := w.leftovers(); got != "" {
		t.Errorf("kept: %s", got)
	}
}

func TestARawFileIsConverted(t *testing.T) {
	if _, err := look("qemu-img", "qemu-utils"); err != nil {
		t.Skip("needs qemu-img")
	}
	w := newWorld(t)
	img, err := w.Get(t.Context(), Request{Source: File, File: write(t, "mine.raw", rawDisk()), Arch: "amd64"}, w)
	if err != nil || img.Format != "qcow2" || img.VirtualSize != 1<<20 {
		t.Fatalf("%+v, %v", img, err)
	}
	if err := w.Verify(t.Context(), img, w); err != nil {
		t.Error(err)
	}
	if n := len(strings.Fields(w.leftovers())); n != 2 {
		t.Errorf("in the cache: %s", w.leftovers())
	}
}

func FuzzInspect(f *testing.F) {
	small := qcow2Bytes(0)[:1024]
	binary.BigEndian.PutUint64(small[40:], 512)
	f.Add(small)
	f.Add(small[:200])
	f.Add(rawDisk()[:512])
	for _, magic := range []string{"KDMV", "vhdxfile", "WithoutFreeSpace", "conectix", "shdw", "# Disk DescriptorFile"} {
		f.Add(append([]byte(magic), make([]byte, 600)...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		format, n, err := inspect("x", bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		if (format != "qcow2" && format != "raw") || n < 0 || n > MaxVirtualSize {
			t.Errorf("%q, %d", format, n)
		}
		if format == "qcow2" && binary.BigEndian.Uint64(b[8:]) != 0 {
			t.Error("a backing file passed")
		}
	})
}
