package checks

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// The bridge of the machine's network, and whether the kernel shows packets that
// cross a bridge to the IP layer's rules.

// Bridge is the host's end of the isolated network.
type Bridge struct {
	Name  string   `json:"name"`
	Ports []string `json:"ports"` // interfaces on it: the machine's tap and no other
	// Filtered4 and Filtered6 say whether iptables and ip6tables see what
	// crosses it: "1", "0", or "" when the kernel part that does it is not loaded.
	Filtered4 string `json:"filtered4"`
	Filtered6 string `json:"filtered6"`
	// Forwards is net.ipv4.ip_forward: whether this host passes packets on at all.
	Forwards string `json:"forwards"`
	// Knock is what became of datagrams to the machine that its filter has to drop.
	Knock Knock `json:"knock,omitempty"`
}

// Knock says whether something that the filter has to drop got as far as the machine's
// card. It is told by the card's counters, not by an answer, so the machine cannot hold
// it back; and it takes no right to list packet rules.
type Knock string

// What became of it. It is not clear while the card has other traffic.
const (
	KnockUnclear Knock = ""
	KnockDropped Knock = "dropped"
	KnockPassed  Knock = "passed"
)

const maxPorts = 50

func readBridge(from Sources, s Subject) (Bridge, error) {
	b := Bridge{Name: layout.Bridge(s.Machine), Ports: []string{}}
	dir := filepath.Join(from.Root, "sys/class/net", b.Name)
	ports, err := os.ReadDir(filepath.Join(dir, "brif"))
	if err != nil {
		return Bridge{}, err
	}
	for _, p := range ports {
		if len(b.Ports) < maxPorts {
			b.Ports = append(b.Ports, p.Name())
		}
	}
	slices.Sort(b.Ports)
	// Either switch is enough: the kernel asks the bridge's own and the common one.
	one := func(sysctl, own string) string {
		common := word(filepath.Join(from.Proc, "sys/net/bridge", sysctl))
		if word(filepath.Join(dir, "bridge", own)) == "1" && common != "" {
			return "1"
		}
		return common
	}
	b.Filtered4 = one("bridge-nf-call-iptables", "nf_call_iptables")
	b.Filtered6 = one("bridge-nf-call-ip6tables", "nf_call_ip6tables")
	b.Forwards = word(filepath.Join(from.Proc, "sys/net/ipv4/ip_forward"))
	return b, nil
}

// word is the only word of a small file, "" when there is none.
func word(path string) string {
	data, err := os.ReadFile(path)
	if err != nil || len(data) > 4096 {
		return ""
	}
	return clean(strings.TrimSpace(string(data)), 120)
}
