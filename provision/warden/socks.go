package warden

// This file: SOCKS5 (RFC 1928), as far as it is served: no authentication, CONNECT only.

import (
	"encoding/binary"
	"io"
	"net/netip"
)

const socksVersion = 5

// Replies of SOCKS5.
const (
	socksDone        = 0
	socksFailure     = 1
	socksRefused     = 2
	socksUnreachable = 4
	socksNoConnect   = 5
	socksCommand     = 7
	socksAddressType = 8
)

func (c *conn) serveSOCKS() {
	host, port, reply, ok := c.readSOCKS()
	c.ready()
	c.asks(kindSOCKS, host, port)
	if !ok {
		c.refuseSOCKS(ReasonRequest, "", reply)
		return
	}
	upstream, decision, address, reason := c.door.reach(c.ctx, host, port)
	if reason != "" {
		c.refuseSOCKS(reason, address, socksReply(reason))
		return
	}
	if reason, ok := c.link(upstream, decision, address); !ok {
		if reason != "" {
			c.refuseSOCKS(reason, "", socksReply(reason))
		}
		return
	}
	if _, err := c.client.Write(socksAnswer(socksDone)); err == nil {
		c.tunnel(upstream, decision)
	}
}

// readSOCKS reads the greeting, answers it, and reads the request. reply is what to say
// when it is not one that is served.
func (c *conn) readSOCKS() (host string, port int, reply byte, ok bool) {
	var b [256]byte
	if _, err := io.ReadFull(c.in, b[:2]); err != nil {
		return "", 0, 0, false
	}
	methods := b[2 : 2+min(int(b[1]), 254)]
	if _, err := io.ReadFull(c.in, methods); err != nil {
		return "", 0, 0, false
	}
	none := false
	for _, m := range methods {
		none = none || m == 0
	}
	if !none {
		_, _ = c.client.Write([]byte{socksVersion, 0xff})
		return "", 0, 0, false
	}
	if _, err := c.client.Write([]byte{socksVersion, 0}); err != nil {
		return "", 0, 0, false
	}
	if _, err := io.ReadFull(c.in, b[:4]); err != nil || b[0] != socksVersion || b[2] != 0 {
		return "", 0, socksFailure, false
	}
	command, length := b[1], 0
	kind := b[3]
	switch kind {
	case 1:
		length = 4
	case 3:
		if _, err := io.ReadFull(c.in, b[:1]); err != nil {
			return "", 0, socksFailure, false
		}
		length = int(b[0])
	case 4:
		length = 16
	default:
		return "", 0, socksAddressType, false
	}
	if _, err := io.ReadFull(c.in, b[:length]); err != nil {
		return "", 0, socksFailure, false
	}
	if kind == 3 {
		host = string(b[:length])
	} else if addr, ok := netip.AddrFromSlice(b[:length]); ok {
		host = addr.String()
	}
	if _, err := io.ReadFull(c.in, b[:2]); err != nil {
		return host, 0, socksFailure, false
	}
	port = int(binary.BigEndian.Uint16(b[:2]))
	if command != 1 {
		return host, port, socksCommand, false
	}
	return host, port, socksFailure, host != "" && port != 0
}

// refuseSOCKS logs a refusal and answers with it; 0 is no answer.
func (c *conn) refuseSOCKS(reason Reason, address string, reply byte) {
	if c.refused(reason, address, "") && reply != socksDone {
		c.answer(socksAnswer(reply))
	}
}

func socksReply(reason Reason) byte {
	switch reason {
	case ReasonLookup:
		return socksUnreachable
	case ReasonConnect:
		return socksNoConnect
	case ReasonLog:
		return socksFailure
	}
	return socksRefused
}

// socksAnswer is a reply with an address that says nothing: the guest need not know ours.
func socksAnswer(reply byte) []byte { return []byte{socksVersion, reply, 0, 1, 0, 0, 0, 0, 0, 0} }
