package guest

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/filesystem/iso9660"
	"github.com/goccy/go-yaml"
)

func seedConfig(t testing.TB) SeedConfig {
	t.Helper()
	keeper, err := NewKeyPair("keeper")
	if err != nil {
		t.Fatal(err)
	}
	host, err := NewKeyPair("")
	if err != nil {
		t.Fatal(err)
	}
	return SeedConfig{
		InstanceID: "6b1f4f0e-5a43-4a55-8d0f-0f3c3a1a2b3c", Hostname: "lobster", KeeperKey: keeper.Public,
		HostKey: host, MAC: "52:54:00:aa:bb:cc", Address: "192.168.77.2/30",
	}
}

func TestTheSeedIsAnImageCalledCidataWithTheThreeFiles(t *testing.T) {
	c := seedConfig(t)
	image, err := Seed(c)
	if err != nil {
		t.Fatal(err)
	}
	want, err := SeedFiles(c)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "seed.iso")
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	storage, err := file.OpenFromPath(path, true)
	if err != nil {
		t.Fatal(err)
	}
	defer storage.Close()
	volume, err := iso9660.Read(storage, 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if label := strings.TrimRight(volume.Label(), "\x00 "); label != "cidata" {
		t.Errorf("label %q", label)
	}
	got := jolietFiles(t, image)
	if len(got) != len(want) {
		t.Errorf("%d files", len(got))
	}
	for name, content := range want {
		if !bytes.Equal(got[name], content) {
			t.Errorf("%s in the image is %q", name, got[name])
		}
	}
	// By the first description, for whoever does not know the second.
	entries, err := volume.ReadDir(".")
	if err != nil || len(entries) != len(want) {
		t.Fatalf("%v, %v", entries, err)
	}
	for _, e := range entries {
		f, err := volume.OpenFile(e.Name(), os.O_RDONLY)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(f)
		name := strings.ReplaceAll(strings.ToLower(e.Name()), "_", "-")
		for long, content := range want {
			if strings.HasPrefix(long, strings.TrimRight(name, "-.")) && (err != nil || !bytes.Equal(data, content)) {
				t.Errorf("%s: %v, %q", e.Name(), err, data)
			}
		}
	}
}

// jolietFiles reads an image as Linux does: by the second description.
func jolietFiles(t *testing.T, image []byte) map[string][]byte {
	t.Helper()
	number := func(b []byte) int {
		if n := binary.LittleEndian.Uint32(b); n != binary.BigEndian.Uint32(b[4:]) {
			t.Fatalf("% x is not one number", b[:8])
		}
		return int(binary.LittleEndian.Uint32(b))
	}
	d := image[17*2048:]
	if d[0] != 2 || string(d[1:6]) != "CD001" || string(d[88:91]) != "%/E" || number(d[80:])*2048 != len(image) {
		t.Fatalf("% x", d[:96])
	}
	files := map[string][]byte{}
	at := number(d[158:]) * 2048
	for end := at + number(d[166:]); at < end && image[at] > 0; at += int(image[at]) {
		r := image[at : at+int(image[at])]
		if r[25]&2 != 0 {
			continue
		}
		var name strings.Builder
		for i := range int(r[32]) / 2 {
			name.WriteRune(rune(binary.BigEndian.Uint16(r[33+2*i:])))
		}
		start := number(r[2:]) * 2048
		files[name.String()] = image[start : start+number(r[10:])]
	}
	return files
}

func TestAnImageHoldsFilesOfAnySize(t *testing.T) {
	files := map[string][]byte{}
	for i, n := range []int{0, 1, 2047, 2048, 2049, 100_000} {
		files[fmt.Sprintf("%d-bytes", n)] = bytes.Repeat([]byte{byte(i + 1)}, n)
	}
	image, err := isoImage("x", files)
	if err != nil {
		t.Fatal(err)
	}
	got := jolietFiles(t, image)
	for name, content := range files {
		if data, there := got[name]; !there || !bytes.Equal(data, content) {
			t.Errorf("%s has %d bytes", name, len(data))
		}
	}
	for i := range 100 {
		files[fmt.Sprint("many-", i)] = nil
	}
	if _, err := isoImage("x", files); err == nil {
		t.Error("more files than the directory has room for")
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// What the machine is given is read in review, so it is kept as it comes out.
func TestTheFilesThatAreFilledInComeOutAsKept(t *testing.T) {
	c := seedConfig(t)
	c.KeeperKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f keeper"
	c.HostKey.Private, c.HostKey.Public = []byte("the private half\nin \"two\" lines\n"), "the public half"
	files, err := SeedFiles(c)
	if err != nil {
		t.Fatal(err)
	}
	for name, box := range map[string]SandboxConfig{"gateway.service": {}, "gateway-with-ca.service": {ExtraCA: true}} {
		if files[name], err = gatewayUnit(box); err != nil {
			t.Fatal(err)
		}
	}
	for name, got := range files {
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is now\n%s", name, got)
		}
	}
}

func TestTheSameValuesMakeTheSameSeed(t *testing.T) {
	c := seedConfig(t)
	one, err := Seed(c)
	if err != nil {
		t.Fatal(err)
	}
	two, err := Seed(c)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Error("two images differ")
	}
}

func TestTheSeedHoldsNoKeyOfTheKeepersButThePublicOne(t *testing.T) {
	c := seedConfig(t)
	files, err := SeedFiles(c)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(files["user-data"], []byte("PRIVATE KEY")); n != 2 {
		t.Errorf("%d times PRIVATE KEY, want the two lines of the one-time host key", n)
	}
	var parsed struct {
		Users []struct {
			Name       string
			Keys       []string `yaml:"ssh_authorized_keys"`
			LockPasswd bool     `yaml:"lock_passwd"`
		}
		SSHKeys     map[string]string `yaml:"ssh_keys"`
		SSHPwauth   *bool             `yaml:"ssh_pwauth"`
		DisableRoot *bool             `yaml:"disable_root"`
		Update      *bool             `yaml:"package_update"`
		Config      []string          `yaml:"cloud_config_modules"`
		Final       []string          `yaml:"cloud_final_modules"`
	}
	if err := yaml.Unmarshal(files["user-data"], &parsed); err != nil {
		t.Fatal(err)
	}
	if len(parsed.Users) != 1 || parsed.Users[0].Name != "keeper" || !parsed.Users[0].LockPasswd || len(parsed.Users[0].Keys) != 1 || parsed.Users[0].Keys[0] != c.KeeperKey {
		t.Errorf("users: %+v", parsed.Users)
	}
	if parsed.SSHKeys["ed25519_private"] != string(c.HostKey.Private) || parsed.SSHKeys["ed25519_public"] != c.HostKey.Public {
		t.Error("the host key is not the one given")
	}
	if parsed.SSHPwauth == nil || *parsed.SSHPwauth || parsed.DisableRoot == nil || !*parsed.DisableRoot || parsed.Update == nil || *parsed.Update {
		t.Error("passwords, root or package updates are not off")
	}
	if len(parsed.Config)+len(parsed.Final) != 0 {
		t.Errorf("later stages have work: %v %v", parsed.Config, parsed.Final)
	}
}

func TestTheNetworkHasOneAddressAndNoWayOut(t *testing.T) {
	files, err := SeedFiles(seedConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"gateway", "routes", "nameservers", "true"} {
		if bytes.Contains(files["network-config"], []byte(word+":")) || bytes.Contains(files["network-config"], []byte(": "+word)) {
			t.Errorf("network-config says %q:\n%s", word, files["network-config"])
		}
	}
}

func TestValuesThatCannotBeAreAllNamedAtOnce(t *testing.T) {
	_, err := Seed(SeedConfig{InstanceID: "a b", Hostname: "../x", KeeperKey: "command=\"id\" ssh-ed25519 AAAA", MAC: "52:54", Address: "fe80::1/64"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, field := range []string{"instance-id", "hostname", "ssh_authorized_keys", "ssh_keys", "macaddress", "addresses"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in %v", field, err)
		}
	}
}

func TestAPlaceWithoutAValueIsRefused(t *testing.T) {
	_, err := fill("user-data.tmpl", map[string]string{"HOSTNAME": "@KEEPER@"}, quoteYAML)
	for _, name := range []string{"@KEEPER@", "@KEEPER_ID@", "@KEEPER_KEY@", "@HOST_KEY_PRIVATE@", "@HOST_KEY_PUBLIC@"} {
		if err == nil || strings.Count(err.Error(), "user-data.tmpl: there is no value for "+name) != 1 {
			t.Errorf("%s is not named once: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "@HOSTNAME@") {
		t.Error(err)
	}
}

func TestAValueIsNotFilledInItself(t *testing.T) {
	got, err := fill("meta-data.tmpl", map[string]string{"INSTANCE": "@HOSTNAME@", "HOSTNAME": "@INSTANCE@"}, quoteYAML)
	if want := "instance-id: \"@HOSTNAME@\"\nlocal-hostname: \"@INSTANCE@\"\n"; err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
}

// FuzzNoValueCanAddToTheSeed fills the templates in without the validation that
// comes first, and reads every value back as it went in.
func FuzzNoValueCanAddToTheSeed(f *testing.F) {
	for _, s := range []string{"lobster", "a\nb: c", "\"\n- x", "@KEEPER@", "'", "\\", "#", "\u2028", "\x7f\u0085", "&a *a", "!!python/object", "\t", "🦞"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !strings.Contains(strings.ToValidUTF8(s, ""), s) || strings.ContainsRune(s, '\ufffd') {
			t.Skip("not UTF-8")
		}
		values := map[string]string{}
		for _, name := range []string{
			"HOSTNAME", "INSTANCE", "MAC", "ADDRESS", "KEEPER", "KEEPER_ID", "KEEPER_KEY", "HOST_KEY_PRIVATE", "HOST_KEY_PUBLIC"} {
			values[name] = s
		}
		files, err := seedFiles(values)
		if err != nil {
			t.Fatal(err)
		}
		for name, keys := range map[string]int{"meta-data": 2, "user-data": 18, "network-config": 2} {
			data := files[name]
			var parsed map[string]any
			if err := yaml.Unmarshal(data, &parsed); err != nil {
				t.Fatalf("%s with %q: %v\n%s", name, s, err, data)
			}
			if len(parsed) != keys {
				t.Errorf("%s with %q has %d keys, want %d", name, s, len(parsed), keys)
			}
			if name == "meta-data" && (parsed["instance-id"] != s || parsed["local-hostname"] != s) {
				t.Errorf("%q came back as %q", s, parsed["instance-id"])
			}
		}
	})
}
