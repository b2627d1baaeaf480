package warden

// This file: who is at the door. Every connection from the guest is a conn here, and
// there is a bound on them. Those whose request is not complete yet never keep others
// out: the oldest of them goes when a new one comes.

import (
	"bufio"
	"container/list"
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// door serves what comes through the channel. It outlives channels.
type door struct {
	world   World
	limits  limits
	policy  atomic.Pointer[compiled] // nil: none is in force
	log     *decisions
	blocked *blockedList
	pace    *pace            // of links
	now     func() time.Time // the wall's clock, for rules that end

	began                 time.Time // clock counts from here; a wall clock that jumps does not matter
	ids                   atomic.Uint64
	handlers              atomic.Int64 // goroutines that still serve a connection, forgotten or not
	allowed, refused, cut atomic.Int64
	logTrouble            atomic.Bool // the last decision is not in the log

	mu      sync.Mutex
	open    map[*conn]struct{}
	waiting *list.List              // of those that wait for the guest, the oldest first
	gone    map[*conn]time.Duration // closed by clock, but the guest has not let go of them
}

func newDoor(world World, l limits, log *decisions, blocked *blockedList, now func() time.Time) *door {
	return &door{
		world: world, limits: l, log: log, blocked: blocked, now: now, began: time.Now(),
		open: map[*conn]struct{}{}, waiting: list.New(), gone: map[*conn]time.Duration{},
	}
}

// clock is the time since the door was made, never 0.
func (d *door) clock() time.Duration { return time.Since(d.began) + 1 }

// conn is one connection from the guest.
type conn struct {
	door   *door
	id     uint64
	client net.Conn
	in     *bufio.Reader // of client; nil once a tunnel has what was in it
	ctx    context.Context
	cancel context.CancelFunc

	due    atomic.Int64 // by clock: when it is cut as too slow; 0: never
	asked  atomic.Int64 // by clock: since when its host is tried
	active atomic.Int64 // by clock: when a byte last went either way
	half   atomic.Bool  // one side has finished
	up     atomic.Int64
	down   atomic.Int64

	mu       sync.Mutex
	waits    *list.Element // in door.waiting; guarded by the door's mu, as is served
	served   bool          // no goroutine reads from it any more
	entry    Entry         // what was asked for
	upstream net.Conn      // nil: not connected
	since    time.Time     // of upstream
	logged   bool          // the line that allows it is written
	silent   bool          // the next end needs no line
	ended    bool
}

// readers have the room for one head of a request.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, headerBytes) }}

// serve takes connections until the listener fails again and again, as one that is closed
// does. It goes on accepting, and turns away, when the context is over: a connection of SSH
// does not end while one waits there to be accepted, and each of these may fail with what
// reads like the listener's end.
func (d *door) serve(ctx context.Context, ln net.Listener) error {
	for failures := 0; ; {
		client, err := ln.Accept()
		switch {
		case err == nil && ctx.Err() != nil:
			go client.Close()
		case err == nil:
			failures = 0
			if c := d.admit(ctx, client); c != nil {
				go c.serve()
			}
		default:
			if failures++; failures >= 1000 {
				return err
			}
		}
	}
}

// admit gives a connection its place, if need be that of another.
func (d *door) admit(ctx context.Context, client net.Conn) *conn {
	c := &conn{door: d, id: d.ids.Add(1), client: client}
	c.ctx, c.cancel = context.WithCancel(ctx)
	var yields *conn
	d.mu.Lock()
	full := len(d.open) >= d.limits.Open
	if full || d.waiting.Len() >= d.limits.Pending {
		if oldest := d.waiting.Front(); oldest != nil {
			yields = oldest.Value.(*conn)
		} else if yields = d.sparest(); yields == nil {
			d.mu.Unlock()
			c.cancel()
			client.Close()
			d.note(Entry{Verdict: Refuse, ID: c.id, Reason: ReasonTooMany})
			return nil
		}
		d.leave(yields)
	}
	d.open[c] = struct{}{}
	c.waits = d.waiting.PushBack(c)
	d.handlers.Add(1)
	d.mu.Unlock()
	if yields != nil {
		yields.end(ReasonTooMany)
	}
	c.due.Store(int64(d.clock() + d.limits.Header))
	return c
}

// sparest is the connection that has been idle, or has tried its host, for longest beyond
// what each may before it yields.
func (d *door) sparest() (spare *conn) {
	clock, most := int64(d.clock()), int64(0)
	for c := range d.open {
		since, may := c.active.Load(), d.limits.Spare
		if asked := c.asked.Load(); asked != 0 {
			since, may = asked, d.limits.Trying
		}
		if beyond := clock - since - int64(may); since != 0 && beyond > most {
			spare, most = c, beyond
		}
	}
	return spare
}

// leave takes a connection off the books. The door's mu is held.
func (d *door) leave(c *conn) {
	if _, open := d.open[c]; open && !c.served {
		d.gone[c] = d.clock()
	}
	delete(d.open, c)
	if c.waits != nil {
		d.waiting.Remove(c.waits)
		c.waits = nil
	}
}

// over says that nothing serves the connection any more.
func (c *conn) over() {
	c.door.mu.Lock()
	c.served = true
	delete(c.door.gone, c)
	c.door.mu.Unlock()
	c.door.handlers.Add(-1)
}

// wait puts a connection behind those that wait for the guest.
func (c *conn) wait() {
	c.door.mu.Lock()
	if _, open := c.door.open[c]; open && c.waits == nil {
		c.waits = c.door.waiting.PushBack(c)
	}
	c.door.mu.Unlock()
}

// ready says that the request is complete.
func (c *conn) ready() {
	c.due.Store(0)
	c.asked.Store(int64(c.door.clock()))
	c.door.mu.Lock()
	if c.waits != nil {
		c.door.waiting.Remove(c.waits)
		c.waits = nil
	}
	c.door.mu.Unlock()
}

// again waits for another request on the same connection. That none comes is no refusal.
func (c *conn) again() {
	c.mu.Lock()
	c.entry, c.silent = Entry{}, true
	c.mu.Unlock()
	c.active.Store(0)
	c.due.Store(int64(c.door.clock() + c.door.limits.Header))
	c.wait()
}

// note writes a line that no connection waits for, and counts it.
func (d *door) note(e Entry) error {
	switch e.Verdict {
	case Allow:
		d.allowed.Add(1)
	case Refuse:
		d.refused.Add(1)
	case Cut:
		d.cut.Add(1)
	}
	err := d.log.write(e)
	d.logTrouble.Store(err != nil)
	return err
}

// asks notes what is asked for.
func (c *conn) asks(kind, host string, port int) {
	c.mu.Lock()
	c.entry = Entry{ID: c.id, Kind: kind, Host: host, Port: port}
	c.silent = false
	c.mu.Unlock()
}

// link notes that the host is connected. It is false when the connection ended
// meanwhile, or its policy.
func (c *conn) link(upstream net.Conn, d Decision, address string) (Reason, bool) {
	now := c.door.policy.Load().decide(d.Host, c.entry.Port, c.door.now())
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || !now.Allow {
		upstream.Close()
		return now.Reason, false
	}
	c.up.Store(0)
	c.down.Store(0)
	c.half.Store(false)
	c.active.Store(int64(c.door.clock()))
	c.asked.Store(0)
	c.entry.Host, c.entry.Rule, c.entry.Address = d.Host, d.Rule, address
	c.upstream, c.since, c.logged = upstream, time.Now(), false
	return "", true
}

// allow writes the line that lets the guest's bytes through; false when there can be none.
func (c *conn) allow() bool {
	c.mu.Lock()
	if c.ended || c.logged {
		defer c.mu.Unlock()
		return !c.ended
	}
	e := c.entry
	c.logged = true
	c.mu.Unlock()
	e.Verdict = Allow
	if c.door.note(e) != nil {
		c.end(ReasonLog)
		return false
	}
	return true
}

// unlink ends what is connected, and writes its last line.
func (c *conn) unlink() {
	c.mu.Lock()
	if c.ended || c.upstream == nil {
		c.mu.Unlock()
		return
	}
	c.upstream.Close()
	c.upstream = nil
	e := c.last(End, "")
	c.mu.Unlock()
	_ = c.door.note(e)
}

// last is the line for the end of what is connected. mu is held.
func (c *conn) last(v Verdict, reason Reason) Entry {
	e := c.entry
	e.Verdict, e.Reason = v, reason
	e.Up, e.Down = c.up.Load(), c.down.Load()
	e.Seconds = float64(time.Since(c.since).Milliseconds()) / 1000
	return e
}

// end closes the connection, once, and says why unless that was said. An empty reason
// means that it ended by itself.
func (c *conn) end(reason Reason) {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return
	}
	c.ended = true
	var lines []Entry
	switch linked := c.upstream != nil; {
	case linked && reason == "" && !c.logged: // it ended before the guest had said anything
		e := c.entry
		e.Verdict = Allow
		lines = append(lines, e, c.last(End, ""))
	case linked && c.logged && reason == "":
		lines = append(lines, c.last(End, ""))
	case linked && c.logged:
		lines = append(lines, c.last(Cut, reason))
	case reason != "" && !c.silent:
		e := c.entry
		e.ID, e.Verdict, e.Reason = c.id, Refuse, reason
		lines = append(lines, e)
	}
	if c.upstream != nil {
		c.upstream.Close()
	}
	c.mu.Unlock()
	c.door.mu.Lock()
	c.door.leave(c)
	c.door.mu.Unlock()
	c.cancel()
	for _, e := range lines {
		_ = c.door.note(e)
	}
	// Closing a channel of SSH writes, which may have to wait for a guest that does not read.
	go c.client.Close()
}

// refused logs a refusal; false when the connection ended meanwhile. The connection goes
// on for as long as the guest may take to read the answer, and yields to others meanwhile.
func (c *conn) refused(reason Reason, address, name string) bool {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return false
	}
	c.silent = true
	e := c.entry
	c.mu.Unlock()
	e.ID, e.Verdict, e.Reason, e.Address, e.Name = c.id, Refuse, reason, address, name
	_ = c.door.note(e)
	c.asked.Store(0)
	c.wait()
	if canonical, kind := canonical(e.Host); kind == asName || kind == asAddress {
		switch reason {
		case ReasonOffline, ReasonNotListed, ReasonExpired, ReasonDirect, ReasonAddress, ReasonMixed, ReasonOwn:
			c.door.blocked.add(canonical, e.Port, reason, c.door.now())
		}
	}
	return true
}

// look cuts whatever time or the policy has overtaken.
func (d *door) look() {
	d.mu.Lock()
	all := make([]*conn, 0, len(d.open))
	for c := range d.open {
		all = append(all, c)
	}
	d.mu.Unlock()
	clock, now, policy := int64(d.clock()), d.now(), d.policy.Load()
	for _, c := range all {
		if reason := c.overdue(clock, now, policy); reason != "" {
			c.end(reason)
		}
	}
}

func (c *conn) overdue(clock int64, now time.Time, policy *compiled) Reason {
	if due := c.due.Load(); due != 0 && clock >= due {
		return ReasonSlow
	}
	c.mu.Lock()
	linked, host, port := c.upstream != nil, c.entry.Host, c.entry.Port
	c.mu.Unlock()
	if !linked {
		return ""
	}
	if d := policy.decide(host, port, now); !d.Allow {
		return d.Reason
	}
	limit := c.door.limits.Idle
	if c.half.Load() {
		limit = c.door.limits.Linger
	}
	switch {
	case clock-c.active.Load() > int64(limit):
		return ReasonIdle
	case c.up.Load()+c.down.Load() > c.door.limits.Bytes:
		return ReasonBytes
	}
	return ""
}

// endAll ends every connection, as when the channel has ended.
func (d *door) endAll() {
	d.mu.Lock()
	all := make([]*conn, 0, len(d.open))
	for c := range d.open {
		all = append(all, c)
	}
	d.mu.Unlock()
	for _, c := range all {
		c.mu.Lock()
		c.silent = true // a request that was not complete is nobody's fault
		c.mu.Unlock()
		c.end("")
	}
}

// count returns the connections that are open, and those that the guest does not let go
// of although they were closed here a while ago.
func (d *door) count() (open, stuck int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.clock() - d.limits.Stuck
	for _, at := range d.gone {
		if at < before {
			stuck++
		}
	}
	return len(d.open), stuck
}
