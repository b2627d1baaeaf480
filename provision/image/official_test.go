package image

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

// retire takes the dated release away and puts another image into latest.
func (w *world) retire() (latest []byte) {
	delete(w.server.files, w.dated)
	latest = qcow2Bytes(800_000)
	latest[799_000] ^= 1
	w.server.files["/trixie/latest/image.qcow2"] = latest
	w.server.files["/trixie/latest/SHA512SUMS"] = []byte(strings.Repeat("0", 128) + "  other.qcow2\n" + digest(latest) + "  image.qcow2\n")
	return latest
}

func TestARetiredReleaseGivesThePublishersCurrentOneAndSaysSo(t *testing.T) {
	w := newWorld(t)
	latest := w.retire()
	img, err := w.get()
	w.mustHave(img, err)
	if img.SHA512 != digest(latest) || img.Source != Publisher || !strings.Contains(img.Note, "publisher's list, not pinned") {
		t.Errorf("%+v", img)
	}
	w.server.Close()
	if again, err := w.get(); err != nil || again != img {
		t.Errorf("second time %+v, %v", again, err)
	}
}

func TestAListWithoutTheImageIsRefused(t *testing.T) {
	w := newWorld(t)
	w.retire()
	w.server.files["/trixie/latest/SHA512SUMS"] = []byte(strings.Repeat("0", 128) + "  image.qcow2.asc\n")
	_, err := w.get()
	if err == nil || !strings.Contains(err.Error(), "does not list") {
		t.Error(err)
	}
}

func TestAnImageThatIsNotTheListedOneIsRefused(t *testing.T) {
	w := newWorld(t)
	latest := w.retire()
	latest[5000] ^= 1
	if _, err := w.get(); !errors.Is(err, errDigest) {
		t.Error(err)
	}
	if got := w.leftovers(); got != "" {
		t.Errorf("kept: %s", got)
	}
}

func TestAListThatDoesNotComeOverTLSIsRefused(t *testing.T) {
	plain := serve(t, false)
	w := newWorld(t)
	w.retire()
	w.server.hook = func(rw http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, sums) {
			http.Redirect(rw, r, plain.URL+"/sums", http.StatusFound)
			return true
		}
		return false
	}
	_, err := w.get()
	if err == nil || !strings.Contains(err.Error(), "TLS") || plain.asked() != "" {
		t.Errorf("%v; asked %q", err, plain.asked())
	}
}

func TestAPinOfTheOwnersIsNeverWeakened(t *testing.T) {
	w := newWorld(t)
	w.retire()
	r := Request{Source: Auto, Arch: "amd64", SHA512: digest([]byte("another"))}
	w.builder = func(context.Context, Request, Reporter) (Image, error) {
		t.Error("built in place of a pinned image")
		return Image{}, nil
	}
	if _, err := w.Get(t.Context(), r, w); err == nil {
		t.Error("no error")
	}
}

func TestADamagedCacheIsNoticedByVerifyAndMendedByGet(t *testing.T) {
	w := newWorld(t)
	img, err := w.get()
	w.mustHave(img, err)
	bad := append([]byte(nil), w.data...)
	bad[650_000] ^= 1
	if err := errors.Join(os.Chmod(img.Path, 0o600), os.WriteFile(img.Path, bad, 0o600)); err != nil {
		t.Fatal(err)
	}
	err = w.Verify(t.Context(), img, w)
	var f *text.Fault
	if !errors.As(err, &f) || f.Hint == "" || !strings.Contains(f.What, img.Path) {
		t.Errorf("verify: %v", err)
	}
	w.mustHave(w.get())
	mustContain(t, "talk", w.said(), "is not what was stored there")
	if err := w.Verify(t.Context(), img, w); err != nil {
		t.Error(err)
	}
	if err := os.Remove(img.Path); err != nil {
		t.Fatal(err)
	}
	if err := w.Verify(t.Context(), img, w); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("verify of nothing: %v", err)
	}
}

func TestAutoBuildsWhenThereIsNoOfficialImageAndSaysWhy(t *testing.T) {
	w := newWorld(t)
	delete(w.server.files, w.dated)
	w.builder = func(_ context.Context, r Request, _ Reporter) (Image, error) {
		f, err := w.temporary("build")
		if err != nil {
			return Image{}, err
		}
		_, _ = f.Write(w.data)
		f.Close()
		return w.publish(f.Name(), "build-x.qcow2", record{Packages: map[string]string{"a": "1", "b": "2"},
			Image: Image{SHA512: digest(w.data), Source: Build, Release: "trixie today"}})
	}
	img, err := w.Get(t.Context(), Request{Source: Auto, Arch: "amd64"}, w)
	w.mustHave(img, err)
	mustContain(t, "note", img.Note, "2 signed", "trixie today", "404")
	if img.Source != Build || strings.Contains(img.Note, "\n") {
		t.Errorf("%+v", img)
	}
	w.builder = func(context.Context, Request, Reporter) (Image, error) { return Image{}, errors.New("no packages") }
	_, err = w.Get(t.Context(), Request{Source: Auto, Arch: "amd64"}, w)
	mustContain(t, "error", err.Error(), "404", "no packages")
}

func TestABadRequestIsSaidInFull(t *testing.T) {
	w := newWorld(t)
	_, err := w.Get(t.Context(), Request{Source: "cd", Arch: "vax", SHA512: "beef"}, w)
	if err == nil || len(text.Hint(err)) != 3 {
		t.Errorf("%v: %q", err, text.Hint(err))
	}
	mustContain(t, "error", err.Error(), `"cd"`, `"vax"`, `"beef"`)
}
