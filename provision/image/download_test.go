package image

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

const whole = "image-r1.qcow2 image-r1.qcow2.json"

func (w *world) mustHave(img Image, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.said())
	}
	data, err := os.ReadFile(img.Path)
	if err != nil || digest(data) != img.SHA512 || img.Format != "qcow2" || img.VirtualSize != 1<<30 {
		w.t.Fatalf("%+v: %v", img, err)
	}
}

func TestThePinnedImageIsDownloadedOnceAndThenTakenFromTheCache(t *testing.T) {
	w := newWorld(t)
	first, err := w.get()
	w.mustHave(first, err)
	if first.Source != Official || first.Release != "r1" || !strings.Contains(first.Note, "r1") {
		t.Errorf("%+v", first)
	}
	w.server.Close()
	second, err := w.get()
	if err != nil || second != first {
		t.Errorf("second time %+v, %v", second, err)
	}
	if cached, ok := w.Cached(Request{Source: Auto, Arch: "amd64"}); !ok || cached != first {
		t.Errorf("cached: %+v, %v", cached, ok)
	}
	if got := w.leftovers(); got != whole {
		t.Errorf("in the cache: %s", got)
	}
}

func TestACutTransferGoesOnWhereItStopped(t *testing.T) {
	w := newWorld(t)
	w.server.cut = 300_000
	w.mustHave(w.get())
	mustContain(t, "requests", w.server.asked(), w.dated+" \n", w.dated+" bytes=300000-")
	mustContain(t, "talk", w.said(), "going on with", "again")
}

func TestAnotherProcessGoesOnWhereAKilledOneStopped(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.server.stall = true
	w.bytes = func(done, _ int64) {
		if done > 0 {
			cancel()
		}
	}
	_, err := w.Get(ctx, Request{Source: Official, Arch: "amd64"}, w)
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if got := w.leftovers(); got != "image-r1.qcow2.part image-r1.qcow2.part.json" {
		t.Fatalf("after the cancel: %s", got)
	}
	w.bytes = nil
	w.mustHave(w.get())
	mustContain(t, "requests", w.server.asked(), "bytes=")
}

func TestACompletePartNeedsNoServer(t *testing.T) {
	w := newWorld(t)
	w.mustHave(w.get())
	path := filepath.Join(w.Dir, "image-r1.qcow2")
	part := path + ".part"
	if err := errors.Join(os.Rename(path, part), os.Remove(recordPath(path))); err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Etag": {`"one"`}}
	if err := note(part, header, w.server.URL+w.dated, int64(len(w.data))); err != nil {
		t.Fatal(err)
	}
	before := w.server.asked()
	w.mustHave(w.get())
	if w.server.asked() != before {
		t.Error("the server was asked")
	}
}

func TestAChangedETagStartsFromTheBeginning(t *testing.T) {
	w := newWorld(t)
	part := w.part("image-r1.qcow2")
	if err := os.WriteFile(part, []byte("of an older file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := note(part, http.Header{"Etag": {`"zero"`}}, w.server.URL+w.dated, int64(len(w.data))); err != nil {
		t.Fatal(err)
	}
	w.mustHave(w.get())
	mustContain(t, "requests", w.server.asked(), "bytes=16-")
}

func TestADamagedPartIsThrownAwayAndFetchedAgain(t *testing.T) {
	w := newWorld(t)
	part := w.part("image-r1.qcow2")
	bad := append([]byte(nil), w.data[:1000]...)
	bad[500] ^= 1
	if err := errors.Join(os.WriteFile(part, bad, 0o600), note(part, http.Header{"Etag": {`"one"`}}, w.server.URL+w.dated, int64(len(w.data)))); err != nil {
		t.Fatal(err)
	}
	w.mustHave(w.get())
}

func TestAServerWithoutRangesStartsFromTheBeginning(t *testing.T) {
	w := newWorld(t)
	w.server.cut, w.server.noRange = 300_000, true
	w.mustHave(w.get())
	mustContain(t, "requests", w.server.asked(), "bytes=300000-")
}

func TestAServerThatAlwaysCutsIsGivenUp(t *testing.T) {
	w := newWorld(t)
	n := 0
	w.server.hook = func(rw http.ResponseWriter, _ *http.Request) bool {
		n++
		rw.Header().Set("Content-Length", "700000")
		_, _ = rw.Write(w.data[:1000])
		rw.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	if _, err := w.get(); err == nil || n > 12 {
		t.Errorf("%d requests, %v", n, err)
	}
}

func TestARangeThatCannotBeSatisfiedStartsAnew(t *testing.T) {
	w := newWorld(t)
	part := w.part("image-r1.qcow2")
	if err := errors.Join(os.WriteFile(part, append(w.data, "more"...), 0o600), note(part, http.Header{"Etag": {`"one"`}}, w.server.URL+w.dated, 0)); err != nil {
		t.Fatal(err)
	}
	w.mustHave(w.get())
}

func TestAStalledServerIsLeftAndTheTransferGoesOn(t *testing.T) {
	w := newWorld(t)
	w.Store.stall = 50 * time.Millisecond
	w.server.stall = true
	w.mustHave(w.get())
	mustContain(t, "talk", w.said(), "sent nothing for")
}

func TestAFlippedByteIsRefusedAndNothingIsKept(t *testing.T) {
	w := newWorld(t)
	bad := append([]byte(nil), w.data...)
	bad[400_000] ^= 1
	w.server.files[w.dated] = bad
	_, err := w.get()
	var f *text.Fault
	if !errors.As(err, &f) || !strings.Contains(err.Error(), w.dated) || len(text.Hint(err)) == 0 {
		t.Fatal(err)
	}
	if got := w.leftovers(); got != "" {
		t.Errorf("kept: %s", got)
	}
}

func TestATruncatedFileIsRefused(t *testing.T) {
	w := newWorld(t)
	w.server.files[w.dated] = w.data[:600_000]
	if _, err := w.get(); !errors.Is(err, errDigest) || w.leftovers() != "" {
		t.Errorf("%v; kept %q", err, w.leftovers())
	}
}

func TestAWrongMirrorIsNamedAndTheNextOneServes(t *testing.T) {
	w := newWorld(t)
	evil, right := serve(t, false), serve(t, false)
	evil.files[w.dated] = append([]byte(nil), w.data...)
	evil.files[w.dated][650_000] ^= 1
	right.files[w.dated] = w.data
	w.mustHave(w.get(evil.URL, right.URL+"/"))
	mustContain(t, "talk", w.said(), evil.URL+w.dated)
	if w.server.asked() != "" {
		t.Errorf("the publisher was asked: %s", w.server.asked())
	}
	if got := w.leftovers(); got != whole {
		t.Errorf("in the cache: %s", got)
	}
}

func TestARefusalIsNotRetriedAndAnOverloadIs(t *testing.T) {
	w := newWorld(t)
	w.server.refuse = http.StatusForbidden
	if _, err := w.get(); !strings.Contains(err.Error(), "403") {
		t.Error(err)
	}
	if n := strings.Count(w.server.asked(), w.dated); n != 1 {
		t.Errorf("%d requests for a refusal", n)
	}
	w = newWorld(t)
	w.server.refuse = http.StatusServiceUnavailable
	if _, err := w.get(); err == nil {
		t.Error("no error")
	}
	if n := strings.Count(w.server.asked(), w.dated); n != tries {
		t.Errorf("%d requests for an overload", n)
	}
}

func TestAnUnreachablePublisherIsSaidAtOnce(t *testing.T) {
	w := newWorld(t)
	dials := 0
	w.Store.backoff = 0
	w.HTTP = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		dials++
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}
	}}}
	start := time.Now()
	if _, err := w.get(); err == nil || len(text.Hint(err)) == 0 {
		t.Error(err)
	}
	if dials != triesUnheard || time.Since(start) > 2*time.Second {
		t.Errorf("%d dials in %v", dials, time.Since(start))
	}
}

func TestTooLittleSpaceIsSaidBefore(t *testing.T) {
	w := newWorld(t)
	w.free = func(string) (int64, error) { return 650_000, nil }
	_, err := w.get()
	if !errors.Is(err, syscall.ENOSPC) || len(text.Hint(err)) == 0 || w.server.asked() != "" {
		t.Errorf("%v; asked %q", err, w.server.asked())
	}
}

func TestADiskThatFillsUpLeavesThePartToGoOnFrom(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("needs /dev/full")
	}
	w := newWorld(t)
	// /dev/full takes no byte; the part stays whatever it was.
	if err := os.Symlink("/dev/full", w.part("image-r1.qcow2")); err != nil {
		t.Fatal(err)
	}
	err := w.diskFull(syscall.ENOSPC)
	mustContain(t, "error", err.Error()+strings.Join(text.Hint(err), ""), "full", "goes on")
	if !isNoSpace(err) || isTransient(err) {
		t.Errorf("%v would be tried again", err)
	}
}

func TestASecondProcessWaitsForTheFirst(t *testing.T) {
	w := newWorld(t)
	unlock, err := w.lock(t.Context(), "image-r1.qcow2", w)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := w.Get(ctx, Request{Source: Official, Arch: "amd64"}, w); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while locked: %v", err)
	}
	mustContain(t, "talk", w.said(), "waiting for it")
	unlock()
	w.mustHave(w.get())
}
