package virt

// This file starts a machine and copies what it says on its serial console.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/text"
)

// startingUp is for how long a machine may be active without a console.
const startingUp = 20 * time.Second

// Console copies a machine's serial console to a writer, on a goroutine of its
// own, until the machine stops, its context ends or it is closed.
type Console struct {
	done chan struct{}
	stop context.CancelFunc
	err  error // set before done is closed
}

// Done is closed when the copying has ended.
func (k *Console) Done() <-chan struct{} { return k.done }

// Close ends the copying and waits for it, at most for settle. It returns what
// went wrong while copying, if anything did; the machine's end is not wrong.
func (k *Console) Close() error {
	k.stop()
	select {
	case <-k.done:
		return k.err
	case <-time.After(settle):
		return nil
	}
}

// Start starts the machine; one that runs already is fine. With a console, the
// machine is started paused, the console is opened and only then is it let go,
// so that the writer gets the very first byte; the copying ends when ctx does.
// The writer is used by one goroutine at a time; when it fails, copying goes on
// without it, so that the guest's console never blocks.
//
// A machine that an earlier process left paused is let go as well.
func (c *Conn) Start(ctx context.Context, machine string, console io.Writer) (*Console, error) {
	err := c.do(ctx, func(o *op) error {
		d, err := o.owned(machine)
		if err != nil {
			return err
		}
		defer d.Free()
		o.at("virDomainIsActive")
		if active, err := d.IsActive(); err != nil || active {
			return err
		}
		flags := libvirt.DOMAIN_NONE
		if console != nil {
			flags = libvirt.DOMAIN_START_PAUSED
		}
		o.slow("virDomainCreateWithFlags")
		return d.CreateWithFlags(flags)
	})
	if err != nil {
		return nil, err
	}
	var k *Console
	if console != nil {
		if k, err = c.Attach(ctx, machine, console); err != nil {
			return nil, err
		}
	}
	err = c.do(ctx, func(o *op) error {
		d, err := o.owned(machine)
		if err != nil {
			return err
		}
		defer d.Free()
		o.at("virDomainGetState")
		s, _, err := d.GetState()
		if err != nil || stateOf(s) != Paused {
			return err
		}
		o.at("virDomainResume")
		return d.Resume()
	})
	if err != nil && k != nil {
		k.Close()
		return nil, err
	}
	return k, err
}

// Attach copies the console of a machine that runs already, from now on. It
// takes the console over from whoever holds it.
func (c *Conn) Attach(ctx context.Context, machine string, w io.Writer) (*Console, error) {
	copying, stop := context.WithCancel(ctx)
	k := &Console{done: make(chan struct{}), stop: stop}
	opened := make(chan error, 1)
	var once sync.Once
	report := func(err error) { once.Do(func() { opened <- err }) }
	go func() {
		defer close(k.done)
		defer stop()
		k.err = c.do(copying, func(o *op) error {
			err := o.console(machine, w, func() { report(nil) })
			return err
		})
		if errors.Is(k.err, context.Canceled) || errors.Is(k.err, context.DeadlineExceeded) {
			report(k.err)
			k.err = nil
		}
		report(k.err)
	}()
	if err := <-opened; err != nil {
		stop()
		return nil, err
	}
	return k, nil
}

// console opens the stream, says so, and copies until it ends.
func (o *op) console(machine string, w io.Writer, opened func()) error {
	d, err := o.owned(machine)
	if err != nil {
		return err
	}
	defer d.Free()
	o.at("virDomainIsActive")
	if active, err := d.IsActive(); err != nil || !active {
		if err == nil {
			t := &text.T().Virt
			err = fault(ErrState, fmt.Sprintf(t.NotRunning, machine), t.NotRunningHint, nil)
		}
		return err
	}
	o.at("virStreamNew")
	stream, err := o.l.NewStream(libvirt.STREAM_NONBLOCK)
	if err != nil {
		return err
	}
	defer stream.Free()
	// A process that was killed right after it asked for the start leaves a machine
	// that is active and has no terminal yet.
	for asked := time.Now(); ; {
		o.at("virDomainOpenConsole")
		err := d.OpenConsole("", stream, libvirt.DOMAIN_CONSOLE_FORCE)
		if err == nil {
			break
		}
		if !isCode(err, libvirt.ERR_OPERATION_FAILED) || time.Since(asked) > startingUp {
			return err
		}
		o.idle()
		select {
		case <-o.ctx.Done():
			return context.Cause(o.ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
	// A stream that is given up must be aborted before it is freed.
	ended := false
	defer func() {
		if !ended {
			stream.Abort()
		}
	}()
	ready := make(chan struct{}, 1)
	o.at("virStreamEventAddCallback")
	err = stream.EventAddCallback(libvirt.STREAM_EVENT_READABLE|libvirt.STREAM_EVENT_HANGUP|libvirt.STREAM_EVENT_ERROR,
		func(*libvirt.Stream, libvirt.StreamEventType) {
			select {
			case ready <- struct{}{}:
			default:
			}
		})
	if err != nil {
		return err
	}
	defer stream.EventRemoveCallback()
	opened()

	buf := make([]byte, 32<<10)
	for {
		o.at("virStreamRecv")
		n, err := stream.Recv(buf)
		o.idle()
		switch {
		case errors.Is(err, io.EOF):
			ended = true
			return stream.Finish()
		case err != nil:
			ended = true
			if active, e := d.IsActive(); e == nil && !active {
				return nil // the machine's end may break the stream
			}
			return err
		case n > 0:
			if w != nil {
				if _, err := w.Write(buf[:n]); err != nil {
					w = nil
				}
			}
		default: // nothing to read now
			select {
			case <-ready:
			case <-o.ctx.Done():
				return context.Cause(o.ctx)
			}
		}
	}
}
