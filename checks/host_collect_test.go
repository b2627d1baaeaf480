package checks

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/provision/plan"
)

// The collectors run for real on trees that stand in for a host.

// tree makes files: a name and what is in it; a name that ends in / is a
// directory, "-> target" a symbolic link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(content, "-> "); ok {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const passwd = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\nme:x:1000:1000::/home/me:/bin/bash\nyou:x:1001:1001::/home/you:/bin/bash\n"

func host(t *testing.T, more map[string]string) string {
	files := map[string]string{
		"etc/passwd": passwd, "root/": "", "home/me/": "", "home/you/": "", "usr/bin/": "", "usr/sbin/": "",
		"proc/1/cmdline": "/sbin/init\x00", "proc/2/cmdline": "",
	}
	for name, content := range more {
		files[name] = content
	}
	return tree(t, files)
}

func TestOpenClawOnTheHostIsFoundWhereverItIs(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  []Trace
	}{
		"nothing": {nil, []Trace{}},
		"a configuration": {map[string]string{"home/me/.openclaw/openclaw.json": "{}"},
			[]Trace{{TraceState, "/home/me/.openclaw"}}},
		"root's":                     {map[string]string{"root/.openclaw/openclaw.json": "{}"}, []Trace{{TraceState, "/root/.openclaw"}}},
		"its earlier name":           {map[string]string{"home/you/.clawdbot/x": ""}, []Trace{{TraceState, "/home/you/.clawdbot"}}},
		"a home that passwd has not": {map[string]string{"home/they/.openclaw/x": ""}, []Trace{{TraceState, "/home/they/.openclaw"}}},
		"an empty directory":         {map[string]string{"home/me/.openclaw/": ""}, []Trace{}},
		"the system's npm": {map[string]string{"usr/lib/node_modules/openclaw/package.json": "{}", "usr/bin/openclaw": "-> ../lib/node_modules/openclaw/openclaw.mjs"},
			[]Trace{{TracePackage, "/usr/lib/node_modules/openclaw"}, {TraceProgram, "/usr/bin/openclaw"}}},
		"a prefix of npm's": {map[string]string{"home/me/.npmrc": "//r/:_authToken=x\nprefix = ~/js\n", "home/me/js/lib/node_modules/openclaw/": ""},
			[]Trace{{TracePackage, "/home/me/js/lib/node_modules/openclaw"}}},
		"nvm": {map[string]string{"home/me/.nvm/versions/node/v24.1.0/lib/node_modules/openclaw/": ""},
			[]Trace{{TracePackage, "/home/me/.nvm/versions/node/v24.1.0/lib/node_modules/openclaw"}}},
		"a user's service": {map[string]string{"home/me/.config/systemd/user/openclaw-gateway.service": "[Unit]"},
			[]Trace{{TraceUnit, "/home/me/.config/systemd/user/openclaw-gateway.service"}}},
		"launchd":     {map[string]string{"home/me/Library/LaunchAgents/ai.openclaw.gateway.plist": ""}, []Trace{{TraceUnit, "/home/me/Library/LaunchAgents/ai.openclaw.gateway.plist"}}},
		"our service": {map[string]string{"home/me/.config/systemd/user/clawarium-openclaw.service": ""}, []Trace{}},
		"one directory under two names": {map[string]string{"usr/lib/systemd/system/openclaw.service": "", "usr/local/lib/systemd/system": "-> ../../../lib/systemd/system"},
			[]Trace{{TraceUnit, "/usr/lib/systemd/system/openclaw.service"}}},
		"the gateway's process": {map[string]string{"proc/77/cmdline": "openclaw-gateway\x00"}, []Trace{{TraceProcess, "77 openclaw-gateway"}}},
		"Node with its script": {map[string]string{"proc/78/cmdline": "/usr/bin/node\x00--no-warnings\x00/usr/lib/node_modules/openclaw/dist/index.js\x00gateway\x00"},
			[]Trace{{TraceProcess, "78 node"}}},
		"our QEMU, an editor and another agent": {map[string]string{
			"proc/80/cmdline": "/usr/bin/qemu-system-x86_64\x00-name\x00guest=clawarium-openclaw,debug-threads=on\x00",
			"proc/81/cmdline": "vim\x00/home/me/openclaw/notes.txt\x00", "proc/82/cmdline": "node\x00/home/me/other/agent.js\x00openclaw\x00",
			"proc/83/cmdline": "clawarium\x00openclaw\x00--\x00status\x00",
		}, []Trace{}},
	} {
		root := host(t, c.files)
		got, err := findOnHost(root, filepath.Join(root, "proc"))
		if err != nil || !slices.Equal(got.Found, c.want) || got.Homes < 3 || got.Processes == 0 {
			t.Errorf("%s: %+v, %v; wanted %+v", name, got, err, c.want)
		}
	}
	if _, err := findOnHost(t.TempDir(), t.TempDir()); err == nil {
		t.Error("nothing to look at is taken for nothing there")
	}
}

func TestWhereNoFileSystemShowsProcessesTheSystemIsAsked(t *testing.T) {
	defer func() { ProcessTable = nil }()
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "Users/me"), 0o755); err != nil {
		t.Fatal(err)
	}
	gone := filepath.Join(root, "proc")
	if got, err := findOnHost(root, gone); err != nil || got.Processes != 0 || len(got.Unread) != 1 {
		t.Errorf("unasked: %+v, %v", got, err)
	}
	ProcessTable = func(f func(int, []string)) error {
		f(1, []string{"launchd"})
		f(77, []string{"/opt/homebrew/bin/node", "/opt/homebrew/lib/node_modules/openclaw/openclaw.mjs", "gateway"})
		return nil
	}
	got, err := findOnHost(root, gone)
	if want := []Trace{{TraceProcess, "77 node"}}; err != nil || got.Homes != 1 || got.Processes != 2 || !slices.Equal(got.Found, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// key is a public key as authorized_keys has it, with its fingerprint.
func key(comment string) (line, fingerprint string) {
	blob := append([]byte("\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20"), []byte(strings.Repeat(comment, 32)[:32])...)
	sum := sha256.Sum256(blob)
	return "ssh-ed25519 " + base64.StdEncoding.EncodeToString(blob) + " " + comment, "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

func TestKeysThatOpenTheHostAreKnownByTheirFingerprints(t *testing.T) {
	one, first := key("one")
	two, second := key("two")
	three, third := key("three")
	four, fourth := key("four")
	root := host(t, map[string]string{
		"home/me/.ssh/authorized_keys": "# mine\n\n" + one + "\nrestrict,command=\"echo a b\" " + two + "\nrubbish AAAA\nssh-rsa " + strings.Fields(one)[1] + "\n",
		"root/.ssh/authorized_keys2":   three,
		"etc/ssh/sshd_config":          "Port 22\nAuthorizedKeysFile .ssh/authorized_keys /etc/keys/%u\nInclude /etc/ssh/sshd_config.d/*.conf\n",
		"etc/ssh/sshd_config.d/x.conf": "AuthorizedKeysCommand /usr/bin/keys\n",
		"etc/keys/you":                 four,
	})
	got, err := findLogins(root)
	if err != nil || got.Accounts < 4 {
		t.Fatalf("%+v, %v", got, err)
	}
	found := map[string][]string{}
	for _, f := range got.Files {
		found[f.Path] = f.Fingerprints
	}
	for path, want := range map[string][]string{
		"/home/me/.ssh/authorized_keys": {first, second}, "/root/.ssh/authorized_keys2": {third}, "/etc/keys/you": {fourth},
	} {
		if !slices.Equal(found[path], want) {
			t.Errorf("%s: %v, wanted %v", path, found[path], want)
		}
	}
	if len(found) != 3 || !slices.Contains(got.Unread, "AuthorizedKeysCommand /usr/bin/keys") {
		t.Errorf("%+v", got)
	}
}

func TestAFingerprintIsTheOneThatSSHKeygenPrints(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("needs ssh-keygen")
	}
	file := filepath.Join(t.TempDir(), "k")
	for _, kind := range []string{"ed25519", "rsa", "ecdsa"} {
		if out, err := exec.Command(keygen, "-q", "-t", kind, "-N", "", "-f", file+kind).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		public, err := os.ReadFile(file + kind + ".pub")
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(keygen, "-l", "-f", file+kind+".pub").Output()
		if got := fingerprints(string(public), 9); err != nil || len(got) != 1 || !strings.Contains(string(out), " "+got[0]+" ") {
			t.Errorf("%s: %v, ssh-keygen: %s", kind, got, out)
		}
	}
}

const tcpHead = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

func TestOpenPortsThatLeadToTheMachineAreFound(t *testing.T) {
	// 192.168.231.2 is 02E7A8C0 in the kernel's words.
	proc := tree(t, map[string]string{
		"net/tcp": tcpHead +
			"   0: 0100007F:4965 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1 x\n" + // clawarium on 127.0.0.1:18789
			"   1: 00000000:4966 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 102 1 x\n" + // ssh on 0.0.0.0:18790
			"   2: 01E7A8C0:C350 02E7A8C0:0016 01 00000000:00000000 00:00000000 00000000  1000        0 103 1 x\n" + // ssh to the guest
			"   3: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 104 1 x\n" + // a web server
			"   4: 00000000:1234 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 999 1 x\n" + // whose, cannot be seen
			"rubbish\n",
		"net/tcp6":   tcpHead + "   0: 00000000000000000000000000000000:170C 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 64055        0 105 1 x\n",
		"net/udp":    tcpHead + "   0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 106 1 x\n",
		"10/cmdline": "clawarium\x00open\x00", "10/fd/3": "-> socket:[101]",
		"11/cmdline": "ssh\x00-g\x00-L\x0018790:127.0.0.1:18789\x00keeper@192.168.231.2\x00", "11/fd/3": "-> socket:[102]", "11/fd/4": "-> socket:[103]",
		"12/cmdline": "nginx\x00", "12/fd/9": "-> socket:[104]",
		"13/cmdline": "/usr/bin/qemu-system-x86_64\x00-name\x00guest=clawarium-tank\x00-uuid\x005a2f0c1e-7b1d-4c55-9a57-0d7f6b1c2e3a\x00",
		"13/status":  "Uid:\t1\t1\t1\t1\n", "13/fd/20": "-> socket:[105]", "13/fd/21": "-> /dev/net/tun",
		"14/cmdline": "/usr/sbin/dnsmasq\x00--conf-file=/var/lib/libvirt/dnsmasq/clawarium-tank.conf\x00", "14/fd/5": "-> socket:[106]",
		"15/cmdline": "/usr/sbin/dnsmasq\x00--conf-file=/var/lib/libvirt/dnsmasq/default.conf\x00", "15/fd/5": "-> socket:[107]",
	})
	s := good(t).Subject
	got, err := findSockets(proc, s)
	if err != nil {
		t.Fatal(err)
	}
	want := []Socket{
		{Listener{"tcp", "127.0.0.1", 18789, "clawarium", 10, 0}, SocketOurs},
		{Listener{"tcp", "0.0.0.0", 18790, "ssh", 11, 0}, SocketTunnel},
		{Listener{"tcp6", "::", 5900, "qemu-system-x86_64", 13, 0}, SocketMachine},
		{Listener{"udp", "0.0.0.0", 53, "dnsmasq", 14, 0}, SocketNetwork},
	}
	if !slices.Equal(got.Ours, want) || got.Seen != 7 || got.Unowned != 1 {
		t.Errorf("%+v\nwanted %+v", got, want)
	}
	if _, err := findSockets(t.TempDir(), s); err == nil {
		t.Error("no table of sockets is taken for no socket")
	}
}

func TestTheBridgeAndWhatTheKernelShowsOfIt(t *testing.T) {
	s := Subject{Machine: "tank", System: true}
	dir := "sys/class/net/" + layout.Bridge("tank")
	for name, c := range map[string]struct {
		files map[string]string
		want  Bridge
	}{
		"as made": {map[string]string{dir + "/brif/vnet3/": "", "proc/sys/net/bridge/bridge-nf-call-iptables": "1\n", "proc/sys/net/bridge/bridge-nf-call-ip6tables": "1\n",
			"proc/sys/net/ipv4/ip_forward": "0\n"}, Bridge{Ports: []string{"vnet3"}, Filtered4: "1", Filtered6: "1", Forwards: "0"}},
		"two ports, switched off": {map[string]string{dir + "/brif/vnet3/": "", dir + "/brif/eth1/": "", "proc/sys/net/bridge/bridge-nf-call-iptables": "0\n",
			"proc/sys/net/bridge/bridge-nf-call-ip6tables": "0\n"}, Bridge{Ports: []string{"eth1", "vnet3"}, Filtered4: "0", Filtered6: "0"}},
		"on for this bridge alone": {map[string]string{dir + "/brif/vnet3/": "", dir + "/bridge/nf_call_iptables": "1\n", "proc/sys/net/bridge/bridge-nf-call-iptables": "0\n"},
			Bridge{Ports: []string{"vnet3"}, Filtered4: "1"}},
		"not loaded": {map[string]string{dir + "/brif/": "", dir + "/bridge/nf_call_iptables": "1\n"}, Bridge{Ports: []string{}}},
	} {
		root := tree(t, c.files)
		c.want.Name = layout.Bridge("tank")
		got, err := readBridge(Sources{Root: root, Proc: filepath.Join(root, "proc")}, s)
		if err != nil || string(mustJSON(got)) != string(mustJSON(c.want)) {
			t.Errorf("%s: %+v, %v; wanted %+v", name, got, err, c.want)
		}
	}
	if _, err := readBridge(Sources{Root: t.TempDir()}, s); err == nil {
		t.Error("no bridge is taken for one without ports")
	}
}

func TestStopsAreReadAndNoneIsNotAFault(t *testing.T) {
	dir := tree(t, map[string]string{StopsFile: `[{"when":"2026-11-21T19:30:00Z","seconds":13.2,"forced":true}]`})
	if got, err := readStops(dir); err != nil || len(got.Last) != 1 || !got.Last[0].Forced || got.Last[0].When.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := readStops(t.TempDir()); err != nil || len(got.Last) != 0 {
		t.Errorf("none: %+v, %v", got, err)
	}
	if _, err := readStops(tree(t, map[string]string{StopsFile: "{"})); err == nil {
		t.Error("half a record was read")
	}
	e := good(t)
	e.Host.Stops = seen(Stops{})
	if f := findingOf(t, e, "K21"); f.Status != NotChecked || !strings.Contains(f.Hint, "clawarium stop") {
		t.Errorf("no stop yet: %s, hint %q", f.Status, f.Hint)
	}
	// Only the last one counts: a machine that was mended is fine.
	e.Host.Stops = seen(Stops{Last: []Stop{{When: e.Collected}, {When: e.Collected.Add(-time.Hour), Forced: true}}})
	if got := statuses(e)["K21"]; got != Met {
		t.Errorf("forced once, before: %s", got)
	}
}

func TestABackupIsReadWholeEveryTime(t *testing.T) {
	content := strings.Repeat("backup", 1000)
	old := time.Now().Add(-40 * 24 * time.Hour)
	for name, c := range map[string]struct {
		files map[string]string
		want  Status
	}{
		"none":         {nil, NotChecked},
		"another file": {map[string]string{"backups/notes.txt": "x"}, NotChecked},
		"whole":        {map[string]string{"backups/a.tar.zst": content, "backups/a.tar.zst.sha256": sum(content) + "  a.tar.zst\n"}, Met},
		"truncated":    {map[string]string{"backups/a.tar.zst": content[:100], "backups/a.tar.zst.sha256": sum(content) + "  a.tar.zst\n"}, NotMet},
		"unlisted":     {map[string]string{"backups/a.tar.zst": content}, NotChecked},
		"another's":    {map[string]string{"backups/a.tar.zst": content, "backups/a.tar.zst.sha256": sum(content) + "  b.tar.zst\n"}, NotChecked},
		"stale":        {map[string]string{"backups/old.tar.zst": content, "backups/old.tar.zst.sha256": sum(content) + "  old.tar.zst\n"}, NotMet},
		"an old one beside a new one": {map[string]string{"backups/old.tar.zst": "x", "backups/a.tar.gz": content,
			"backups/a.tar.gz.sha256": sum(content) + "  a.tar.gz\n"}, Met},
		"a link to elsewhere": {map[string]string{"backups/a.tar.zst": "-> /etc/hostname"}, NotChecked},
	} {
		dir := tree(t, c.files)
		if path := filepath.Join(dir, "backups/old.tar.zst"); c.files["backups/old.tar.zst"] != "" {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
		b, err := readBackups(t.Context(), dir)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e := good(t)
		e.Collected, e.Host.Backups = time.Now(), seen(b)
		if got := findingOf(t, e, "K22"); got.Status != c.want {
			t.Errorf("%s: %s %q", name, got.Status, got.Evidence)
		}
	}
	e := good(t)
	e.Host.Backups = seen(Backups{Dir: "/x"})
	if f := findingOf(t, e, "K22"); f.Hint == "" || strings.Contains(f.Hint, "clawarium status") {
		t.Errorf("no backup: hint %q", f.Hint)
	}
}

func TestTheKernelsWordsOnTheProcessor(t *testing.T) {
	root := tree(t, map[string]string{
		"sys/devices/system/cpu/vulnerabilities/mds":       "Not affected\n",
		"sys/devices/system/cpu/vulnerabilities/spectre":   "Mitigation: Retpolines; BHI: Vulnerable\n",
		"sys/devices/system/cpu/vulnerabilities/tsa":       "Unknown: No mitigations\n",
		"sys/devices/system/cpu/vulnerabilities/srso":      "Vulnerable: Safe RET, no microcode\n",
		"sys/devices/system/cpu/vulnerabilities/multihit":  "KVM: Vulnerable\n",
		"sys/devices/system/cpu/vulnerabilities/multihit2": "KVM: Mitigation: VMX disabled\n",
	})
	cpu, err := readVulnerabilities(root)
	if err != nil || len(cpu) != 6 {
		t.Fatalf("%v, %v", cpu, err)
	}
	e := good(t)
	e.Host.CPU = seen(cpu)
	f := findingOf(t, e, "K24")
	var open []string
	for _, line := range f.Evidence {
		if strings.HasPrefix(line, "this computer's processor, ") {
			open = append(open, strings.Fields(line)[3])
		}
	}
	if f.Status != NotMet || !slices.Equal(open, []string{"multihit:", "srso:"}) {
		t.Errorf("%s: %q", f.Status, f.Evidence)
	}
	if _, err := readVulnerabilities(t.TempDir()); err == nil {
		t.Error("a kernel that says nothing is taken for one without weaknesses")
	}
}

type withVersions struct{ fakeLibvirt }

func (withVersions) Versions(context.Context) (string, string, error) { return "9.0.0", "7.2.19", nil }

func TestTheHostsProtectionIsSeenAndNothingIsMadeUp(t *testing.T) {
	block := map[string]string{
		"sys/dev/block/254:1": "-> ../../class/block/dm-1", "sys/dev/block/8:2": "-> ../../class/block/sda2", "sys/dev/block/7:0": "-> ../../class/block/loop0",
		"sys/class/block/dm-1/dm/uuid": "LVM-abc\n", "sys/class/block/dm-1/dm/name": "vg-home\n", "sys/class/block/dm-1/slaves/dm-0": "-> ../../dm-0",
		"sys/class/block/dm-0/dm/uuid": "CRYPT-LUKS2-abc-sda3_crypt\n", "sys/class/block/dm-0/dm/name": "sda3_crypt\n", "sys/class/block/dm-0/slaves/sda3": "-> ../../sda3",
		"sys/class/block/sda3/partition": "3\n", "sys/class/block/sda2/partition": "2\n", "sys/class/block/loop0/": "",
		"proc/self/mountinfo": "1 0 8:2 / / rw - ext4 /dev/sda2 rw\n2 1 254:1 / /home\\040dir rw - ext4 /dev/mapper/vg-home rw\n" +
			"3 1 0:40 / /pool rw - btrfs /dev/mapper/sda3_crypt rw\n4 1 7:0 / /loop rw - ext4 /dev/loop0 rw\n5 1 0:50 / /zfs rw - zfs tank/data rw\n",
		"etc/os-release": "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n", "proc/sys/kernel/osrelease": "6.1.0-40-amd64\n",
		"sys/module/apparmor/parameters/enabled": "Y\n", "proc/1/cmdline": "init\x00",
	}
	root := tree(t, block)
	from := Sources{Root: root, Proc: filepath.Join(root, "proc"), Libvirt: withVersions{}, Packets: printing{}}
	for path, want := range map[string]string{
		"/home dir/x": Encrypted, "/home dirx": Unencrypted, "/pool/clawarium": Encrypted, "/": Unencrypted, "/loop/a": Unknown, "/zfs": Unknown,
	} {
		from.Dir = path
		b, err := readBaseline(t.Context(), from)
		i := slices.IndexFunc(b.Disks, func(d Disk) bool { return d.What == "machine" || d.Mount == "/" })
		if m, _ := mountOf(readMounts(filepath.Join(root, "proc/self/mountinfo")), path); err != nil || i < 0 || m.encrypted(root) != want {
			t.Errorf("%s: %+v, %v; wanted %s", path, b.Disks, err, want)
		}
	}
	b, err := readBaseline(t.Context(), from)
	if err != nil || b.OS != "Debian GNU/Linux 12 (bookworm)" || b.Kernel != "6.1.0-40-amd64" || b.Qemu != "7.2.19" || b.Confinement != "apparmor" {
		t.Errorf("%+v, %v", b, err)
	}
	for name, c := range map[string]struct {
		files   map[string]string
		packets PacketFilter
		want    string
	}{
		"ufw":            {map[string]string{"etc/ufw/ufw.conf": "# x\nENABLED=yes\n"}, nil, "ufw"},
		"ufw off":        {map[string]string{"etc/ufw/ufw.conf": "ENABLED=no\n"}, printing{IPv4Rules: "*filter\n:INPUT ACCEPT [0:0]\n"}, "none"},
		"firewalld":      {map[string]string{"proc/9/cmdline": "/usr/bin/python3\x00-s\x00/usr/sbin/firewalld\x00--nofork\x00"}, nil, "firewalld"},
		"iptables":       {nil, printing{IPv4Rules: "*filter\n:INPUT DROP [0:0]\n"}, "rules"},
		"nft":            {nil, printing{NftList: `{"nftables":[{"chain":{"hook":"input","policy":"drop"}}]}`}, "rules"},
		"not to be seen": {nil, denied{}, Unknown},
	} {
		files := map[string]string{"proc/1/cmdline": "init\x00"}
		for k, v := range c.files {
			files[k] = v
		}
		root := tree(t, files)
		if got := firewall(t.Context(), Sources{Root: root, Proc: filepath.Join(root, "proc"), Packets: c.packets}); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// gone is a libvirt after a machine was destroyed.
type gone struct {
	fakeLibvirt
	found, kept []Leftover
	err         error
}

func (g gone) Remains(context.Context) ([]Leftover, []Leftover, error) { return g.found, g.kept, g.err }

func TestWhatDestroyLeavesBehindIsFound(t *testing.T) {
	s := Subject{Machine: "tank", System: true}
	bridge := layout.Bridge("tank")
	volume := Leftover{LeftVolume, "tank-system.qcow2"}
	machine := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", "/home/o/.config")
	for name, c := range map[string]struct {
		libvirt Hypervisor
		files   map[string]string
		packets PacketFilter
		dir     string
		want    Status
		says    string
	}{
		"nothing":                {gone{}, nil, printing{NftList: "{}"}, "/nowhere/tank", Met, "nothing is left"},
		"a volume":               {gone{found: []Leftover{volume}}, nil, nil, "", NotMet, "disk: tank-system.qcow2"},
		"a disk that was kept":   {gone{kept: []Leftover{{LeftVolume, "tank-data.qcow2"}}}, nil, nil, "", Met, "stays, disk: tank-data.qcow2"},
		"its directory":          {gone{}, nil, nil, machine, NotMet, "directory: " + machine},
		"its bridge":             {gone{}, map[string]string{"sys/class/net/" + bridge + "/": ""}, nil, "", NotMet, "bridge"},
		"a rule for its bridge":  {gone{}, nil, printing{IPv4Rules: "-A LIBVIRT_FWO -i " + bridge + " -j REJECT"}, "", NotMet, "iptables-save " + bridge},
		"its firmware's file":    {gone{}, map[string]string{"var/lib/libvirt/qemu/nvram/clawarium-tank_VARS.fd": "x"}, nil, "", NotMet, "_VARS.fd"},
		"its process":            {gone{}, map[string]string{"proc/7/cmdline": "qemu\x00-name\x00guest=clawarium-tank,x=y\x00"}, nil, "", NotMet, "process: 7 qemu"},
		"its warden":             {gone{}, map[string]string{"proc/8/cmdline": "/usr/bin/clawarium\x00warden\x00run\x00--name\x00tank\x00--supervise\x00"}, nil, "", NotMet, "process: 8 clawarium warden"},
		"another's warden":       {gone{}, map[string]string{"proc/8/cmdline": "/usr/bin/clawarium\x00warden\x00run\x00--name\x00tank2\x00"}, nil, "", Met, ""},
		"its warden's unit":      {gone{}, map[string]string{"home/o/.config/systemd/user/clawarium-warden-tank.service": "x"}, nil, "", NotMet, "clawarium-warden-tank.service"},
		"another's process":      {gone{}, map[string]string{"proc/7/cmdline": "qemu\x00-name\x00guest=clawarium-tank2\x00"}, nil, "", Met, ""},
		"libvirt's log":          {gone{}, map[string]string{"var/log/libvirt/qemu/clawarium-tank.log": "x"}, nil, "", Met, "log of libvirt"},
		"a libvirt that is down": {gone{err: errors.New("daemon is down")}, nil, nil, "", NotChecked, "daemon is down"},
		"no libvirt":             {nil, nil, nil, "", NotChecked, "no connection"},
		"one that cannot say":    {fakeLibvirt{}, nil, nil, "", NotChecked, ""},
	} {
		files := map[string]string{"proc/1/cmdline": "init\x00", "sys/class/net/lo/": ""}
		for k, v := range c.files {
			files[k] = v
		}
		root := tree(t, files)
		f := Decommissioned(t.Context(), plan.Plan{}, s, Sources{
			Libvirt: c.libvirt, Root: root, Proc: filepath.Join(root, "proc"), Packets: c.packets, Dir: c.dir})
		all := strings.Join(f.Evidence, "\n")
		if f.Control != "K25" || f.Status != c.want || !strings.Contains(all, c.says) {
			t.Errorf("%s: %s\n%s", name, f.Status, all)
		}
		if c.want == Met && !strings.Contains(all, "revoke the keys") {
			t.Errorf("%s: the owner's own duties are not said:\n%s", name, all)
		}
	}
}

func TestAWayBackThatCannotBeLookedForIsNotTakenForNone(t *testing.T) {
	e := good(t)
	e.Guest.WayBack = Fact[[]string]{Err: "EIO"}
	if got := statuses(e)["K9"]; got != NotChecked {
		t.Errorf("K9 is %s", got)
	}
	e = good(t)
	e.Guest.WayBack.Value = slices.Repeat([]string{"\x1b[2J" + strings.Repeat("x", 10000)}, 1000)
	f := findingOf(t, e, "K9")
	if f.Status != NotMet || len(f.Evidence) > 3*(maxNotes+1) {
		t.Errorf("%s, %d lines", f.Status, len(f.Evidence))
	}
}

func TestWhatOneMayNotLookIntoIsSaid(t *testing.T) {
	for _, id := range []ID{"K2", "K9"} {
		e := good(t)
		e.Host.OpenClaw.Value.Unread = []string{"/home/guest"}
		e.Host.Logins.Value.Unread = []string{"/home/guest"}
		f := findingOf(t, e, id)
		if f.Status != Met || !strings.Contains(strings.Join(f.Evidence, "\n"), "/home/guest") {
			t.Errorf("%s: %s %q", id, f.Status, f.Evidence)
		}
	}
}

// The real host is only read, whoever asks.
func TestTheRealHostCanBeLookedAt(t *testing.T) {
	if _, err := os.Stat("/proc/self/mountinfo"); err != nil {
		t.Skip("no /proc here to look in")
	}
	begun := time.Now()
	e := Collect(t.Context(), Subject{Machine: "t-nobody"}, Sources{Dir: t.TempDir(), Pool: "/var/lib/libvirt/images"})
	h := e.Host.HostMore
	for what, ok := range map[string]bool{
		"OpenClaw": h.OpenClaw.OK, "logins": h.Logins.OK, "sockets": h.Sockets.OK, "stops": h.Stops.OK, "backups": h.Backups.OK, "baseline": h.Baseline.OK,
	} {
		if !ok {
			t.Errorf("%s could not be looked at: %+v", what, h)
		}
	}
	if b := h.Baseline.Value; b.Kernel == "" || len(b.Disks) == 0 {
		t.Errorf("%+v", b)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	t.Logf("%s: %s", time.Since(begun).Round(time.Millisecond), mustJSON(h))
}
