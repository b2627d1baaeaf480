//go:build real && linux

package steps

// The filter tried from the host's side, in the namespaces of the drills.

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/checks"
)

func TestAMissingFilterIsNoticedWithoutListingIt(t *testing.T) {
	pretend(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("ip", "netns", "exec", drillOutside, self, "-test.run=^TestKnockInside$", "-test.v") // with a /sys of its own
	c.Env = append(os.Environ(), inNamespace+"=1")
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestKnockInside") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestKnockInside(t *testing.T) {
	if os.Getenv(inNamespace) == "" {
		t.Skip("run by TestAMissingFilterIsNoticedWithoutListingIt")
	}
	sh := func(line string) {
		t.Helper()
		if out, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	k := &knocker{"/sys/class/net", layout.Bridge(drillMachine), "10.213.9.1", "10.213.9.2"}
	is := func(what string, want checks.Knock, fails bool) {
		t.Helper()
		if got, err := k.knock(t.Context()); got != want || (err != nil) != fails {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	// The card has traffic that the filter lets through, in bursts with pauses.
	busy := func(pause time.Duration, f func()) {
		ctx, stop := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() {
			defer close(over)
			for began := time.Now(); ctx.Err() == nil; {
				if pause > 0 && time.Since(began) > pause {
					time.Sleep(pause)
					began = time.Now()
				}
				if c, err := net.DialTimeout("tcp", "10.213.9.2:22", time.Second); err == nil {
					c.Close()
				}
			}
		}()
		time.Sleep(50 * time.Millisecond)
		f()
		stop()
		<-over
	}

	is("with the filter", checks.KnockDropped, false)
	for _, pause := range []time.Duration{0, arrive, arrive + arrive/2} {
		busy(pause, func() {
			for range 2 {
				if got, err := k.knock(t.Context()); got == checks.KnockPassed || err != nil {
					t.Errorf("with the filter, and traffic that pauses for %s: %q, %v", pause, got, err)
				}
			}
		})
	}
	sh("iptables -I OUTPUT -p udp -j DROP")
	is("with a firewall that lets nothing of it out", checks.KnockUnclear, true)
	sh("iptables -D OUTPUT -p udp -j DROP")

	sh("ebtables -t nat -F")
	is("without the filter", checks.KnockPassed, false)
	busy(0, func() { is("without the filter, and traffic", checks.KnockUnclear, false) })
	sh("iptables -F") // and what the machine says to that is heard
	is("without any rule", checks.KnockPassed, false)
	sh("ip netns exec " + drillInside + " iptables -I INPUT -p udp -j DROP")
	is("without the filter, in a machine that says nothing", checks.KnockPassed, false)

	sh("ip link add other0 type veth peer name other1 && ip link set other0 master " + k.bridge)
	is("with another card on the bridge", checks.KnockUnclear, true)
	k.bridge = "none"
	is("without a bridge", checks.KnockUnclear, true)
}
