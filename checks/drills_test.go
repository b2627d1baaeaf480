package checks

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// tried changes every attempt of a name and player.
func tried(name, who string, change func(*Try)) func(*testing.T, *Evidence) {
	return func(t *testing.T, e *Evidence) {
		done := false
		for i := range e.Host.Drills.Value.Tries {
			if try := &e.Host.Drills.Value.Tries[i]; try.Name == name && try.Who == who {
				change(try)
				done = true
			}
		}
		if !done {
			t.Fatalf("nothing to damage: no attempt %q by %s", name, who)
		}
	}
}

func answered(y *Try) { y.Answer = Open }
func slipped(y *Try)  { y.Dropped = 0 }
func passed(y *Try)   { y.Passed, y.By = true, "" }

func policyFile(change func(*Egress)) func(*testing.T, *Evidence) {
	return func(_ *testing.T, e *Evidence) { change(&e.Host.Warden.Value.File) }
}

var egressDamages = []damage{
	{"the agent reaches an address on the Internet", tried("public", DrillAgent, answered), []ID{"K13"}},
	{"root reaches cloud metadata", tried("metadata", DrillRoot, answered), []ID{"K13"}},
	{"root reaches a port of the host", tried("host", DrillRoot, answered), []ID{"K9", "K13"}},
	{"frames of IPv6 are not dropped", tried("ipv6 public", DrillRoot, slipped), []ID{"K13"}},
	{"one frame of three is not dropped", tried("vlan", DrillRoot, func(y *Try) { y.Dropped = 2 }), []ID{"K13"}},
	{"a false ARP claim is not dropped", tried("false arp", DrillRoot, slipped), []ID{"K13"}},
	{"DNS is not dropped", tried("dns", DrillAgent, slipped), []ID{"K13"}},
	{"a connection that pretends to be SSH's answer passes", tried("from port 22", DrillRoot, slipped), []ID{"K13"}},
	{"OpenClaw's port answers at the machine's card", tried("own card", DrillAgent, answered), []ID{"K3"}},
	{"the warden lets through to the host's loopback", tried("proxy loopback", DrillAgent, passed), []ID{"K9", "K13"}},
	{"the warden lets through a name for which TLS names another", tried("proxy false name", DrillRoot, passed), []ID{"K13"}},
	{"the warden lets through a look-alike", tried("proxy lookalike", DrillAgent, passed), []ID{"K13"}},
	{"SOCKS reaches an address", tried("proxy socks", DrillRoot, answered), []ID{"K9", "K13"}},
	{"something comes in meanwhile", func(_ *testing.T, e *Evidence) {
		e.Host.Drills.Value.Strays = []string{"udp 192.168.231.1 5353 > 5353"}
	}, []ID{"K13"}},
	{"a route is left in the machine", func(_ *testing.T, e *Evidence) { e.Host.Drills.Value.Left = "route" }, []ID{"K13"}},

	{"the policy has the level internet", policyFile(func(p *Egress) { p.Level = "internet" }), []ID{"K13"}},
	{"the policy lets through a host more", policyFile(func(p *Egress) {
		p.Rules = append(p.Rules, EgressRule{Host: "paste.example.net", Ports: []int{443}, For: "owner"})
	}), []ID{"K13"}},
	{"the policy lets through a port more", policyFile(func(p *Egress) { p.Rules[2].Ports = []int{443, 22} }), []ID{"K13"}},
	{"the policy lets through a host for ten years", policyFile(func(p *Egress) {
		p.Rules = append(p.Rules, EgressRule{Host: "paste.example.net", Ports: []int{443}, For: "owner", Until: time.Now().AddDate(10, 0, 0)})
	}), []ID{"K13"}},
	{"the policy lets through to the network", policyFile(func(p *Egress) { p.Server = "192.168.1.20:11434" }), []ID{"K13"}},
	{"the warden has another policy in force", func(_ *testing.T, e *Evidence) { e.Host.Warden.Value.InForce = strings.Repeat("0", 64) }, []ID{"K13"}},
	{"a relay is let through as the provider", policyFile(func(p *Egress) {
		p.Rules = append(p.Rules, EgressRule{Host: "relay.example.net", Ports: []int{443}, For: "provider:anthropic"})
	}), []ID{"K13", "K26"}},
	{"the provider is let through no more", policyFile(func(p *Egress) { p.Rules = p.Rules[1:] }), []ID{"K26"}},

	{"no warden runs", func(_ *testing.T, e *Evidence) {
		e.Host.Warden.Value = Warden{Looked: true, File: e.Host.Warden.Value.File}
	}, []ID{"K18"}},
	{"the journal does not come", func(_ *testing.T, e *Evidence) { e.Host.Stream.Value.Found = false }, []ID{"K18"}},
}

func TestASessionsForwardMustNotAnswerAtOtherAddresses(t *testing.T) {
	e := sessionEvidence(t, "user,id=clawarium0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22")
	e.Host.Connections["192.0.2.7:2222"] = seen(Open)
	if f := findingOf(t, e, "K4"); f.Status != NotMet {
		t.Errorf("K4 is %s: %q", f.Status, f.Evidence)
	}
	e.Host.Connections = nil
	if f := findingOf(t, e, "K4"); f.Status != NotChecked {
		t.Errorf("nobody knocked: K4 is %s", f.Status)
	}
}

func TestASessionNeedsNoAttemptThatMeansNothingThere(t *testing.T) {
	e := sessionEvidence(t, "user,id=clawarium0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22")
	e.Host.Drills.Value.Tries = slices.DeleteFunc(slices.Clone(e.Host.Drills.Value.Tries), func(y Try) bool {
		kind, _ := drillOf(y.Name)
		return kind.system
	})
	if got := statuses(e); got["K13"] != Met || got["K9"] != Met {
		t.Errorf("K13 %s, K9 %s: %q", got["K13"], got["K9"], findingOf(t, e, "K13").Evidence)
	}
}

func TestWhatQemuOpensInASessionIsSeen(t *testing.T) {
	e := sessionEvidence(t, "user,id=clawarium0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22")
	tried("public", DrillAgent, func(y *Try) { y.Opened, y.By = 1, "tcp 192.0.2.1:443" })(t, &e)
	if f := findingOf(t, e, "K13"); f.Status != NotMet || !strings.Contains(f.Evidence[0], "QEMU opened tcp 192.0.2.1:443") {
		t.Errorf("K13 is %s: %q", f.Status, f.Evidence)
	}
}

// A guest can say anything. What it cannot do is make this computer's counters and
// the warden's record agree.
func TestARoundThatLiesProvesNothing(t *testing.T) {
	for name, lie := range map[string]func(*Drills){
		"it sent nothing and says so": func(d *Drills) {
			for i := range d.Tries {
				d.Tries[i].Sent, d.Tries[i].Entered, d.Tries[i].Dropped = 0, 0, 0
			}
		},
		"it sent nothing and says that it did": func(d *Drills) {
			for i := range d.Tries {
				d.Tries[i].Entered, d.Tries[i].Dropped = 0, 0
			}
		},
		"it asked the proxy for nothing": func(d *Drills) {
			for i := range d.Tries {
				d.Tries[i].By = ""
			}
		},
		"it made no attempt": func(d *Drills) { d.Tries = nil },
		"it left out one": func(d *Drills) {
			d.Tries = slices.DeleteFunc(d.Tries, func(y Try) bool { return y.Name == "ipv6 everyone" })
		},
		"nothing works at all": func(d *Drills) {
			for i := range d.Tries {
				if kind, _ := drillOf(d.Tries[i].Name); kind.twin {
					d.Tries[i].Answer, d.Tries[i].Passed = TimedOut, false
				}
			}
		},
		"the host could not count": func(d *Drills) { d.Counted, d.CountErr = false, "EPERM" },
		"it was of other walls":    func(d *Drills) { d.Stale = StaleWalls },
		"it was long ago":          func(d *Drills) { d.Stale = StaleAge },
	} {
		t.Run(name, func(t *testing.T) {
			e := good(t)
			e.Host.Drills.Value.Tries = slices.Clone(e.Host.Drills.Value.Tries)
			lie(&e.Host.Drills.Value)
			if f := findingOf(t, e, "K13"); f.Status != NotChecked || f.Hint == "" {
				t.Errorf("K13 is %s: %q", f.Status, f.Evidence)
			}
		})
	}
	// Contradicted: frames came out of the card, and were not dropped.
	e := good(t)
	tried("public", DrillRoot, func(y *Try) { y.Entered, y.Dropped = 3, 0 })(t, &e)
	if f := findingOf(t, e, "K13"); f.Status != NotMet || !strings.HasPrefix(f.Evidence[0], "NOT STOPPED") {
		t.Errorf("K13 is %s: %q", f.Status, f.Evidence)
	}
}

func TestAClosedWayOutIsNoWayOut(t *testing.T) {
	e := good(t)
	e.Host.Warden.Value = Warden{Looked: true}
	e.Host.Drills.Value.Proxy = false
	e.Host.Drills.Value.Tries = slices.DeleteFunc(slices.Clone(e.Host.Drills.Value.Tries), func(y Try) bool {
		kind, _ := drillOf(y.Name)
		return kind.proxy
	})
	if got := statuses(e); got["K13"] != Met || got["K18"] != NotMet {
		t.Errorf("K13 %s, K18 %s: %q", got["K13"], got["K18"], findingOf(t, e, "K13").Evidence)
	}
	e = good(t)
	e.Host.Warden.Value.InForce, e.Host.Warden.Value.PolicyTrouble = "", "it is not JSON"
	if f := findingOf(t, e, "K13"); f.Status != Met {
		t.Errorf("a warden that refuses everything: K13 is %s: %q", f.Status, f.Evidence)
	}
}

func TestAnHourOfTheOwnersIsToldAndWrongIsWhatLastsLonger(t *testing.T) {
	e := good(t)
	r := EgressRule{Host: "www.example.org", Ports: []int{443}, For: "owner", Until: e.Collected.Add(time.Hour)}
	e.Host.Warden.Value.File.Rules = append(e.Host.Warden.Value.File.Rules, r)
	e.Subject.Egress.Rules = append(e.Subject.Egress.Rules, r)
	if f := findingOf(t, e, "K13"); f.Status != Met || !strings.Contains(strings.Join(f.Evidence, "\n"), "you let through www.example.org") {
		t.Errorf("K13 is %s: %q", f.Status, f.Evidence)
	}
	e.Host.Warden.Value.File.Rules[3].Until = r.Until.Add(time.Hour)
	if f := findingOf(t, e, "K13"); f.Status != NotMet {
		t.Errorf("two hours of it: K13 is %s", f.Status)
	}
	e.Host.Warden.Value.File.Rules[3].Until = e.Collected.Add(-time.Minute)
	if f := findingOf(t, e, "K13"); f.Status != Met || strings.Contains(strings.Join(f.Evidence, "\n"), "you let through") {
		t.Errorf("when it is over: K13 is %s: %q", f.Status, f.Evidence)
	}
}

func TestYourOwnModelServerIsNoRelay(t *testing.T) {
	e := good(t)
	e.Subject.Egress.Server, e.Host.Warden.Value.File.Server = "192.168.1.20:11434", "192.168.1.20:11434"
	e.Guest.Endpoints.Value.Addresses = []Address{{"models.providers.ollama.baseUrl", "ollama", "http", "192.168.1.20", 11434}}
	if f := findingOf(t, e, "K26"); f.Status != Met {
		t.Errorf("K26 is %s: %q", f.Status, f.Evidence)
	}
	e.Guest.Endpoints.Value.Addresses[0].Host = "192.168.1.21"
	if f := findingOf(t, e, "K26"); f.Status != NotMet {
		t.Errorf("another computer of the network: K26 is %s", f.Status)
	}
}

func TestARoundCountsWhileTheWallsStandAndForADay(t *testing.T) {
	now := time.Now()
	old := &Drills{When: now.Add(-time.Hour), Walls: "a"}
	fresh := func(walls string) (Drills, error) { return Drills{When: now, Walls: walls}, nil }
	for _, c := range []struct {
		name   string
		ask    func(string) (Drills, error)
		last   *Drills
		anyway bool
		walls  string
		open   bool
		now    time.Time
		made   bool
		stale  string
		ok     bool
	}{
		{"first", fresh, nil, false, "a", false, now, true, "", true},
		{"same walls", fresh, old, false, "a", false, now, false, "", true},
		{"the way out is open now", fresh, old, false, "a", true, now, true, "", true},
		{"other walls", fresh, old, false, "b", false, now, true, "", true},
		{"a day later", fresh, old, false, "a", false, now.Add(DrillAge), true, "", true},
		{"from the future", fresh, old, false, "a", false, now.Add(-2 * time.Hour), true, "", true},
		{"asked for", fresh, old, true, "a", false, now, true, "", true},
		{"must not, other walls", nil, old, false, "b", false, now, false, StaleWalls, true},
		{"must not, too old", nil, old, true, "a", false, now.Add(DrillAge), false, StaleAge, true},
		{"must not, never made", nil, nil, true, "a", false, now, false, "", false},
		{"cannot", func(string) (Drills, error) { return Drills{}, errors.New("no") }, old, true, "a", false, now, false, "", false},
	} {
		f := drilled(c.ask, c.last, c.anyway, c.walls, c.open, c.now)
		if made := f.OK && f.Value.When.Equal(now); f.OK != c.ok || made != c.made || f.Value.Stale != c.stale {
			t.Errorf("%s: ok %v, made %v, stale %q", c.name, f.OK, made, f.Value.Stale)
		}
	}
}

func TestTheFingerprintIsOfTheWallsAndOfNothingElse(t *testing.T) {
	was := wallsOf(good(t))
	same := map[string]func(*Evidence){
		"the next start":      func(e *Evidence) { e.Libvirt.Inactive.Value += " " },
		"a disk":              func(e *Evidence) { swap(t, &e.Libvirt.Live, "</devices>", "<disk/></devices>") },
		"one more connection": func(e *Evidence) { swap(t, &e.Libvirt.Network, "connections='1'", "connections='2'") },
		"a forward elsewhere": func(e *Evidence) {
			e.Host.Rules.IPv4.Value.Lines = append(slices.Clone(e.Host.Rules.IPv4.Value.Lines), "*nat", "-A PREROUTING -j DNAT --to-destination 172.17.0.2")
		},
	}
	for name, change := range same {
		e := good(t)
		if name == "one more connection" && !strings.Contains(e.Libvirt.Network.Value, "connections='1'") {
			swap(t, &e.Libvirt.Network, "<network", "<network connections='1'")
			was := wallsOf(e)
			change(&e)
			if wallsOf(e) != was {
				t.Errorf("%s changes it", name)
			}
			continue
		}
		change(&e)
		if wallsOf(e) != was {
			t.Errorf("%s changes it", name)
		}
	}
	for name, change := range map[string]func(*Evidence){
		"the card's network": func(e *Evidence) {
			swap(t, &e.Libvirt.Live, "source network='clawarium-tank'", "source network='default'")
		},
		"a second card":     func(e *Evidence) { addDevice(t, &e.Libvirt.Live, "<interface type='user'/>") },
		"the filter":        func(e *Evidence) { e.Libvirt.Filter.Value += " " },
		"a rule on the tap": func(e *Evidence) { e.Host.Rules.Link.Value.Lines = e.Host.Rules.Link.Value.Lines[1:] },
		"a switch":          func(e *Evidence) { e.Host.Bridge.Value.Filtered4 = "0" },
		"a restart":         func(e *Evidence) { e.Host.Qemu.Value.PID++ },
		"another policy":    func(e *Evidence) { e.Host.Warden.Value.InForce = "0" },
		"the warden's end":  func(e *Evidence) { e.Host.Warden.Value.Running = false },
	} {
		e := good(t)
		change(&e)
		if wallsOf(e) == was {
			t.Errorf("%s does not change it", name)
		}
	}
	if wallsOf(Evidence{}) == "" {
		t.Error("nothing known has no fingerprint")
	}
}

// ground is a host with everything there is to aim at.
func ground(system bool) Ground {
	g := Ground{
		System: system, Guest: netip.MustParseAddr("10.213.0.2"), Host: netip.MustParseAddr("10.213.0.1"),
		MAC: "52:54:00:12:34:56", HostMAC: "52:54:00:00:00:01", HostIPv6: netip.MustParseAddr("fe80::5054:ff:fe00:1"),
		HostPorts: []int{22, 445}, LocalPorts: []int{631}, Own: []netip.Addr{netip.MustParseAddr("192.168.1.5")},
		Router: netip.MustParseAddr("192.168.1.1"), Resolvers: []netip.Addr{netip.MustParseAddr("192.168.1.1")},
		Neighbours: []netip.Addr{netip.MustParseAddr("192.168.1.9")}, Machines: []netip.Addr{netip.MustParseAddr("192.168.122.2")},
		Metadata: metadataHost, Public: []netip.Addr{documentation4, documentation6}, Name: "desk", Level: "allowlist",
		Allowed:   EgressRule{Host: "api.anthropic.com", Ports: []int{443}, For: "provider:anthropic"},
		ToPrivate: "a.example.net", Changing: "b.example.net", Mixed: "c.example.net",
	}
	return g
}

func TestARoundHasEveryKindOfAttemptOfEachWhoCanMakeIt(t *testing.T) {
	words := text.T().Checks.Drills
	for _, system := range []bool{true, false} {
		made := map[string]bool{}
		ports := map[int]string{}
		attempts := ground(system).Attempts()
		for i, a := range attempts {
			if a.ID != i {
				t.Fatalf("attempt %d has the number %d", i, a.ID)
			}
			made[a.Name+" "+a.Who] = true
			if a.Kind == kindProxy && a.Asked == "" {
				if other := ports[a.Ask]; other != "" || !OfDrills("", a.Ask) {
					t.Errorf("%s and %s both ask for port %d", a.Shown, other, a.Ask)
				}
				ports[a.Ask] = a.Shown
			}
			if a.Shown == "" {
				t.Errorf("%s aims at nothing", a.Name)
			}
		}
		for _, d := range drillTable {
			if words.Names[d.name] == "" {
				t.Errorf("%s has no words", d.name)
			}
			for _, who := range d.by {
				if !made[d.name+" "+who] && (system || !d.system) {
					t.Errorf("system %v: %s is not tried by %s", system, d.name, who)
				}
			}
		}
		if len(words.Names) != len(drillTable) {
			t.Errorf("%d drills, %d with words", len(drillTable), len(words.Names))
		}
		program := ground(system).DrillProgram(attempts)
		if len(program) > 256<<10 {
			t.Errorf("the program has %d bytes", len(program))
		}
		t.Logf("system %v: %d attempts, %d bytes", system, len(attempts), len(program))
	}
	// At the least there are the attempts that every host has something to aim at.
	bare := Ground{System: true, Guest: netip.MustParseAddr("10.213.0.2"), Host: netip.MustParseAddr("10.213.0.1"), MAC: "52:54:00:12:34:56",
		HostMAC: "52:54:00:00:00:01", Metadata: metadataHost, Public: []netip.Addr{documentation4, documentation6}, Level: "offline"}
	made := map[string]bool{}
	for _, a := range bare.Attempts() {
		made[a.Name] = true
	}
	for _, d := range drillTable {
		if !d.optional && !made[d.name] {
			t.Errorf("a bare host: %s is not tried", d.name)
		}
	}
}

// Every frame that root sends by hand is one that the rules in force must drop: on
// the link layer, or on the next, followed by hand.
func TestEveryFrameOfADrillIsDroppedByTheWallsAsTheyAre(t *testing.T) {
	e := good(t)
	g := ground(true)
	g.Guest, g.Host, g.MAC = netip.MustParseAddr(e.Subject.GuestIP), netip.MustParseAddr(e.Subject.HostIP), e.Subject.MAC
	tap := e.Host.Bridge.Value.Ports[0]
	link := parseSaved(e.Host.Rules.Link.Value.Lines).table("nat")
	ip := parseSaved(e.Host.Rules.IPv4.Value.Lines).table("filter")
	seen := 0
	for _, a := range g.Attempts() {
		for _, frame := range a.Frames {
			data, err := hex.DecodeString(frame)
			if err != nil {
				t.Fatal(err)
			}
			p := parseFrame(t, data)
			p.link, p.in, p.physIn = true, tap, tap
			end := link.walk("PREROUTING", p)
			switch {
			case a.Twin && end.closed():
				t.Errorf("%s to %s is dropped", a.Name, a.Shown)
			case !a.Twin && a.Name == "from port 22":
				p.link, p.in, p.state = false, e.Host.Bridge.Value.Name, "NEW"
				if end.closed() || !ip.walk("INPUT", p).closed() {
					t.Errorf("%s to %s: dropped on the link layer %v, on the next not", a.Name, a.Shown, end.closed())
				}
			case !a.Twin && !end.closed():
				t.Errorf("%s to %s is not dropped", a.Name, a.Shown)
			}
			seen++
		}
	}
	if seen < 35 {
		t.Errorf("only %d frames", seen)
	}
}

// parseFrame reads a frame of ours back, and holds its lengths and checksums to be right.
func parseFrame(t *testing.T, f []byte) packet {
	t.Helper()
	p := packet{source: net.HardwareAddr(f[6:12]).String(), ether: binary.BigEndian.Uint16(f[12:14])}
	body := f[14:]
	switch p.ether {
	case etherARP:
		p.arpFrom, _ = netip.AddrFromSlice(body[14:18])
		p.arpTo, _ = netip.AddrFromSlice(body[24:28])
	case etherIPv4:
		length := int(binary.BigEndian.Uint16(body[2:]))
		if checksum(body[:20], 0) != 0 || length > len(body) {
			t.Errorf("a bad IPv4 header: %x", body[:20])
		}
		p.src, _ = netip.AddrFromSlice(body[12:16])
		p.dst, _ = netip.AddrFromSlice(body[16:20])
		p.protocol = map[byte]string{protoTCP: "tcp", protoUDP: "udp", protoICMP: "icmp"}[body[9]]
		part := binary.BigEndian.Uint16(body[6:]) & 0x3fff
		data := body[20:length]
		if part&0x1fff == 0 && (body[9] == protoTCP || body[9] == protoUDP) {
			p.sport, p.dport = int(binary.BigEndian.Uint16(data)), int(binary.BigEndian.Uint16(data[2:]))
		}
		if part == 0 && (body[9] == protoTCP || body[9] == protoUDP) && checksum(data, pseudo(p.src, p.dst, body[9], len(data))) != 0 {
			t.Errorf("a bad checksum: %x", data)
		}
		if body[9] == protoICMP && checksum(data, 0) != 0 {
			t.Errorf("a bad checksum: %x", data)
		}
	case etherIPv6:
		p.src, _ = netip.AddrFromSlice(body[8:24])
		p.dst, _ = netip.AddrFromSlice(body[24:40])
		length := int(binary.BigEndian.Uint16(body[4:]))
		data := body[40 : 40+length]
		if checksum(data, pseudo(p.src, p.dst, body[6], len(data))) != 0 {
			t.Errorf("a bad checksum: %x", data)
		}
		p.protocol = map[byte]string{protoTCP: "tcp", protoICMP6: "ipv6-icmp"}[body[6]]
	}
	return p
}

func TestTheHelloOfADrillNamesWhatItShould(t *testing.T) {
	if h := hello("api.example.com"); !bytes.Contains(h, []byte("api.example.com")) || h[0] != 0x16 {
		t.Errorf("%x", h)
	}
	if h := hello(""); bytes.Contains(h, []byte("example")) || len(h) < 50 || h[0] != 0x16 {
		t.Errorf("%x", h)
	}
}

// The program that is sent must be one that Python reads.
func TestTheProgramOfADrillIsPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	cmd := exec.CommandContext(t.Context(), python, "-I", "-S", "-B", "-c", "import sys; compile(sys.stdin.buffer.read(), 'drill', 'exec')")
	cmd.Stdin = bytes.NewReader(ground(true).DrillProgram(ground(true).Attempts()))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// Whatever a round says, there is a verdict, and nothing is met that was not seen.
func FuzzDrills(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, seed uint64, system bool) {
		r := rand.New(rand.NewPCG(seed, 1))
		e := good(t)
		e.Subject.System = system
		d := &e.Host.Drills.Value
		d.Tries = slices.Clone(d.Tries)
		for i := range d.Tries {
			if r.IntN(4) == 0 {
				y := &d.Tries[i]
				y.Sent, y.Entered, y.Dropped, y.Opened = r.IntN(7)-2, r.IntN(7)-2, r.IntN(7)-2, r.IntN(3)-1
				y.Passed = r.IntN(3) == 0
				y.Answer = []string{Open, Refused, TimedOut, "", "\x1b[2J", strings.Repeat("x", 5000)}[r.IntN(6)]
				y.By = []string{"", "address", "%s%d", "connect"}[r.IntN(4)]
				y.Name = []string{y.Name, y.Name, "", "nobody knows", "proxy allowed"}[r.IntN(5)]
			}
		}
		r.Shuffle(len(d.Tries), func(i, j int) { d.Tries[i], d.Tries[j] = d.Tries[j], d.Tries[i] })
		out := slices.ContainsFunc(d.Tries, func(y Try) bool {
			kind, known := drillOf(y.Name)
			return known && !kind.twin && (y.Answer == Open || kind.proxy && y.Passed)
		})
		for _, finding := range Judge(plan.Plan{}, e) {
			if finding.Control == "K13" && out && finding.Status != NotMet {
				t.Errorf("something got out and K13 is %s", finding.Status)
			}
			for _, line := range finding.Evidence {
				if strings.ContainsAny(line, "\x1b\n") || len(line) > 8*maxLine {
					t.Errorf("%s: %q", finding.Control, line)
				}
			}
		}
		if data, err := json.Marshal(e); err != nil || len(data) > 1<<20 {
			t.Errorf("%v, %d bytes", err, len(data))
		}
	})
}

// What QEMU holds is told by inode: connections to elsewhere, and not its own forward
// nor what has nothing to do with IP.
func TestTheSocketsOfASessionsProcessAreThoseThatLeadElsewhere(t *testing.T) {
	s, from := subject(t)
	s.System, s.SSHPort = false, 2222
	fd := filepath.Join(from.Proc, "101", "fd")
	if err := os.MkdirAll(fd, 0o700); err != nil {
		t.Fatal(err)
	}
	for n, inode := range map[string]string{"3": "1001", "4": "1002", "5": "1003", "6": "1004"} {
		if err := os.Symlink("socket:["+inode+"]", filepath.Join(fd, n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(from.Proc, "101", "net"), 0o700); err != nil {
		t.Fatal(err)
	}
	line := "  0: %s %s 01 00000000:00000000 00:00000000 00000000  1000        0 %s 1 0000\n"
	tables := map[string]string{
		// The forward, with somebody connected to it, a connection to 192.0.2.1:443, and another program's.
		"tcp": "  sl  local_address rem_address st\n" + fmt.Sprintf(line, "0100007F:08AE", "0100007F:C350", "1001") +
			fmt.Sprintf(line, "0500A8C0:9C40", "010200C0:01BB", "1002") + fmt.Sprintf(line, "0500A8C0:9C41", "010200C0:01BB", "9999"),
		"udp": fmt.Sprintf(line, "00000000:9C42", "350000C0:0035", "1003"),
	}
	for name, table := range tables {
		if err := os.WriteFile(filepath.Join(from.Proc, "101", "net", name), []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := QemuSockets(from.Proc, s)
	if err != nil || len(got) != 2 || got["1002"] != "tcp 192.0.2.1:443" || got["1003"] != "udp 192.0.0.53:53" {
		t.Errorf("%v, %v", got, err)
	}
}
