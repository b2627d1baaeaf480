package steps

// What this host counts while drills are made: frames that came out of the machine's
// card and those that its filter dropped; in a session, where there is neither, the
// connections that QEMU has.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// counter reads the host's counters. deep has it read those of the IP layer too.
type counter interface {
	read(ctx context.Context, deep bool) (counts, error)
}

// counts are the state at one time.
type counts struct {
	entered int64
	dropped map[string]int64  // by rule
	sockets map[string]string // of QEMU, by inode: what they are
}

// grown is the difference of two.
type grown struct {
	entered, dropped, opened int
	by                       string // the rule that dropped most, or what was opened
	reset                    bool   // the counters began again
}

func (c counts) since(before counts) (g grown) {
	g.entered = int(c.entered - before.entered)
	g.reset = g.entered < 0
	most := int64(0)
	for rule, n := range c.dropped {
		was, known := before.dropped[rule]
		if !known {
			continue // its layer was not read before
		}
		d := n - was
		if d < 0 {
			g.reset = true
		}
		g.dropped += int(d)
		if d > most {
			most, g.by = d, rule
		}
	}
	for inode, what := range c.sockets {
		if _, was := before.sockets[inode]; !was {
			g.opened++
			g.by = what
		}
	}
	return g
}

func (e *Env) counter(s checks.Subject) counter {
	if !s.System {
		return qemuCounter{s}
	}
	return tapCounter{bridge: layout.Bridge(s.Machine), rules: packetFilter{programDirs}, net: "/sys/class/net"}
}

// tapCounter is of a machine of the system's libvirt.
type tapCounter struct {
	bridge string
	rules  checks.PacketFilter
	net    string
}

func (c tapCounter) read(ctx context.Context, deep bool) (counts, error) {
	now := counts{dropped: map[string]int64{}}
	ports, err := os.ReadDir(filepath.Join(c.net, c.bridge, "brif"))
	if err != nil {
		return now, err
	}
	if len(ports) == 0 {
		return now, errors.New(text.T().Checks.Drills.NoTap)
	}
	var taps []string
	for _, p := range ports {
		n, err := stateOf(filepath.Join(c.net, p.Name(), "statistics/rx_packets"))
		if err != nil {
			return now, err
		}
		taps = append(taps, p.Name())
		now.entered += n
	}
	tools := []checks.RuleTool{checks.LinkCounters}
	if deep {
		tools = append(tools, checks.IPv4Counters, checks.IPv6Counters)
	}
	for _, tool := range tools {
		data, err := c.rules.List(ctx, tool, 8<<20)
		if err != nil {
			return now, err
		}
		addDrops(now.dropped, string(data), taps)
	}
	return now, nil
}

// addDrops reads the counters of the rules that drop what comes from a tap, in chains
// that libvirt made for it. iptables writes them before a rule, ebtables behind.
func addDrops(into map[string]int64, listing string, taps []string) {
	for line := range strings.Lines(listing) {
		words := strings.Fields(line)
		var packets string
		if len(words) > 0 && strings.HasPrefix(words[0], "[") {
			packets, _, _ = strings.Cut(words[0][1:], ":")
			words = words[1:]
		}
		if n := len(words); n > 3 && words[n-3] == "-c" {
			packets, words = words[n-2], words[:n-3]
		}
		if len(words) < 4 || words[0] != "-A" || !chainOf(words[1], taps) || words[len(words)-2] != "-j" || words[len(words)-1] != "DROP" {
			continue
		}
		if n, err := strconv.ParseInt(packets, 10, 64); err == nil {
			into[strings.Join(words[1:], " ")] += n
		}
	}
}

// chainOf says whether a chain is one of those for what comes from a tap: libvirt-I-tap
// and I-tap-… of the link layer, and HI-tap and FI-tap of the next.
func chainOf(chain string, taps []string) bool {
	for _, tap := range taps {
		for _, form := range []string{"libvirt-I-%s", "HI-%s", "FI-%s"} {
			if chain == fmt.Sprintf(form, tap) {
				return true
			}
		}
		if strings.HasPrefix(chain, "I-"+tap+"-") {
			return true
		}
	}
	return false
}

// qemuCounter is of a machine in a session.
type qemuCounter struct{ subject checks.Subject }

func (c qemuCounter) read(context.Context, bool) (counts, error) {
	sockets, err := checks.QemuSockets("/proc", c.subject)
	return counts{sockets: sockets}, err
}
