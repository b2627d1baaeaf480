package warden

import (
	"strings"
	"testing"
)

func TestARouteWithoutAGatewayLeadsToNeighbours(t *testing.T) {
	for _, c := range []struct {
		line, want string
	}{
		{"eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0", ""}, // by a gateway
		{"eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0", "192.0.2.0/24 eth0"},
		{"ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0", "0.0.0.0/0 ppp0"},
		{"*\t000200C0\t00000000\t0200\t0\t0\t0\t00FFFFFF\t0\t0\t0", ""}, // unreachable
		{"eth0\t000200C0", ""},
		{"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT", ""},
		{"20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0", "2001:db8::/64 eth0"},
		{"20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00040001     eth0", "2001:db8::/64 eth0"}, // advertised
		{"00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0", ""},
		{"00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo", ""},
		{"2001", ""},
	} {
		got := ""
		if p, card := onLink(strings.Fields(c.line)); p.IsValid() {
			got = p.String() + " " + card
		}
		if got != c.want {
			t.Errorf("%s\n  %q, not %q", c.line, got, c.want)
		}
	}
}
