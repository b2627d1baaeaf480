package virt

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"libvirt.org/go/libvirtxml"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

func testSpec() Spec {
	return Spec{
		Machine: "tank", UUID: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", Version: "0.1.0", Plan: "0badcafe",
		Arch: "amd64", CPUs: 4, Memory: 4 << 30, MAC: "52:54:00:12:34:56",
		Network: layout.Network("tank"), Filter: layout.Filter("tank"), GuestIP: "10.213.0.2", HostIP: "10.213.0.1",
		SSHPort:    40022,
		SystemDisk: "/pool/tank-system.qcow2", DataDisk: "/pool/tank-data.qcow2",
		CodeDisk: "/pool/code-1.squashfs", Seed: "/pool/tank-seed.iso",
		ConsoleLog: "/log/tank-console.log",
	}
}

// eachVariant visits every combination that clawarium makes.
func eachVariant(visit func(name string, s Spec)) {
	for _, arch := range []string{"amd64", "arm64"} {
		for _, system := range []bool{true, false} {
			for _, kind := range []string{"kvm", "emulation", "slow"} {
				for _, seed := range []bool{true, false} {
					s := testSpec()
					s.Arch, s.System, s.KVM, s.SlowClock = arch, system, kind == "kvm", kind == "slow"
					name := arch + "-session-" + kind
					if system {
						name = arch + "-system-" + kind
					}
					if !seed {
						s.Seed = ""
						name += "-noseed"
					}
					visit(name, s)
				}
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".xml")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got+"\n" {
		t.Errorf("%s differs; look at it and run with -update:\n%s", path, got)
	}
}

func TestEveryVariantOfTheMachineIsWrittenAsReviewed(t *testing.T) {
	eachVariant(func(name string, s Spec) {
		x, err := s.DomainXML()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		golden(t, "domain-"+name, strings.Replace(x, `type="`+helpName+`"`, `type="kvm"`, 1))
		var back libvirtxml.Domain
		if err := back.Unmarshal(x); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		again, err := back.Marshal()
		if err != nil || again != x {
			t.Errorf("%s does not survive a round trip: %v\n%s", name, err, again)
		}
		if got := ConsoleLogOf(x); got != s.ConsoleLog {
			t.Errorf("%s: console log %q", name, got)
		}
		if tag, ok := parseTag("<metadata>" + back.Metadata.XML + "</metadata>"); !ok || tag != (Tag{"tank", "0.1.0", "0badcafe"}) {
			t.Errorf("%s: tag %+v", name, tag)
		}
	})
}

func TestNoVariantSharesShowsOrPassesAnything(t *testing.T) {
	eachVariant(func(name string, s Spec) {
		x, err := s.DomainXML()
		if err != nil {
			t.Fatal(err)
		}
		var d libvirtxml.Domain
		if err := d.Unmarshal(x); err != nil {
			t.Fatal(err)
		}
		v := d.Devices
		if n := len(v.Filesystems) + len(v.Hostdevs) + len(v.RedirDevs) + len(v.Shmems) + len(v.Graphics) + len(v.Videos) +
			len(v.Sounds) + len(v.Inputs) + len(v.Channels) + len(v.Smartcards) + len(v.Hubs) + len(v.TPMs); n != 0 {
			t.Errorf("%s has %d devices that a sealed machine has not", name, n)
		}
		if !slices.ContainsFunc(v.Controllers, func(c libvirtxml.DomainController) bool { return c.Type == "usb" && c.Model == "none" }) {
			t.Errorf("%s leaves a USB controller", name)
		}
		for _, disk := range v.Disks {
			writable := disk.Serial == layout.SystemSerial || disk.Serial == layout.DataSerial
			if (disk.ReadOnly == nil) != writable || len(disk.Serial) > 20 {
				t.Errorf("%s: disk %s: read-only %v", name, disk.Serial, disk.ReadOnly != nil)
			}
		}
		if s.System != (len(v.Interfaces) == 1) {
			t.Errorf("%s: %d network cards of libvirt's", name, len(v.Interfaces))
		}
		var args []string
		if d.QEMUCommandline != nil {
			for _, a := range d.QEMUCommandline.Args {
				args = append(args, a.Value)
			}
			if len(d.QEMUCommandline.Envs) > 0 {
				t.Errorf("%s sets an environment", name)
			}
		}
		if !slices.Equal(args, s.QemuArgs()) {
			t.Errorf("%s passes %q to QEMU, says %q", name, args, s.QemuArgs())
		}
		if !s.System && !strings.Contains(strings.Join(args, " "), "restrict=on,hostfwd=tcp:127.0.0.1:") {
			t.Errorf("%s: the session's network is not restricted: %q", name, args)
		}
	})
}

func TestTheSlowClockHasOneProcessorAndKVMHasNoSlowClock(t *testing.T) {
	s := testSpec()
	s.SlowClock = true
	if n := s.Processors(); n != 1 {
		t.Errorf("%d processors", n)
	}
	s.KVM = true
	if _, err := s.DomainXML(); err == nil {
		t.Error("a slow clock with KVM is accepted")
	}
}

func TestAnImpossibleSpecIsRefusedByName(t *testing.T) {
	for field, damage := range map[string]func(*Spec){
		"name":                 func(s *Spec) { s.Machine = "" },
		"UUID":                 func(s *Spec) { s.UUID = "x" },
		"architecture":         func(s *Spec) { s.Arch = "riscv64" },
		"number of processors": func(s *Spec) { s.CPUs = 0 },
		"memory":               func(s *Spec) { s.Memory = 1<<30 + 1 },
		"network":              func(s *Spec) { s.System = true; s.Filter = "" },
		"SSH port":             func(s *Spec) { s.SSHPort = 70000 },
		"firmware":             func(s *Spec) { s.Loader = "/x" },
		"MAC address":          func(s *Spec) { s.MAC = "01:00:5e:00:00:01" }, // multicast
		"address":              func(s *Spec) { s.System = true; s.GuestIP = "fe80::1" },
		"disk":                 func(s *Spec) { s.DataDisk = "relative" },
	} {
		s := testSpec()
		damage(&s)
		_, err := s.DomainXML()
		if err == nil || !strings.Contains(err.Error(), field) || len(text.Hint(err)) == 0 {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestValuesAreEscapedInTheXML(t *testing.T) {
	s := testSpec()
	s.Version = `<"&'>`
	s.DataDisk = `/pool/a&b"<c>.qcow2`
	x, err := s.DomainXML()
	if err != nil {
		t.Fatal(err)
	}
	var back libvirtxml.Domain
	if err := back.Unmarshal(x); err != nil {
		t.Fatal(err)
	}
	if tag, _ := parseTag(x); tag.Version != s.Version || back.Devices.Disks[1].Source.File.File != s.DataDisk {
		t.Errorf("%+v %+v", tag, back.Devices.Disks[1].Source.File)
	}
}

func TestTheNetworkReachesNothing(t *testing.T) {
	s := NetworkSpec{Machine: "tank", UUID: "6f9619ff-8b86-4d01-b42d-00cf4fc964aa", Version: "0.1.0", Plan: "0badcafe",
		HostIP: netip.MustParseAddr("10.213.0.1"), Bits: 29}
	x, err := s.NetworkXML()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "network", x)
	var n libvirtxml.Network
	if err := n.Unmarshal(x); err != nil {
		t.Fatal(err)
	}
	if again, err := n.Marshal(); err != nil || again != x {
		t.Errorf("%v\n%s", err, again)
	}
	if n.Forward != nil || n.DNS.Enable != "no" || n.IPs[0].DHCP != nil || len(n.IPs) != 1 || len(n.Bridge.Name) > 15 {
		t.Errorf("%s", x)
	}
	for name, damage := range map[string]func(*NetworkSpec){
		"public":    func(s *NetworkSpec) { s.HostIP = netip.MustParseAddr("8.8.8.8") },
		"v6":        func(s *NetworkSpec) { s.HostIP = netip.MustParseAddr("fd00::1") },
		"too small": func(s *NetworkSpec) { s.Bits = 31 },
		"no UUID":   func(s *NetworkSpec) { s.UUID = "" },
	} {
		bad := s
		damage(&bad)
		if _, err := bad.NetworkXML(); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestTheFilterEndsInDropsOnBothLayers(t *testing.T) {
	s := FilterSpec{Machine: "tank", UUID: "6f9619ff-8b86-4d01-b42d-00cf4fc964bb", MAC: "52:54:00:12:34:56",
		GuestIP: netip.MustParseAddr("10.213.0.2"), HostIP: netip.MustParseAddr("10.213.0.1")}
	x, err := s.FilterXML()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "filter", x)
	var f libvirtxml.NWFilter
	if err := f.Unmarshal(x); err != nil {
		t.Fatal(err)
	}
	last := map[string]*libvirtxml.NWFilterRule{}
	for _, e := range f.Entries {
		layer := "link"
		if e.Rule.TCP != nil || e.Rule.All != nil {
			layer = "ip"
		} else if e.Rule.AllIPv6 != nil {
			layer = "ipv6"
		}
		if old := last[layer]; old == nil || e.Rule.Priority >= old.Priority {
			last[layer] = e.Rule
		}
		if e.Rule.StateMatch != "" {
			t.Errorf("a rule changes the matching of states: %+v", e.Rule)
		}
	}
	for layer, r := range last {
		if r.Action != "drop" || r.Direction != "inout" {
			t.Errorf("%s: the last rule is %+v", layer, r)
		}
	}
	var back filterXML
	if err := read(x, &back); err != nil {
		t.Fatal(err)
	}
	if len(last) != 3 || !taggedRules(&back, "tank") || taggedRules(&back, "tan") {
		t.Errorf("layers %d, tag %v", len(last), taggedRules(&back, "tank"))
	}
	if again, err := f.Marshal(); err != nil || again != x {
		t.Errorf("%v\n%s", err, again)
	}
	s.GuestIP = s.HostIP
	if _, err := s.FilterXML(); err == nil {
		t.Error("one address for both ends is accepted")
	}
}

func TestThePoolIsWrittenAsReviewed(t *testing.T) {
	for name, system := range map[string]bool{"system": true, "session": false} {
		x, err := PoolXML("clawarium", "/pool", system)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "pool-"+name, x)
	}
	if _, err := PoolXML("clawarium", "pool", true); err == nil {
		t.Error("a relative path is accepted")
	}
}

func TestAVolumeIsWrittenAsReviewed(t *testing.T) {
	for name, backing := range map[string]string{"blank": "", "overlay": "/pool/base <&>.qcow2"} {
		x, err := newVolumeXML("tank-data.qcow2", 20<<30, "qcow2", backing)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "volume-"+name, x)
		var v libvirtxml.StorageVolume
		if err := v.Unmarshal(x); err != nil {
			t.Fatal(err)
		}
		if again, err := v.Marshal(); err != nil || again != x {
			t.Errorf("%v\n%s", err, again)
		}
		if (v.BackingStore == nil) != (backing == "") || backing != "" && v.BackingStore.Path != backing {
			t.Errorf("%s: %+v", name, v.BackingStore)
		}
	}
}

func TestFirmwareThatIsNamedIsTaken(t *testing.T) {
	s := testSpec()
	s.Loader, s.NVRAM, s.Emulator = "/fw/code.fd", "/fw/vars.fd", "/usr/bin/qemu-x"
	x, err := s.DomainXML()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "domain-firmware", x)
	var d libvirtxml.Domain
	if err := d.Unmarshal(x); err != nil {
		t.Fatal(err)
	}
	if again, err := d.Marshal(); err != nil || again != x {
		t.Errorf("%v\n%s", err, again)
	}
	if d.OS.Firmware != "" || d.OS.FirmwareInfo != nil || d.OS.Loader.Path != s.Loader || d.OS.NVRam.Template != s.NVRAM || d.Devices.Emulator != s.Emulator {
		t.Errorf("%s", x)
	}
}

// As libvirt answers, shortened.
const someCapabilities = `<domainCapabilities>
  <path>/usr/bin/qemu-system-x86_64</path>
  <domain>qemu</domain>
  <machine>pc-q35-7.2</machine>
  <arch>x86_64</arch>
  <vcpu max='288'/>
  <iothreads supported='yes'/>
  <os supported='yes'>
    <enum name='firmware'>
      <value>bios</value>
      <value>efi</value>
    </enum>
    <loader supported='yes'>
      <value>/usr/share/OVMF/OVMF_CODE_4M.fd</value>
      <value>/usr/share/OVMF/OVMF_CODE.fd</value>
      <enum name='type'><value>rom</value><value>pflash</value></enum>
    </loader>
  </os>
  <cpu><mode name='maximum' supported='yes'><enum name='maximumMigratable'><value>on</value></enum></mode></cpu>
</domainCapabilities>`

func TestCapabilitiesAreReadAsLibvirtAnswers(t *testing.T) {
	var c capabilitiesXML
	var want libvirtxml.DomainCaps
	if err := errors.Join(read(someCapabilities, &c), want.Unmarshal(someCapabilities)); err != nil {
		t.Fatal(err)
	}
	if c.Path != want.Path || c.Machine != want.Machine || c.VCPU.Max != int(want.VCPU.Max) || len(c.OS.Loaders) != 2 ||
		!slices.Equal(c.OS.Loaders, want.OS.Loader.Values) || len(c.OS.Enums) != 1 || !slices.Equal(c.OS.Enums[0].Values, want.OS.Enums[0].Values) {
		t.Errorf("%+v", c)
	}
}

// As libvirt writes down a disk of a machine that runs.
const liveSeed = `<disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/pool/a&amp;b.iso' index='1'/>
      <backingStore/>
      <target dev='vdd' bus='virtio'/>
      <readonly/>
      <serial>clawarium-seed</serial>
      <alias name='virtio-disk3'/>
      <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
    </disk>`

func TestTheSeedIsTakenOutAsLibvirtWroteItDown(t *testing.T) {
	other := strings.Replace(liveSeed, "clawarium-seed", "clawarium-data", 1)
	seed, err := seedOf("<domain type='kvm' id='7'><name>x</name><devices>" + other + liveSeed + "<controller type='pci'/></devices></domain>")
	if err != nil || seed == nil {
		t.Fatal(seed, err)
	}
	x, err := seed.verbatim()
	if err != nil {
		t.Fatal(err)
	}
	var was, is libvirtxml.DomainDisk
	if err := errors.Join(was.Unmarshal(liveSeed), is.Unmarshal(x)); err != nil {
		t.Fatalf("%v\n%s", err, x)
	}
	a, _ := was.Marshal()
	if b, err := is.Marshal(); err != nil || a != b {
		t.Errorf("%v\n%s", err, x)
	}
	if want := liveSeed[strings.Index(liveSeed, ">"):]; !strings.HasSuffix(x, want) {
		t.Errorf("%s", x)
	}
	for _, without := range []string{"<domain/>", "<domain><devices>" + other + "</devices></domain>"} {
		if seed, err := seedOf(without); seed != nil || err != nil {
			t.Errorf("%s: %+v, %v", without, seed, err)
		}
	}
	if _, err := seedOf("<network/>"); err == nil {
		t.Error("a network is a domain")
	}
}

func TestAFreeSubnetOverlapsNothingThatIsTaken(t *testing.T) {
	prefixes := func(list ...string) (out []netip.Prefix) {
		for _, s := range list {
			out = append(out, netip.MustParsePrefix(s))
		}
		return out
	}
	for _, c := range []struct {
		taken []netip.Prefix
		want  string
	}{
		{nil, "10.213.0.0/29"},
		{prefixes("0.0.0.0/0"), "10.213.0.0/29"},
		{prefixes("10.213.0.4/30", "10.213.0.8/29"), "10.213.0.16/29"},
		{prefixes("10.0.0.0/8"), "172.29.240.0/29"},
		{prefixes("10.0.0.0/8", "172.16.0.0/12"), "192.168.213.0/29"},
		{prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"), "invalid Prefix"},
	} {
		if got := pickFree(c.taken); got.String() != c.want {
			t.Errorf("%v taken: got %v, want %s", c.taken, got, c.want)
		}
	}
}

func TestRoutesAreReadFromTheKernelsTable(t *testing.T) {
	table := "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n" +
		"eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n" +
		"eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
	got := parseRoutes(table)
	if fmt.Sprint(got) != "[192.0.2.0/24]" {
		t.Errorf("%v", got)
	}
}
