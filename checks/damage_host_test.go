package checks

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision/plan"
)

func planOf() plan.Plan { return plan.Plan{} }

// both does the same to the definition as it runs and for the next start.
func both(do func(t *testing.T, f *Fact[string])) func(*testing.T, *Evidence) {
	return func(t *testing.T, e *Evidence) {
		do(t, &e.Libvirt.Live)
		do(t, &e.Libvirt.Inactive)
	}
}

func live(device string) func(*testing.T, *Evidence) {
	return func(t *testing.T, e *Evidence) { addDevice(t, &e.Libvirt.Live, device) }
}

func next(device string) func(*testing.T, *Evidence) {
	return func(t *testing.T, e *Evidence) { addDevice(t, &e.Libvirt.Inactive, device) }
}

func argument(args ...string) func(*testing.T, *Evidence) {
	return func(_ *testing.T, e *Evidence) { e.Host.Qemu.Value.Args = append(e.Host.Qemu.Value.Args, args...) }
}

// line takes a kept line out, or puts another in its place.
func line(t *testing.T, lines *[]string, old string, instead ...string) {
	t.Helper()
	i := slices.Index(*lines, old)
	if i < 0 {
		t.Fatalf("nothing to damage: no %q in\n%s", old, strings.Join(*lines, "\n"))
	}
	*lines = slices.Replace(slices.Clone(*lines), i, i+1, instead...)
}

const tagged = `-m comment --comment "clawarium machine tank" -j DROP`

var hostDamages = []damage{
	// K2
	{"~/.openclaw on the host", trace(TraceState, "/home/me/.openclaw"), []ID{"K2"}},
	{"a global package on the host", trace(TracePackage, "/usr/lib/node_modules/openclaw"), []ID{"K2"}},
	{"a service on the host", trace(TraceUnit, "/home/me/.config/systemd/user/openclaw-gateway.service"), []ID{"K2"}},
	{"a gateway on the host", trace(TraceProcess, "4711 openclaw-gateway"), []ID{"K2"}},

	// K4
	{"a DNAT rule", func(_ *testing.T, e *Evidence) {
		e.Host.Rules.IPv4.Value.Lines = append(e.Host.Rules.IPv4.Value.Lines, "*nat", ":PREROUTING ACCEPT",
			"-A PREROUTING -i eth0 -p tcp -m tcp --dport 18789 -j DNAT --to-destination 192.168.231.2:18789")
	}, []ID{"K4"}},
	{"a DNAT rule to a range", func(_ *testing.T, e *Evidence) {
		e.Host.Rules.IPv4.Value.Lines = append(e.Host.Rules.IPv4.Value.Lines, "*nat", ":PREROUTING ACCEPT",
			"-A PREROUTING -p tcp -j DNAT --to-destination 192.168.230.1-192.168.232.1:80-90")
	}, []ID{"K4"}},
	{"a network mapped", func(_ *testing.T, e *Evidence) {
		e.Host.Rules.IPv4.Value.Lines = append(e.Host.Rules.IPv4.Value.Lines, "*nat", ":PREROUTING ACCEPT",
			"-A PREROUTING -d 203.0.113.0/30 -j NETMAP --to 192.168.231.0/30")
	}, []ID{"K4"}},
	{"a DNAT rule of nft", func(_ *testing.T, e *Evidence) {
		e.Host.Rules.Nft.Value.Forwards = []NftForward{{Table: "ip mine pre", Kind: "dnat", To: []string{"192.168.231.2"}}}
	}, []ID{"K4"}},
	{"macvtap, live", live(`<interface type='direct'><source dev='eth0' mode='bridge'/></interface>`), []ID{"K4", "K13"}},
	{"a card on the host's bridge, for the next start", next(`<interface type='bridge'><source bridge='br0'/></interface>`), []ID{"K4", "K13"}},
	{"the card itself on the host's bridge", both(func(t *testing.T, f *Fact[string]) {
		swap(t, f, "<interface type='network'>", "<interface type='bridge'>")
	}), []ID{"K4", "K13"}},
	{"vhost-user card", live(`<interface type='vhostuser'><source type='unix' path='/tmp/x' mode='client'/></interface>`), []ID{"K1", "K4", "K13"}},
	{"portForward", live(`<interface type='user'><backend type='passt'/><portForward proto='tcp'><range start='2022' to='22'/></portForward></interface>`), []ID{"K4", "K13"}},
	{"a tunnel that is open to others", port(Socket{Listener{"tcp", "0.0.0.0", 18789, "ssh", 5252, 0}, SocketTunnel}), []ID{"K4"}},
	{"a tunnel that is open to others by IPv6", port(Socket{Listener{"tcp6", "::", 18789, "ssh", 5252, 0}, SocketTunnel}), []ID{"K4"}},
	{"clawarium's own tunnel on an address of the host's", port(Socket{Listener{"tcp", "192.0.2.7", 18789, "clawarium", 5253, 0}, SocketOurs}), []ID{"K4"}},
	{"dnsmasq on every address", port(Socket{Listener{"udp", "0.0.0.0", 53, "dnsmasq", 5254, 0}, SocketNetwork}), []ID{"K4"}},

	// K9
	{"a key of the guest lets in here", func(_ *testing.T, e *Evidence) {
		f := &e.Host.Logins.Value.Files[0]
		f.Fingerprints = append(f.Fingerprints, e.Guest.PublicKeys.Value[0])
	}, []ID{"K9"}},
	{"a paired computer", func(_ *testing.T, e *Evidence) { e.Guest.WayBack.Value = []string{"paired node 1"} }, []ID{"K9"}},

	// K12
	{"VNC on 0.0.0.0", live(`<graphics type='vnc' port='5900' listen='0.0.0.0'><listen type='address' address='0.0.0.0'/></graphics>`), []ID{"K12"}},
	{"VNC for the next start", next(`<graphics type='vnc' autoport='yes'/>`), []ID{"K12"}},
	{"SPICE without clipboard", live(`<graphics type='spice'><clipboard copypaste='no'/><filetransfer enable='no'/></graphics>`), []ID{"K12"}},
	{"a sound card", live(`<sound model='ich9'/>`), []ID{"K12"}},
	{"sound of the host", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Live, "<audio id='1' type='none'/>", "<audio id='1' type='pulseaudio'/>")
	}, []ID{"K12"}},
	{"a graphics card", next(`<video><model type='virtio'/></video>`), []ID{"K12"}},
	{"the host's keyboard", live(`<input type='evdev'><source dev='/dev/input/event0'/></input>`), []ID{"K1", "K12"}},
	{"a console over TCP", live(`<serial type='tcp'><source mode='bind' host='0.0.0.0' service='4555'/></serial>`), []ID{"K1", "K12"}},
	{"a console on a socket", live(`<console type='unix'><source mode='bind' path='/tmp/s'/></console>`), []ID{"K12"}},
	{"VNC on the command line alone", argument("-vnc", "0.0.0.0:0"), []ID{"K12"}},
	{"a window on the command line alone", argument("-display", "gtk"), []ID{"K12"}},
	{"with two dashes", argument("--vnc", ":1"), []ID{"K12"}},
	{"a graphics card on the command line alone", argument("-device", `{"driver":"virtio-gpu-pci","id":"v"}`), []ID{"K12"}},
	{"sound on the command line alone", argument("-audiodev", "pa,id=a"), []ID{"K12"}},
	{"the host's keyboard on the command line alone", argument("-object", "input-linux,id=k,evdev=/dev/input/event0"), []ID{"K12"}},
	{"a monitor over TCP", argument("-chardev", "socket,id=m,host=0.0.0.0,port=4444,server=on"), []ID{"K12"}},
	{"a monitor over TCP, as JSON", argument("-chardev", `{"id":"m","backend":{"type":"socket","data":{"addr":{"type":"inet","data":{"host":"::","port":"1"}}}}}`), []ID{"K12"}},
	{"a debugger's port", argument("-gdb", "tcp::1234"), []ID{"K12"}},

	// K13, as libvirt has it written down
	{"forward mode nat", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Network, "<bridge ", "<forward mode='nat'/><bridge ")
	}, []ID{"K4", "K13"}},
	{"forward without a mode", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Network, "<bridge ", "<forward/><bridge ")
	}, []ID{"K4", "K13"}},
	{"DNS on", func(t *testing.T, e *Evidence) { swap(t, &e.Libvirt.Network, "<dns enable='no'/>", "") }, []ID{"K13"}},
	{"DHCP on", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Network, "</ip>", "<dhcp><range start='192.168.231.2' end='192.168.231.2'/></dhcp></ip>")
	}, []ID{"K13"}},
	{"a second address", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Network, "</network>", "<ip family='ipv6' address='fd00::1' prefix='64'/></network>")
	}, []ID{"K13"}},
	{"another bridge", func(t *testing.T, e *Evidence) { swap(t, &e.Libvirt.Network, "claw281a3747", "virbr0") }, []ID{"K13"}},
	{"a second card on our own network", both(func(t *testing.T, f *Fact[string]) {
		addDevice(t, f, `<interface type='network'><mac address='52:54:00:12:34:57'/><source network='clawarium-tank'/><filterref filter='clawarium-tank'/></interface>`)
	}), []ID{"K4", "K13"}},
	{"a second card on libvirt's default network", next(`<interface type='network'><source network='default'/></interface>`), []ID{"K4", "K13"}},
	{"the card on another network", both(func(t *testing.T, f *Fact[string]) {
		swap(t, f, "source network='clawarium-tank'", "source network='default'")
	}), []ID{"K13"}},
	{"no card at all, but another on the command line", argument("-netdev", "user,id=x"), []ID{"K13"}},
	{"the card without its filter", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Inactive, "<filterref filter='clawarium-tank'/>", "")
	}, []ID{"K13"}},
	{"the card behind another filter", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Live, "filterref filter='clawarium-tank'", "filterref filter='clean-traffic'")
	}, []ID{"K13"}},
	{"another MAC address", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Inactive, "52:54:00:12:34:56", "52:54:00:12:34:99")
	}, []ID{"K13"}},
	{"an accept added to the filter", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Filter, "</filter>", "<rule action='accept' direction='out' priority='50'><all/></rule></filter>")
	}, []ID{"K13"}},
	{"another filter let into ours", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Filter, "</filter>", "<filterref filter='allow-ipv4'/></filter>")
	}, []ID{"K13"}},
	{"the filter no longer minds connections", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Filter, "priority='500'>", "priority='500' statematch='false'>")
	}, []ID{"K13"}},
	{"the IPv6 drop deleted from the filter", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Filter, "all-ipv6", "all")
	}, []ID{"K13"}},

	// K13, as the kernel has it in force
	{"the drop on the tap deleted", func(t *testing.T, e *Evidence) {
		line(t, &e.Host.Rules.Link.Value.Lines, "-A libvirt-I-vnet3 -j DROP")
	}, []ID{"K13"}},
	{"IPv4 alone dropped on the tap", func(t *testing.T, e *Evidence) {
		line(t, &e.Host.Rules.Link.Value.Lines, "-A libvirt-I-vnet3 -j DROP", "-A libvirt-I-vnet3 -p IPv4 -j DROP", "-A libvirt-I-vnet3 -p ARP -j DROP")
	}, []ID{"K13"}},
	{"an accept before the drop on the tap", func(t *testing.T, e *Evidence) {
		line(t, &e.Host.Rules.Link.Value.Lines, "-A libvirt-I-vnet3 -j DROP",
			"-A libvirt-I-vnet3 -p IPv4 --ip-proto udp --ip-dport 53 -j ACCEPT", "-A libvirt-I-vnet3 -j DROP")
	}, []ID{"K13"}},
	{"the address of the host may be claimed", func(t *testing.T, e *Evidence) {
		line(t, &e.Host.Rules.Link.Value.Lines, "-A libvirt-I-vnet3 -p ARP --arp-ip-src 192.168.231.2 --arp-ip-dst 192.168.231.1 --arp-mac-src 52:54:00:12:34:56 -j ACCEPT",
			"-A libvirt-I-vnet3 -p ARP -j ACCEPT")
	}, []ID{"K13"}},
	{"the jump to the tap's rules deleted", func(t *testing.T, e *Evidence) {
		line(t, &e.Host.Rules.Link.Value.Lines, "-A PREROUTING -i vnet3 -j libvirt-I-vnet3")
	}, []ID{"K13"}},
	{"the tap's rules flushed", func(_ *testing.T, e *Evidence) {
		e.Host.Rules.Link.Value.Lines = []string{"*nat", ":PREROUTING ACCEPT", ":POSTROUTING ACCEPT"}
	}, []ID{"K13"}},
	{"the link layer flushed, and nothing else had rules there", func(_ *testing.T, e *Evidence) {
		e.Host.Rules.Link.Value.Seen, e.Host.Rules.Link.Value.Lines = 0, []string{"*nat", ":PREROUTING ACCEPT", ":POSTROUTING ACCEPT"}
	}, []ID{"K13"}},
	{"the firewall loaded anew, with nothing in it", func(_ *testing.T, e *Evidence) {
		r := &e.Host.Rules
		for _, f := range []*Fact[SavedRules]{&r.IPv4, &r.IPv6, &r.Link} {
			f.Value.Seen, f.Value.Lines = 0, []string{}
		}
		r.Nft.Value = NftRules{Listed: true}
	}, []ID{"K13"}},
	{"the machine answers at a port that the filter would have kept from it", func(_ *testing.T, e *Evidence) {
		e.Host.Connections["18789"] = seen(Refused)
	}, []ID{"K13"}},
	{"what the filter has to drop gets as far as the machine's card, and nothing answers", func(_ *testing.T, e *Evidence) {
		e.Host.Bridge.Value.Knock = KnockPassed
	}, []ID{"K13"}},
	{"the drop towards the machine deleted", func(t *testing.T, e *Evidence) {
		line(t, &e.Host.Rules.Link.Value.Lines, "-A libvirt-O-vnet3 -j DROP")
	}, []ID{"K13"}},
	{"the second layer's drop deleted", func(t *testing.T, e *Evidence) {
		line(t, &e.Host.Rules.IPv4.Value.Lines, "-A HI-vnet3 "+tagged)
	}, []ID{"K13"}},
	{"an accept before the second layer", func(t *testing.T, e *Evidence) {
		line(t, &e.Host.Rules.IPv4.Value.Lines, "-A INPUT -j libvirt-host-in", "-A INPUT -i claw281a3747 -j ACCEPT", "-A INPUT -j libvirt-host-in")
	}, []ID{"K13"}},
	{"the second layer minds no connections", func(t *testing.T, e *Evidence) {
		line(t, &e.Host.Rules.IPv4.Value.Lines, "-A HI-vnet3 "+tagged, "-A HI-vnet3 -p tcp -j RETURN", "-A HI-vnet3 "+tagged)
	}, []ID{"K13"}},
	{"the second layer of IPv6 deleted", func(t *testing.T, e *Evidence) {
		line(t, &e.Host.Rules.IPv6.Value.Lines, "-A HI-vnet3 "+tagged)
	}, []ID{"K13"}},
	{"bridge-nf-call-iptables 0", func(_ *testing.T, e *Evidence) { e.Host.Bridge.Value.Filtered4 = "0" }, []ID{"K13"}},
	{"br_netfilter not loaded", func(_ *testing.T, e *Evidence) {
		e.Host.Bridge.Value.Filtered4, e.Host.Bridge.Value.Filtered6 = "", ""
	}, []ID{"K13"}},
	{"bridge-nf-call-ip6tables 0", func(_ *testing.T, e *Evidence) { e.Host.Bridge.Value.Filtered6 = "0" }, []ID{"K13"}},
	{"the host's card on our bridge", func(_ *testing.T, e *Evidence) { e.Host.Bridge.Value.Ports = []string{"eth1", "vnet3"} }, []ID{"K13"}},
	{"frames that go past the bridge", func(_ *testing.T, e *Evidence) {
		e.Host.Rules.Link.Value.Lines = append(e.Host.Rules.Link.Value.Lines, "*broute", ":BROUTING ACCEPT", "-A BROUTING -i vnet3 -j DROP")
	}, []ID{"K13"}},

	// K21
	{"the guest ignores ACPI", func(_ *testing.T, e *Evidence) {
		e.Host.Stops.Value.Last = append(e.Host.Stops.Value.Last, Stop{When: e.Collected, Seconds: 600, Forced: true})
	}, []ID{"K21"}},
	{"no ACPI for the next start", func(t *testing.T, e *Evidence) { swap(t, &e.Libvirt.Inactive, "<acpi/>", "") }, []ID{"K21"}},
	{"power off restarts", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Live, "<on_poweroff>destroy", "<on_poweroff>restart")
	}, []ID{"K21"}},

	// K22
	{"the backup is truncated", func(_ *testing.T, e *Evidence) {
		n := *e.Host.Backups.Value.Newest
		n.Size, n.SHA256 = n.Size/2, strings.Repeat("0", 64)
		e.Host.Backups.Value.Newest = &n
	}, []ID{"K22"}},
	{"the backup is stale", func(_ *testing.T, e *Evidence) {
		n := *e.Host.Backups.Value.Newest
		n.Made = e.Collected.Add(-BackupAge - time.Hour)
		e.Host.Backups.Value.Newest = &n
	}, []ID{"K22"}},

	// K24
	{"Vulnerable", func(_ *testing.T, e *Evidence) { e.Host.CPU.Value["spec_store_bypass"] = "Vulnerable" }, []ID{"K24"}},
	{"Vulnerable, with reasons", func(_ *testing.T, e *Evidence) {
		e.Host.CPU.Value["spectre_v2"] = "Vulnerable: eIBRS with unprivileged eBPF"
	}, []ID{"K24"}},
	{"KVM: Vulnerable", func(_ *testing.T, e *Evidence) { e.Host.CPU.Value["itlb_multihit"] = "KVM: Vulnerable" }, []ID{"K24"}},

	// K25
	{"a volume left after destroy", func(_ *testing.T, e *Evidence) {
		e.Host.Left = seen(Left{Looked: []string{LeftVolume}, Found: []Leftover{{LeftVolume, "tank-system.qcow2"}}})
	}, []ID{"K25"}},
}

func trace(kind, path string) func(*testing.T, *Evidence) {
	return func(_ *testing.T, e *Evidence) {
		e.Host.OpenClaw.Value.Found = append(e.Host.OpenClaw.Value.Found, Trace{kind, path})
	}
}

func port(s Socket) func(*testing.T, *Evidence) {
	return func(_ *testing.T, e *Evidence) { e.Host.Sockets.Value.Ours = append(e.Host.Sockets.Value.Ours, s) }
}

var hostNeeds = map[ID][]string{
	"K2":  {"host.openClaw"},
	"K4":  {"libvirt.live", "libvirt.inactive", "libvirt.network", "libvirt.networkNext", "host.rules.ipv4", "host.rules.nft", "host.sockets"},
	"K9":  {"host.logins", "host.drills", "guest.publicKeys"},
	"K12": {"libvirt.live", "libvirt.inactive", "host.qemu"},
	"K13": {"libvirt.live", "libvirt.inactive", "libvirt.network", "libvirt.networkNext", "libvirt.filter", "host.qemu", "host.bridge",
		"host.rules.ipv4", "host.rules.ipv6", "host.rules.link", "host.warden", "host.drills"},
	"K21": {"libvirt.live", "libvirt.inactive", "host.stops"},
	"K22": {"host.backups"},
	"K24": {"host.cpu", "host.baseline"},
	"K25": {"libvirt.inactive"},
}
