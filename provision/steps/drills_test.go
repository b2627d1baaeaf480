package steps

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/warden"
)

// walls counts as a host would whose filter drops everything that comes out.
type walls struct {
	counts
	resetAt, failAt int // reads
	reads           int
}

func (w *walls) read(context.Context, bool) (counts, error) {
	w.reads++
	if w.reads == w.failAt {
		return counts{}, errors.New("EPERM")
	}
	if w.reads == w.resetAt {
		return counts{dropped: map[string]int64{"libvirt-I-vnet0 -j DROP": 0}}, nil
	}
	return counts{entered: w.entered, dropped: map[string]int64{"libvirt-I-vnet0 -j DROP": w.dropped["libvirt-I-vnet0 -j DROP"]}}, nil
}

// fakeInside speaks as the program inside does.
type fakeInside struct {
	walls *walls
	lies  bool // it sends nothing and says that it did
	said  func(line map[string]any) map[string]any
	tries int // that it makes at most; 0: all
	asked int // how often something was to be done again
	last  map[string]any
}

func (f *fakeInside) run(ctx context.Context, stdin io.Reader, stdout, _ io.Writer) (int, error) {
	in := bufio.NewReader(stdin)
	var n int
	if _, err := fmt.Fscanf(in, "%d\n", &n); err != nil {
		return -1, err
	}
	program := make([]byte, n)
	if _, err := io.ReadFull(in, program); err != nil {
		return -1, err
	}
	_, params, _ := strings.Cut(string(program), "r'''")
	params, _, _ = strings.Cut(params, "'''")
	var p struct{ Tries []checks.Attempt }
	if err := json.Unmarshal([]byte(params), &p); err != nil {
		return -1, err
	}
	say := func(line map[string]any) {
		if f.said != nil {
			line = f.said(line)
		}
		data, _ := json.Marshal(line)
		_, _ = stdout.Write(append(data, '\n'))
	}
	say(map[string]any{"ready": "card0", "agent": map[string]any{"uid": []int{742, 742, 742}}})
	answers := map[string]any{}
	var before map[string]any
	for i, try := range p.Tries {
		if try.ByProxy() {
			answers[fmt.Sprint(try.ID)] = map[string]any{"error": "", "heard": []string{fmt.Sprintf("%x", "HTTP/1.1 403 Forbidden\r\n\r\n")}}
			continue
		}
		if f.tries != 0 && i >= f.tries {
			break
		}
		word, err := in.ReadByte()
		if err != nil {
			return -1, err
		}
		if word == again && before != nil {
			say(before)
			f.asked++
			if _, err := in.ReadByte(); err != nil {
				return -1, err
			}
		}
		sent := max(1, try.Times*len(try.Frames))
		if !f.lies {
			f.walls.entered += int64(sent)
			f.walls.dropped["libvirt-I-vnet0 -j DROP"] += int64(sent)
		}
		answer := "timeout"
		if try.Name == "" && (strings.HasPrefix(try.Of, "arp 10.213.0.1") || try.Local && try.Port == 22) {
			answer = checks.Open
		}
		answers[fmt.Sprint(try.ID)] = map[string]any{"answer": answer}
		before = map[string]any{"id": try.ID, "sent": sent}
		say(before)
	}
	if _, err := in.ReadByte(); err != nil {
		return -1, err
	}
	done := map[string]any{"done": true, "error": "", "left": "", "firewall": "none", "answers": answers, "strays": []string{}}
	for k, v := range f.last {
		done[k] = v
	}
	say(done)
	return 0, nil
}

func newRound(t *testing.T) (*drillmaster, *fakeInside) {
	t.Helper()
	g := checks.Ground{
		System: true, Guest: netip.MustParseAddr("10.213.0.2"), Host: netip.MustParseAddr("10.213.0.1"), MAC: "52:54:00:12:34:56",
		HostMAC: "52:54:00:00:00:01", Metadata: netip.MustParseAddr("169.254.169.254"), Level: "allowlist",
		Public:  []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")},
		Allowed: checks.EgressRule{Host: "api.example.com", Ports: []int{443}}, Changing: "changing.example.net", ToPrivate: "private.example.net",
	}
	w := &walls{counts: counts{dropped: map[string]int64{"libvirt-I-vnet0 -j DROP": 7}}}
	m := &drillmaster{ground: g, attempts: g.Attempts(), count: w, record: func() ([]warden.Entry, error) { return nil, nil }}
	m.subject.System = true
	m.result = checks.Drills{When: time.Now().UTC().Truncate(time.Second), Level: g.Level, Proxy: true}
	return m, &fakeInside{walls: w}
}

func TestARoundPutsTogetherWhatWasSentCountedAndAnswered(t *testing.T) {
	m, inside := newRound(t)
	if err := m.round(t.Context(), inside.run); err != nil {
		t.Fatal(err)
	}
	if !m.result.Counted || m.result.Firewall != "none" || len(m.result.Tries) != len(m.attempts) {
		t.Errorf("%+v", m.result)
	}
	for i, y := range m.result.Tries {
		a := m.attempts[i]
		switch {
		case y.Name != a.Name || y.Who != a.Who || y.To == "":
			t.Errorf("attempt %d: %+v for %+v", i, y, a)
		case a.ByProxy() && (y.Answer != "403" || y.Sent != 0):
			t.Errorf("%+v", y)
		case !a.ByProxy() && (y.Sent == 0 || y.Dropped != y.Sent || y.Entered != y.Sent || y.By != "libvirt-I-vnet0 -j DROP"):
			t.Errorf("%+v", y)
		}
	}
}

func TestALiarsFramesAreNotCounted(t *testing.T) {
	m, inside := newRound(t)
	m.attempts = slices.DeleteFunc(m.attempts, func(a checks.Attempt) bool { return a.ByProxy() || a.Name != "public" })
	inside.lies = true
	if err := m.round(t.Context(), inside.run); err != nil {
		t.Fatal(err)
	}
	if inside.asked != 1 {
		t.Errorf("it was asked %d times to do it again, for the other layer's counters", inside.asked)
	}
	for _, y := range m.result.Tries {
		if y.Sent == 0 || y.Entered != 0 || y.Dropped != 0 {
			t.Errorf("%+v", y)
		}
	}
}

// A guest can answer anything, or nothing. The round ends, in time, and says nothing.
func TestARoundWithAGuestThatBabblesFailsAndEnds(t *testing.T) {
	for name, spoil := range map[string]func(*drillmaster, *fakeInside){
		"not JSON": func(_ *drillmaster, f *fakeInside) {
			f.said = func(map[string]any) map[string]any { return map[string]any{"x": 1} }
		},
		"another attempt than the one that was next": func(_ *drillmaster, f *fakeInside) {
			f.said = func(line map[string]any) map[string]any {
				if _, ok := line["id"]; ok {
					line["id"] = 31
				}
				return line
			}
		},
		"an attempt that there is not": func(_ *drillmaster, f *fakeInside) {
			f.said = func(line map[string]any) map[string]any {
				if _, ok := line["id"]; ok {
					line["id"] = 100000
				}
				return line
			}
		},
		"the agent is root": func(_ *drillmaster, f *fakeInside) {
			f.said = func(line map[string]any) map[string]any {
				line["agent"] = map[string]any{"uid": []int{0, 0, 0}}
				return line
			}
		},
		"it broke": func(_ *drillmaster, f *fakeInside) { f.last = map[string]any{"error": "OSError: no card"} },
		"a flood": func(_ *drillmaster, f *fakeInside) {
			f.said = func(map[string]any) map[string]any { return map[string]any{"x": strings.Repeat("x", 2<<20)} }
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, inside := newRound(t)
			spoil(m, inside)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			if err := m.round(ctx, inside.run); err == nil {
				t.Errorf("it was believed: %d attempts", len(m.result.Tries))
			}
			if ctx.Err() != nil {
				t.Error("it did not end")
			}
		})
	}
	t.Run("silence", func(t *testing.T) {
		m, _ := newRound(t)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		err := m.round(ctx, func(ctx context.Context, _ io.Reader, _, _ io.Writer) (int, error) {
			<-ctx.Done()
			return -1, ctx.Err()
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestCountersThatFailOrBeginAgainLeaveTheRoundUncounted(t *testing.T) {
	for name, spoil := range map[string]func(*walls){
		"never":       func(w *walls) { w.failAt = 1 },
		"in between":  func(w *walls) { w.failAt = 5 },
		"begin again": func(w *walls) { w.resetAt = 6 },
	} {
		m, inside := newRound(t)
		spoil(inside.walls)
		if err := m.round(t.Context(), inside.run); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if m.result.Counted || m.result.CountErr == "" {
			t.Errorf("%s: counted %v, %q", name, m.result.Counted, m.result.CountErr)
		}
	}
}

func TestTheWardensRecordSaysWhatBecameOfEachConversation(t *testing.T) {
	m, inside := newRound(t)
	now := time.Now().Add(time.Second)
	m.record = func() ([]warden.Entry, error) {
		var out []warden.Entry
		add := func(e warden.Entry) { e.Time = now; out = append(out, e) }
		// Old, and somebody else's.
		out = append(out, warden.Entry{Time: now.Add(-time.Hour), Verdict: warden.Allow, Host: "127.0.0.1", Port: 27100})
		add(warden.Entry{Verdict: warden.Allow, Host: "api.example.com", Port: 443, Address: "198.51.100.1"})
		add(warden.Entry{Verdict: warden.End, Host: "api.example.com", Port: 443})
		for _, a := range m.attempts {
			if !a.ByProxy() {
				continue
			}
			e := warden.Entry{Verdict: warden.Refuse, Host: a.Asked, Port: a.Ask, Reason: warden.ReasonDirect}
			switch a.Name {
			case "proxy false name":
				e.Reason = warden.ReasonMismatch
			case "proxy no name":
				e.Reason = warden.ReasonNoName
			case "proxy not tls":
				e.Reason = warden.ReasonNotTLS
			case "proxy allowed":
				e.Verdict, e.Reason = warden.Allow, ""
			case "proxy changing name":
				e.Verdict, e.Reason, e.Address = warden.Allow, "", "203.0.113.9"
			case "proxy name to private":
				e.Verdict, e.Reason, e.Address = warden.Allow, "", "192.168.1.9"
			case "proxy smuggling":
				e.Host, e.Port, e.Reason = "", 0, warden.ReasonRequest
			case "proxy metadata":
				continue // nothing of it is in the record
			}
			add(e)
		}
		return out, nil
	}
	if err := m.round(t.Context(), inside.run); err != nil {
		t.Fatal(err)
	}
	for i, y := range m.result.Tries {
		if !m.attempts[i].ByProxy() {
			continue
		}
		want := struct {
			by     string
			passed bool
		}{string(warden.ReasonDirect), false}
		switch y.Name {
		case "proxy false name":
			want.by = string(warden.ReasonMismatch)
		case "proxy no name":
			want.by = string(warden.ReasonNoName)
		case "proxy not tls":
			want.by = string(warden.ReasonNotTLS)
		case "proxy allowed":
			want.by, want.passed = "", true
		case "proxy changing name":
			want.by = "203.0.113.9"
		case "proxy name to private":
			want.by, want.passed = "", true
		case "proxy smuggling":
			want.by = string(warden.ReasonRequest)
		case "proxy metadata":
			want.by = ""
		}
		if y.By != want.by || y.Passed != want.passed {
			t.Errorf("%s by %s to %s: by %q, passed %v; wanted %+v", y.Name, y.Who, y.To, y.By, y.Passed, want)
		}
	}
}

func TestDropsOfATapAreAddedUpAsBothProgramsPrintThem(t *testing.T) {
	got := map[string]int64{}
	addDrops(got, `*nat
:PREROUTING ACCEPT
-A PREROUTING -i vnet3 -j libvirt-I-vnet3 -c 99 9999
-A libvirt-I-vnet3 -s ! 52:54:00:7a:c0:e8 -j DROP -c 3 180
-A libvirt-I-vnet3 -p ARP -j ACCEPT -c 8 240
-A libvirt-I-vnet3 -j DROP -c 40 2400
-A libvirt-O-vnet3 -j DROP -c 7 700
-A libvirt-I-vnet31 -j DROP -c 1000 60000
-A I-vnet3-ipv4 -j DROP -c 1 60
`, []string{"vnet3"})
	addDrops(got, `*filter
:INPUT ACCEPT [5:300]
[12:720] -A HI-vnet3 -m comment --comment "clawarium machine tank" -j DROP
[2:120] -A HI-vnet31 -j DROP
[1:60] -A FI-vnet3 -j DROP
`, []string{"vnet3"})
	sum := int64(0)
	for _, n := range got {
		sum += n
	}
	if sum != 3+40+1+12+1 || len(got) != 5 {
		t.Errorf("%d in %v", sum, got)
	}
}

func TestWhatGrewIsToldByTheRuleThatDroppedMost(t *testing.T) {
	before := counts{entered: 10, dropped: map[string]int64{"a": 1, "b": 5}, sockets: map[string]string{"1": "x"}}
	g := counts{entered: 15, dropped: map[string]int64{"a": 2, "b": 8, "c": 100}, sockets: map[string]string{"1": "x", "2": "udp 1.2.3.4:53"}}.since(before)
	if g.entered != 5 || g.dropped != 4 || g.opened != 1 || g.reset {
		t.Errorf("%+v", g)
	}
	if g := (counts{dropped: map[string]int64{"a": 0}}).since(counts{dropped: map[string]int64{"a": 4}}); !g.reset {
		t.Error("counters that fell were taken for good")
	}
}

func TestAllowedRuleIsANameThatEveryMachineWithThePolicyAsksForAnyway(t *testing.T) {
	p := warden.Policy{Level: warden.LevelAllowlist, Rules: []warden.Rule{
		{Host: "198.51.100.7", Ports: []int{443}, For: "owner"},
		{Host: "hour.example.com", Ports: []int{443}, For: "owner", Until: time.Now().Add(time.Hour)},
		{Host: "*.example.com", Ports: []int{443}, For: "owner"},
		{Host: "deb.example.com", Ports: []int{80}, For: "updates:apt"},
		{Host: "www.example.com", Ports: []int{443}, For: "owner"},
		{Host: "api.example.com", Ports: []int{443}, For: "provider:anthropic"},
	}}
	if r := allowedRule(p); r.Host != "api.example.com" {
		t.Errorf("%+v", r)
	}
	p.Rules = p.Rules[:5]
	if r := allowedRule(p); r.Host != "www.example.com" {
		t.Errorf("%+v", r)
	}
	p.Level = warden.LevelOffline
	if r := allowedRule(p); r.Host != "" {
		t.Errorf("offline: %+v", r)
	}
}

func TestTheGroundIsReadFromTheKernelsTables(t *testing.T) {
	if a := defaultRouter("Iface\tDestination\tGateway\neth0\t0000A8C0\t00000000\neth0\t00000000\t0101A8C0\t0003\n"); a.String() != "192.168.1.1" {
		t.Error(a)
	}
	if a := defaultRouter("Iface\tDestination\tGateway\n"); a.IsValid() {
		t.Error(a)
	}
	if l := resolvers("# x\nnameserver 127.0.0.53\nnameserver fe80::1\nnameserver 192.168.1.1\n"); len(l) != 1 || l[0].String() != "192.168.1.1" {
		t.Error(l)
	}
}

// What the presets let through for a provider must be what K26 knows as that
// provider's, or every machine would be told that it talks to a relay.
func TestEveryProvidersPresetIsItsOwn(t *testing.T) {
	for _, provider := range plan.Choices("openclaw.provider") {
		if provider == plan.None {
			continue
		}
		p := plan.Default(plan.Host{})
		p.OpenClaw.Provider = provider
		e := checks.Evidence{Format: checks.Format}
		e.Subject.Provider = provider
		e.Guest.Endpoints = checks.Fact[checks.Endpoints]{OK: true, Value: checks.Endpoints{Looked: 1}}
		e.Host.Warden = checks.Fact[checks.Warden]{OK: true, Value: checks.Warden{Looked: true, File: egressOf(Egress(p, EgressFacts{}, Allowances{}))}}
		for _, f := range checks.Judge(p, e) {
			if f.Control == "K26" && f.Status != checks.Met {
				t.Errorf("%s: K26 is %s: %q", provider, f.Status, f.Evidence)
			}
		}
	}
}
