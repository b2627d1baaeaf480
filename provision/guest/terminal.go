package guest

// This file: a command on a terminal in the guest. The local terminal's mode is
// the caller's business.

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/crypto/ssh"
)

// Size is that of a terminal, in characters.
type Size struct{ Columns, Rows int }

// Terminal is the near end of a terminal session.
type Terminal struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Type           string    // TERM; empty means xterm-256color
	Size           Size      // at the beginning; 0 means 80 by 24
	Resized        chan Size // new sizes; may be nil
	Signals        chan os.Signal
}

// RunTerminal runs a command on a terminal in the guest and returns its exit
// status, as Run does. Control characters go through it like any other input;
// Signals are for those that reach this process from elsewhere.
func (c *Client) RunTerminal(ctx context.Context, command string, t Terminal) (exit int, err error) {
	session, err := c.session(ctx)
	if err != nil {
		return -1, err
	}
	defer session.Close()
	if t.Type == "" {
		t.Type = "xterm-256color"
	}
	if t.Size.Columns <= 0 || t.Size.Rows <= 0 {
		t.Size = Size{80, 24}
	}
	opening, cancel := context.WithTimeout(ctx, 2*time.Minute)
	stop := context.AfterFunc(opening, func() { session.Close() })
	err = session.RequestPty(t.Type, t.Size.Rows, t.Size.Columns, ssh.TerminalModes{ssh.ECHO: 1})
	if err == nil {
		session.Stdout, session.Stderr = t.Stdout, t.Stderr
		err = c.feed(session, t.Stdin)
	}
	if err == nil {
		err = session.Start(command)
	}
	stop()
	cancel()
	if err != nil {
		return -1, c.lost(err)
	}
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			select {
			case <-over:
				return
			case size := <-t.Resized:
				_ = session.WindowChange(size.Rows, size.Columns)
			case s := <-t.Signals:
				if name, ok := signalNames[s.String()]; ok {
					_ = session.Signal(name)
				}
			}
		}
	}()
	return c.wait(ctx, session)
}

// signalNames are those of RFC 4254 that make sense to pass on, by the name
// that Go prints.
var signalNames = map[string]ssh.Signal{
	"interrupt": ssh.SIGINT, "terminated": ssh.SIGTERM, "hangup": ssh.SIGHUP, "quit": ssh.SIGQUIT,
}

// feed copies stdin to the session. It is not left to the session, whose Wait
// would wait for a reader that never ends.
func (c *Client) feed(session *ssh.Session, stdin io.Reader) error {
	if stdin == nil {
		return nil
	}
	pipe, err := session.StdinPipe()
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(pipe, stdin)
		_ = pipe.Close()
	}()
	return nil
}
