package warden

// This file: from the first byte of a connection to its end. One port serves SOCKS5,
// whose first byte is 5, and HTTP proxying, whose first byte is a letter.

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// What was asked for, as the log calls it.
const (
	kindConnect = "connect"
	kindHTTP    = "http"
	kindSOCKS   = "socks5"
)

// answerLimit is how long a guest may take to read why it was refused.
const answerLimit = 3 * time.Second

func (c *conn) serve() {
	defer c.over()
	defer c.end("")
	c.in = readers.Get().(*bufio.Reader)
	c.in.Reset(c.client)
	defer c.letGo()
	first, err := c.in.Peek(1)
	if err != nil { // it came, and said nothing
		c.silence()
		return
	}
	if first[0] == socksVersion {
		c.serveSOCKS()
		return
	}
	for c.serveHTTP() {
		c.again()
		if _, err := c.in.Peek(1); err != nil {
			return
		}
	}
}

// letGo gives the room for requests back.
func (c *conn) letGo() {
	if in := c.in; in != nil {
		c.in = nil
		in.Reset(nil)
		readers.Put(in)
	}
}

func (c *conn) silence() {
	c.mu.Lock()
	c.silent = true
	c.mu.Unlock()
}

// serveHTTP serves one request. It is true when another may follow.
func (c *conn) serveHTTP() bool {
	r, ok := readRequest(c.in)
	c.ready()
	c.asks(r.kind, r.host, r.port)
	if !ok {
		c.refuseHTTP(ReasonRequest, "", "")
		return false
	}
	if r.kind == kindHTTP && r.port == 443 {
		c.refuseHTTP(ReasonNotTLS, "", "")
		return false
	}
	upstream, decision, address, reason := c.door.reach(c.ctx, r.host, r.port)
	if reason != "" {
		c.refuseHTTP(reason, address, "")
		return false
	}
	if reason, ok := c.link(upstream, decision, address); !ok {
		if reason != "" {
			c.refuseHTTP(reason, "", "")
		}
		return false
	}
	if r.kind == kindHTTP {
		return c.forward(upstream, r)
	}
	if _, err := io.WriteString(c.client, "HTTP/1.1 200 Connection established\r\n\r\n"); err == nil {
		c.tunnel(upstream, decision)
	}
	return false
}

// refuseHTTP logs a refusal and answers with it.
func (c *conn) refuseHTTP(reason Reason, address, name string) {
	if !c.refused(reason, address, name) {
		return
	}
	status := http.StatusForbidden
	switch reason {
	case ReasonRequest, ReasonNoName:
		status = http.StatusBadRequest
	case ReasonLookup, ReasonConnect:
		status = http.StatusBadGateway
	case ReasonPolicy, ReasonLog:
		status = http.StatusServiceUnavailable
	}
	say := &text.T().Warden
	body := fmt.Sprintf(say.Refused, say.Reasons[string(reason)], reason) + "\n"
	c.answer([]byte("HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status) +
		"\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nX-Clawarium: " + string(reason) +
		"\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body))
}

// answer says one last thing, and takes in what is still on its way, so that the answer
// is not lost over it.
func (c *conn) answer(data []byte) {
	c.due.Store(int64(c.door.clock() + answerLimit))
	if _, err := c.client.Write(data); err != nil {
		return
	}
	if closeWrite(c.client) {
		_, _ = io.CopyN(io.Discard, c.in, 1<<20)
	}
}

// closeWrite ends one direction, where the connection can.
func closeWrite(conn net.Conn) bool {
	half, ok := conn.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}
