package plan

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

const certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

// place writes a file for a plan to name.
func place(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheDefaultPlanIsValidOnEveryHostThatIsLargeEnough(t *testing.T) {
	for _, h := range []Host{
		{}, desk,
		{CPUs: 1, Memory: 3 * GiB, FreeDisk: 6 * GiB, Path: "/"},
		{CPUs: 2, Memory: 24567 * MiB, FreeDisk: 7*GiB + 1, Path: "/"},
		{CPUs: 512, Memory: 4 * TiB, FreeDisk: 100 * TiB, Path: "/"},
	} {
		if err := Default(h).Validate(h); err != nil {
			t.Errorf("%+v: %v", h, err)
		}
	}
}

func TestDefaultsFollowTheHost(t *testing.T) {
	for _, c := range []struct {
		h    Host
		cpus int
		memory,
		system, data Size
	}{
		{Host{}, 1, 4 * GiB, 20 * GiB, 20 * GiB},
		{Host{CPUs: 1, Memory: 1 * GiB, FreeDisk: 1}, 1, 2 * GiB, 6 * GiB, 1 * GiB},
		{Host{CPUs: 3, Memory: 5*GiB + 12345, FreeDisk: 10*GiB + 5}, 1, 2560 * MiB, 10 * GiB, 10 * GiB},
		{Host{CPUs: 6, Memory: 8 * GiB, FreeDisk: 50 * GiB}, 3, 4 * GiB, 20 * GiB, 20 * GiB},
		{Host{CPUs: 64, Memory: 256 * GiB, FreeDisk: 5 * TiB}, 4, 4 * GiB, 20 * GiB, 20 * GiB},
	} {
		m := Default(c.h).Machine
		if m.CPUs != c.cpus || m.Memory != c.memory || m.SystemDisk != c.system || m.DataDisk != c.data {
			t.Errorf("%+v: got %+v", c.h, m)
		}
	}
}

func TestAHostThatIsTooSmallIsToldWhatIsMissing(t *testing.T) {
	h := Host{CPUs: 1, Memory: 2*GiB + 512*MiB, FreeDisk: 3*GiB + 1, Path: "/srv/disks"}
	problems := Default(h).Problems(h)
	if len(problems) != 2 {
		t.Fatalf("%v", problems)
	}
	for i, want := range []struct{ says, rng, hint string }{
		{"machine.memory needs at least 2GiB, and this host can give 1536MiB",
			"at least 2GiB (this host has 2560MiB and keeps 1GiB)", "set machine.memory to 2GiB, or use a host with more memory"},
		{"machine.systemDisk needs at least 6GiB, and this host can give 3GiB",
			`at least 6GiB (free space at "/srv/disks")`, `make room at "/srv/disks": at least 6GiB must be free`},
	} {
		if p := problems[i]; p.Error() != want.says || p.Range != want.rng || p.Hint != want.hint {
			t.Errorf("got %q, %q, %q", p.Error(), p.Range, p.Hint)
		}
	}
}

// TestEveryRefusal damages one key of a good plan and reads what is said.
func TestEveryRefusalNamesTheValueTheRangeAndWhatToDo(t *testing.T) {
	folder := t.TempDir()
	image, pem := place(t, "disk.qcow2", "x"), place(t, "ca.pem", certificate)
	withKey := place(t, "both.pem", certificate+"-----BEGIN PRIVATE KEY-----\n")
	empty := place(t, "empty.pem", "")
	const (
		nameRange    = "1 to 32 lower-case letters, digits and hyphens, the first a letter, the last not a hyphen"
		fileRange    = "the absolute path of a file that exists, or empty"
		caRange      = "the absolute path of a PEM file with certificates only, or empty"
		webRange     = "an http or https address with no user name or password, or empty"
		proxyRange   = "an http, https or socks5 address with no user name or password, or empty"
		mirrorRange  = "a list of at most 16 http or https addresses with no user name or password"
		hostsRange   = "a list of at most 64 hosts, each with its port unless that is 443"
		serverRange  = "a private address with its port, or empty"
		subnetRange  = "auto, or a private IPv4 network from /24 to /30"
		memoryRange  = "2GiB to 15GiB, as whole MiB, GiB or TiB (this host has 16GiB and keeps 1GiB)"
		systemRange  = `6GiB to 200GiB, as whole MiB, GiB or TiB (free space at "/srv/disks")`
		dataRange    = `1GiB to 200GiB, as whole MiB, GiB or TiB (free space at "/srv/disks")`
		versionRange = "three numbers with dots, such as 2026.9.6"
	)
	m := text.T().Plan
	type damage struct {
		key, value, rng, hint string
		do                    func(*Plan)
	}
	sets := func(key, value, rng, hint string) damage {
		return damage{key, value, rng, hint, func(p *Plan) { *byPath[key].at(p).(*string) = value }}
	}
	file := func(key, value, rng, hint string) damage {
		return damage{key, value, rng, hint, func(p *Plan) {
			if key == "image.file" {
				p.Image.Source = File
			}
			*byPath[key].at(p).(*string) = value
		}}
	}
	mirror := func(value, shown, hint string) damage {
		return damage{"image.mirrors[1]", shown, mirrorRange, hint, func(p *Plan) { p.Image.Mirrors = []string{"https://a.example/debian", value} }}
	}
	cases := []damage{
		{"version", "2", "1", "this file is for another version of clawarium; set version to 1 after comparing it with docs/plan.md", func(p *Plan) { p.Version = 2 }},
		{"version", "0", "1", "this file is for another version of clawarium; set version to 1 after comparing it with docs/plan.md", func(p *Plan) { p.Version = 0 }},

		sets("name", "../x", nameRange, `choose a name such as "openclaw"`),
		sets("name", "", nameRange, `choose a name such as "openclaw"`),
		sets("name", "Reef", nameRange, `choose a name such as "openclaw"`),
		sets("name", "1reef", nameRange, `choose a name such as "openclaw"`),
		sets("name", "reef-", nameRange, `choose a name such as "openclaw"`),
		sets("name", "reef\n", nameRange, m.UnprintableHint),
		sets("name", "réef", nameRange, `choose a name such as "openclaw"`),
		sets("name", strings.Repeat("a", 33), nameRange, `choose a name such as "openclaw"`),

		sets("connection", "sytem", "auto, system, session", `did you mean "system"?`),
		sets("connection", "qemu:///system", "auto, system, session", "choose one of: auto, system, session"),
		sets("connection", "", "auto, system, session", "choose one of: auto, system, session"),
		sets("machine.acceleration", "KVM", "auto, kvm, emulation", `did you mean "kvm"?`),
		sets("machine.clock", "fast", "auto, steady, slow", "choose one of: auto, steady, slow"),
		sets("image.source", "offical", "auto, official, build, file", `did you mean "official"?`),
		sets("openclaw.preset", "caution", "cautious, workspace, full", `did you mean "cautious"?`),
		sets("openclaw.provider", "antropic", "none, anthropic, openai, deepseek, moonshot, moonshot-cn, zai, zai-cn, qwen, qwen-cn, google, openrouter", `did you mean "anthropic"?`),
		sets("network.level", "internal", "allowlist, internet, offline", `did you mean "internet"?`),
		sets("language", "cn", "auto, en, zh", `did you mean "en"?`),

		{"machine.cpus", "0", "1 to 8 (this host has 8)", "set machine.cpus to 1", func(p *Plan) { p.Machine.CPUs = 0 }},
		{"machine.cpus", "-1", "1 to 8 (this host has 8)", "set machine.cpus to 1", func(p *Plan) { p.Machine.CPUs = -1 }},
		{"machine.cpus", "9", "1 to 8 (this host has 8)", "set machine.cpus to 8", func(p *Plan) { p.Machine.CPUs = 9 }},
		{"machine.memory", "64MiB", memoryRange, "set machine.memory to 2GiB", func(p *Plan) { p.Machine.Memory = 64 * MiB }},
		{"machine.memory", "4TiB", memoryRange, "set machine.memory to 15GiB, or use a host with more memory", func(p *Plan) { p.Machine.Memory = 4 * TiB }},
		{"machine.memory", "15361MiB", memoryRange, "set machine.memory to 15GiB, or use a host with more memory", func(p *Plan) { p.Machine.Memory = 15*GiB + MiB }},
		{"machine.memory", "2147483649B", memoryRange, "set machine.memory to 2GiB", func(p *Plan) { p.Machine.Memory = 2*GiB + 1 }},
		{"machine.systemDisk", "5GiB", systemRange, "set machine.systemDisk to 6GiB", func(p *Plan) { p.Machine.SystemDisk = 5 * GiB }},
		{"machine.systemDisk", "201GiB", systemRange, `make room at "/srv/disks", or set machine.systemDisk to 200GiB`, func(p *Plan) { p.Machine.SystemDisk = 201 * GiB }},
		{"machine.dataDisk", "512MiB", dataRange, "set machine.dataDisk to 1GiB", func(p *Plan) { p.Machine.DataDisk = 512 * MiB }},
		{"machine.dataDisk", "1TiB", dataRange, `make room at "/srv/disks", or set machine.dataDisk to 200GiB`, func(p *Plan) { p.Machine.DataDisk = TiB }},

		file("image.file", "disk.qcow2", fileRange, "write the whole path: "+abs(t, "disk.qcow2")),
		file("image.file", "/nowhere/disk.qcow2", fileRange, `check the spelling with: ls -l "/nowhere/disk.qcow2"`),
		file("image.file", folder, fileRange, m.FileHint),
		file("image.file", "/dev/null", fileRange, m.FileHint),
		file("openclaw.lockfile", "../package-lock.json", fileRange, "write the whole path: "+abs(t, "../package-lock.json")),
		file("openclaw.lockfile", image+"/below", fileRange, fmt.Sprintf("check the spelling with: ls -l %q", image+"/below")),
		file("network.ca", "/nowhere/ca.pem", caRange, `check the spelling with: ls -l "/nowhere/ca.pem"`),
		file("network.ca", empty, caRange, m.PEMHint),
		file("network.ca", withKey, caRange, m.SecretFileHint),
		{"image.sha512", "abc", "128 hexadecimal digits in lower case, or empty", "print it with: sha512sum FILE",
			func(p *Plan) { p.Image.Source, p.Image.File, p.Image.SHA512 = File, image, "abc" }},

		sets("openclaw.version", "latest", versionRange, `set openclaw.version to "2026.9.6"`),
		sets("openclaw.version", "", versionRange, `set openclaw.version to "2026.9.6"`),
		sets("openclaw.version", "2026.9.5", "2026.9.6", `set openclaw.version to "2026.9.6", or openclaw.lockfile to a lockfile of your own`),

		sets("openclaw.registry", "registry.example", webRange, "write it like http://example.org"),
		sets("openclaw.registry", "ftp://registry.example", webRange, "write it like http://example.org"),
		sets("openclaw.registry", "https://", webRange, "write it like http://example.org"),
		sets("openclaw.registry", "https://registry.example:99999/", webRange, "write it like http://example.org"),
		sets("openclaw.registry", "https://regi stry.example", webRange, "write it like http://example.org"),
		sets("openclaw.registry", "https://registry.example/a b", webRange, "write it like http://example.org"),
		sets("openclaw.registry", "HTTPS://registry.example", webRange, "write it like http://example.org"),
		sets("openclaw.registry", "https:registry.example", webRange, "write it like http://example.org"),
		{"openclaw.registry", "https://registry.example/npm?…", webRange,
			"leave out everything from the ? or # on, and for a proxy any path: https://registry.example",
			func(p *Plan) { p.OpenClaw.Registry = "https://registry.example/npm?auth=opensesame" }},
		{"openclaw.registry", "https://…@registry.example", webRange, m.UserinfoHint, func(p *Plan) { p.OpenClaw.Registry = "https://opensesame@registry.example" }},
		{"network.proxy", "http://…@proxy.example:3128", proxyRange, m.UserinfoHint, func(p *Plan) { p.Network.Proxy = "http://me:opensesame@proxy.example:3128" }},
		{"network.proxy", "http://…@proxy.example:3128", proxyRange, m.UserinfoHint, func(p *Plan) { p.Network.Proxy = "http://me:open/s@esame@proxy.example:3128" }},
		{"network.proxy", "…@proxy.example:3128", proxyRange, m.UserinfoHint, func(p *Plan) { p.Network.Proxy = "me:opensesame@proxy.example:3128" }},
		{"network.proxy", "http://…@proxy.example", proxyRange, m.UserinfoHint, func(p *Plan) { p.Network.Proxy = "http://me:opensesame bad%zz@proxy.example" }},
		sets("network.proxy", "socks4://proxy.example", proxyRange, "write it like http://example.org:3128"),
		sets("network.proxy", "http://proxy.example/path", proxyRange, "leave out everything from the ? or # on, and for a proxy any path: http://proxy.example"),
		mirror("http://", "http://", "write it like http://example.org"),
		mirror("", "", "write it like http://example.org"),
		mirror("socks5://a.example", "socks5://a.example", "write it like http://example.org"),
		mirror("https://me:opensesame@a.example", "https://…@a.example", m.UserinfoHint),
		{"image.mirrors", "17", mirrorRange, m.TooManyHint, func(p *Plan) {
			for range 17 {
				p.Image.Mirrors = append(p.Image.Mirrors, "https://a.example")
			}
		}},

		{"network.channels[1]", "telegramm", "a list of telegram, slack, discord, whatsapp, feishu, dingtalk, wecom", `did you mean "telegram"?`,
			func(p *Plan) { p.Network.Channels = []string{"slack", "telegramm"} }},
		{"network.channels[0]", "", "a list of telegram, slack, discord, whatsapp, feishu, dingtalk, wecom", "choose one of: telegram, slack, discord, whatsapp, feishu, dingtalk, wecom",
			func(p *Plan) { p.Network.Channels = []string{""} }},
		{"network.channels", "8", "a list of telegram, slack, discord, whatsapp, feishu, dingtalk, wecom", m.Outside.FewerHint,
			func(p *Plan) { p.Network.Channels = append([]string{"slack"}, channels...) }},
		{"network.allow", "65", hostsRange, m.Outside.FewerHint, func(p *Plan) {
			for i := range 65 {
				p.Network.Allow = append(p.Network.Allow, fmt.Sprintf("a%d.example", i))
			}
		}},
		{"network.allow[1]", "https://x.org/y", hostsRange, "write only x.org", func(p *Plan) { p.Network.Allow = []string{"x.example", "https://x.org/y"} }},
		sets("network.modelServer", "8.8.4.4:80", serverRange, "put it into network.allow instead"),

		sets("network.subnet", "8.8.8.0/24", subnetRange, "set network.subnet to auto, or to a network such as 192.168.77.0/24"),
		sets("network.subnet", "10.0.0.0/16", subnetRange, "set network.subnet to auto, or to a network such as 192.168.77.0/24"),
		sets("network.subnet", "10.0.0.0/31", subnetRange, "set network.subnet to auto, or to a network such as 192.168.77.0/24"),
		sets("network.subnet", "fd00::/64", subnetRange, "set network.subnet to auto, or to a network such as 192.168.77.0/24"),
		sets("network.subnet", "10.0.0.1", subnetRange, "set network.subnet to auto, or to a network such as 192.168.77.0/24"),
		sets("network.subnet", "10.0.0.1/24", subnetRange, "set network.subnet to auto, or to a network such as 10.0.0.0/24"),
		{"network.sshPort", "22", "0, or 1024 to 65535", "set network.sshPort to 1024", func(p *Plan) { p.Network.SSHPort = 22 }},
		{"network.sshPort", "65536", "0, or 1024 to 65535", "set network.sshPort to 65535", func(p *Plan) { p.Network.SSHPort = 65536 }},

		{"image.file", image, "empty", "set image.source to file, or remove image.file", func(p *Plan) { p.Image.File = image }},
		{"image.file", "", fileRange, m.FileMissingHint, func(p *Plan) { p.Image.Source = File }},
		{"image.sha512", strings.Repeat("a", 128), "empty", "set image.source to file, or remove image.sha512", func(p *Plan) { p.Image.SHA512 = strings.Repeat("a", 128) }},
		{"network.subnet", "10.0.0.0/24", "auto", m.SubnetOnlyHint, func(p *Plan) { p.Network.Subnet = "10.0.0.0/24" }},
		{"network.subnet", "10.0.0.0/24", "auto", m.SubnetOnlyHint, func(p *Plan) { p.Network.Subnet, p.Connection = "10.0.0.0/24", Session }},
		{"network.sshPort", "2222", "0", m.PortOnlyHint, func(p *Plan) { p.Network.SSHPort = 2222 }},
		{"network.sshPort", "2222", "0", m.PortOnlyHint, func(p *Plan) { p.Network.SSHPort, p.Connection = 2222, System }},
		{"machine.clock", "slow", "auto, steady", m.SlowKVMHint, func(p *Plan) { p.Machine.Clock, p.Machine.Acceleration = Slow, KVM }},
	}
	for _, c := range cases {
		t.Run(c.key+"="+c.value, func(t *testing.T) {
			p := Default(desk)
			p.Network.CA = pem
			c.do(&p)
			problems := Problems(p.Validate(desk))
			if len(problems) != 1 {
				t.Fatalf("%d problems: %v", len(problems), problems)
			}
			got := problems[0]
			if got.Key != c.key || got.Value != c.value || got.Range != c.rng || got.Hint != c.hint {
				t.Errorf("got key %q\n  value %q\n  range %q\n  hint  %q\nwant key %q\n  value %q\n  range %q\n  hint  %q",
					got.Key, got.Value, got.Range, got.Hint, c.key, c.value, c.rng, c.hint)
			}
			says := got.Error()
			if c.value != "" && !strings.Contains(says, strings.Trim(fmt.Sprintf("%q", c.value), `"`)) && got.Hint != m.TooManyHint && got.Hint != m.Outside.FewerHint && c.key != "image.sha512" {
				t.Errorf("the value is not quoted: %s", says)
			}
			if strings.Contains(says, "opensesame") || strings.Contains(got.Hint, "opensesame") {
				t.Errorf("the password is shown: %s (%s)", says, got.Hint)
			}
			if hints := text.Hint(p.Validate(desk)); len(hints) != 1 || hints[0] != c.hint {
				t.Errorf("text.Hint finds %q", hints)
			}
		})
	}
	covered := map[string]bool{}
	for _, c := range cases {
		key, _, _ := strings.Cut(c.key, "[")
		covered[key] = true
	}
	for _, key := range Keys() {
		if !covered[key] {
			t.Errorf("no refusal of %s is tested", key)
		}
	}
}

func abs(t *testing.T, path string) string {
	t.Helper()
	whole, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

func TestWhatIsMeantToBeAllowedIsAllowed(t *testing.T) {
	pem := place(t, "ca.pem", certificate)
	for name, do := range map[string]func(*Plan){
		"one letter":       func(p *Plan) { p.Name = "a" },
		"longest name":     func(p *Plan) { p.Name = "a" + strings.Repeat("-1", 15) + "b" },
		"subnet":           func(p *Plan) { p.Connection, p.Network.Subnet = System, "172.16.5.0/30" },
		"port":             func(p *Plan) { p.Connection, p.Network.SSHPort = Session, 2222 },
		"own lockfile":     func(p *Plan) { p.OpenClaw.Lockfile, p.OpenClaw.Version = pem, "2026.10.0-beta.1" },
		"image file":       func(p *Plan) { p.Image = Image{Source: File, File: pem, SHA512: strings.Repeat("0a", 64)} },
		"socks":            func(p *Plan) { p.Network.Proxy = "socks5://[::1]:1080" },
		"proxy with slash": func(p *Plan) { p.Network.Proxy = "http://proxy:3128/" },
		"registry path":    func(p *Plan) { p.OpenClaw.Registry = "http://127.0.0.1:4873/npm/" },
		"mirror":           func(p *Plan) { p.Image.Mirrors = []string{"https://mirror.example./images/cloud"} },
		"channels":         func(p *Plan) { p.Network.Channels = channels },
		"model server":     func(p *Plan) { p.Network.ModelServer = "192.168.1.20:11434" },
		"offline, hosts kept": func(p *Plan) {
			p.Network.Level, p.Network.Allow, p.Network.Channels = Offline, []string{"x.example"}, []string{"slack"}
		},
		"ca":             func(p *Plan) { p.Network.CA = pem },
		"slow emulation": func(p *Plan) { p.Machine.Clock, p.Machine.Acceleration = Slow, Emulation },
		"all the host":   func(p *Plan) { p.Machine = Machine{8, 15 * GiB, 200 * GiB, 200 * GiB, KVM, Steady} },
	} {
		p := Default(desk)
		do(&p)
		if err := p.Validate(desk); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAllProblemsOfAPlanAreReportedAtOnce(t *testing.T) {
	var zero Plan
	got := map[string]bool{}
	for _, p := range Problems(zero.Validate(desk)) {
		got[p.Key] = true
	}
	for _, key := range Keys() {
		optional := byPath[key].zero || IsList(key)
		if got[key] == optional {
			t.Errorf("%s: reported %v", key, got[key])
		}
	}
}

func TestAHostIsReadAsItIs(t *testing.T) {
	h := HostFacts(filepath.Join(t.TempDir(), "not", "there", "yet"))
	if h.CPUs < 1 || h.Memory < 128*MiB || h.FreeDisk < 1 || !strings.HasSuffix(h.Path, "yet") {
		t.Errorf("%+v", h)
	}
	if h := HostFacts("/proc/version/below"); h.FreeDisk != 0 {
		t.Errorf("free space below a file: %v", h.FreeDisk)
	}
}
