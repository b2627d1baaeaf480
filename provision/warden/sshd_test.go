package warden

// A server of SSH that is written here because it has to misbehave: packets of its own
// making, over an encryption that is in order. Key exchange by curve25519, host key
// ed25519, AES-128-GCM, and whoever comes is let in.

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
)

// Messages of SSH (RFC 4253, 4252, 4254) that are used here.
const (
	msgServiceRequest, msgServiceAccept     = 5, 6
	msgKexInit, msgNewKeys                  = 20, 21
	msgECDHInit, msgECDHReply               = 30, 31
	msgAuthRequest, msgAuthSuccess          = 50, 52
	msgGlobalRequest, msgRequestSuccess     = 80, 81
	msgChannelOpen, msgChannelConfirm       = 90, 91
	msgWindowAdjust, msgData, msgEOF        = 93, 94, 96
	msgChannelClose, msgChannelRequest      = 97, 98
	sshString                           int = 1 << 20
)

// sshd is the server's end of one connection.
type sshd struct {
	conn net.Conn
	in   *bufio.Reader

	mu      sync.Mutex // sending
	seal    cipher.AEAD
	sealIV  []byte
	open    cipher.AEAD
	openIV  []byte
	clientV string
}

func str(parts ...string) []byte {
	var out []byte
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}

func u32(n ...uint32) []byte {
	var out []byte
	for _, n := range n {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	return out
}

func packet(kind byte, parts ...[]byte) []byte {
	return append([]byte{kind}, bytes.Join(parts, nil)...)
}

// next takes one from a list of fields of SSH.
func nextString(data []byte) (s, rest []byte) {
	if len(data) < 4 || len(data)-4 < int(binary.BigEndian.Uint32(data)) {
		return nil, nil
	}
	n := int(binary.BigEndian.Uint32(data))
	return data[4 : 4+n], data[4+n:]
}

func (s *sshd) send(payload []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	block := 8
	if s.seal != nil {
		block = 16
	}
	head := 5
	if s.seal != nil {
		head = 1
	}
	padding := block - (head+len(payload))%block
	if padding < 4 {
		padding += block
	}
	body := append([]byte{byte(padding)}, payload...)
	body = append(body, make([]byte, padding)...)
	length := u32(uint32(len(body)))
	if s.seal != nil {
		body = s.seal.Seal(nil, s.sealIV, body, length)
		count(s.sealIV)
	}
	_, err := s.conn.Write(append(length, body...))
	return err
}

// count is how the nonce of AES-GCM goes on (RFC 5647).
func count(iv []byte) {
	binary.BigEndian.PutUint64(iv[4:], binary.BigEndian.Uint64(iv[4:])+1)
}

func (s *sshd) receive() ([]byte, error) {
	length := make([]byte, 4)
	if _, err := io.ReadFull(s.in, length); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(length))
	if n > sshString {
		return nil, fmt.Errorf("a packet of %d bytes", n)
	}
	if s.open != nil {
		n += 16
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(s.in, body); err != nil {
		return nil, err
	}
	if s.open != nil {
		var err error
		if body, err = s.open.Open(nil, s.openIV, body, length); err != nil {
			return nil, err
		}
		count(s.openIV)
	}
	return body[1 : len(body)-int(body[0])], nil
}

// expect receives until a message of this kind comes.
func (s *sshd) expect(kind byte) ([]byte, error) {
	for {
		p, err := s.receive()
		if err != nil || p[0] == kind {
			return p, err
		}
	}
}

// welcome makes an SSH connection of a network connection, up to the point where the
// client has logged in.
func welcome(conn net.Conn) (*sshd, error) {
	const version = "SSH-2.0-hostile"
	s := &sshd{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	if _, err := io.WriteString(conn, version+"\r\n"); err != nil {
		return nil, err
	}
	line, err := s.in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	s.clientV = strings.TrimRight(line, "\r\n")
	ours := packet(msgKexInit, make([]byte, 16), str("curve25519-sha256", "ssh-ed25519",
		"aes128-gcm@openssh.com", "aes128-gcm@openssh.com", "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""), []byte{0}, u32(0))
	if err := s.send(ours); err != nil {
		return nil, err
	}
	theirs, err := s.expect(msgKexInit)
	if err != nil {
		return nil, err
	}
	init, err := s.expect(msgECDHInit)
	if err != nil {
		return nil, err
	}
	clientKey, _ := nextString(init[1:])
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	public, err := ecdh.X25519().NewPublicKey(clientKey)
	if err != nil {
		return nil, err
	}
	shared, err := private.ECDH(public)
	if err != nil {
		return nil, err
	}
	hostPublic, hostPrivate, _ := ed25519.GenerateKey(rand.Reader)
	hostKey := string(str("ssh-ed25519", string(hostPublic)))
	secret := mpint(shared)
	hash := sha256.Sum256(append(str(s.clientV, version, string(theirs), string(ours), hostKey, string(clientKey), string(private.PublicKey().Bytes())), secret...))
	signature := string(str("ssh-ed25519", string(ed25519.Sign(hostPrivate, hash[:]))))
	if err := s.send(packet(msgECDHReply, str(hostKey, string(private.PublicKey().Bytes()), signature))); err != nil {
		return nil, err
	}
	if err := s.send([]byte{msgNewKeys}); err != nil {
		return nil, err
	}
	key := func(letter byte, n int) []byte {
		sum := sha256.Sum256(bytes.Join([][]byte{secret, hash[:], {letter}, hash[:]}, nil))
		return sum[:n]
	}
	aead := func(key []byte) cipher.AEAD {
		block, _ := aes.NewCipher(key)
		gcm, _ := cipher.NewGCM(block)
		return gcm
	}
	s.mu.Lock()
	s.sealIV, s.seal = key('B', 12), aead(key('D', 16))
	s.mu.Unlock()
	if _, err := s.expect(msgNewKeys); err != nil {
		return nil, err
	}
	s.openIV, s.open = key('A', 12), aead(key('C', 16))
	if _, err := s.expect(msgServiceRequest); err != nil {
		return nil, err
	}
	if err := s.send(packet(msgServiceAccept, str("ssh-userauth"))); err != nil {
		return nil, err
	}
	if _, err := s.expect(msgAuthRequest); err != nil {
		return nil, err
	}
	return s, s.send([]byte{msgAuthSuccess})
}

// mpint is SSH's form of a positive number.
func mpint(b []byte) []byte {
	b = bytes.TrimLeft(b, "\x00")
	if len(b) > 0 && b[0]&0x80 != 0 {
		b = append([]byte{0}, b...)
	}
	return str(string(b))
}

// openChannel opens what a connection to the listener in the guest opens.
func (s *sshd) openChannel(id uint32) error {
	return s.send(packet(msgChannelOpen, str("forwarded-tcpip"), u32(id, 2<<20, 32<<10), str("127.0.0.1"), u32(3128), str("127.0.0.1"), u32(40000)))
}

func (s *sshd) data(channel uint32, data string) error {
	return s.send(packet(msgData, u32(channel), str(data)))
}
