package guest

// This file: an SSH server in this process that runs what it is told with the
// local shell, without root, so that the tests need neither.

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// server is the machine's side. A zero hook means the ordinary behaviour.
type server struct {
	address string
	hostKey KeyPair
	keeper  KeyPair
	// command rewrites a command before it is run.
	command func(string) string
	pty     chan Size
	mute    chan struct{} // when not nil, nothing is answered after login
	// asked answers requests about the connection as a whole; nil refuses them.
	asked func(*ssh.ServerConn, *ssh.Request)
}

func newServer(t *testing.T) *server {
	t.Helper()
	hostKey, err := NewKeyPair("")
	if err != nil {
		t.Fatal(err)
	}
	keeper, err := NewKeyPair("keeper")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{hostKey: hostKey, keeper: keeper, pty: make(chan Size, 8)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	var open sync.WaitGroup
	t.Cleanup(func() { listener.Close(); open.Wait() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { s.serve(conn) })
		}
	}()
	return s
}

func (s *server) target() Target {
	return Target{Address: s.address, User: "keeper", Key: s.keeper.Signer, HostKeys: []ssh.PublicKey{s.hostKey.Signer.PublicKey()}}
}

func (s *server) serve(conn net.Conn) {
	defer conn.Close()
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if !containsKey([]ssh.PublicKey{s.keeper.Signer.PublicKey()}, key) {
			return nil, errors.New("unknown key")
		}
		return nil, nil
	}}
	config.AddHostKey(s.hostKey.Signer)
	sshConn, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	defer sshConn.Close()
	if s.mute != nil {
		<-s.mute
		return
	}
	var open sync.WaitGroup
	defer open.Wait()
	open.Go(func() {
		for request := range requests {
			if s.asked != nil {
				s.asked(sshConn, request)
			} else {
				_ = request.Reply(false, nil)
			}
		}
	})
	for offered := range channels {
		switch offered.ChannelType() {
		case "session":
			channel, requests, err := offered.Accept()
			if err == nil {
				open.Go(func() { s.session(channel, requests) })
			}
		case "direct-tcpip":
			var to struct {
				Host       string
				Port       uint32
				Origin     string
				OriginPort uint32
			}
			_ = ssh.Unmarshal(offered.ExtraData(), &to)
			far, err := net.Dial("tcp", net.JoinHostPort(to.Host, itoa(to.Port)))
			if err != nil {
				_ = offered.Reject(ssh.ConnectionFailed, err.Error())
				continue
			}
			channel, requests, err := offered.Accept()
			if err != nil {
				continue
			}
			go ssh.DiscardRequests(requests)
			open.Go(func() {
				defer far.Close()
				defer channel.Close()
				go func() { _, _ = io.Copy(far, channel); _ = far.(*net.TCPConn).CloseWrite() }()
				_, _ = io.Copy(channel, far)
			})
		default:
			_ = offered.Reject(ssh.UnknownChannelType, "")
		}
	}
}

func itoa(n uint32) string {
	var b []byte
	for ; n > 0; n /= 10 {
		b = append([]byte{byte('0' + n%10)}, b...)
	}
	return string(b)
}

func (s *server) session(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for request := range requests {
		switch request.Type {
		case "pty-req", "window-change":
			var pty struct {
				Term          string
				Columns, Rows uint32
				Rest          []byte `ssh:"rest"`
			}
			if request.Type == "pty-req" {
				_ = ssh.Unmarshal(request.Payload, &pty)
			} else {
				var size struct{ Columns, Rows, Width, Height uint32 }
				_ = ssh.Unmarshal(request.Payload, &size)
				pty.Columns, pty.Rows = size.Columns, size.Rows
			}
			s.pty <- Size{int(pty.Columns), int(pty.Rows)}
			_ = request.Reply(true, nil)
		case "exec":
			var what struct{ Command string }
			_ = ssh.Unmarshal(request.Payload, &what)
			_ = request.Reply(true, nil)
			go func() {
				defer channel.Close()
				s.exec(ctx, channel, what.Command)
			}()
		case "signal":
			cancel()
		default:
			_ = request.Reply(false, nil)
		}
	}
}

func (s *server) exec(ctx context.Context, channel ssh.Channel, command string) {
	if s.command != nil {
		command = s.command(command)
	}
	command = strings.ReplaceAll(command, "sudo -n ", "")
	c := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	c.Env = append(os.Environ(), "LC_ALL=C")
	c.Stdout, c.Stderr = channel, channel.Stderr()
	c.WaitDelay = time.Second
	stdin, err := c.StdinPipe()
	if err != nil || c.Start() != nil {
		return
	}
	go func() { _, _ = io.Copy(stdin, channel); stdin.Close() }()
	err = c.Wait()
	status := 0
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		status = exit.ExitCode()
	}
	if status < 0 {
		_, _ = channel.SendRequest("exit-signal", false, ssh.Marshal(struct {
			Signal string
			Core   bool
			Error  string
			Lang   string
		}{"KILL", false, "", ""}))
		return
	}
	_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(status)}))
}

// dialServer connects, and fails the test when that does not work.
func dialServer(t *testing.T, s *server) *Client {
	t.Helper()
	c, err := Dial(t.Context(), s.target())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// silent is a Reporter for tests that do not look.
type silent struct{}

func (silent) Stage(string) {}
func (silent) Log(string)   {}
