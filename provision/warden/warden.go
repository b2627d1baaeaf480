// Package warden is the one door of a machine: a process on the host that opens a
// channel into the guest, listens there on the guest's own loopback, and serves a
// forward proxy from its own memory. The guest's network card reaches nothing, so what
// the warden does not carry does not get out, and nothing listens on the host.
//
// Everything that comes through the channel is hostile: requests are read strictly and
// written anew, names are compared in one canonical form and resolved here, a connection
// goes to the very address that was checked, and there is a bound on everything. Whatever
// is in doubt is refused; so is everything while no valid policy is in force.
// docs/warden.md says in which order.
package warden

import (
	"context"
	"io"
	"net"
	"time"
)

// Listen is where the proxy listens in the guest.
const Listen = "127.0.0.1:3128"

// Channel is the way into the guest that the host opened.
type Channel interface {
	// Listen listens on the guest's own loopback.
	Listen(address string) (net.Listener, error)
	// Journal writes the guest's journal to out as it comes, one JSON object a line,
	// from after cursor (all of it when that is empty), until the context or the
	// channel ends. The error has a method JournalOver when it was the guest's journal
	// itself that ended, or that did not begin there.
	Journal(ctx context.Context, cursor string, out io.Writer) error
	// Done is closed when the channel has ended, whoever ended it.
	Done() <-chan struct{}
	// Close ends the channel and everything that goes through it.
	Close() error
}

// Warden is the door of one machine.
type Warden struct {
	Dir     string // the machine's directory on the host
	Machine string // the machine's name
	Version string // of clawarium, for the status
	// Connect opens a channel into the guest. It is called again, after a while, when
	// that did not work or the channel ended.
	Connect func(context.Context) (Channel, error)
	World   World // Internet() but in tests
	Walls   Walls // around the machine; nil where there are none to watch

	limits limits // the zero value means those of the docs
}

// limits bound what a guest can make the warden hold. Each has its reason in docs/warden.md.
type limits struct {
	Open    int           // connections at once
	Pending int           // of these, without a complete request
	Header  time.Duration // until a request is complete, and a TLS hello
	Lookup  time.Duration
	Dial    time.Duration
	Stagger time.Duration // before the next of several addresses is tried as well
	Idle    time.Duration // without a byte either way
	Linger  time.Duration // the same, when one side has finished
	Spare   time.Duration // idle time after which a connection yields to a new one
	Trying  time.Duration // the same, for one whose host has not answered yet
	Stuck   time.Duration // for which the guest may take to let go of one that was closed
	Bytes   int64         // both ways together, a connection
	Heap    uint64        // bytes in use after which the channel is cut
	Tick    time.Duration // how often all of this, and the policy, is looked at
	Walls   time.Duration // how often the walls are looked at

	BackoffMin, BackoffMax, Steady time.Duration // between attempts to connect
	Close                          time.Duration // that the end of a channel may take
	Save                           time.Duration // between two versions of blocked.json and journal.cursor
	LogBytes, JournalBytes         int64         // size at which a file is rotated
	LogBurst, LogRate              int           // refusals that are logged at once, and a second
	LinkBurst, LinkRate            int           // links that are made at once, and a second; 0: as many as come
}

var defaults = limits{
	Open: 256, Pending: 64,
	Header: 30 * time.Second, Lookup: 10 * time.Second, Dial: 15 * time.Second, Stagger: 300 * time.Millisecond,
	Idle: 15 * time.Minute, Linger: time.Minute, Spare: time.Minute, Trying: 2 * time.Second, Stuck: 30 * time.Second,
	Bytes: 64 << 30, Heap: 256 << 20, Tick: time.Second, Walls: 10 * time.Second,
	BackoffMin: time.Second, BackoffMax: 30 * time.Second, Steady: time.Minute, Close: 5 * time.Second, Save: 2 * time.Second,
	LogBytes: 4 << 20, JournalBytes: 16 << 20, LogBurst: 1000, LogRate: 20, LinkBurst: 1000, LinkRate: 5,
}

// headerBytes is how long the head of a request may be.
const headerBytes = 16 << 10
