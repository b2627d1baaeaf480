package warden

import (
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Inside a network namespace of its own, which goes with the process.
func TestTheNeighboursOfAComputerWithAnAddressAloneAreKnown(t *testing.T) {
	if os.Getenv("CLAWARIUM_TEST_NEAR") != "" {
		inAWorldOfAddressesAlone(t)
		return
	}
	again := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	again.Env = append(os.Environ(), "CLAWARIUM_TEST_NEAR=1")
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Getuid() != 0 {
		again.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		again.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
	}
	out, err := again.CombinedOutput()
	switch {
	case again.ProcessState == nil && os.Getenv("CI") == "":
		t.Skipf("no network namespace to be had: %v", err)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("%s", out)
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	}
}

func inAWorldOfAddressesAlone(t *testing.T) {
	for _, words := range []string{
		"link add lan type veth peer name far", "link set lan up", "link set far up",
		"addr add 2606:2800:330:1::2/128 dev lan", // as by DHCPv6, and what the router advertises
		"-6 route add 2606:2800:330:1::/64 dev lan proto ra",
		"-6 route add default via fe80::1 dev lan",
		"addr add 93.184.216.2/32 dev lan",
		"route add 93.184.216.0/26 dev lan",
		"route add 93.185.0.0/24 via 93.184.216.1 dev lan",
		"route add unreachable 93.186.0.0/24",
		"tuntap add dev tunnel mode tun", "link set tunnel up", // leads to half the world
		"route add 64.0.0.0/8 dev tunnel", "-6 route add 2a00::/16 dev tunnel",
	} {
		if out, err := exec.Command("ip", strings.Fields(words)...).CombinedOutput(); err != nil {
			if os.Getenv("CI") != "" { // where all that tests need is installed
				t.Fatalf("ip %s: %v %s", words, err, out)
			}
			t.Skipf("ip %s: %v %s", words, err, out)
		}
	}
	near, err := Internet().Near()
	want := []netip.Prefix{netip.MustParsePrefix("93.184.216.0/26"), netip.MustParsePrefix("2606:2800:330:1::/64")}
	for _, p := range want {
		if !slices.Contains(near, p) {
			t.Errorf("%s is not near: %v, %v", p, near, err)
		}
	}
	d := newDoor(Internet(), quick(), nil, nil, time.Now)
	for addr, reason := range map[string]Reason{
		"2606:2800:330:1::2": ReasonOwn, "93.184.216.2": ReasonOwn,
		"2606:2800:330:1::9": ReasonAddress, "93.184.216.9": ReasonAddress, "2606:2800:330:2::9": "", "93.184.216.99": "",
		"93.185.0.9": "", "93.186.0.9": "", "64.0.0.9": "", "2a00::9": "",
	} {
		if _, is := d.check([]netip.Addr{netip.MustParseAddr(addr)}, false); is != reason {
			t.Errorf("%s: %q, not %q", addr, is, reason)
		}
	}
}
