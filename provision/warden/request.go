package warden

// This file: the head of an HTTP request. It is first looked at byte by byte, and what
// two programs might read in two ways is refused: that is what request smuggling is made
// of. Then net/http parses it, and both must have read the same.

import (
	"bufio"
	"bytes"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// request is what a guest asks of an HTTP proxy.
type request struct {
	kind string
	host string // as it was written, without the brackets of an address
	port int
	http *http.Request
	keep bool     // another request may follow
	hop  []string // headers for this connection alone, by the Connection header
	wait bool     // the body comes once we have said 100 Continue
}

// headersMost is how many header lines a request may have.
const headersMost = 100

// readRequest reads one head; the body is r.http.Body. When it is false, r says what was
// understood.
func readRequest(in *bufio.Reader) (r request, ok bool) {
	raw, ok := peekHead(in)
	if !ok {
		return r, false
	}
	h, ok := parseHead(raw)
	if !ok {
		return r, false
	}
	if r.http, ok = parseAgain(in, h); !ok {
		return r, false
	}
	if h.method == http.MethodConnect {
		r.kind = kindConnect
		r.host, r.port, ok = splitAuthority(h.target, 0)
		return r, ok && len(h.length)+len(h.coding)+len(h.upgrade)+len(h.expect) == 0 && h.sameHost(r.host, r.port, 0)
	}
	r.kind = kindHTTP
	r.keep = h.minor == 1
	url := r.http.URL
	if url.Scheme != "http" || url.User != nil || url.Opaque != "" || url.Fragment != "" {
		return r, false
	}
	rest := h.target[len("http://"):]
	if !strings.HasPrefix(rest, url.Host) || len(rest) > len(url.Host) && rest[len(url.Host)] != '/' && rest[len(url.Host)] != '?' {
		return r, false
	}
	if r.host, r.port, ok = splitAuthority(url.Host, 80); !ok || h.minor == 1 && len(h.host) == 0 || !h.sameHost(r.host, r.port, 80) {
		return r, false
	}
	for _, c := range h.connection {
		for name := range strings.SplitSeq(c, ",") {
			name = strings.ToLower(strings.TrimSpace(name))
			switch name {
			case "close":
				r.keep = false
			case "upgrade", "http2-settings", "host", "content-length", "transfer-encoding":
				return r, false
			default:
				r.hop = append(r.hop, textproto.CanonicalMIMEHeaderKey(name))
			}
		}
	}
	if r.wait = len(h.expect) > 0; r.wait && (len(h.expect) > 1 || lower(h.expect[0]) != "100-continue") {
		return r, false
	}
	return r, len(h.upgrade) == 0
}

// peekHead waits for the head of a request, without taking it. Lines end in CR LF, and
// neither stands alone, nor does a zero.
func peekHead(in *bufio.Reader) (head []byte, ok bool) {
	line := 0 // where the line begins
	for at := 0; ; {
		b, err := in.Peek(max(at+1, in.Buffered()))
		if err != nil {
			return nil, false // also when the head is longer than the room for it
		}
		for ; at < len(b); at++ {
			switch c := b[at]; {
			case c == 0, c == '\n' && (at == 0 || b[at-1] != '\r'), c != '\n' && at > 0 && b[at-1] == '\r':
				return nil, false
			case c == '\n' && at == line+1:
				return b[:at+1], line > 0
			case c == '\n':
				line = at + 1
			}
		}
		if at >= headerBytes {
			return nil, false
		}
	}
}

// head is a request's head, as written.
type head struct {
	method, target string
	minor          int // of HTTP/1
	// Values of headers that matter here.
	host, length, coding, connection, upgrade, expect []string
}

// parseHead reads a head strictly.
func parseHead(raw []byte) (h head, ok bool) {
	lines := strings.Split(strings.TrimSuffix(string(raw), "\r\n\r\n"), "\r\n")
	parts := strings.Split(lines[0], " ")
	if len(parts) != 3 || !token(parts[0]) || len(parts[0]) > 32 || !visible(parts[1]) || strings.Contains(parts[1], "#") {
		return h, false
	}
	h.method, h.target = parts[0], parts[1]
	switch parts[2] {
	case "HTTP/1.1":
		h.minor = 1
	case "HTTP/1.0":
	default:
		return h, false
	}
	if len(lines) > headersMost {
		return h, false
	}
	for _, line := range lines[1:] {
		name, value, found := strings.Cut(line, ":")
		if !found || !token(name) || !fieldValue(value) { // a folded line begins with a space, which is no token
			return h, false
		}
		value = strings.Trim(value, " \t")
		switch lower(name) {
		case "host":
			h.host = append(h.host, value)
		case "content-length":
			h.length = append(h.length, value)
		case "transfer-encoding":
			h.coding = append(h.coding, value)
		case "connection", "proxy-connection":
			h.connection = append(h.connection, value)
		case "upgrade", "http2-settings":
			h.upgrade = append(h.upgrade, value)
		case "expect":
			h.expect = append(h.expect, value)
		}
	}
	// How long the body is must be said once, and in one way.
	switch {
	case len(h.host) > 1, len(h.length)+len(h.coding) > 1:
		return h, false
	case len(h.coding) == 1 && (h.minor == 0 || lower(h.coding[0]) != "chunked"):
		return h, false
	case len(h.length) == 1 && !digits(h.length[0], 15):
		return h, false
	}
	return h, true
}

// parseAgain has net/http read the same, and takes it from in.
func parseAgain(in *bufio.Reader, h head) (*http.Request, bool) {
	r, err := http.ReadRequest(in)
	if err != nil || r.Method != h.method || r.RequestURI != h.target {
		return nil, false
	}
	length := int64(0)
	switch {
	case len(h.coding) == 1:
		length = -1
	case len(h.length) == 1:
		length, _ = strconv.ParseInt(h.length[0], 10, 64)
	}
	return r, r.ContentLength == length
}

// sameHost says that the Host header, if there is one, names what the request asks for.
func (h head) sameHost(host string, port, usual int) bool {
	if len(h.host) == 0 {
		return true
	}
	if usual == 0 {
		usual = port // CONNECT: some programs leave the port out here
	}
	named, p, ok := splitAuthority(h.host[0], usual)
	if !ok || p != port {
		return false
	}
	a, kindA := canonical(named)
	b, kindB := canonical(host)
	return a == b && kindA == kindB && (a != "" || named == host)
}

// splitAuthority reads host:port, or host alone when there is a usual port.
func splitAuthority(s string, usual int) (host string, port int, ok bool) {
	host, p := s, ""
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return s, 0, false
		}
		host, p = s[1:end], s[end+1:]
		if !strings.Contains(host, ":") || strings.ContainsAny(host, "[]") {
			return host, 0, false
		}
	} else if colon := strings.IndexByte(s, ':'); colon >= 0 {
		host, p = s[:colon], s[colon:]
	}
	switch {
	case host == "" || strings.ContainsAny(host, "@/\\?#, \t\""): // it may be a path or a password, which are not logged
		return "", 0, false
	case p == "" && usual != 0:
		return host, usual, true
	case len(p) < 2 || p[0] != ':' || !digits(p[1:], 5) || p[1] == '0':
		return host, 0, false
	}
	port, _ = strconv.Atoi(p[1:])
	return host, port, port <= 65535
}

// token is RFC 9110's.
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) < 0 {
			return false
		}
	}
	return s != ""
}

// visible says that s is one printable word of ASCII.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return s != ""
}

// fieldValue says that s has no control characters but tabs.
func fieldValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// digits says that s is a number of at most most digits.
func digits(s string, most int) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && len(s) <= most
}
