//go:build real

package steps

// Packet rules in a kernel that knows them, in a network namespace of the test's
// own: needs root, unshare, iptables, ip6tables, ebtables and nft. The rules are
// those that libvirt made on a real host (checks/testdata/host); damages are done
// with the programs that an administrator would use.

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

const inNamespace = "CLAWARIUM_TEST_NAMESPACE"

func TestRulesInForceAreFollowedAsTheKernelHasThem(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	for _, program := range []string{"unshare", "iptables", "iptables-restore", "ip6tables-restore", "ebtables-restore", "ebtables", "nft"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs %s", program)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("unshare", "-n", self, "-test.run=^TestRulesInForceInside$", "-test.v")
	c.Env = append(os.Environ(), inNamespace+"=1")
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestRulesInForceInside") {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

func TestRulesInForceInside(t *testing.T) {
	if os.Getenv(inNamespace) == "" {
		t.Skip("run by TestRulesInForceAreFollowedAsTheKernelHasThem")
	}
	fixtures := "../../checks/testdata"
	data, err := os.ReadFile(filepath.Join(fixtures, "good.json"))
	if err != nil {
		t.Fatal(err)
	}
	good, err := checks.ParseEvidence(data)
	if err != nil {
		t.Fatal(err)
	}
	sh := func(line string) {
		t.Helper()
		if out, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	restore := func() {
		t.Helper()
		sh("nft flush ruleset")
		for _, of := range []string{"iptables", "ip6tables", "ebtables"} {
			sh(of + "-restore < " + filepath.Join(fixtures, "host", of+"-save"))
		}
	}
	look := func() checks.Evidence {
		e := good
		e.Host.Rules = checks.CollectRules(t.Context(), e.Subject, packetFilter{programDirs}, []string{"vnet3"})
		return e
	}
	red := func(e checks.Evidence) (ids []checks.ID) {
		for _, f := range checks.Judge(plan.Plan{}, e) {
			if f.Status == checks.NotMet || (f.Control == "K4" || f.Control == "K13") && f.Status == checks.NotChecked {
				ids = append(ids, f.Control)
			}
		}
		return ids
	}
	restore()
	e := look()
	if got := red(e); len(got) > 0 {
		t.Fatalf("as libvirt makes them: %v\n%s", got, evidenceJSON(e))
	}
	for _, damage := range []struct {
		do  string
		red []checks.ID
	}{
		{"ebtables -t nat -D libvirt-I-vnet3 -j DROP", []checks.ID{"K13"}},
		{"ebtables -t nat -D libvirt-O-vnet3 -j DROP", []checks.ID{"K13"}},
		{"ebtables -t nat -I libvirt-I-vnet3 1 -p IPv6 -j ACCEPT", []checks.ID{"K13"}},
		{"ebtables -t nat -D PREROUTING -i vnet3 -j libvirt-I-vnet3", []checks.ID{"K13"}},
		{"ebtables -t nat -F", []checks.ID{"K13"}},
		{"iptables -D HI-vnet3 2", []checks.ID{"K13"}},
		{"iptables -I INPUT 1 -i claw281a3747 -j ACCEPT", []checks.ID{"K13"}},
		{"iptables -D INPUT -j libvirt-host-in", []checks.ID{"K13"}},
		{"ip6tables -F HI-vnet3", []checks.ID{"K13"}},
		{"iptables -t nat -A PREROUTING -p tcp --dport 18789 -j DNAT --to-destination 192.168.231.2:18789", []checks.ID{"K4"}},
		{"iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.9.9.9:80", nil},
		{"iptables -t nat -A PREROUTING -d 203.0.113.0/30 -j NETMAP --to 192.168.231.0/30", []checks.ID{"K4"}},
		{"nft 'table ip mine { chain pre { type nat hook prerouting priority -100; tcp dport 8080 dnat to 192.168.231.2:22; }; }'", []checks.ID{"K4"}},
		{"nft 'table ip mine { map m { type inet_service : ipv4_addr; elements = { 80 : 10.0.0.1, 81 : 192.168.231.2 }; }; chain pre { type nat hook prerouting priority -100; dnat to tcp dport map @m; }; }'", []checks.ID{"K4"}},
		{"nft 'table ip mine { chain pre { type nat hook prerouting priority -100; dnat to tcp dport map { 80 : 10.0.0.1, 81 : 192.168.231.2 }; }; }'", []checks.ID{"K4"}},
		{"nft 'table inet mine { chain pre { type nat hook prerouting priority -100; tcp dport 80 dnat ip to 192.168.231.0-192.168.231.9; }; }'", []checks.ID{"K4"}},
		{"nft 'table ip mine { chain pre { type nat hook prerouting priority -100; tcp dport 80 redirect to :8080; tcp dport 81 dnat to 10.0.0.1; }; }'", nil},
		{"nft 'table inet mine { chain in { type filter hook input priority 0; policy drop; ct state established accept; }; }'", nil},
		{"iptables -N ufw-before-input && iptables -A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT && iptables -A INPUT -j ufw-before-input && iptables -P INPUT DROP", nil},
		{"iptables -I FORWARD 1 -o docker0 -j ACCEPT", nil},
	} {
		restore()
		sh(damage.do)
		e := look()
		if got := red(e); !slices.Equal(got, damage.red) {
			t.Errorf("%s: red %v, wanted %v\n%s", damage.do, got, damage.red, evidenceJSON(e))
		}
	}
}

func evidenceJSON(e checks.Evidence) string {
	data, _ := json.MarshalIndent(e.Host.Rules, "", " ")
	return string(data)
}
