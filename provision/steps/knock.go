package steps

// The machine's filter tried from this side, without any right: datagrams that it has
// to drop are sent to the machine, and the counters of the machine's card say whether
// they got as far as that. Unlike an answer, that is nothing the machine could hold back.
// It sees what takes all rules away, as a firewall that is loaded anew does; a single rule
// that somebody took out is seen only by who may list them.

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

const (
	volley     = 40  // datagrams
	volleySize = 512 // bytes
	volleyPort = 9   // discard (RFC 863): whatever listens there, nothing comes of it

	quiet  = 100 * time.Millisecond // in which the card's other traffic is measured
	arrive = 200 * time.Millisecond // that QEMU may take to fetch them; it does in one
)

// knocker sends to one machine.
type knocker struct {
	sys, bridge string // of what file system, and the bridge there
	from, to    string // addresses
}

func (e *Env) knocker() *knocker {
	return &knocker{"/sys/class/net", layout.Bridge(e.Plan.Name), e.choices.HostIP, e.choices.GuestIP}
}

// knock says what became of a volley. What is dropped never gets to the card, so few
// more packets there than before are proof of it; as many are proof of the opposite only
// if the card has hardly any other traffic, and if it happens twice.
func (k *knocker) knock(ctx context.Context) (checks.Knock, error) {
	for passed := 0; ; {
		before, err := k.delivered()
		if err != nil {
			return checks.KnockUnclear, err
		}
		if err := wait(ctx, quiet); err != nil {
			return checks.KnockUnclear, err
		}
		start, err := k.delivered()
		if err == nil {
			err = k.send()
		}
		if err == nil {
			err = wait(ctx, arrive)
		}
		if err != nil {
			return checks.KnockUnclear, err
		}
		end, err := k.delivered()
		switch {
		case err != nil:
			return checks.KnockUnclear, err
		case end-start < volley/2:
			return checks.KnockDropped, nil
		case start-before > volley/8 || end-start < volley:
			return checks.KnockUnclear, nil
		}
		if passed++; passed == 2 {
			return checks.KnockPassed, nil
		}
	}
}

// delivered counts the packets that the host gave to the machine's card, with those that
// it had no room for.
func (k *knocker) delivered() (int64, error) {
	ports, err := os.ReadDir(filepath.Join(k.sys, k.bridge, "brif"))
	if err != nil {
		return 0, err
	}
	if len(ports) != 1 {
		return 0, errors.New(text.T().Checks.Drills.NoTap)
	}
	sum := int64(0)
	for _, counter := range []string{"tx_packets", "tx_dropped"} {
		n, err := stateOf(filepath.Join(k.sys, ports[0].Name(), "statistics", counter))
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// send sends the volley. That the machine says nothing listens there is no error; that a
// firewall of this computer's own does not let it go out is one.
func (k *knocker) send() error {
	conn, err := net.DialUDP("udp", &net.UDPAddr{IP: net.ParseIP(k.from)}, &net.UDPAddr{IP: net.ParseIP(k.to), Port: volleyPort})
	if err != nil {
		return err
	}
	defer conn.Close()
	data := make([]byte, volleySize)
	for range volley {
		if _, err := conn.Write(data); err != nil && !errors.Is(err, syscall.ECONNREFUSED) {
			return err
		}
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
