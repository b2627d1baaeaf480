package checks

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// testdata/host has what nft and the three -save programs printed on a real host
// (nftables 1.0.6, iptables 1.8.9, libvirt 9.0) while a machine ran, with its
// names and addresses changed to those of good.json.

// listed is a host whose programs print the files of a directory.
type listed string

func (dir listed) List(_ context.Context, tool RuleTool, limit int64) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(string(dir), string(tool)))
	if int64(len(data)) > limit {
		return nil, errors.New("too much")
	}
	return data, err
}

// printing is a host whose programs print what is given; the others are absent.
type printing map[RuleTool]string

func (p printing) List(_ context.Context, tool RuleTool, _ int64) ([]byte, error) {
	if s, ok := p[tool]; ok {
		return []byte(s), nil
	}
	return nil, fs.ErrNotExist
}

func tank(t *testing.T) (Subject, wall) {
	s := good(t).Subject
	return s, wallOf(s, []string{"vnet3"})
}

func TestWhatIsKeptOfARealHostsRulesIsWhatIsJudged(t *testing.T) {
	_, w := tank(t)
	got := collectRules(t.Context(), listed("testdata/host"), w)
	if want := good(t).Host.Rules; !reflect.DeepEqual(got, want) {
		t.Errorf("kept:\n%s\nin good.json:\n%s", mustJSON(got), mustJSON(want))
	}
	size := 0
	for _, f := range []Fact[SavedRules]{got.IPv4, got.IPv6, got.Link} {
		if !f.OK || f.Value.Absent || f.Value.Cut || f.Value.Seen == 0 || len(f.Value.Lines) == 0 {
			t.Errorf("%+v", f)
		}
		size += len(strings.Join(f.Value.Lines, "\n"))
	}
	if size > 8<<10 {
		t.Errorf("%d bytes are kept of one machine's rules", size)
	}
}

func TestRulesOfOtherMachinesAreLeftOut(t *testing.T) {
	_, w := tank(t)
	data, err := os.ReadFile("testdata/host/iptables-save")
	if err != nil {
		t.Fatal(err)
	}
	twice := strings.Replace(string(data), "-A libvirt-in -m physdev --physdev-in vnet3 -g FI-vnet3",
		"-A libvirt-in -m physdev --physdev-in vnet9 -g FI-vnet9\n-A libvirt-in -m physdev --physdev-in vnet3 -g FI-vnet3\n-A FI-vnet9 -j ACCEPT", 1)
	rules := collectRules(t.Context(), printing{IPv4Rules: twice}, w)
	for _, line := range rules.IPv4.Value.Lines {
		if strings.Contains(line, "vnet9") {
			t.Errorf("kept: %s", line)
		}
	}
	if !rules.Link.Value.Absent || !rules.Nft.Value.Absent || !rules.Link.OK {
		t.Errorf("programs that are not there: %+v, %+v", rules.Link, rules.Nft)
	}
}

func TestMoreRulesThanAreKeptAreSaidToBeCutAndNothingIsConcluded(t *testing.T) {
	_, w := tank(t)
	many := "*filter\n:INPUT ACCEPT [0:0]\n" + strings.Repeat("-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j LOG\n", 2000) +
		"-A INPUT -j libvirt-host-in\nCOMMIT\n"
	rules := collectRules(t.Context(), printing{IPv4Rules: many}, w)
	if v := rules.IPv4.Value; !v.Cut || v.Seen != 2001 {
		t.Fatalf("cut %v, %d rules", v.Cut, v.Seen)
	}
	e := good(t)
	e.Host.Rules.IPv4 = rules.IPv4
	if got := statuses(e); got["K13"] != NotChecked || got["K4"] != NotChecked {
		t.Errorf("K13 %s, K4 %s", got["K13"], got["K4"])
	}
}

func TestWhoMayNotListRulesIsToldHowTo(t *testing.T) {
	_, w := tank(t)
	e := good(t)
	e.Host.Rules = collectRules(t.Context(), denied{}, w)
	for _, id := range []ID{"K4", "K13"} {
		f := findingOf(t, e, id)
		if f.Status != NotChecked || !strings.Contains(f.Hint, "sudo") {
			t.Errorf("%s: %s, hint %q", id, f.Status, f.Hint)
		}
	}
	// In a session there are none to look at.
	s := sessionEvidence(t, "user,id=clawarium0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22")
	s.Host.Rules = Rules{}
	if got := statuses(s); got["K4"] != Met || got["K13"] != Met {
		t.Errorf("session: K4 %s, K13 %s: %q %q", got["K4"], got["K13"], findingOf(t, s, "K4").Evidence, findingOf(t, s, "K13").Evidence)
	}
}

type denied struct{}

func (denied) List(context.Context, RuleTool, int64) ([]byte, error) { return nil, fs.ErrPermission }

func findingOf(t *testing.T, e Evidence, id ID) Finding {
	t.Helper()
	for _, f := range Judge(planOf(), e) {
		if f.Control == id {
			return f
		}
	}
	t.Fatalf("no finding %s", id)
	return Finding{}
}

// sessionEvidence is good evidence of a machine in a session.
func sessionEvidence(t *testing.T, netdev string) Evidence {
	t.Helper()
	e := good(t)
	e.Subject.System, e.Subject.SSHPort = false, 2222
	e.Host.Connections = map[string]Fact[string]{"192.0.2.7:2222": seen(Refused)}
	e.Host.Rules, e.Host.Bridge = Rules{}, Fact[Bridge]{}
	e.Libvirt.Network, e.Libvirt.Filter = Fact[string]{}, Fact[string]{}
	for _, f := range []*Fact[string]{&e.Libvirt.Live, &e.Libvirt.Inactive} {
		start := strings.Index(f.Value, "<interface")
		end := strings.Index(f.Value, "</interface>")
		f.Value = f.Value[:start] + f.Value[end+len("</interface>"):]
	}
	for i, a := range e.Host.Qemu.Value.Args {
		if a == "-netdev" {
			e.Host.Qemu.Value.Args[i+1] = netdev
		}
	}
	return e
}

func TestASessionsNetworkMustBeRestrictedAndItsForwardsStayHere(t *testing.T) {
	fine := "user,id=clawarium0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22"
	for _, c := range []struct {
		netdev   string
		k13, k04 Status
	}{
		{fine, Met, Met},
		{`{"type":"user","restrict":true,"hostfwd":[{"str":"tcp:127.0.0.1:2222-:22"}],"id":"n"}`, Met, Met},
		{"user,id=clawarium0,hostfwd=tcp:127.0.0.1:2222-:22", NotMet, Met},
		{fine + ",restrict=off", NotMet, Met},
		{`{"type":"user","restrict":false,"hostfwd":[{"str":"tcp:127.0.0.1:2222-:22"}],"id":"n"}`, NotMet, Met},
		{fine + ",guestfwd=tcp:10.0.2.9:80-cmd:nc", NotMet, Met},
		{fine + ",smb=/home/me", NotMet, Met},
		{"user,id=clawarium0,restrict=on,hostfwd=tcp::2222-:22", Met, NotMet},
		{"user,id=clawarium0,restrict=on,hostfwd=tcp:0.0.0.0:2222-:22", Met, NotMet},
		{"tap,fd=30,id=hostnet0", NotMet, NotChecked},
		{"passt,path=/x", NotMet, NotChecked},
	} {
		e := sessionEvidence(t, c.netdev)
		if got := statuses(e); got["K13"] != c.k13 || got["K4"] != c.k04 {
			t.Errorf("%s: K13 %s, K4 %s; wanted %s, %s", c.netdev, got["K13"], got["K4"], c.k13, c.k04)
		}
	}
	e := sessionEvidence(t, fine)
	e.Host.Qemu.Value.Args = append(e.Host.Qemu.Value.Args, "-netdev", "user,id=second,restrict=on")
	if got := statuses(e)["K13"]; got != NotMet {
		t.Errorf("a second card: K13 is %s", got)
	}
	e = sessionEvidence(t, fine)
	addDevice(t, &e.Libvirt.Inactive, `<interface type='user'/>`)
	if got := statuses(e); got["K13"] != NotMet || got["K4"] != NotMet {
		t.Errorf("libvirt's own user-mode card: K13 %s, K4 %s", got["K13"], got["K4"])
	}
	e = sessionEvidence(t, fine)
	e.Host.Sockets.Value.Ours = append(e.Host.Sockets.Value.Ours, Socket{Listener{"tcp", "0.0.0.0", 2222, "qemu-system-x86", 4242, 0}, SocketMachine})
	if got := statuses(e)["K4"]; got != NotMet {
		t.Errorf("a forward that was added while it runs: K4 is %s", got)
	}
}

func TestEachRuleOfTheFilterIsMissedWhenItIsGone(t *testing.T) {
	e := good(t)
	lines := strings.SplitAfter(e.Libvirt.Filter.Value, "\n")
	rules := 0
	for i, line := range lines {
		if !strings.Contains(line, "<rule") {
			continue
		}
		rules++
		e.Libvirt.Filter.Value = strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "")
		if red := with(NotMet, e); !slices.Equal(red, []ID{"K13"}) {
			t.Errorf("without %sred: %v", line, red)
		}
	}
	if rules != 9 {
		t.Errorf("%d rules", rules)
	}
}

// Each drop that is in force, on each layer, has something that only it stops, or
// another stands behind it; the loss of the last one of a chain is always seen.
func TestEachLastDropInForceIsMissedWhenItIsGone(t *testing.T) {
	for _, layer := range []struct {
		name string
		of   func(*Evidence) *[]string
	}{
		{"ebtables", func(e *Evidence) *[]string { return &e.Host.Rules.Link.Value.Lines }},
		{"iptables", func(e *Evidence) *[]string { return &e.Host.Rules.IPv4.Value.Lines }},
		{"ip6tables", func(e *Evidence) *[]string { return &e.Host.Rules.IPv6.Value.Lines }},
	} {
		whole := *layer.of(new(good(t)))
		drops := 0
		for i, line := range whole {
			if strings.Contains(line, "libvirt-in-post") || !strings.HasSuffix(line, "-j DROP") && !strings.Contains(line, "-g ") && !strings.Contains(line, "-j libvirt-") {
				continue
			}
			drops++
			e := good(t)
			*layer.of(&e) = slices.Delete(slices.Clone(whole), i, i+1)
			if red := with(NotMet, e); !slices.Equal(red, []ID{"K13"}) {
				t.Errorf("%s without %s: red %v", layer.name, line, red)
			}
		}
		if drops < 3 {
			t.Errorf("%s: %d drops", layer.name, drops)
		}
	}
}

func TestWalkingThroughRules(t *testing.T) {
	rules := func(lines ...string) *table {
		return parseSaved(append([]string{"*filter", ":INPUT ACCEPT [0:0]", ":mine - [0:0]", ":theirs - [0:0]"}, lines...)).table("filter")
	}
	_, w := tank(t)
	p := ipAttempts(w, "vnet3", false)[0].p
	for _, c := range []struct {
		name         string
		lines        []string
		closed, open bool
	}{
		{"nothing", nil, false, true},
		{"a drop", []string{"-A INPUT -j DROP"}, true, false},
		{"a rejection", []string{"-A INPUT -j REJECT --reject-with icmp-port-unreachable"}, true, false},
		{"an accept before it", []string{"-A INPUT -j ACCEPT", "-A INPUT -j DROP"}, false, true},
		{"an accept for others before it", []string{"-A INPUT -i eth0 -j ACCEPT", "-A INPUT -j DROP"}, true, false},
		{"an accept for all others before it", []string{"-A INPUT ! -i claw281a3747 -j ACCEPT", "-A INPUT -j DROP"}, true, false},
		{"an accept of answers", []string{"-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "-A INPUT -j DROP"}, true, false},
		{"an accept of new ones", []string{"-A INPUT -m state --state NEW,ESTABLISHED -j ACCEPT", "-A INPUT -j DROP"}, false, true},
		{"a jump and back", []string{"-A INPUT -j mine", "-A mine -j RETURN", "-A mine -j ACCEPT", "-A INPUT -j DROP"}, true, false},
		{"a jump without coming back", []string{"-A INPUT -g mine", "-A INPUT -j DROP"}, false, true},
		{"a jump on and a drop there", []string{"-A INPUT -g mine", "-A mine -g theirs", "-A theirs -j DROP"}, true, false},
		{"a port below", []string{"-A INPUT -p tcp -m tcp --dport 0:21 -j ACCEPT", "-A INPUT -j DROP"}, true, false},
		{"a port in range", []string{"-A INPUT -p tcp -m tcp --dport 20:25 -j ACCEPT", "-A INPUT -j DROP"}, false, true},
		{"another protocol", []string{"-A INPUT -p udp -j ACCEPT", "-A INPUT -j DROP"}, true, false},
		{"its own network", []string{"-A INPUT -s 192.168.231.0/24 -j ACCEPT", "-A INPUT -j DROP"}, false, true},
		{"not its network", []string{"-A INPUT ! -s 192.168.231.0/24 -j ACCEPT", "-A INPUT -j DROP"}, true, false},
		{"a comment that lies", []string{`-A INPUT -m comment --comment "-j ACCEPT" -j DROP`}, true, false},
		{"a log on the way", []string{`-A INPUT -j LOG --log-prefix "x: "`, "-A INPUT -j DROP"}, true, false},
		{"a drop now and then", []string{"-A INPUT -m limit --limit 5/min -j DROP"}, false, false},
		{"an accept for a set", []string{"-A INPUT -m set --match-set friends src -j ACCEPT", "-A INPUT -j DROP"}, false, false},
		{"a target that is not known", []string{"-A INPUT -j NFQUEUE --queue-num 1", "-A INPUT -j DROP"}, false, false},
		{"a chain that is not there", []string{"-A INPUT -j gone", "-A INPUT -j DROP"}, false, false},
		{"chains that fork without end", []string{"-A INPUT -m limit -j mine", "-A INPUT -m limit -j theirs", "-A mine -m limit -j INPUT", "-A mine -m limit -j theirs",
			"-A theirs -m limit -j mine", "-A theirs -m limit -j INPUT", "-A theirs -m limit -j mine"}, false, false},
		{"a circle", []string{"-A INPUT -j mine", "-A mine -j mine"}, false, false},
	} {
		e := rules(c.lines...).walk("INPUT", p)
		if e.closed() != c.closed || e.open() != c.open {
			t.Errorf("%s: closed %v, open %v: %+v", c.name, e.closed(), e.open(), e)
		}
	}
}

func TestBothWaysOfWritingALinkRuleAreRead(t *testing.T) {
	_, w := tank(t)
	p := linkAttempts(w, "vnet3")[0].p
	for words, want := range map[string]tri{
		"-s ! 52:54:0:12:34:56":            no, // ebtables-legacy
		"! -s 52:54:00:12:34:56":           no,
		"-s 52:54:00:12:34:57":             no,
		"-p IPv4 --ip-proto tcp":           yes,
		"-p 0x0800 --ip-protocol 6":        yes,
		"-p ARP":                           no,
		"-p 0x86dd":                        no,
		"-p IPv4 --ip-dport 5432":          yes,
		"-p IPv4 --ip-src ! 192.168.231.2": no,
		"-i vnet3":                         yes,
		"-i vnet+":                         yes,
		"--logical-in claw281a3747":        maybe,
		"-d ff:ff:ff:ff:ff:ff":             maybe,
	} {
		if got := p.matches(rule{words: splitWords(words)}); got != want {
			t.Errorf("%s: %d, wanted %d", words, got, want)
		}
	}
}

func TestForwardsOfNftAreReadInEveryFormThatTheyTake(t *testing.T) {
	_, w := tank(t)
	doc := func(dnat, more string) string {
		return `{"nftables":[{"metainfo":{}},{"table":{"family":"ip","name":"nat"}},` + more +
			`{"rule":{"family":"ip","table":"nat","chain":"pre","expr":[{"counter":{}},` + dnat + `]}}]}`
	}
	mapped := `{"map":{"family":"ip","name":"m","table":"nat","type":"inet_service","map":"ipv4_addr","elem":[[8080,"10.0.0.9"],[8081,"192.168.231.2"]]}},`
	for _, c := range []struct {
		name, doc string
		want      Status
	}{
		{"the guest", doc(`{"dnat":{"addr":"192.168.231.2","port":22}}`, ""), NotMet},
		{"somebody else", doc(`{"dnat":{"addr":"10.0.0.2","port":80}}`, ""), Met},
		{"a network over it", doc(`{"dnat":{"addr":{"prefix":{"addr":"192.168.0.0","len":16}}}}`, ""), NotMet},
		{"a range over it", doc(`{"dnat":{"addr":{"range":["192.168.230.1","192.168.232.9"]}}}`, ""), NotMet},
		{"a range beside it", doc(`{"dnat":{"addr":{"range":["192.168.232.1","192.168.232.9"]}}}`, ""), Met},
		{"a map in the rule", doc(`{"dnat":{"addr":{"map":{"key":{"payload":{"protocol":"tcp","field":"dport"}},"data":{"set":[[80,"192.168.231.2"]]}}}}}`, ""), NotMet},
		{"a map by name", doc(`{"dnat":{"addr":{"map":{"key":{"payload":{}},"data":"@m"}}}}`, mapped), NotMet},
		{"a map that is not listed", doc(`{"dnat":{"addr":{"map":{"key":{"payload":{}},"data":"@other"}}}}`, mapped), NotChecked},
		{"another port of this host", doc(`{"dnat":{"port":8080}}`, ""), Met},
		{"a form that is not known", doc(`{"dnat":{"addr":{"jhash":{"mod":2}}}}`, ""), NotChecked},
		{"a rule of iptables that nft cannot read", doc(`{"xt":{"type":"target","name":"DNAT"}}`, ""), Met}, // iptables-save can
	} {
		e := good(t)
		n, err := parseNft([]byte(c.doc), w)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		e.Host.Rules.Nft = seen(n)
		if got := statuses(e)["K4"]; got != c.want {
			t.Errorf("%s: K4 is %s, wanted %s: %+v", c.name, got, c.want, n)
		}
	}
	// Where iptables is not installed, nobody can read it.
	n, _ := parseNft([]byte(doc(`{"xt":{"type":"target","name":"DNAT"}}`, "")), w)
	e := good(t)
	e.Host.Rules.Nft, e.Host.Rules.IPv4 = seen(n), seen(SavedRules{Absent: true})
	if got := statuses(e)["K4"]; got != NotChecked {
		t.Errorf("opaque DNAT: K4 is %s", got)
	}
	if _, err := parseNft([]byte("table ip nat"), w); err == nil {
		t.Error("what is not JSON was read")
	}
}

func TestAFilterInTablesOfNftIsNotMistakenForNone(t *testing.T) {
	e := good(t)
	e.Host.Rules.Nft.Value.Tables = []string{"bridge libvirt_nwfilter_ethernet", "bridge libvirt_nwfilter_inet"}
	for _, f := range []*Fact[SavedRules]{&e.Host.Rules.Link, &e.Host.Rules.IPv4, &e.Host.Rules.IPv6} {
		*f = seen(SavedRules{Listed: true, Seen: 1, Lines: []string{"*filter", "*nat"}})
	}
	if got := statuses(e)["K13"]; got != NotChecked {
		t.Errorf("K13 is %s: %q", got, findingOf(t, e, "K13").Evidence)
	}
}

// FuzzRules: whatever the programs print, something bounded is kept, and judged
// without a panic.
func FuzzRules(f *testing.F) {
	for _, name := range []string{"iptables-save", "ebtables-save", "nft"} {
		data, err := os.ReadFile("testdata/host/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Add("*nat\n-A PREROUTING -j DNAT --to-destination 192.168.231.1-192.168.231.9:80\n[1:2] -A x ! -j y\n-A x -g x")
	f.Fuzz(func(t *testing.T, s string) {
		e := good(t)
		_, w := tank(t)
		e.Host.Rules = collectRules(t.Context(), printing{IPv4Rules: s, IPv6Rules: s, LinkRules: s, NftList: s}, w)
		if n := len(mustJSON(e.Host.Rules)); n > 200<<10 {
			t.Errorf("%d bytes are kept", n)
		}
		statuses(e)
	})
}

func TestAWalkThroughChainsThatForkEndsSoon(t *testing.T) {
	lines := []string{"*filter"}
	for i := range 40 {
		for range 40 {
			lines = append(lines, "-A c"+itoa(i)+" -m limit -j c"+itoa(i+1))
		}
	}
	_, w := tank(t)
	begun := time.Now()
	e := parseSaved(append(lines, "-A c40 -j DROP")).table("filter").walk("c0", ipAttempts(w, "vnet3", false)[0].p)
	if took := time.Since(begun); e.closed() || e.open() || took > time.Second {
		t.Errorf("%+v after %s", e, took)
	}
}
