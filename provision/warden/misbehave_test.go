package warden

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// sshChannel is a Channel over x/crypto/ssh, as the real one is.
type sshChannel struct {
	client  *ssh.Client
	done    chan struct{}
	closing sync.Once
}

func dialSSH(t *testing.T, address string) (*sshChannel, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	c, channels, requests, err := ssh.NewClientConn(conn, address, &ssh.ClientConfig{
		User: "keeper", HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		Config: ssh.Config{KeyExchanges: []string{ssh.KeyExchangeCurve25519}, Ciphers: []string{ssh.CipherAES128GCM}},
	})
	if err != nil {
		conn.Close()
		return nil, err
	}
	ch := &sshChannel{client: ssh.NewClient(c, channels, requests), done: make(chan struct{})}
	go func() { _ = ch.client.Wait(); ch.Close() }()
	go func() { // a machine that does not answer any more is given up
		for {
			answer := make(chan error, 1)
			go func() { _, _, err := ch.client.SendRequest("keepalive@openssh.com", true, nil); answer <- err }()
			select {
			case <-ch.done:
				return
			case err := <-answer:
				if err != nil {
					ch.Close()
					return
				}
			case <-time.After(500 * time.Millisecond):
				ch.Close()
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	}()
	return ch, nil
}

func (c *sshChannel) Listen(address string) (net.Listener, error) {
	return c.client.Listen("tcp", address)
}
func (c *sshChannel) Journal(ctx context.Context, _ string, _ io.Writer) error {
	select {
	case <-ctx.Done():
	case <-c.done:
	}
	return io.EOF
}
func (c *sshChannel) Done() <-chan struct{} { return c.done }
func (c *sshChannel) Close() error {
	c.closing.Do(func() { close(c.done); _ = c.client.Close() })
	return nil
}

// hostileGuest is a server of SSH that does something to each client that has asked it
// to listen.
func hostileGuest(t *testing.T, attack func(s *sshd) error) (address string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				s, err := welcome(conn)
				if err != nil {
					return
				}
				for { // its keepalive comes first, or its wish to listen
					p, err := s.expect(msgGlobalRequest)
					if err != nil {
						return
					}
					if s.send([]byte{msgRequestSuccess}) != nil {
						return
					}
					if name, _ := nextString(p[1:]); string(name) == "tcpip-forward" {
						break
					}
				}
				time.Sleep(50 * time.Millisecond) // until it listens
				_ = attack(s)
			}()
		}
	}()
	return ln.Addr().String()
}

// answering reads what the client sends, answers its global requests as an honest server
// would, and hands out the numbers that it gives to channels. Nothing else is answered.
func (s *sshd) answering() <-chan uint32 {
	opened := make(chan uint32, 1<<16)
	go func() {
		defer close(opened)
		for {
			p, err := s.receive()
			if err != nil {
				return
			}
			switch p[0] {
			case msgGlobalRequest:
				if s.send([]byte{msgRequestSuccess}) != nil {
					return
				}
			case msgChannelConfirm:
				select {
				case opened <- binary.BigEndian.Uint32(p[5:]):
				default:
				}
			}
		}
	}()
	return opened
}

var errDone = errors.New("done")

// each yields the numbers of channels for as long as more are opened.
func each(opened <-chan uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for {
			select {
			case id, ok := <-opened:
				if !ok || !yield(id) {
					return
				}
			case <-time.After(500 * time.Millisecond):
				return
			}
		}
	}
}

const connectSlow = "CONNECT api.example.com:22 HTTP/1.1\r\n\r\n"

// attacks are what a guest's sshd may do when guest root has replaced it. Each ends when
// the client ends the connection, or when it has done its worst.
var attacks = map[string]func(s *sshd) error{
	"opens channels without end": func(s *sshd) error {
		s.answering()
		for id := range uint32(1_000_000) {
			if err := s.openChannel(id); err != nil {
				return err
			}
		}
		return errDone
	},
	"fills the windows of tunnels": func(s *sshd) error {
		opened := s.answering()
		filler := strings.Repeat("x", 32<<10)
		for id := range uint32(200) {
			if err := s.openChannel(id); err != nil {
				return err
			}
			n, ok := <-opened
			if !ok {
				return errDone
			}
			_ = s.data(n, connectSlow)
			for range 63 {
				if err := s.data(n, filler); err != nil {
					return err
				}
			}
		}
		return errDone
	},
	"fills windows byte by byte": func(s *sshd) error {
		opened := s.answering()
		go func() {
			for id := range uint32(32) {
				if s.openChannel(id) != nil {
					return
				}
			}
		}()
		for id := range each(opened) {
			_ = s.data(id, connectSlow)
			for range 5_000 {
				if err := s.data(id, "x"); err != nil {
					return err
				}
			}
		}
		return errDone
	},
	"fills windows of channels that are closed": func(s *sshd) error {
		opened := s.answering()
		go func() {
			for id := range uint32(100_000) {
				if s.openChannel(id) != nil {
					return
				}
			}
		}()
		filler := strings.Repeat("x", 32<<10)
		for id := range each(opened) {
			_ = s.data(id, "nonsense\r\n\r\n")
			for range 60 {
				if err := s.data(id, filler); err != nil {
					return err
				}
			}
		}
		return errDone
	},
	"never confirms that a channel is closed": func(s *sshd) error {
		opened := s.answering()
		for id := uint32(0); ; id++ {
			if err := s.openChannel(id); err != nil {
				return err
			}
			n, ok := <-opened
			if !ok {
				return errDone
			}
			if err := s.data(n, "nonsense\r\n\r\n"); err != nil {
				return err
			}
		}
	},
	"writes past the window": func(s *sshd) error {
		opened := s.answering()
		_ = s.openChannel(1)
		id := <-opened
		_ = s.data(id, connectSlow)
		for range 1000 {
			if err := s.data(id, strings.Repeat("x", 32<<10)); err != nil {
				return err
			}
		}
		return errDone
	},
	"sends garbage payloads": func(s *sshd) error {
		s.answering()
		b := make([]byte, 300)
		for {
			_, _ = rand.Read(b)
			b[0] = 80 + b[0]%30
			if err := s.send(b[:1+int(b[1])]); err != nil {
				return err
			}
		}
	},
	"sends messages about channels that are none": func(s *sshd) error {
		s.answering()
		for id := range uint32(1000) {
			for _, kind := range []byte{msgChannelRequest, msgWindowAdjust, msgEOF, msgChannelClose, msgData} {
				if err := s.send(packet(kind, u32(id), str("x"), []byte{0})); err != nil {
					return err
				}
			}
		}
		return errDone
	},
	"opens channels for another listener": func(s *sshd) error {
		s.answering()
		for id := range uint32(1000) {
			if err := s.send(packet(msgChannelOpen, str("forwarded-tcpip"), u32(id, 1<<31-1, 32<<10), str("0.0.0.0"), u32(22), str("x"), u32(1<<31))); err != nil {
				return err
			}
			if err := s.send(packet(msgChannelOpen, str("session"), u32(id, 0, 1), []byte("\xff\xff\xff\xff"))); err != nil {
				return err
			}
		}
		return errDone
	},
	"sends noise on the wire": func(s *sshd) error {
		_, err := io.Copy(s.conn, io.LimitReader(rand.Reader, 1<<20))
		return err
	},
	"announces an endless packet": func(s *sshd) error {
		_, _ = s.conn.Write(bytes.Repeat([]byte{0xff}, 1<<16))
		return errDone
	},
	"reads nothing any more": func(s *sshd) error {
		for id := range uint32(300) {
			if err := s.openChannel(id); err != nil {
				return err
			}
		}
		time.Sleep(time.Second) // by then the client has given up
		return errDone
	},
	"answers no request": func(s *sshd) error {
		_, err := io.Copy(io.Discard, s.conn)
		return err
	},
	"hangs up": func(s *sshd) error { return errDone },
}

func TestAGuestsSSHThatMisbehavesIsSurvived(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	for what, attack := range attacks {
		t.Run(what, func(t *testing.T) {
			world := exampleWorld()
			release := make(chan struct{})
			defer close(release)
			world.serve = func(c net.Conn, to netip.AddrPort) { // takes nothing, so that all is held here
				if to.Port() == 22 {
					<-release
				}
				_, _ = io.Copy(c, c)
				c.Close()
			}
			var over atomic.Int64
			address := hostileGuest(t, func(s *sshd) error {
				defer over.Add(1)
				return attack(s)
			})
			before := heapInUse()
			l := quick()
			l.Close = 500 * time.Millisecond
			l.Heap = before + 48<<20
			dir := t.TempDir()
			_ = WritePolicy(dir, example())
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			honest := newChannel()
			w := &Warden{Dir: dir, Machine: "t-warden", World: world, limits: l, Connect: func(ctx context.Context) (Channel, error) {
				if over.Load() > 0 {
					return honest, nil
				}
				return dialSSH(t, address)
			}}
			result := make(chan error, 1)
			go func() { result <- w.Run(ctx) }()
			defer func() {
				cancel()
				if err := <-result; err != nil {
					t.Error(err)
				}
			}()
			var worst uint64
			for end := time.Now().Add(time.Minute); ; {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				worst = max(worst, m.HeapInuse)
				if st, _, _ := ReadStatus(dir); over.Load() > 0 && st.Connected {
					if _, line := honest.ask("deb.example.org:80"); strings.HasPrefix(line, "HTTP/1.1 200 ") {
						break
					}
				}
				if time.Now().After(end) {
					st, _, _ := ReadStatus(dir)
					t.Fatalf("it is not rid of it: %+v", st)
				}
				time.Sleep(2 * time.Millisecond)
			}
			grown := (int64(worst) - int64(before)) >> 20
			if grown > 200 {
				t.Errorf("it took %d MB", grown)
			}
			t.Logf("%d MB at the most", grown)
		})
	}
}
