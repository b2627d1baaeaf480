package warden

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"
)

func TestTheInternetKnowsItsOwnAddressesAndDialsWhatItIsTold(t *testing.T) {
	world := Internet()
	own, err := world.Own()
	if err != nil || !slices.Contains(own, netip.MustParseAddr("127.0.0.1")) {
		t.Fatalf("%v %v", own, err)
	}
	for _, a := range own {
		if a.Is4In6() || a.Zone() != "" {
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
	for _, a := range own {
		if _, reason := d.check([]netip.Addr{a}, true); reason != ReasonOwn {
			t.Errorf("%v: %q", a, reason)
		}
	}
}
