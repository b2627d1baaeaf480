package warden

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheInternetKnowsItsOwnAddressesAndDialsWhatItIsTold(t *testing.T) {
	world := Internet()
	own, err := world.Own()
	if err != nil || !slices.Contains(own, netip.MustParsePrefix("127.0.0.1/8")) {
		t.Fatalf("%v %v", own, err)
	}
	for _, p := range own {
		if a := p.Addr(); a.Is4In6() || a.Zone() != "" {
			t.Errorf("%v is not in its usual form", a)
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	to := netip.MustParseAddrPort(ln.Addr().String())
	conn, err := world.Dial(context.Background(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if conn.RemoteAddr().String() != to.String() {
		t.Errorf("connected to %v", conn.RemoteAddr())
	}
	// The door would not have come that far.
	d := newDoor(world, quick(), nil, nil, time.Now)
	for _, p := range own {
		if _, reason := d.check([]netip.Addr{p.Addr()}, true); reason != ReasonOwn {
			t.Errorf("%v: %q", p, reason)
		}
	}
}

func TestANeighbourWithAPublicAddressIsNotOnTheInternet(t *testing.T) {
	world := &fakeWorld{own: []string{
		"192.168.1.2/24", "2606:2800:220:1::2/64", "93.184.216.99/26", // at home, on a rented server
		"2606:2800:330:1::2/128", "93.185.0.1/32", // without neighbours
		"2a00::1/15", "94.0.0.1/7", // no network has that size
	}, near: []string{"2606:2800:440:1::/64", "93.186.0.0/24", "2600::/12", "92.0.0.0/6"}}
	d := newDoor(world, quick(), nil, nil, time.Now)
	for _, test := range []struct {
		addrs  string
		reason Reason
	}{
		{"2606:2800:220:1::5", ReasonAddress},
		{"2606:2800:220:1:ffff::", ReasonAddress},
		{"2606:2800:220:2::5", ""}, // another network
		{"93.184.216.65", ReasonAddress},
		{"::ffff:93.184.216.65", ReasonAddress},
		{"93.184.216.34", ""},
		{"2606:2800:330:1::3", ""},
		{"93.185.0.2", ""},
		{"2a00::2", ""},
		{"94.0.0.2", ""},
		{"2606:2800:440:1::", ReasonAddress}, // by a route alone
		{"2606:2800:440:1::5", ReasonAddress},
		{"2606:2800:440:2::5", ""},
		{"93.186.0.9", ReasonAddress},
		{"2600::2", ""},
		{"93.184.216.99", ReasonOwn},
		{"2606:2800:220:1::2", ReasonOwn},
		{"2606:2800:330:1::2", ReasonOwn},
		{"2a00::1", ReasonOwn},
		{"93.184.216.34 2606:2800:220:1::5", ReasonMixed},
	} {
		var addrs []netip.Addr
		for _, a := range strings.Fields(test.addrs) {
			addrs = append(addrs, netip.MustParseAddr(a))
		}
		if _, reason := d.check(addrs, false); reason != test.reason {
			t.Errorf("%s: %q, not %q", test.addrs, reason, test.reason)
		}
	}
	// The model server is one.
	if _, reason := d.check([]netip.Addr{netip.MustParseAddr("192.168.1.20")}, true); reason != "" {
		t.Errorf("the model server: %q", reason)
	}
}

func TestAnAddressOfThisComputerComesWithItsNetwork(t *testing.T) {
	for want, n := range map[string]*net.IPNet{
		"192.0.2.7/24":    {IP: net.IPv4(192, 0, 2, 7), Mask: net.CIDRMask(24, 32)},
		"192.0.2.8/24":    {IP: net.IPv4(192, 0, 2, 8), Mask: net.CIDRMask(120, 128)},
		"2001:db8::7/64":  {IP: net.ParseIP("2001:db8::7"), Mask: net.CIDRMask(64, 128)},
		"2001:db8::8/128": {IP: net.ParseIP("2001:db8::8")},
		"192.0.2.9/32":    {IP: net.IPv4(192, 0, 2, 9), Mask: net.IPMask{255, 0, 255, 0}},
	} {
		if p, ok := ownPrefix(n); !ok || p.String() != want {
			t.Errorf("%v instead of %s", p, want)
		}
	}
}
