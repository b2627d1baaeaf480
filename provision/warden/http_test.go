package warden

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// smuggling are requests that two programs may read in two ways, or that are not served
// here. Each must be refused before anything is looked up.
func smuggling() map[string]string {
	const get = "GET http://deb.example.org/ HTTP/1.1\r\n"
	const host = "Host: deb.example.org\r\n"
	const post = "POST http://deb.example.org/ HTTP/1.1\r\n" + host
	list := map[string]string{
		"TE and CL":                       post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
		"CL and TE":                       post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"two CL":                          post + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
		"the same CL twice":               post + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
		"CL list":                         post + "Content-Length: 4, 4\r\n\r\nabcd",
		"CL with a sign":                  post + "Content-Length: +4\r\n\r\nabcd",
		"negative CL":                     post + "Content-Length: -1\r\n\r\n",
		"CL in hexadecimal":               post + "Content-Length: 0x4\r\n\r\nabcd",
		"CL empty":                        post + "Content-Length: \r\n\r\nabcd",
		"CL too large":                    post + "Content-Length: 99999999999999999999\r\n\r\nabcd",
		"CL with a space inside":          post + "Content-Length: 4 4\r\n\r\nabcd",
		"space before the colon":          post + "Content-Length : 4\r\n\r\nabcd",
		"tab before the colon":            post + "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
		"two TE":                          post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
		"TE list":                         post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"TE xchunked":                     post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"TE chunked with a parameter":     post + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
		"TE identity":                     post + "Transfer-Encoding: identity\r\n\r\n",
		"TE with a vertical tab":          post + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
		"TE in HTTP/1.0":                  "POST http://deb.example.org/ HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"TE folded":                       post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
		"a folded line":                   get + host + "X: a\r\n b\r\n\r\n",
		"a folded first line":             get + " X: a\r\n" + host + "\r\n",
		"bare LF":                         strings.ReplaceAll(get+host+"\r\n", "\r\n", "\n"),
		"bare LF in a header":             get + host + "X: a\nY: b\r\n\r\n",
		"bare LF at the end":              get + host + "\n",
		"bare CR":                         get + host + "X: a\rY: b\r\n\r\n",
		"CR CR LF":                        get + "Host: deb.example.org\r\r\n\r\n",
		"NUL in a header":                 get + host + "X: a\x00b\r\n\r\n",
		"NUL in the target":               "GET http://deb.example.org/\x00 HTTP/1.1\r\n" + host + "\r\n",
		"NUL in a name":                   get + "Ho\x00st: deb.example.org\r\n\r\n",
		"a control character":             get + host + "X: a\x08b\r\n\r\n",
		"DEL":                             get + host + "X: a\x7fb\r\n\r\n",
		"an empty line first":             "\r\n" + get + host + "\r\n",
		"a line without a colon":          get + host + "nonsense\r\n\r\n",
		"an empty name":                   get + host + ": x\r\n\r\n",
		"two Host":                        get + host + host + "\r\n",
		"another Host":                    get + "Host: evil.com\r\n\r\n",
		"Host with another port":          get + "Host: deb.example.org:8080\r\n\r\n",
		"Host with user":                  get + "Host: x@deb.example.org\r\n\r\n",
		"Host list":                       get + "Host: deb.example.org, evil.com\r\n\r\n",
		"Host with a path":                get + "Host: deb.example.org/evil\r\n\r\n",
		"Host with a space":               get + "Host: deb.example.org evil.com\r\n\r\n",
		"no Host":                         get + "\r\n",
		"empty Host":                      get + "Host:\r\n\r\n",
		"Host for another address":        "GET http://93.184.216.34:8080/ HTTP/1.1\r\nHost: 10.0.0.1:8080\r\n\r\n",
		"user in the target":              "GET http://evil.com@deb.example.org/ HTTP/1.1\r\n" + host + "\r\n",
		"user and password":               "GET http://a:b@deb.example.org/ HTTP/1.1\r\n" + host + "\r\n",
		"backslash in the target":         "GET http://deb.example.org\\@evil.com/ HTTP/1.1\r\n" + host + "\r\n",
		"escaped host":                    "GET http://deb%2eexample.org/ HTTP/1.1\r\n" + host + "\r\n",
		"fragment":                        "GET http://deb.example.org/#@evil.com HTTP/1.1\r\n" + host + "\r\n",
		"two targets":                     "GET http://deb.example.org/ http://evil.com/ HTTP/1.1\r\n" + host + "\r\n",
		"two spaces":                      "GET  http://deb.example.org/ HTTP/1.1\r\n" + host + "\r\n",
		"a tab":                           "GET\thttp://deb.example.org/ HTTP/1.1\r\n" + host + "\r\n",
		"space behind the version":        "GET http://deb.example.org/ HTTP/1.1 \r\n" + host + "\r\n",
		"HTTP/0.9":                        "GET http://deb.example.org/\r\n" + host + "\r\n",
		"HTTP/1.2":                        "GET http://deb.example.org/ HTTP/1.2\r\n" + host + "\r\n",
		"HTTP/01.1":                       "GET http://deb.example.org/ HTTP/01.1\r\n" + host + "\r\n",
		"HTTP/2.0":                        "GET http://deb.example.org/ HTTP/2.0\r\n" + host + "\r\n",
		"the preface of HTTP/2":           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"http/1.1":                        "GET http://deb.example.org/ http/1.1\r\n" + host + "\r\n",
		"origin form":                     "GET / HTTP/1.1\r\n" + host + "\r\n",
		"origin form with two slashes":    "GET //deb.example.org/ HTTP/1.1\r\n" + host + "\r\n",
		"asterisk form":                   "OPTIONS * HTTP/1.1\r\n" + host + "\r\n",
		"https":                           "GET https://deb.example.org/ HTTP/1.1\r\n" + host + "\r\n",
		"ftp":                             "GET ftp://deb.example.org/ HTTP/1.1\r\n" + host + "\r\n",
		"file":                            "GET file:///etc/passwd HTTP/1.1\r\n" + host + "\r\n",
		"gopher":                          "GET gopher://deb.example.org/_x HTTP/1.1\r\n" + host + "\r\n",
		"opaque":                          "GET http:deb.example.org HTTP/1.1\r\n" + host + "\r\n",
		"no host in the target":           "GET http:///x HTTP/1.1\r\n" + host + "\r\n",
		"three slashes":                   "GET http:///deb.example.org/ HTTP/1.1\r\n" + host + "\r\n",
		"port 0":                          "GET http://deb.example.org:0/ HTTP/1.1\r\nHost: deb.example.org:0\r\n\r\n",
		"port 65536":                      "GET http://deb.example.org:65536/ HTTP/1.1\r\nHost: deb.example.org:65536\r\n\r\n",
		"port 080":                        "GET http://deb.example.org:080/ HTTP/1.1\r\nHost: deb.example.org:080\r\n\r\n",
		"empty port":                      "GET http://deb.example.org:/ HTTP/1.1\r\n" + host + "\r\n",
		"port with a sign":                "GET http://deb.example.org:+80/ HTTP/1.1\r\n" + host + "\r\n",
		"method with a bracket":           "GE(T http://deb.example.org/ HTTP/1.1\r\n" + host + "\r\n",
		"method too long":                 strings.Repeat("A", 33) + " http://deb.example.org/ HTTP/1.1\r\n" + host + "\r\n",
		"Upgrade":                         get + host + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
		"Upgrade alone":                   get + host + "Upgrade: h2c\r\n\r\n",
		"h2c":                             get + host + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
		"Connection names Host":           get + host + "Connection: Host\r\n\r\n",
		"Connection names the length":     post + "Content-Length: 4\r\nConnection: content-length\r\n\r\nabcd",
		"Expect something":                post + "Content-Length: 4\r\nExpect: the-unexpected\r\n\r\nabcd",
		"header too long":                 get + host + "X: " + strings.Repeat("a", headerBytes) + "\r\n\r\n",
		"target too long":                 "GET http://deb.example.org/" + strings.Repeat("a", headerBytes) + " HTTP/1.1\r\n" + host + "\r\n",
		"too many headers":                get + host + strings.Repeat("X: a\r\n", headersMost) + "\r\n",
		"CONNECT with a body":             "CONNECT api.example.com:443 HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd",
		"CONNECT with chunks":             "CONNECT api.example.com:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"CONNECT with another Host":       "CONNECT api.example.com:443 HTTP/1.1\r\nHost: evil.com:443\r\n\r\n",
		"CONNECT with another port":       "CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:80\r\n\r\n",
		"CONNECT without a port":          "CONNECT api.example.com HTTP/1.1\r\nHost: api.example.com\r\n\r\n",
		"CONNECT with an empty port":      "CONNECT api.example.com: HTTP/1.1\r\n\r\n",
		"CONNECT with a path":             "CONNECT api.example.com:443/x HTTP/1.1\r\n\r\n",
		"CONNECT with a user":             "CONNECT x@api.example.com:443 HTTP/1.1\r\n\r\n",
		"CONNECT with a scheme":           "CONNECT http://api.example.com:443 HTTP/1.1\r\n\r\n",
		"CONNECT with two ports":          "CONNECT api.example.com:443:80 HTTP/1.1\r\n\r\n",
		"CONNECT with a target and Host":  "CONNECT / HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n",
		"CONNECT with Upgrade":            "CONNECT api.example.com:443 HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
		"CONNECT without brackets":        "CONNECT ::1:443 HTTP/1.1\r\n\r\n",
		"CONNECT with half a bracket":     "CONNECT [::1:443 HTTP/1.1\r\n\r\n",
		"CONNECT with a name in brackets": "CONNECT [api.example.com]:443 HTTP/1.1\r\n\r\n",
		"connect":                         "connect api.example.com:443 HTTP/1.1\r\n\r\n",
		"SOCKS4":                          "\x04\x01\x01\xbb\x5d\xb8\xd8\x22\x00",
		"TLS to the proxy itself":         "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03",
		"nonsense":                        "hello\r\n\r\n",
		"only a line":                     "GET http://deb.example.org/ HTTP/1.1",
		"half a head":                     get + host,
	}
	for c := range 0x21 { // every control character, and the space, in places where they have no business
		if c == '\n' || c == '\r' {
			continue
		}
		list[fmt.Sprintf("byte %d in the host", c)] = "CONNECT api.example.com" + string(rune(c)) + ":443 HTTP/1.1\r\n\r\n"
		list[fmt.Sprintf("byte %d in the Host header", c)] = "GET http://deb.example.org/ HTTP/1.1\r\nHost: deb.exa" + string(rune(c)) + "mple.org\r\n\r\n"
		list[fmt.Sprintf("byte %d in a header's name", c)] = get + host + "X" + string(rune(c)) + ": a\r\n\r\n"
	}
	return list
}

func TestWhatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	for what, raw := range smuggling() {
		r := newRig(t, example(), exampleWorld(), quick())
		out := r.say(raw)
		if strings.HasPrefix(out, "HTTP/1.1 2") {
			t.Errorf("%s: %.80q", what, out)
		}
		if len(r.world.dials())+len(r.world.lookups()) > 0 {
			t.Errorf("%s: looked up %v, dialled %v", what, r.world.lookups(), r.world.dials())
		}
		r.settle()
		if r.refused.Load() != 1 || r.allowed.Load() != 0 {
			t.Errorf("%s: %d refused, %d allowed", what, r.refused.Load(), r.allowed.Load())
		}
	}
}

// recorded plays hosts that answer each connection with one text, and keep all they got.
func recorded(world *fakeWorld, answer string) <-chan string {
	got := make(chan string, 100)
	world.serve = func(c net.Conn, _ netip.AddrPort) {
		in := bufio.NewReader(c)
		var all bytes.Buffer
		req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(in, &all)))
		if err == nil {
			_, _ = io.Copy(io.Discard, req.Body)
		}
		_, _ = io.WriteString(c, answer)
		_ = c.(*memConn).CloseWrite()
		_, _ = io.Copy(&all, in)
		c.Close()
		got <- all.String()
	}
	return got
}

const ok200 = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

func TestARequestIsWrittenAnew(t *testing.T) {
	for _, c := range []struct{ what, in, out string }{
		{"plain", "GET http://deb.example.org/a?b=c HTTP/1.1\r\nHost: deb.example.org\r\nUser-Agent: apt\r\n\r\n",
			"GET /a?b=c HTTP/1.1\r\nHost: deb.example.org\r\nUser-Agent: apt\r\nConnection: close\r\n\r\n"},
		{"no path, no agent", "GET http://deb.example.org HTTP/1.1\r\nHost: deb.example.org\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: deb.example.org\r\nConnection: close\r\n\r\n"},
		{"in upper case, with port", "GET HTTP://DEB.example.org:80/x HTTP/1.1\r\nHost: deb.EXAMPLE.org\r\n\r\n",
			"GET /x HTTP/1.1\r\nHost: DEB.example.org:80\r\nConnection: close\r\n\r\n"},
		{"hop by hop", "GET http://deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic Zm9v\r\nKeep-Alive: 5\r\nTE: trailers\r\nTrailer: X\r\nX-Kept: 1\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: deb.example.org\r\nConnection: close\r\nX-Kept: 1\r\n\r\n"},
		{"with a body", "POST http://deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\nContent-Length: 4\r\n\r\nabcd",
			"POST / HTTP/1.1\r\nHost: deb.example.org\r\nConnection: close\r\nContent-Length: 4\r\n\r\nabcd"},
		{"in chunks", "POST http://deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n2\r\ncd\r\n0\r\nX: y\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: deb.example.org\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"},
		{"HTTP/1.0", "GET http://deb.example.org/ HTTP/1.0\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: deb.example.org\r\nConnection: close\r\n\r\n"},
		{"escapes", "GET http://deb.example.org/a%2Fb%00/../c%20d HTTP/1.1\r\nHost: deb.example.org\r\n\r\n",
			"GET /a%2Fb%00/../c%20d HTTP/1.1\r\nHost: deb.example.org\r\nConnection: close\r\n\r\n"},
		{"an address", "GET http://93.184.216.34:8080/ HTTP/1.1\r\nHost: 93.184.216.34:8080\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: 93.184.216.34:8080\r\nConnection: close\r\n\r\n"},
	} {
		world := exampleWorld()
		got := recorded(world, ok200)
		r := newRig(t, example(), world, quick())
		if out := r.say(c.in); !strings.HasPrefix(out, "HTTP/1.1 200 OK\r\n") || !strings.HasSuffix(out, "\r\n\r\nhi") {
			t.Errorf("%s: answered %q", c.what, out)
		}
		if s := <-got; sorted(s) != sorted(c.out) {
			t.Errorf("%s: the host got\n%q, want\n%q", c.what, s, c.out)
		}
	}
}

// sorted orders the lines of a head, which net/http writes in an order of its own.
func sorted(s string) string {
	head, body, _ := strings.Cut(s, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	for i := range lines {
		for j := i + 1; i > 0 && j < len(lines); j++ {
			if lines[j] < lines[i] {
				lines[i], lines[j] = lines[j], lines[i]
			}
		}
	}
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

func TestASecondRequestGetsADecisionAndAConnectionOfItsOwn(t *testing.T) {
	world := exampleWorld()
	got := recorded(world, ok200)
	r := newRig(t, example(), world, quick())
	get := func(host string) string {
		return "GET http://" + host + "/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
	}
	post := "POST http://deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\nContent-Length: 7\r\n\r\nGET / H"
	out := r.say(get("deb.example.org") + post + get("api.example.com") + get("other.example.com") + get("deb.example.org"))
	if n := strings.Count(out, "HTTP/1.1 200 OK"); n != 3 {
		t.Errorf("%d were answered: %q", n, out)
	}
	if n := strings.Count(out, "HTTP/1.1 403 "); n != 1 {
		t.Errorf("%d were refused: %q", n, out)
	}
	for range 3 {
		if s := <-got; strings.Count(s, "HTTP/1.1") != 1 {
			t.Errorf("one connection carried %q", s)
		}
	}
	r.settle()
	if len(r.world.dials()) != 3 || r.allowed.Load() != 3 || r.refused.Load() != 1 {
		t.Errorf("dialled %v, %d allowed, %d refused", r.world.dials(), r.allowed.Load(), r.refused.Load())
	}
	var ends int
	for _, e := range r.entries() {
		if e.Verdict == End {
			ends++
		}
	}
	if ends != 3 {
		t.Errorf("%d lines say how one ended", ends)
	}
}

func TestResponsesAreWrittenAnew(t *testing.T) {
	for _, c := range []struct{ what, in, out string }{
		{"with a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\nX: y\r\n\r\nhi", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\nhi"},
		{"to the end", "HTTP/1.0 200 OK\r\n\r\nhi", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"},
		{"in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"},
		{"without a body", "HTTP/1.1 304 Not Modified\r\nEtag: x\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nEtag: x\r\n\r\n"},
		{"early hints", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n"},
		{"two responses", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"},
		{"an upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "HTTP/1.1 502 "},
		{"no HTTP", "SSH-2.0-x\r\n", "HTTP/1.1 502 "},
		{"nothing", "", "HTTP/1.1 502 "},
		{"a head without end", "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("a", 1000)+"\r\n", 300), "HTTP/1.1 502 "},
		{"1xx without end", strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 50), "HTTP/1.1 502 "},
	} {
		world := exampleWorld()
		recorded(world, c.in)
		r := newRig(t, example(), world, quick())
		out := r.say("GET http://deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\n\r\n")
		if c.out == "HTTP/1.1 502 " && !strings.HasPrefix(out, c.out) || c.out != "HTTP/1.1 502 " && sorted(out) != sorted(c.out) {
			t.Errorf("%s: %q, want %q", c.what, out, c.out)
		}
	}
}

func TestABodyThatBreaksOffDoesNotPassForWhole(t *testing.T) {
	world := exampleWorld()
	recorded(world, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
	r := newRig(t, example(), world, quick())
	out := r.say("GET http://deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\n\r\n")
	if strings.HasSuffix(out, "0\r\n\r\n") {
		t.Errorf("%q", out)
	}
}

func TestABodyIsAskedForWhenItWaits(t *testing.T) {
	world := exampleWorld()
	got := recorded(world, ok200)
	r := newRig(t, example(), world, quick())
	c := r.come()
	_, _ = io.WriteString(c, "POST http://deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
	if s := readHeadOf(c); s != "HTTP/1.1 100 Continue\r\n\r\n" {
		t.Fatalf("%q", s)
	}
	_, _ = io.WriteString(c, "abcd")
	if s := readHeadOf(c); !strings.HasPrefix(s, "HTTP/1.1 200 OK") {
		t.Fatalf("%q", s)
	}
	c.Close()
	if s := <-got; !strings.HasSuffix(s, "abcd") || strings.Contains(s, "Expect") {
		t.Errorf("%q", s)
	}
}

func TestAHostThatAnswersEarlyEndsTheRequest(t *testing.T) {
	world := exampleWorld()
	world.serve = func(c net.Conn, _ netip.AddrPort) {
		readHeadOf(c)
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
		c.Close()
	}
	r := newRig(t, example(), world, quick())
	c := r.come()
	_, _ = io.WriteString(c, "POST http://deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\nContent-Length: 1000000\r\n\r\nabc")
	if s := readHeadOf(c); !strings.HasPrefix(s, "HTTP/1.1 413 ") {
		t.Errorf("%q", s)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection goes on")
	}
	r.settle()
}

func TestAResponseComesInPieces(t *testing.T) {
	world := exampleWorld()
	more := make(chan struct{})
	world.serve = func(c net.Conn, _ netip.AddrPort) {
		readHeadOf(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
		<-more
		_, _ = io.WriteString(c, "6\r\nsecond\r\n0\r\n\r\n")
		c.Close()
	}
	r := newRig(t, example(), world, quick())
	c := r.come()
	_, _ = io.WriteString(c, "GET http://deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\n\r\n")
	readHeadOf(c)
	b := make([]byte, 10)
	if _, err := io.ReadFull(c, b); err != nil || string(b) != "5\r\nfirst\r\n" {
		t.Fatalf("%q %v", b, err)
	}
	close(more)
	if s := readHeadOf(c); !strings.Contains(s, "second") {
		t.Errorf("%q", s)
	}
}

func TestPlainHTTPIsNotServedOn443(t *testing.T) {
	r := newRig(t, example(), exampleWorld(), quick())
	if out := r.say("GET http://api.example.com:443/ HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n"); !strings.Contains(out, "X-Clawarium: not-tls") {
		t.Errorf("%q", out)
	}
}

func TestSOCKSIsStrict(t *testing.T) {
	const greet = "\x05\x01\x00"
	ask := socksAsk("api.example.com", 443)
	for what, in := range map[string]string{
		"only passwords":      "\x05\x01\x02" + ask,
		"no methods":          "\x05\x00" + ask,
		"BIND":                greet + "\x05\x02" + ask[2:],
		"UDP":                 greet + "\x05\x03" + ask[2:],
		"another version":     greet + "\x04" + ask[1:],
		"reserved":            greet + "\x05\x01\x01" + ask[3:],
		"unknown address":     greet + "\x05\x01\x00\x02" + ask[4:],
		"empty name":          greet + "\x05\x01\x00\x03\x00\x01\xbb",
		"port 0":              greet + socksAsk("api.example.com", 0),
		"broken off":          greet + ask[:8],
		"no port":             greet + ask[:len(ask)-1],
		"nothing but 5":       "\x05",
		"a name with a zero":  greet + socksAsk("api.example.com\x00", 443),
		"a name with a space": greet + socksAsk("api.example.com ", 443),
		"a name and a port":   greet + socksAsk("api.example.com:443", 443),
	} {
		r := newRig(t, example(), exampleWorld(), quick())
		out := r.say(in)
		if len(out) >= 4 && out[3] == 0 {
			t.Errorf("%s: %q", what, out)
		}
		r.settle()
		if len(r.world.dials())+len(r.world.lookups()) > 0 || r.refused.Load() != 1 {
			t.Errorf("%s: %v %v, %d refused", what, r.world.lookups(), r.world.dials(), r.refused.Load())
		}
	}
}
