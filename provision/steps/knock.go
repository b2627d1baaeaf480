package steps

// The machine's filter tried from this side, without any right: datagrams that it has
// to drop are sent to the machine, and the counters of the machine's card say whether
// they got as far as that. Unlike an answer, that is nothing the machine could hold back.
// It sees what takes all rules away, as a firewall that is loaded anew does; a single rule
// that somebody took out is seen only by who may list them.

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

const (
	volley     = 40  // datagrams
	volleySize = 512 // bytes
	volleyPort = 9   // discard (RFC 863): whatever listens there, nothing comes of it

	windows = 12                     // that one answer is made of, at most
	arrive  = 200 * time.Millisecond // the length of each; QEMU fetches a packet in one
)

// knocker sends to one machine.
type knocker struct {
	sys, bridge string // of what file system, and the bridge there
	from, to    string // addresses
}

func (e *Env) knocker() *knocker {
	return &knocker{"/sys/class/net", layout.Bridge(e.Plan.Name), e.choices.HostIP, e.choices.GuestIP}
}

// knock says what became of it. What is dropped never gets to the card, so few more
// packets there than before are proof of that. The opposite takes more, since the card has
// other traffic, and that may come in bursts: chance decides in which windows something
// is sent, and the counter has to follow it in every one.
func (k *knocker) knock(ctx context.Context) (checks.Knock, error) {
	for window := range windows {
		sends := window == 0 || rand.IntN(2) == 0
		start, err := k.delivered()
		if err == nil && sends {
			err = k.send()
		}
		if err != nil {
			return checks.KnockUnclear, err
		}
		came, err := k.since(ctx, start)
		if err == nil && window == 0 && came < volley/2 { // once more, where QEMU is held up
			came, err = k.since(ctx, start)
		}
		switch {
		case err != nil:
			return checks.KnockUnclear, err
		case sends && came < volley/2:
			return checks.KnockDropped, nil
		case sends && came < volley, !sends && came > volley/2:
			return checks.KnockUnclear, nil
		}
	}
	return checks.KnockPassed, nil
}

// since counts what was delivered since then, after waiting for it.
func (k *knocker) since(ctx context.Context, start int64) (int64, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(arrive):
	}
	now, err := k.delivered()
	return now - start, err
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

// send sends the volley. The socket is not connected: what the machine answers to one
// datagram, such as that nothing listens there, would keep the next one from going out.
// That a firewall of this computer's own lets none of them out is an error.
func (k *knocker) send() error {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(k.from)})
	if err != nil {
		return err
	}
	defer conn.Close()
	to, data := &net.UDPAddr{IP: net.ParseIP(k.to), Port: volleyPort}, make([]byte, volleySize)
	for range volley {
		if _, err := conn.WriteTo(data, to); err != nil {
			return err
		}
	}
	return nil
}
