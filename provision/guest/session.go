package guest

// This file: one run's session with the machine: the connection, which is
// replaced when the host key is, and the steps over it.

import (
	"context"
	"errors"

	"golang.org/x/crypto/ssh"
)

// Session is a connection together with what is needed to make it again.
type Session struct {
	Client *Client
	Pins   Pins
	Target Target // HostKeys are read from Pins at every connection
}

// Open waits for the machine and connects. The context's end is the limit.
func Open(ctx context.Context, address, user string, key ssh.Signer, pins Pins, r Reporter) (*Session, error) {
	s := &Session{Pins: pins, Target: Target{Address: address, User: user, Key: key}}
	return s, s.Reconnect(ctx, r)
}

// Reconnect makes the connection again, for instance after a restart.
func (s *Session) Reconnect(ctx context.Context, r Reporter) error {
	keys, err := s.Pins.Keys()
	if err != nil {
		return err
	}
	s.Close()
	s.Target.HostKeys = keys
	s.Client, err = WaitReady(ctx, s.Target, r)
	return err
}

// Close ends the connection, if there is one.
func (s *Session) Close() {
	if s.Client != nil {
		s.Client.Close()
		s.Client = nil
	}
}

// Check runs all checks in one round trip.
func (s *Session) Check(ctx context.Context, steps []Step) (map[string]Held, error) {
	return CheckAll(ctx, s.Client, steps)
}

// Apply makes one step's change, within its deadline, and says what its check finds
// then; nil where that is still to be asked.
func (s *Session) Apply(ctx context.Context, step Step, r Reporter) (*Held, error) {
	ctx, cancel := context.WithTimeout(ctx, step.Deadline)
	defer cancel()
	switch step.ID {
	case "guest-hostkey":
		next, err := RotateHostKey(ctx, s.Client, s.Pins, r)
		if err == nil {
			s.Client = next
		}
		return nil, err
	case "guest-gateway":
		if _, err := s.Client.Root(ctx, step.ApplyScript(), nil); err != nil {
			return nil, stepFault(step.ID, err)
		}
		return nil, WaitGateway(ctx, s.Client, r)
	}
	if step.Apply == "" && len(step.Files) == 0 {
		return nil, errors.New("step " + step.ID + " has nothing to apply")
	}
	held, err := ApplyAndCheck(ctx, s.Client, step)
	if err != nil {
		return nil, err
	}
	return &held, nil
}

// Undo takes one step back to what was there before its first Apply. The host
// key stays: the one before it is gone on both sides.
func (s *Session) Undo(ctx context.Context, step Step) error {
	if step.ID == "guest-hostkey" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, step.Deadline)
	defer cancel()
	_, err := s.Client.Root(ctx, step.UndoScript(), nil)
	return stepFault(step.ID, err)
}
