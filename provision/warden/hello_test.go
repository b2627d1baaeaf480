package warden

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
)

// stdName is the name that crypto/tls reads in a client's first bytes; false when it
// reads no hello there.
func stdName(raw []byte) (name string, ok bool) {
	conn := &onlyRead{Reader: bytes.NewReader(raw)}
	seen := errors.New("seen")
	_ = tls.Server(conn, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		name, ok = h.ServerName, true
		return nil, seen
	}}).HandshakeContext(context.Background())
	return name, ok
}

type onlyRead struct {
	io.Reader
	net.Conn
}

func (c *onlyRead) Read(p []byte) (int, error)  { return c.Reader.Read(p) }
func (c *onlyRead) Write(p []byte) (int, error) { return len(p), nil }
func (c *onlyRead) Close() error                { return nil }

// judge is what a hello comes to when all of it is there.
func judge(raw []byte) (*hello, helloState) {
	var h hello
	return &h, h.add(raw)
}

// message is the handshake message of a hello in one record.
func message(raw []byte) []byte { return bytes.Clone(raw[5:]) }

// inRecords splits a handshake message over records of this size.
func inRecords(msg []byte, size int) []byte {
	var out []byte
	for len(msg) > 0 {
		n := min(size, len(msg))
		out = append(out, 22, 3, 1, byte(n>>8), byte(n))
		out = append(out, msg[:n]...)
		msg = msg[n:]
	}
	return out
}

// withExtension appends an extension to a handshake message.
func withExtension(msg []byte, id uint16, data []byte) []byte {
	msg = bytes.Clone(msg)
	at := 4 + 2 + 32
	at += 1 + int(msg[at])
	at += 2 + int(binary.BigEndian.Uint16(msg[at:]))
	at += 1 + int(msg[at])
	ext := binary.BigEndian.AppendUint16(nil, id)
	ext = binary.BigEndian.AppendUint16(ext, uint16(len(data)))
	msg = append(append(msg, ext...), data...)
	binary.BigEndian.PutUint16(msg[at:], uint16(len(msg)-at-2))
	n := len(msg) - 4
	msg[1], msg[2], msg[3] = byte(n>>16), byte(n>>8), byte(n)
	return msg
}

func TestTheNameIsReadHoweverTheHelloComes(t *testing.T) {
	raw := clientHello(t, "api.example.com")
	for _, size := range []int{1, 2, 3, 4, 5, 7, 100, len(raw)} {
		if h, state := judge(inRecords(message(raw), size)); state != helloDone || h.name != "api.example.com" {
			t.Errorf("records of %d: %q, %d", size, h.name, state)
		}
	}
	for cut := range raw {
		var h hello
		if state := h.add(raw[:cut]); state != helloMore {
			t.Fatalf("after %d bytes: %d", cut, state)
		}
		if state := h.add(raw[cut:]); state != helloDone || h.name != "api.example.com" {
			t.Fatalf("cut at %d: %d", cut, state)
		}
	}
	padded := withExtension(message(raw), 21, make([]byte, 8000))
	if h, state := judge(inRecords(padded, 5000)); state != helloDone || h.name != "api.example.com" {
		t.Errorf("padded: %q, %d", h.name, state)
	}
	if h, state := judge(append(raw, 23, 3, 3, 0, 1, 0)); state != helloDone || len(h.raw) != len(raw)+6 {
		t.Errorf("with early data: %d", state)
	}
}

func TestHellosInDoubtAreRefused(t *testing.T) {
	raw := clientHello(t, "api.example.com")
	msg := message(raw)
	sni := func(list string) []byte { return withExtension(message(clientHello(t, "")), 0, []byte(list)) }
	one := func(msg []byte) []byte { return inRecords(msg, 16<<10) }
	wrong := func(at int, b byte) []byte { m := bytes.Clone(msg); m[at] = b; return one(m) }
	for what, data := range map[string][]byte{
		"an empty record":              append([]byte{22, 3, 1, 0, 0}, raw...),
		"an empty record within":       append(append(inRecords(msg[:10], 10), 22, 3, 1, 0, 0), inRecords(msg[10:], 9000)...),
		"an alert within":              append(append(inRecords(msg[:10], 10), 21, 3, 1, 0, 2, 1, 0), inRecords(msg[10:], 9000)...),
		"a record too long":            {22, 3, 1, 0x40, 1},
		"another message first":        append([]byte{22, 3, 1, 0, 4, 0, 0, 0, 0}, raw...),
		"a server's hello":             wrong(0, 2),
		"two messages in a record":     one(append(bytes.Clone(msg), msg...)),
		"a message longer than it is":  one(append(bytes.Clone(msg), 0)),
		"a message too long":           {22, 3, 1, 0, 5, 1, 1, 0, 0, 0},
		"oversized":                    inRecords(withExtension(msg, 21, make([]byte, helloBytes)), 16000),
		"oversized by small records":   inRecords(withExtension(msg, 21, make([]byte, 8000)), 1),
		"the name twice":               one(withExtension(msg, 0, []byte("\x00\x0b\x00\x00\x08evil.com"))),
		"an extension twice":           one(withExtension(withExtension(msg, 0x7777, nil), 0x7777, nil)),
		"two names in one":             one(sni("\x00\x16\x00\x00\x08evil.com\x00\x00\x08good.com")),
		"another form of name":         one(sni("\x00\x0b\x01\x00\x08evil.com")),
		"an empty name":                one(sni("\x00\x03\x00\x00\x00")),
		"an empty list of names":       one(sni("\x00\x00")),
		"no list of names":             one(sni("")),
		"a list shorter than said":     one(sni("\x00\x0c\x00\x00\x08evil.com")),
		"a list longer than said":      one(sni("\x00\x0b\x00\x00\x08evil.comx")),
		"a name longer than its list":  one(sni("\x00\x0b\x00\x00\x09evil.com")),
		"extensions longer than said":  one(append(bytes.Clone(msg[:len(msg)-1]), 0, 0)),
		"a session id too long":        wrong(4+34, 33),
		"an odd number of cipher data": one(append(append(bytes.Clone(msg[:4+34]), 0, 0, 1, 5, 1, 0), 0, 0)),
	} {
		if h, state := judge(data); state == helloDone || state == helloForeign {
			t.Errorf("%s: %d, %q", what, state, h.name)
		}
	}
	var h hello
	state := helloMore
	for range 2 * helloRawBytes {
		if state = h.add([]byte{22, 3, 1, 0x40, 0}[min(len(h.raw), 4):][:1]); state != helloMore {
			break
		}
	}
	if state != helloBad || len(h.raw) > helloRawBytes+1 {
		t.Errorf("a hello that never ends: %d after %d bytes", state, len(h.raw))
	}
}

func TestWhatIsNoTLSIsForeign(t *testing.T) {
	for _, s := range []string{"GET / HTTP/1.1\r\n", "SSH-2.0-x\r\n", "\x80\x2e\x01\x03\x01", "\x16SSH", "\x15\x03\x01\x00\x02", "\x17\x03\x03\x00\x01x", "\x00", "\x16\x02\x00\x00\x01x"} {
		if _, state := judge([]byte(s)); state != helloForeign {
			t.Errorf("%q: %d", s, state)
		}
	}
}

// sameAsStd says that what we read is what crypto/tls reads: where it reads a hello that
// we accept, it is the same name.
func sameAsStd(t *testing.T, raw []byte) {
	h, state := judge(raw)
	if state != helloDone {
		return
	}
	name, ok := stdName(raw)
	if ok && name != h.name {
		t.Errorf("%x: crypto/tls reads %q, we read %q", raw, name, h.name)
	}
}

func TestNamesAreReadLikeCryptoTLSReadsThem(t *testing.T) {
	for _, name := range []string{"", "api.example.com", "API.example.com", strings.Repeat("a", 60) + ".example.com"} {
		raw := clientHello(t, name)
		if got, ok := stdName(raw); !ok || got != name {
			t.Fatalf("crypto/tls reads %q, %v", got, ok)
		}
		sameAsStd(t, raw)
		for i := range raw { // each byte damaged
			for _, b := range []byte{0, 1, 0xff, raw[i] ^ 1, raw[i] + 1} {
				damaged := bytes.Clone(raw)
				damaged[i] = b
				sameAsStd(t, damaged)
			}
		}
	}
}

func FuzzHello(f *testing.F) {
	f.Add(clientHello(f, "api.example.com"))
	f.Add(clientHello(f, ""))
	f.Add(inRecords(message(clientHello(f, "api.example.com")), 100))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(sameAsStd)
}
