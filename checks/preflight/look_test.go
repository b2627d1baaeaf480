package preflight

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// tree is a file system of the test's own: files by path; a name that ends in a slash
// is a directory, and one whose content begins with "-> " a link.
func tree(t *testing.T, content map[string]string) *looking {
	t.Helper()
	root := t.TempDir()
	for path, data := range content {
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		switch to, link := strings.CutPrefix(data, "-> "); {
		case strings.HasSuffix(path, "/"):
			err = os.MkdirAll(full, 0o755)
		case link:
			err = os.Symlink(filepath.Join(root, to), full)
		default:
			err = os.WriteFile(full, []byte(data), 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return &looking{files: files{root, filepath.Join(root, "proc")}, from: &Sources{}, ctx: t.Context(), goos: "linux", arch: "amd64"}
}

// seen is what a look at one part found.
func seen(look func(*Situation) error) (Situation, error) {
	var s Situation
	err := look(&s)
	return s, err
}

func TestASystemIsKnownByItsOwnWords(t *testing.T) {
	f := tree(t, map[string]string{
		"etc/os-release":      "NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\nPRETTY_NAME=\"Mint \x1b[31m22\"\nVERSION_ID='22'\n",
		"run/systemd/system/": "", "sys/firmware/efi/": "", "proc/sys/kernel/osrelease": "6.8.0\n",
	})
	s, err := seen(f.distribution)
	d := s.System.Value
	if err != nil || d.ID != "linuxmint" || !slices.Equal(d.Like, []string{"ubuntu", "debian"}) || d.Version != "22" || d.Name != "Mint [31m22" ||
		!d.Systemd || !d.EFI || d.OSTree || d.Kernel != "6.8.0" {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := seen(tree(t, nil).distribution); err == nil {
		t.Error("one without os-release is known")
	}
}

func TestTheProcessorsHelpIsReadFromWhatTheKernelSays(t *testing.T) {
	intel, amd := "vendor_id\t: GenuineIntel\nflags\t\t: fpu vmx sse\n", "vendor_id\t: AuthenticAMD\nflags\t\t: fpu svm\n"
	for title, c := range map[string]struct {
		files map[string]string
		want  Processor
	}{
		"Intel":              {map[string]string{"proc/cpuinfo": intel, "sys/module/kvm_intel/": ""}, Processor{Virtualises: true, Module: "kvm_intel", Loaded: true}},
		"AMD, not loaded":    {map[string]string{"proc/cpuinfo": amd}, Processor{Virtualises: true, Module: "kvm_amd"}},
		"hidden by firmware": {map[string]string{"proc/cpuinfo": strings.Replace(intel, "vmx ", "", 1), "dev/kmsg": "6,1,2,-;kvm_intel: VMX (outside TXT) disabled by BIOS\n"}, Processor{Module: "kvm_intel", Firmware: true}},
		"AMD, off":           {map[string]string{"proc/cpuinfo": amd, "var/log/dmesg": "SVM disabled (by BIOS) in MSR_VM_CR\n"}, Processor{Virtualises: true, Module: "kvm_amd", Firmware: true}},
		"a virtual machine":  {map[string]string{"proc/cpuinfo": "vendor_id\t: GenuineIntel\nflags\t\t: fpu hypervisor\n"}, Processor{Module: "kvm_intel", Guest: true}},
		"WSL 2":              {map[string]string{"proc/cpuinfo": intel, "proc/version": "Linux version 5.15.90.1-microsoft-standard-WSL2"}, Processor{Virtualises: true, Module: "kvm_intel", WSL: 2}},
		"WSL 1":              {map[string]string{"proc/cpuinfo": intel, "proc/version": "Linux version 4.4.0-19041-Microsoft"}, Processor{Virtualises: true, Module: "kvm_intel", WSL: 1}},
		"no vmx but vmxnet":  {map[string]string{"proc/cpuinfo": "flags : vmxnet xsvm svml\n"}, Processor{}},
	} {
		if got, err := seen(tree(t, c.files).processor); err != nil || got.CPU.Value != c.want {
			t.Errorf("%s: %+v, %v", title, got.CPU.Value, err)
		}
	}
	if _, err := seen(tree(t, nil).processor); err == nil {
		t.Error("without /proc/cpuinfo")
	}
}

func TestGroupsInForceAndGroupsByNowAreToldApart(t *testing.T) {
	f := tree(t, map[string]string{
		"etc/passwd":       "root:x:0:0::/root:/bin/sh\nme:x:" + "1000" + ":1000::/home/me:/bin/sh\n",
		"etc/group":        "root:x:0:\nme:x:1000:\nkvm:x:107:me,root\nlibvirt:x:106:me,root\n",
		"proc/self/status": "Name:\tx\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t107 \n",
	})
	if os.Geteuid() != 0 {
		t.Skip("the account of this test is not in the tree")
	}
	s, err := seen(f.account)
	a := s.Me.Value
	if err != nil || a.Name != "root" || !slices.Equal(a.Effective, []string{"root", "kvm"}) || !slices.Equal(a.Member, []string{"root", "kvm", "libvirt"}) {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestADeviceIsSeenWithItsModeAndItsGroup(t *testing.T) {
	f := tree(t, map[string]string{"dev/kvm": "", "etc/group": "root:x:0:\n", "etc/passwd": "root:x:0:0::/root:/bin/sh\n"})
	if err := os.Chmod(f.at("dev/kvm"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := seen(f.kvm)
	if d := s.KVM.Value; err != nil || d.Mode != "600" || !d.Opens || d.Absent {
		t.Errorf("%+v, %v", d, err)
	}
	if s, err := seen(tree(t, nil).kvm); err != nil || !s.KVM.Value.Absent {
		t.Errorf("%+v, %v", s.KVM, err)
	}
}

func TestProgramsAreFoundWhereTheyAreInstalled(t *testing.T) {
	f := tree(t, map[string]string{"usr/sbin/mksquashfs": "x", "usr/libexec/qemu-kvm": "x", "usr/bin/qemu-img": "-> dev/null", "usr/bin/setfacl": "x"})
	if err := os.Chmod(f.at("usr/bin/setfacl"), 0o644); err != nil {
		t.Fatal(err)
	}
	f.from.Asked.Emulator = "qemu-system-x86_64"
	s, _ := seen(f.programs)
	got := s.Programs.Value
	want := map[string]string{"mksquashfs": "/usr/sbin/mksquashfs", "qemu-system-x86_64": "/usr/libexec/qemu-kvm", "qemu-img": "", "setfacl": "", "sudo": "", "brew": ""}
	for name, path := range want {
		if got[name] != path {
			t.Errorf("%s: %q", name, got[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
}

func TestASocketThatNobodyListensOnRefuses(t *testing.T) {
	f := tree(t, map[string]string{"run/libvirt/": "", "usr/lib64/libvirt.so.0": "x", "usr/sbin/virtqemud": "x", "run/libvirt/virtnwfilterd-sock": "no socket"})
	t.Chdir(f.at("run/libvirt")) // the whole path may be longer than a socket's name can be
	listen := func(name string) *net.UnixListener {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		l.SetUnlinkOnClose(false)
		return l
	}
	defer listen("virtqemud-sock").Close()
	listen("virtnetworkd-sock").Close()
	if len(f.at("run/libvirt/virtnetworkd-sock")) > 100 {
		t.Skip("the directory of the test has too long a name")
	}
	f.running = map[string]bool{"polkitd": true, "gnome-shell": true}
	s, err := seen(f.daemon)
	d := s.Libvirt.Value
	if err != nil || d.Library != "/usr/lib64/libvirt.so.0" || d.Single || !d.Modular || !d.Polkit || !d.Agent || d.Bus || d.Running {
		t.Errorf("%+v, %v", d, err)
	}
	if len(d.Sockets) != 2 || d.Sockets[0].Connects != "yes" || d.Sockets[1].Connects != "refused" {
		t.Errorf("%+v", d.Sockets)
	}
}

func TestTheWayToTheDisksIsFollowedThroughLinks(t *testing.T) {
	f := tree(t, map[string]string{
		"etc/passwd": "libvirt-qemu:x:64055:107::/:/bin/false\n", "etc/group": "kvm:x:107:\nextra:x:36:libvirt-qemu\n",
		"home/me/big/": "", "var/lib/libvirt/images": "-> home/me/big",
	})
	if err := os.Chmod(f.at("home/me"), 0o700); err != nil {
		t.Fatal(err)
	}
	asked := ""
	f.from.Pool, f.from.ACL = "/var/lib/libvirt/images/clawarium", func(path string) []ACL {
		if filepath.Base(path) == "me" {
			asked = path
		}
		return nil
	}
	s, err := seen(f.images)
	w := s.Images.Value
	if err != nil || w.Account != "libvirt-qemu" || w.UID != 64055 || !slices.Equal(w.GIDs, []int{107, 36}) {
		t.Fatalf("%+v, %v", w, err)
	}
	var paths []string
	for _, d := range w.Dirs {
		paths = append(paths, d.Path)
	}
	if !slices.Equal(paths, []string{"/", "/home", "/home/me", "/home/me/big"}) || w.Dirs[2].Mode != 0o700 || asked != f.at("home/me") {
		t.Errorf("%v, %o, %s", paths, w.Dirs[2].Mode, asked)
	}
	f = tree(t, nil)
	f.from.Pool = "/var/lib/libvirt/images"
	if s, err := seen(f.images); err != nil || s.Images.Value.Account != "" {
		t.Errorf("before libvirt is there: %+v, %v", s.Images, err)
	}
}

func TestOnlyRefusalsThatNameUsAreKept(t *testing.T) {
	line := `audit: apparmor="DENIED" operation="open" profile="libvirt-x" name="/var/lib/libvirt/images/clawarium/a.qcow2"`
	f := tree(t, map[string]string{
		"var/log/kern.log":        "x apparmor=\"DENIED\" name=\"/other\"\n" + line + "\n" + "clawarium said nothing\n",
		"var/log/audit/audit.log": "type=AVC msg=audit(1): avc:  denied  { read } for comm=\"qemu\" name=\"clawarium-base\"\n",
	})
	s, err := seen(f.denials)
	got := s.Denials.Value
	if err != nil || len(got) != 2 || !strings.Contains(got[0]+got[1], "a.qcow2") || !strings.HasPrefix(got[0], "/var/log/audit/audit.log: ") {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := seen(tree(t, nil).denials); err == nil {
		t.Error("without a log there is something to say")
	}
}

func TestRoutesAndListenersAreReadAsTheKernelWritesThem(t *testing.T) {
	f := tree(t, map[string]string{
		"proc/net/route": "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n" +
			"eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n" + "wg0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n",
		"proc/net/tcp": "  sl  local_address rem_address   st\n   0: 0100007F:0929 00000000:0000 0A 0\n   1: 00000000:0016 00000000:0000 0A 0\n" +
			"   2: 0100007F:0930 0100007F:0016 01 0\n   3: 0501A8C0:0931 00000000:0000 0A 0\n",
		"proc/net/tcp6":                       "  sl\n   0: 00000000000000000000000000000000:0929 0:0 0A\n",
		"usr/lib/firewalld/zones/libvirt.xml": "<zone/>",
	})
	f.running = map[string]bool{"dockerd": true}
	s, err := seen(f.network)
	n := s.Network.Value
	if err != nil || !slices.Equal(n.Listening, []int{0x929, 22}) || !slices.Contains(n.Taken, Range{"10.0.0.0/8", "wg0"}) || !n.Docker || n.Firewalld || !n.Zone {
		t.Errorf("%+v, %v", n, err)
	}
	for _, r := range n.Taken {
		if strings.HasSuffix(r.Prefix, "/0") {
			t.Errorf("a default route occupies nothing: %v", r)
		}
	}
}

func TestTheNewestProofIsTheClocksFloor(t *testing.T) {
	f := tree(t, map[string]string{"etc/ld.so.cache": "x", "var/lib/dpkg/status": "x"})
	newest := time.Now().Add(48 * time.Hour).Truncate(time.Second)
	if err := os.Chtimes(f.at("var/lib/dpkg/status"), newest, newest); err != nil {
		t.Fatal(err)
	}
	s, err := seen(f.clock)
	if c := s.Clock.Value; err != nil || !c.Floor.Equal(newest) || c.By != "/var/lib/dpkg/status" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestEveryPartHasAFieldThatCanBeFilled(t *testing.T) {
	for _, p := range parts {
		f, ok := reflect.TypeFor[Situation]().FieldByName(p.field)
		if !ok {
			t.Errorf("%s", p.field)
			continue
		}
		if f.Type.Kind() != reflect.Struct {
			continue
		}
		for _, name := range []string{"OK", "Err", "Value"} {
			if _, ok := f.Type.FieldByName(name); !ok {
				t.Errorf("%s has no %s", p.field, name)
			}
		}
	}
}

// A source that never comes back holds nothing up for long, and what it would have
// said is not known.
func TestALookEndsWhateverHangs(t *testing.T) {
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	hang := func() { <-never }
	began := time.Now()
	s := Look(t.Context(), Sources{
		Root: t.TempDir(), Proc: t.TempDir(), Rooms: []Room{{Path: "/x"}},
		Tools: func(context.Context) []ToolTrouble { hang(); return nil },
		Free:  func(string) int64 { hang(); return 1 },
		Reach: []func(context.Context) Reached{func(ctx context.Context) Reached { <-ctx.Done(); return Reached{Trouble: ReachConnect} }},
	})
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("took %s", took)
	}
	if s.Tools.OK || s.Tools.Err == "" || len(s.Rooms) != 1 || s.Rooms[0].Free != 0 || s.Reached[0].Trouble != ReachConnect || s.System.OK {
		t.Errorf("%+v", s)
	}
}
