package warden

// This file: a tunnel, for CONNECT and SOCKS5. From the host to the guest bytes flow from
// the start, since in some protocols the server speaks first. What the guest sends first
// is held until it is judged: if it is TLS, it must be for the host that was asked for.

import (
	"io"
	"net"
	"sync"
)

// buffers for what is under way. Who waits has a small one: most tunnels wait most of the
// time. SSH keeps one of its own for each channel, as large as the largest write so far.
var buffers = sync.Pool{New: func() any { b := make([]byte, 16<<10); return &b }}

const smallBuffer = 2 << 10

// metered counts what goes to and from the host.
type metered struct {
	net.Conn
	c *conn
}

func (m metered) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.c.down.Add(int64(n))
	m.c.active.Store(int64(m.c.door.clock()))
	return n, err
}

func (m metered) Write(p []byte) (int, error) {
	n, err := m.Conn.Write(p)
	m.c.up.Add(int64(n))
	m.c.active.Store(int64(m.c.door.clock()))
	return n, err
}

// tunnel carries bytes both ways until both sides have finished, or the connection ends.
func (c *conn) tunnel(host net.Conn, d Decision) {
	upstream := metered{host, c}
	down := make(chan struct{})
	go func() {
		defer close(down)
		if err := move(c.client, upstream); err != nil || !closeWrite(c.client) {
			c.end("")
			return
		}
		c.half.Store(true)
	}()
	if c.first(upstream, d) {
		if err := move(upstream, c.client); err != nil || !closeWrite(host) {
			c.end("")
		}
		c.half.Store(true)
	} else {
		c.end("")
	}
	<-down
}

// first holds what the guest sends first until it may pass. It is false when it may not.
func (c *conn) first(upstream io.Writer, d Decision) bool {
	port := c.entry.Port
	secure := port == 443
	if secure {
		c.due.Store(int64(c.door.clock() + c.door.limits.Header))
	}
	var h hello
	state := helloMore
	buffer := make([]byte, smallBuffer)
	for state == helloMore {
		n, err := c.in.Read(buffer)
		if n > 0 {
			state = h.add(buffer[:n])
		}
		if state == helloMore && err != nil { // it ended before that was clear
			if len(h.raw) == 0 && err == io.EOF {
				c.due.Store(0)
				return c.allow() // it only listens
			}
			if len(h.raw) == 0 {
				c.end("")
			}
			c.endFirst(ReasonNotTLS, "")
			return false
		}
		if state == helloMore && !secure && c.due.Load() == 0 {
			c.due.Store(int64(c.door.clock() + c.door.limits.Header))
		}
	}
	switch {
	case state == helloBad, state == helloForeign && secure:
		c.endFirst(ReasonNotTLS, "")
		return false
	case state == helloDone && h.name == "" && !d.Address.IsValid(): // an address has no name in TLS
		c.endFirst(ReasonNoName, "")
		return false
	case state == helloDone && h.name != "":
		if name, _ := canonical(h.name); name != d.Host || h.name[len(h.name)-1] == '.' {
			c.endFirst(ReasonMismatch, h.name)
			return false
		}
	}
	if !c.allow() {
		return false
	}
	c.due.Store(0)
	for rest := c.in.Buffered(); rest > 0; rest = c.in.Buffered() {
		b, _ := c.in.Peek(rest)
		h.raw = append(h.raw, b...)
		_, _ = c.in.Discard(rest)
	}
	c.letGo()
	_, err := upstream.Write(h.raw)
	return err == nil
}

// endFirst ends a tunnel over what the guest sent first.
func (c *conn) endFirst(reason Reason, name string) {
	c.mu.Lock()
	c.entry.Name = name
	c.mu.Unlock()
	c.end(reason)
}

// move copies until the end of from.
func move(to io.Writer, from io.Reader) error {
	small := make([]byte, smallBuffer)
	var large *[]byte
	defer func() {
		if large != nil {
			buffers.Put(large)
		}
	}()
	for buffer := small; ; {
		n, err := from.Read(buffer)
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case n == len(buffer) && large == nil:
			large = buffers.Get().(*[]byte)
			buffer = *large
		case n < len(buffer)/4 && large != nil: // the next one may take its time
			buffers.Put(large)
			large, buffer = nil, small
		}
	}
}
