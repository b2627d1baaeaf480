package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

const wishResult = "CLAWARIUM_TEST_WISH" // what comes of it, for the process that does it

// wishing is a service whose wish is done by this program.
func wishing(t *testing.T) Service {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	s := Service{Machine: "lobster", Dir: t.TempDir(), Lock: "warden.lock", Wish: []string{"-test.run=^TestAWishIsDone$"}}
	t.Setenv("CLAWARIUM_TEST_DIR", s.Dir)
	return s
}

func TestAWishIsDone(t *testing.T) {
	result, asked := os.LookupEnv(wishResult)
	if !asked {
		t.Skip("run by the others")
	}
	var err error
	if result != "" {
		err = errors.New(result)
	}
	if err := (Service{Dir: os.Getenv("CLAWARIUM_TEST_DIR")}).Answer(err); err != nil {
		t.Error(err)
	}
}

func TestWithoutSystemdAWishIsDoneByAProcessOfItsOwn(t *testing.T) {
	s := wishing(t)
	for _, result := range []string{"libvirt is down", "", "and again"} { // what was said before does not stay
		t.Setenv(wishResult, result)
		err := s.Ask(t.Context())
		if (err == nil) != (result == "") || err != nil && err.Error() != result {
			t.Errorf("%q: %v", result, err)
		}
	}
	s.Wish = []string{"-test.nosuchflag"}
	if err := s.Ask(t.Context()); err == nil {
		t.Error("a process that said nothing and failed has done it")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Ask(ctx); err == nil {
		t.Error("a cancelled wish was done")
	}
}

func TestWithSystemdAWishIsAFileThatSomebodyElseSees(t *testing.T) {
	s := wishing(t)
	s.Wish = []string{"must not be run"}
	units := filepath.Dir(s.unitPath())
	if err := os.MkdirAll(units, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range s.wishFiles("/usr/bin/clawarium", os.Getenv) {
		if err := os.WriteFile(filepath.Join(units, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wish := filepath.Join(s.Dir, wishFile)
	for _, result := range []error{errors.New("libvirt is down"), nil} {
		go func() {
			for {
				if info, err := os.Lstat(wish); err == nil {
					if info.Mode() != 0o600 {
						t.Errorf("%v", info.Mode())
					}
					_ = s.Answer(result)
					return
				}
				time.Sleep(time.Millisecond)
			}
		}()
		if err := s.Ask(t.Context()); (err == nil) != (result == nil) || err != nil && err.Error() != result.Error() {
			t.Errorf("%v: %v", result, err)
		}
	}

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := s.Ask(ctx)
	if err == nil || !strings.Contains(strings.Join(text.Hint(err), ""), "clawarium-walls-lobster") {
		t.Errorf("nobody saw it: %v, %v", err, text.Hint(err))
	}
	if _, err := os.Lstat(wish); err == nil {
		t.Error("the wish is left")
	}
}
