package warden

// This file: plain HTTP. Nothing that the guest wrote is passed on as it is: the request
// is written anew from what was parsed, to a connection of its own that serves no other,
// and so is the response. So what a server might take for a second request was never one
// here either.

import (
	"bufio"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"time"
)

// sentLimit is for what is left of a request once its response is there.
const sentLimit = 200 * time.Millisecond

// responseHead is how long the head of a response may be.
const responseHead = 256 << 10

// hopByHop are the headers that are for one connection alone (RFC 9110, 7.6.1). Those of
// a proxy's credentials never leave.
var hopByHop = []string{
	"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings", "Expect",
}

// forward carries one request and its response. It is true when the guest may send
// another on this connection.
func (c *conn) forward(upstream net.Conn, r request) bool {
	defer c.unlink()
	if !c.allow() {
		return false
	}
	host := metered{upstream, c}
	in := r.http
	out := &http.Request{
		Method: in.Method, Host: in.URL.Host, Header: in.Header, Body: in.Body, ContentLength: in.ContentLength, Close: true,
		URL: &url.URL{Scheme: "http", Host: in.URL.Host, Path: in.URL.Path, RawPath: in.URL.RawPath, RawQuery: in.URL.RawQuery, ForceQuery: in.URL.ForceQuery},
	}
	dropHop(out.Header, r.hop)
	if _, ok := out.Header["User-Agent"]; !ok {
		out.Header["User-Agent"] = []string{""} // or net/http would put in its own
	}
	if r.wait {
		if _, err := io.WriteString(c.client, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return false
		}
	}
	sent := make(chan error, 1)
	send := func() {
		w := bufio.NewWriter(host)
		err := out.Write(w)
		if err == nil {
			err = w.Flush()
		}
		sent <- err
	}
	if in.Body == nil || in.Body == http.NoBody {
		send()
	} else {
		go send()
	}
	done := c.respond(host, out, r)
	limit := time.NewTimer(sentLimit)
	defer limit.Stop()
	select {
	case err := <-sent:
		return done && err == nil
	case <-limit.C: // the host answered before it had all of the request
		c.unlink()
		c.end("")
		<-sent
		return false
	}
}

// respond carries the response. It is false when the guest must not send another request
// on this connection.
func (c *conn) respond(host io.Reader, out *http.Request, r request) bool {
	limited := &io.LimitedReader{R: host, N: responseHead}
	in := bufio.NewReader(limited)
	var resp *http.Response
	for range 8 { // 1xx are for hop after hop; ours was said
		var err error
		if resp, err = http.ReadResponse(in, out); err != nil || resp.StatusCode == http.StatusSwitchingProtocols {
			c.badGateway()
			return false
		}
		if resp.StatusCode >= 200 {
			break
		}
	}
	if resp.StatusCode < 200 {
		c.badGateway()
		return false
	}
	limited.N = math.MaxInt64
	defer resp.Body.Close()
	dropHop(resp.Header, nil)
	resp.Trailer = nil
	resp.Proto, resp.ProtoMajor, resp.ProtoMinor = "HTTP/1.1", 1, 1
	resp.Close = !r.keep
	if resp.ContentLength < 0 {
		resp.TransferEncoding = nil
		if r.keep {
			resp.TransferEncoding = []string{"chunked"}
		}
	}
	w := bufio.NewWriterSize(c.client, 16<<10)
	resp.Body = flushed{resp.Body, w}
	// Only as a Writer: as a ReaderFrom it would read into the buffer that Read flushes.
	if resp.Write(struct{ io.Writer }{w}) != nil || w.Flush() != nil {
		return false
	}
	return r.keep
}

// badGateway answers for a host that did not answer in HTTP.
func (c *conn) badGateway() {
	_, _ = io.WriteString(c.client, "HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nX-Clawarium: "+string(ReasonConnect)+"\r\nContent-Length: 0\r\n\r\n")
}

// flushed writes out what there is before it waits for more: a response may come in
// pieces over hours.
type flushed struct {
	io.ReadCloser
	w *bufio.Writer
}

func (f flushed) Read(p []byte) (int, error) {
	if err := f.w.Flush(); err != nil {
		return 0, err
	}
	return f.ReadCloser.Read(p)
}

// dropHop removes what is for one connection alone, with what the Connection header named.
func dropHop(h http.Header, named []string) {
	for _, name := range hopByHop {
		h.Del(name)
	}
	for _, name := range named {
		h.Del(name)
	}
}
