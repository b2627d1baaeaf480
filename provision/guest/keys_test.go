package guest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

func TestTheKeysFileIsPrivateAndStaysTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "machine", "key")
	first, err := EnsureKeyFile(path, "keeper")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	again, err := EnsureKeyFile(path, "keeper")
	if err != nil || again.Public != first.Public || !bytes.Equal(again.Private, first.Private) {
		t.Fatalf("another key the second time: %v", err)
	}
}

func TestTheKeysFileIsOneThatOpenSSHReads(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("ssh-keygen is not installed")
	}
	path := filepath.Join(t.TempDir(), "key")
	pair, err := EnsureKeyFile(path, "keeper")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(keygen, "-y", "-f", path).Output()
	if err != nil || strings.TrimSpace(string(out)) != pair.Public {
		t.Fatalf("%v: %q, want %q", err, out, pair.Public)
	}
}

func TestAKeysFileThatOthersCanReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := EnsureKeyFile(path, ""); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := EnsureKeyFile(path, ""); err == nil || len(text.Hint(err)) == 0 {
		t.Fatalf("got %v", err)
	}
}

func TestADamagedKeysFileIsRefusedAndLeftAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := EnsureKeyFile(path, ""); err == nil {
		t.Fatal("no error")
	}
	if data, _ := os.ReadFile(path); string(data) != "garbage" {
		t.Errorf("the file is now %q", data)
	}
}

func TestPinsAreAddedAndReplaced(t *testing.T) {
	pins := Pins{Path: filepath.Join(t.TempDir(), "m", "known_hosts"), Name: "clawarium-lobster"}
	if keys, err := pins.Keys(); err != nil || len(keys) != 0 {
		t.Fatalf("without a file: %v, %v", keys, err)
	}
	one, _ := NewKeyPair("")
	two, _ := NewKeyPair("")
	for _, pair := range []KeyPair{one, two, one} {
		if err := pins.Add(pair.Signer.PublicKey()); err != nil {
			t.Fatal(err)
		}
	}
	if keys, err := pins.Keys(); err != nil || len(keys) != 2 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	if err := pins.Set(two.Signer.PublicKey()); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(pins.Path)
	if want := "clawarium-lobster " + two.Public + "\n"; string(data) != want {
		t.Errorf("got %q, want %q", data, want)
	}
}

func TestADamagedPinIsNeverSkipped(t *testing.T) {
	one, _ := NewKeyPair("")
	good := "clawarium-lobster " + one.Public + "\n"
	for name, file := range map[string]string{
		"cut off":      good[:len(good)-20] + "\n",
		"other name":   "clawarium-other " + one.Public + "\n",
		"an authority": "@cert-authority " + good,
		"noise":        good + "what\n",
	} {
		pins := Pins{Path: filepath.Join(t.TempDir(), "known_hosts"), Name: "clawarium-lobster"}
		if err := os.WriteFile(pins.Path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		if keys, err := pins.Keys(); err == nil {
			t.Errorf("%s: accepted as %d keys", name, len(keys))
		}
	}
}
