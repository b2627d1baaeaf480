package warden

// This file: how fast the guest may have hosts connected. Each connection leaves lines in
// the log, and none may be without, so it is the connections that wait.

import (
	"context"
	"sync"
	"time"
)

// pace lets some through at once, and then so many a second, in the order they came. A
// nil one lets everything through.
type pace struct {
	burst, rate float64

	mu    sync.Mutex
	spare float64 // below zero: those that wait
	at    time.Time
}

func newPace(burst, rate int) *pace {
	if rate <= 0 {
		return nil
	}
	return &pace{burst: float64(burst), rate: float64(rate), spare: float64(burst), at: time.Now()}
}

// wait returns when it is one's turn; false when the context ended before.
func (p *pace) wait(ctx context.Context) bool {
	if p == nil {
		return true
	}
	p.mu.Lock()
	now := time.Now()
	p.spare = min(p.burst, p.spare+now.Sub(p.at).Seconds()*p.rate) - 1
	p.at = now
	short := -p.spare
	p.mu.Unlock()
	if short <= 0 {
		return true
	}
	sleep(ctx, time.Duration(short/p.rate*float64(time.Second)))
	if ctx.Err() == nil {
		return true
	}
	p.mu.Lock()
	p.spare++
	p.mu.Unlock()
	return false
}
