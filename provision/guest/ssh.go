package guest

// This file: one SSH connection to the machine. Host keys are pinned, the only
// way to log in is a key, the algorithms are few and modern, and nothing waits
// without a limit.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/clawarium/clawarium/assets/text"
)

// Reporter is told what is going on; provision.Reporter is one.
type Reporter interface {
	Stage(text string)
	Log(line string)
}

// Target is where and how to connect.
type Target struct {
	Address  string          // host:port
	User     string          // layout.Keeper
	Key      ssh.Signer      // the keeper's
	HostKeys []ssh.PublicKey // pinned; a machine that shows another is refused
}

// Errors that callers decide on.
var (
	// ErrHostKey: something answers at the address, but it is not our machine.
	ErrHostKey = errors.New("host key is not the pinned one")
	// ErrAuth: it is our machine, but it does not accept the key (yet).
	ErrAuth = errors.New("key not accepted")
	// ErrConnection: nothing answers, or it stopped answering.
	ErrConnection = errors.New("no connection")
	// ErrDeadline: a command took longer than it may.
	ErrDeadline = errors.New("deadline passed")
)

// Limits in the wall's time. An emulated machine with the slow clock needs
// some 5 s of it for one handshake.
const (
	dialLimit      = 15 * time.Second
	handshakeLimit = 60 * time.Second
	keepaliveEvery = 20 * time.Second
	keepaliveLimit = 3 * time.Minute // a machine at full load under emulation answers late
)

// Client is one connection. Its methods may be called from several goroutines;
// scripts of Root run one after another.
type Client struct {
	target  Target
	conn    *ssh.Client
	hostKey ssh.PublicKey
	done    chan struct{} // closed with the connection, whoever ended it

	closing sync.Once
	rootMu  sync.Mutex // holds root
	root    *rootShell

	taking    sync.Once                // connections from the guest's side
	listener  atomic.Pointer[listener] // whose they are
	forwarded atomic.Int32             // how many there are
}

// Dial connects and logs in. An error is a *text.Fault that wraps ErrHostKey,
// ErrAuth or ErrConnection.
func Dial(ctx context.Context, t Target) (*Client, error) {
	if len(t.HostKeys) == 0 {
		return nil, &text.Fault{What: fmt.Sprintf(text.T().Guest.NoPin, t.Address), Hint: text.T().Guest.NoPinHint, Err: ErrHostKey}
	}
	dialCtx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(dialCtx, "tcp", t.Address)
	if err != nil {
		return nil, unreachable(t.Address, err)
	}
	return handshake(ctx, t, conn)
}

// handshake makes an SSH connection of a network connection, which it closes
// when that does not work out.
func handshake(ctx context.Context, t Target, conn net.Conn) (*Client, error) {
	var shown ssh.PublicKey
	config := &ssh.ClientConfig{
		Config: ssh.Config{
			KeyExchanges: []string{ssh.KeyExchangeCurve25519, ssh.KeyExchangeMLKEM768X25519},
			Ciphers:      []string{ssh.CipherChaCha20Poly1305, ssh.CipherAES128GCM, ssh.CipherAES256GCM},
			MACs:         []string{ssh.HMACSHA256ETM, ssh.HMACSHA512ETM},
		},
		User:              t.User,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(t.Key)},
		HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
		ClientVersion:     "SSH-2.0-clawarium",
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			shown = key
			if !containsKey(t.HostKeys, key) {
				return ErrHostKey
			}
			return nil
		},
	}
	limit := time.Now().Add(handshakeLimit)
	if d, ok := ctx.Deadline(); ok && d.Before(limit) {
		limit = d
	}
	_ = conn.SetDeadline(limit)
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	sshConn, channels, requests, err := ssh.NewClientConn(conn, t.Address, config)
	if !stop() && err == nil {
		err = ctx.Err()
		sshConn.Close()
	}
	if err != nil {
		conn.Close()
		return nil, handshakeFault(ctx, t, shown, err)
	}
	_ = conn.SetDeadline(time.Time{})
	c := &Client{target: t, conn: ssh.NewClient(sshConn, channels, requests), hostKey: shown, done: make(chan struct{})}
	go c.keepalive()
	go func() {
		_ = c.conn.Wait()
		c.Close()
	}()
	return c, nil
}

func handshakeFault(ctx context.Context, t Target, shown ssh.PublicKey, err error) error {
	say := &text.T().Guest
	var auth *ssh.ServerAuthError
	switch {
	case shown != nil && !containsKey(t.HostKeys, shown):
		pinned := make([]string, len(t.HostKeys))
		for i, key := range t.HostKeys {
			pinned[i] = ssh.FingerprintSHA256(key)
		}
		return &text.Fault{
			What: fmt.Sprintf(say.HostKeyChanged, t.Address, ssh.FingerprintSHA256(shown), strings.Join(pinned, ", ")),
			Hint: say.HostKeyChangedHint, Err: ErrHostKey,
		}
	case ctx.Err() != nil:
		return unreachable(t.Address, ctx.Err())
	case errors.As(err, &auth), strings.Contains(err.Error(), "unable to authenticate"):
		return &text.Fault{What: fmt.Sprintf(say.Refused, t.User, t.Address), Hint: say.RefusedHint, Err: ErrAuth}
	}
	return unreachable(t.Address, err)
}

func unreachable(address string, err error) error {
	return &text.Fault{
		What: fmt.Sprintf(text.T().Guest.Unreachable, address),
		Hint: text.T().Guest.UnreachableHint, Err: errors.Join(ErrConnection, err),
	}
}

// lost is the error for a connection that was there and is gone.
func (c *Client) lost(err error) error {
	return &text.Fault{
		What: fmt.Sprintf(text.T().Guest.ConnectionLost, c.target.Address),
		Hint: text.T().Guest.ConnectionLostHint, Err: errors.Join(ErrConnection, err),
	}
}

// keepalive closes the connection when the machine does not answer any more,
// so that no read waits for ever.
func (c *Client) keepalive() {
	tick := time.NewTicker(keepaliveEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-tick.C:
		}
		answer := make(chan error, 1)
		go func() {
			_, _, err := c.conn.SendRequest("keepalive@openssh.com", true, nil)
			answer <- err
		}()
		limit := time.NewTimer(keepaliveLimit)
		select {
		case <-c.done:
			limit.Stop()
			return
		case err := <-answer:
			limit.Stop()
			if err != nil {
				c.Close()
				return
			}
		case <-limit.C:
			c.Close()
			return
		}
	}
}

// HostKey is the key that the machine showed: one of the target's.
func (c *Client) HostKey() ssh.PublicKey { return c.hostKey }

// Done is closed with the connection, whoever ended it.
func (c *Client) Done() <-chan struct{} { return c.done }

// Close ends the connection and everything that runs over it.
func (c *Client) Close() error {
	err := error(nil)
	c.closing.Do(func() {
		close(c.done)
		err = c.conn.Close()
	})
	return err
}

// Run runs one command in the keeper's login shell, as it is. It returns the
// exit status; err is set when there is none: the context ended, the
// connection broke, or a signal ended the command. stdin, stdout and stderr may
// be nil.
func (c *Client) Run(ctx context.Context, command string, stdin io.Reader, stdout, stderr io.Writer) (exit int, err error) {
	session, err := c.session(ctx)
	if err != nil {
		return -1, err
	}
	defer session.Close()
	session.Stdout, session.Stderr = stdout, stderr
	if err := c.feed(session, stdin); err != nil {
		return -1, c.lost(err)
	}
	if err := session.Start(command); err != nil {
		return -1, c.lost(err)
	}
	return c.wait(ctx, session)
}

// session opens a channel within the context.
func (c *Client) session(ctx context.Context) (*ssh.Session, error) {
	type opened struct {
		session *ssh.Session
		err     error
	}
	started, result := time.Now(), make(chan opened, 1)
	go func() {
		s, err := c.conn.NewSession()
		result <- opened{s, err}
	}()
	select {
	case <-ctx.Done():
		go func() {
			if o := <-result; o.session != nil {
				o.session.Close()
			}
		}()
		return nil, c.expired(ctx, started)
	case o := <-result:
		if o.err != nil {
			return nil, c.lost(o.err)
		}
		return o.session, nil
	}
}

// wait returns the exit status of a started session.
func (c *Client) wait(ctx context.Context, session *ssh.Session) (int, error) {
	started, result := time.Now(), make(chan error, 1)
	go func() { result <- session.Wait() }()
	var err error
	select {
	case <-ctx.Done():
		_ = session.Signal(ssh.SIGTERM)
		session.Close()
		return -1, c.expired(ctx, started)
	case err = <-result:
	}
	var status *ssh.ExitError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &status) && status.Signal() != "":
		return 128 + signalNumber(status.Signal()), nil
	case errors.As(err, &status):
		return status.ExitStatus(), nil
	}
	return -1, c.lost(err)
}

// expired is the error of a context that ended: the deadline as a *text.Fault
// that wraps ErrDeadline, a cancellation as it is.
func (c *Client) expired(ctx context.Context, started time.Time) error {
	err := context.Cause(ctx)
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return deadlineFault(time.Since(started), err)
}

func deadlineFault(after time.Duration, err error) error {
	return &text.Fault{
		What: fmt.Sprintf(text.T().Guest.CommandTimeout, after.Round(time.Second)),
		Hint: text.T().Guest.CommandTimeoutHint, Err: errors.Join(ErrDeadline, err),
	}
}

// signalNumber maps the names of RFC 4254 section 6.10 to Linux's numbers.
func signalNumber(name string) int {
	names := []string{"HUP", "INT", "QUIT", "ILL", "", "ABRT", "", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM"}
	return slices.Index(names, name) + 1
}

// tail keeps the last bytes written to it.
type tail struct {
	mu   sync.Mutex
	max  int
	data []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	if over := len(t.data) - t.max; over > 0 {
		t.data = append(t.data[:0], t.data[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.data))
}
