package virt

// This file puts every libvirt call under a deadline. A wedged daemon cannot be
// interrupted, so the goroutine that waits for it is left behind: it frees what
// it looked up when the daemon comes back, starts no further call, and the
// connection stays open until it has gone.

import (
	"context"
	"runtime"
	"sync"
	"time"

	"libvirt.org/go/libvirt"
)

// callLimit is how long one libvirt call may take before the daemon is said to
// hang. Most take milliseconds. Tests shorten it by Conn.limit.
const callLimit = 30 * time.Second

// slowFactor lengthens the limit for calls in which libvirt may start QEMU to
// find out what it can do: 4 s on an idle machine where KVM is broken (libvirt
// then asks again each time), 18 s and more on a busy one.
const slowFactor = 4

// settle is how long a cancelled operation is waited for, so that a call under
// way can finish and its result be known.
const settle = 3 * time.Second

// op is one operation on a connection: one or more libvirt calls on one goroutine.
type op struct {
	ctx context.Context
	l   *libvirt.Connect

	mu        sync.Mutex
	call      string
	began     time.Time // zero: between calls
	factor    time.Duration
	abandoned bool
}

// at names the libvirt call that comes next and starts its clock. When nobody
// waits for the operation any more, it ends the goroutine (its deferred calls
// run, so objects are freed), because a change that is made after its failure
// was reported would be a lie.
func (o *op) at(call string) { o.next(call, 1) }

// slow is at for a call in which libvirt may start QEMU.
func (o *op) slow(call string) { o.next(call, slowFactor) }

func (o *op) next(call string, factor time.Duration) {
	o.mu.Lock()
	stop := o.abandoned || o.ctx.Err() != nil
	o.call, o.began, o.factor = call, time.Now(), factor
	o.mu.Unlock()
	if stop {
		runtime.Goexit()
	}
}

// idle stops the clock while the operation waits for its caller, not for libvirt.
func (o *op) idle() {
	o.mu.Lock()
	o.began = time.Time{}
	o.mu.Unlock()
}

// current returns the call under way, how long it has taken, and what it may
// take when limit is the ordinary call's.
func (o *op) current(limit time.Duration) (call string, waited, allowed time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.began.IsZero() {
		return o.call, 0, limit
	}
	return o.call, time.Since(o.began), limit * o.factor
}

func (o *op) abandon() {
	o.mu.Lock()
	o.abandoned = true
	o.mu.Unlock()
}

// result is what an operation returns through its channel.
type result[T any] struct {
	value T
	err   error
}

// ask runs fn as one operation on c and waits for it. It returns fn's result,
// ctx's error, or ErrTimeout as soon as one call of it exceeds the limit.
// Whatever fn returns must not refer to libvirt objects.
func ask[T any](ctx context.Context, c *Conn, fn func(*op) (T, error)) (T, error) {
	var zero T
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	l, err := c.acquire()
	if err != nil {
		return zero, err
	}
	o := &op{ctx: ctx, l: l}
	done := make(chan result[T], 1)
	go func() {
		defer c.release()
		defer close(done) // after Goexit the caller sees a closed channel
		v, err := fn(o)
		if err != nil {
			call, _, _ := o.current(0)
			err = classify(c.uri, call, err)
		}
		done <- result[T]{v, err}
	}()
	return await(ctx, c.uri, c.limit, o, done)
}

// await waits for one operation.
func await[T any](ctx context.Context, uri string, limit time.Duration, o *op, done <-chan result[T]) (T, error) {
	var zero T
	timer := time.NewTimer(limit)
	defer timer.Stop()
	cancelled := ctx.Done()
	var grace <-chan time.Time
	for {
		select {
		case r, ok := <-done:
			if !ok {
				return zero, context.Cause(ctx)
			}
			return r.value, r.err
		case <-cancelled:
			cancelled = nil
			g := time.NewTimer(settle)
			defer g.Stop()
			grace = g.C
		case <-grace:
			o.abandon()
			return zero, context.Cause(ctx)
		case <-timer.C:
			call, waited, allowed := o.current(limit)
			if waited >= allowed {
				o.abandon()
				return zero, timeoutFault(uri, call, allowed)
			}
			timer.Reset(allowed - waited)
		}
	}
}

// do is ask for operations that return nothing but an error.
func (c *Conn) do(ctx context.Context, fn func(*op) error) error {
	_, err := ask(ctx, c, func(o *op) (struct{}, error) { return struct{}{}, fn(o) })
	return err
}
