package guest

// This file: one connection that came out of the guest. An SSH channel ends only
// when both sides say so, and knows no deadline: a program in the guest that
// stops reading, or an SSH server that says nothing more, would hold whoever
// reads or writes here for ever. So what is exchanged with the channel is done by
// goroutines of its own, which may be left behind, with nothing in their hands
// that anybody else uses.

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// A packet carries packetMost bytes at most. A connection on which little
// happens has a buffer of packetLeast alone.
const (
	packetMost  = 32 << 10
	packetLeast = 512
)

// packets are buffers on their way into a channel.
var packets = sync.Pool{New: func() any { return new([packetMost]byte) }}

// forwarded is such a connection. It is a net.Conn and has CloseWrite.
type forwarded struct {
	client   *Client
	channel  ssh.Channel
	at, from net.Addr

	come  chan []byte   // from the channel to Read; closed at the end
	taken chan struct{} // back: the bytes are used up
	gone  chan struct{} // closed when both sides have closed the channel

	reading sync.Mutex
	rest    []byte // what came and was not read yet
	writing sync.Mutex
	gave    chan error // of the packet that is on its way
	broken  error      // why nothing can be written any more

	closed                chan struct{}
	closing               sync.Once
	readUntil, writeUntil deadline
}

// receive makes a connection of a channel that was accepted.
func (c *Client) receive(channel ssh.Channel, requests <-chan *ssh.Request, at, from net.Addr) *forwarded {
	f := &forwarded{
		client: c, channel: channel, at: at, from: from,
		come: make(chan []byte), taken: make(chan struct{}), gone: make(chan struct{}), closed: make(chan struct{}),
		gave:      make(chan error, 1),
		readUntil: newDeadline(), writeUntil: newDeadline(),
	}
	c.forwarded.Add(1)
	go func() {
		ssh.DiscardRequests(requests)
		close(f.gone)
		c.forwarded.Add(-1)
	}()
	go f.refuse(channel.Stderr())
	go f.pump()
	return f
}

// refuse ends the whole SSH connection when anything can be read: a forwarded
// connection has no second stream, and nothing follows its end. Only a server
// that means to fill our memory sends such a thing.
func (f *forwarded) refuse(r io.Reader) {
	if n, _ := r.Read(make([]byte, 1)); n > 0 {
		f.client.Close()
	}
}

// pump takes from the channel what comes, also after Close, when nobody wants it.
func (f *forwarded) pump() {
	buffer, err := make([]byte, packetLeast), error(nil)
	for n, closed := 0, false; err == nil; {
		if n, err = f.channel.Read(buffer); n > 0 && !closed {
			select {
			case f.come <- buffer[:n]:
				select {
				case <-f.taken:
				case <-f.closed:
					closed = true
				}
			case <-f.closed:
				closed = true
			}
		}
		switch full := n == len(buffer); {
		case closed: // Read may look at the other buffer still
			buffer = make([]byte, packetLeast)
			for err == nil {
				_, err = f.channel.Read(buffer)
			}
		case full && n == packetLeast:
			buffer = make([]byte, packetMost)
		case !full && n < packetLeast && len(buffer) == packetMost:
			buffer = make([]byte, packetLeast)
		}
	}
	close(f.come)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-f.gone:
			return
		case <-tick.C: // neither waits for anything after the end
			f.refuse(f.channel)
			f.refuse(f.channel.Stderr())
		}
	}
}

// Read returns what came, io.EOF after the guest's side has ended.
func (f *forwarded) Read(p []byte) (int, error) {
	f.reading.Lock()
	defer f.reading.Unlock()
	if err := f.over(&f.readUntil); err != nil {
		return 0, err
	}
	if len(f.rest) == 0 {
		var more bool
		select {
		case f.rest, more = <-f.come:
			if !more {
				return 0, io.EOF
			}
		case <-f.closed:
			return 0, net.ErrClosed
		case <-f.readUntil.passed():
			return 0, os.ErrDeadlineExceeded
		}
	}
	n := copy(p, f.rest)
	if f.rest = f.rest[n:]; len(f.rest) == 0 {
		select {
		case f.taken <- struct{}{}:
		case <-f.closed:
		}
	}
	return n, nil
}

// Write returns when all of p is on its way, or nothing more can be.
func (f *forwarded) Write(p []byte) (written int, err error) {
	f.writing.Lock()
	defer f.writing.Unlock()
	for len(p) > 0 && f.broken == nil {
		if err := f.over(&f.writeUntil); err != nil {
			return written, err
		}
		buffer := packets.Get().(*[packetMost]byte)
		n := copy(buffer[:], p)
		go func() {
			_, err := f.channel.Write(buffer[:n])
			packets.Put(buffer)
			if err == io.EOF {
				err = io.ErrClosedPipe
			}
			f.gave <- err
		}()
		select {
		case f.broken = <-f.gave:
		case <-f.closed:
			f.broken = net.ErrClosed
		case <-f.writeUntil.passed():
			f.broken = os.ErrDeadlineExceeded
		}
		if f.broken == nil {
			written, p = written+n, p[n:]
		}
	}
	return written, f.broken
}

// over says why nothing can be begun.
func (f *forwarded) over(d *deadline) error {
	select {
	case <-f.closed:
		return net.ErrClosed
	case <-d.passed():
		return os.ErrDeadlineExceeded
	default:
		return nil
	}
}

// CloseWrite ends this side's half.
func (f *forwarded) CloseWrite() error {
	f.writing.Lock()
	defer f.writing.Unlock()
	if f.broken != nil {
		return f.broken
	}
	f.broken = errors.New("write after CloseWrite")
	return f.channel.CloseWrite()
}

// Close ends both halves at once; whoever reads or writes stops with
// net.ErrClosed, whether the guest agrees or not.
func (f *forwarded) Close() error {
	f.closing.Do(func() {
		close(f.closed)
		go func() { _ = f.channel.Close() }()
	})
	return nil
}

// LocalAddr is the port in the guest, RemoteAddr what the guest says of the
// program that came.
func (f *forwarded) LocalAddr() net.Addr  { return f.at }
func (f *forwarded) RemoteAddr() net.Addr { return f.from }

func (f *forwarded) SetDeadline(t time.Time) error {
	f.readUntil.set(t)
	f.writeUntil.set(t)
	return nil
}
func (f *forwarded) SetReadDeadline(t time.Time) error  { f.readUntil.set(t); return nil }
func (f *forwarded) SetWriteDeadline(t time.Time) error { f.writeUntil.set(t); return nil }

// deadline is a channel that is closed when the time comes.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	done  chan struct{}
}

func newDeadline() deadline { return deadline{done: make(chan struct{})} }

func (d *deadline) passed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	fired := d.timer != nil && !d.timer.Stop()
	d.timer = nil
	select {
	case <-d.done:
		d.done = make(chan struct{})
	default:
		if fired { // it is about to close the channel that is there now
			d.done = make(chan struct{})
		}
	}
	if t.IsZero() {
		return
	}
	done := d.done
	if wait := time.Until(t); wait > 0 {
		d.timer = time.AfterFunc(wait, func() { close(done) })
	} else {
		close(done)
	}
}
