package provision

// The Reporter that steps get: it turns what they say into events, not more of
// them than a screen can show, with the time that went by and the time left.

import (
	"sync"
	"time"
)

const (
	progressEvery  = 100 * time.Millisecond // at most ten a second
	heartbeatEvery = time.Second            // and one a second while nothing is said
	rateWindow     = 20 * time.Second       // the rate is that of the last while
	rateEvery      = time.Second
	rateSettles    = time.Second // no estimate from less than this
)

// sample is how far a stage was at a time, in bytes or in percent.
type sample struct {
	at   time.Time
	done float64
}

type reporter struct {
	run    *Run
	expect time.Duration
	start  time.Time

	mu      sync.Mutex
	open    bool // between begin and end
	event   Event
	samples []sample
	sent    time.Time
	timer   *time.Timer // delivers what was held back, and the heartbeat
}

func (r *Run) reporter(s *Step, index, count int) *reporter {
	return &reporter{
		run: r, expect: s.Expect, start: time.Now(),
		event: Event{Step: s.ID, Title: s.Title, Index: index, Count: count, Percent: -1},
	}
}

// begin sends kind and starts the clock.
func (p *reporter) begin(kind EventKind, stage string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.start, p.open = time.Now(), true
	if kind == StepUndoing {
		p.expect = 0 // Expect is about Do
	}
	p.event.Stage = stage
	p.deliver(kind)
	p.timer = time.AfterFunc(heartbeatEvery, p.beat)
}

// end delivers what was held back, then kind. Whoever still reports is not heard.
func (p *reporter) end(kind EventKind, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
		if p.event.Kind == StepProgress { // held back
			p.deliver(StepProgress)
		}
	}
	p.open = false
	p.event.Err = err
	p.deliver(kind)
}

// beat is called by the timer.
func (p *reporter) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.open {
		return
	}
	if wait := progressEvery - time.Since(p.sent); wait > 0 { // a report was quicker
		p.timer.Reset(wait)
		return
	}
	p.deliver(StepProgress)
	p.timer.Reset(heartbeatEvery)
}

// deliver sends the event as it is now. p.mu is held, so that events keep their
// order; the sink may be slow, which slows the step that reports too fast.
func (p *reporter) deliver(kind EventKind) {
	now := time.Now()
	e := p.event
	e.Kind, e.Elapsed = kind, now.Sub(p.start)
	if kind == StepProgress || kind == StepBegan || kind == StepResumed {
		e.Rate, e.Estimate = p.left(now)
	}
	p.event.Kind, p.sent = "", now
	p.run.send(e)
}

// changed delivers now when it is time or the news is big, else soon.
func (p *reporter) changed(big bool) {
	p.event.Kind = StepProgress // to be delivered
	wait := progressEvery - time.Since(p.sent)
	if big || wait <= 0 {
		p.deliver(StepProgress)
		wait = heartbeatEvery
	}
	p.timer.Reset(wait)
}

// Stage implements Reporter. A new stage forgets bytes and percent.
func (p *reporter) Stage(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.open || text == p.event.Stage {
		return
	}
	p.event.Stage, p.event.Bytes, p.event.Total, p.event.Percent = text, 0, 0, -1
	p.samples = nil
	p.changed(true)
}

// Bytes implements Reporter.
func (p *reporter) Bytes(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.open {
		return
	}
	done, total = max(done, 0), max(total, 0)
	last := total > 0 && done >= total && p.event.Bytes < total
	p.event.Bytes, p.event.Total, p.event.Percent = done, total, -1
	if total > 0 {
		p.event.Percent = min(100, 100*float64(done)/float64(total))
	}
	p.sample(float64(done))
	p.changed(last)
}

// Percent implements Reporter.
func (p *reporter) Percent(percent float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.open || percent != percent { // not a number
		return
	}
	percent = max(0, min(100, percent))
	last := percent == 100 && p.event.Percent < 100
	p.event.Bytes, p.event.Total, p.event.Percent = 0, 0, percent
	p.sample(percent)
	p.changed(last)
}

// Log implements Reporter.
func (p *reporter) Log(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.open {
		return
	}
	p.line(StepLog, line)
}

// Note implements Reporter.
func (p *reporter) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open && text != "" {
		p.line(StepNote, text)
	}
}

func (p *reporter) line(kind EventKind, line string) {
	p.run.log(p.event.Step, line)
	e := p.event
	e.Kind, e.Line, e.Elapsed = kind, line, time.Since(p.start)
	p.run.send(e)
}

// sample remembers how far the stage is, about once a second. Going backwards,
// as a transfer that begins again does, starts afresh.
func (p *reporter) sample(done float64) {
	now := time.Now()
	n := len(p.samples)
	if n > 0 && done < p.samples[n-1].done {
		p.samples, n = nil, 0
	}
	if n > 0 && now.Sub(p.samples[n-1].at) < rateEvery {
		return
	}
	p.samples = append(p.samples, sample{now, done})
	for len(p.samples) > 2 && now.Sub(p.samples[1].at) > rateWindow {
		p.samples = p.samples[1:]
	}
}

// left is the rate in bytes a second and the time left: from the bytes, else
// from the percent, else from what the step expects; 0 when unknown.
func (p *reporter) left(now time.Time) (rate float64, left time.Duration) {
	done, total := p.event.Percent, 100.0
	bytes := p.event.Bytes > 0 || p.event.Total > 0
	if bytes {
		done, total = float64(p.event.Bytes), float64(p.event.Total)
	}
	if len(p.samples) > 0 && done >= 0 {
		first := p.samples[0]
		if took := now.Sub(first.at); took >= rateSettles && done > first.done {
			speed := (done - first.done) / took.Seconds()
			if bytes {
				rate = speed
			}
			if total > done {
				return rate, time.Duration((total - done) / speed * float64(time.Second))
			}
		}
	}
	if p.event.Percent < 0 && p.expect > 0 {
		return rate, max(0, p.expect-now.Sub(p.start))
	}
	return rate, 0
}
