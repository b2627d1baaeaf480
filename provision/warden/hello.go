package warden

// This file: the ClientHello, with which TLS begins, as far as the name in it. Read more
// strictly than servers do: what they might read otherwise is refused. The tests compare
// it with crypto/tls, whose own parser would add the server's half of TLS to the program.

import "encoding/binary"

// hello takes in what a client sends first, until it is clear what that is.
type hello struct {
	raw  []byte // all of it; nothing is passed on before it is judged
	at   int    // where the next TLS record begins
	body []byte // of the records so far: one handshake message
	name string // the server_name; empty when there is none
}

// helloState is what the first bytes are.
type helloState int

const (
	helloMore    helloState = iota // not clear yet
	helloDone                      // a ClientHello; name says for whom
	helloForeign                   // something else than TLS
	helloBad                       // TLS, but not to be read without doubt
)

// Bounds of a hello: today's have about 2 KB. It may come in several records.
const (
	helloBytes    = 16 << 10
	helloRawBytes = 24 << 10
)

// add takes in more bytes.
func (h *hello) add(data []byte) helloState {
	h.raw = append(h.raw, data...)
	for {
		rest := h.raw[h.at:]
		if len(rest) > 0 && rest[0] != 22 || len(rest) > 1 && rest[1] != 3 { // a handshake record of SSL 3 or TLS
			if h.at == 0 {
				return helloForeign
			}
			return helloBad
		}
		if len(rest) < 5 {
			return h.more()
		}
		n := int(binary.BigEndian.Uint16(rest[3:]))
		if n == 0 || n > 16<<10 {
			return helloBad
		}
		if len(rest) < 5+n {
			return h.more()
		}
		h.body = append(h.body, rest[5:5+n]...)
		if h.at += 5 + n; h.at > helloRawBytes || h.body[0] != 1 { // client_hello
			return helloBad
		}
		if len(h.body) < 4 {
			continue
		}
		switch length := 4 + int(h.body[1])<<16 + int(h.body[2])<<8 + int(h.body[3]); {
		case length > helloBytes, len(h.body) > length: // more than one message in its records
			return helloBad
		case len(h.body) == length:
			name, ok := serverName(h.body[4:])
			h.name, h.body = name, nil
			if !ok {
				return helloBad
			}
			return helloDone
		}
	}
}

func (h *hello) more() helloState {
	if len(h.raw) > helloRawBytes {
		return helloBad
	}
	return helloMore
}

// fields reads what TLS's structures are made of; all that follows a failure fails too.
type fields struct {
	data []byte
	bad  bool
}

func (f *fields) take(n int) []byte {
	if f.bad || len(f.data) < n {
		f.bad = true
		return nil
	}
	out := f.data[:n]
	f.data = f.data[n:]
	return out
}

// vector takes a field that says its own length, in size bytes.
func (f *fields) vector(size int) []byte {
	n := 0
	for _, b := range f.take(size) {
		n = n<<8 | int(b)
	}
	return f.take(n)
}

// serverName reads the body of a ClientHello (RFC 8446, 4.1.2; RFC 6066, 3). An empty
// name is one that is not there.
func serverName(body []byte) (name string, ok bool) {
	f := fields{data: body}
	f.take(2 + 32) // version, random
	session, ciphers, compression := f.vector(1), f.vector(2), f.vector(1)
	if f.bad || len(session) > 32 || len(ciphers) == 0 || len(ciphers)%2 != 0 || len(compression) == 0 {
		return "", false
	}
	if len(f.data) == 0 {
		return "", true
	}
	extensions := fields{data: f.vector(2)}
	if f.bad || len(f.data) != 0 {
		return "", false
	}
	seen := map[uint16]bool{}
	for len(extensions.data) > 0 {
		kind := extensions.take(2)
		data := extensions.vector(2)
		if extensions.bad {
			return "", false
		}
		id := binary.BigEndian.Uint16(kind)
		if seen[id] {
			return "", false
		}
		seen[id] = true
		if id != 0 { // server_name
			continue
		}
		list := fields{data: data}
		names := fields{data: list.vector(2)}
		form := names.take(1)
		host := names.vector(2)
		if list.bad || names.bad || len(list.data) != 0 || len(names.data) != 0 || form[0] != 0 || len(host) == 0 {
			return "", false
		}
		name = string(host)
	}
	return name, true
}
