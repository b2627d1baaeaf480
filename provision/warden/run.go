package warden

// This file: the warden's life. It holds the lock, keeps a channel into the guest, and
// looks once a second at everything that time, the owner or the guest may have changed.

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/clawarium/clawarium/assets/text"
)

// run is one call of Run.
type run struct {
	w       *Warden
	limits  limits
	door    *door
	journal *journal

	mu      sync.Mutex
	status  Status
	written Status
	greedy  bool   // the channel was cut because of what the guest did
	cut     func() // ends the channel, if there is one
	end     func() // ends the warden

	policy stamp // the version that was read
	saved  time.Time
	ticks  int // for which the guest has made the warden hold too much
}

// Run is the warden's work, until the context ends. It is an error when another warden
// runs for this machine, or when its files cannot be written. Whatever comes from the
// guest, or happens to the connection into it, is none, and shows in the status; but for
// a guest that has made it hold memory that it cannot get rid of: whoever started it
// starts it again in a new process.
func (w *Warden) Run(ctx context.Context) error {
	say := &text.T().Warden
	if w.Dir == "" || w.Connect == nil || w.World == nil {
		return &text.Fault{What: say.Incomplete, Hint: say.IncompleteHint}
	}
	lock, err := w.lock(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	r := &run{w: w, limits: w.limits}
	if r.limits == (limits{}) {
		r.limits = defaults
	}
	log, err := openDecisions(w.Dir, r.limits, time.Now)
	if err != nil {
		return w.noFiles(err)
	}
	defer log.close()
	if r.journal, err = openJournal(w.Dir, r.limits.JournalBytes, time.Now); err != nil {
		return w.noFiles(err)
	}
	defer r.journal.close()
	r.door = newDoor(w.World, r.limits, log, readBlockedList(w.Dir), time.Now)
	r.door.pace = newPace(r.limits.LinkBurst, r.limits.LinkRate)
	r.status = Status{PID: os.Getpid(), Version: w.Version, Since: time.Now().UTC().Truncate(time.Second)}
	r.reload()
	if err := r.save(true); err != nil {
		return w.noFiles(err)
	}

	running, stop := context.WithCancel(ctx)
	defer stop()
	r.end = stop
	var watch sync.WaitGroup
	watch.Go(func() { r.watch(running) })
	if w.Walls != nil {
		watch.Go(func() { r.guard(running) })
	}
	r.connect(running)
	stop()
	watch.Wait()
	r.door.endAll()
	r.set(func(s *Status) { s.Connected, s.ConnectedSince = false, time.Time{} })
	if ctx.Err() == nil {
		err = greedy()
		r.set(func(s *Status) { s.Trouble = oneLine(err.Error()) })
	}
	return errors.Join(err, r.save(true))
}

// lock takes the lock of the machine's warden. Whoever only looks whether it is held has
// it for a moment, so one that is taken is tried again.
func (w *Warden) lock(ctx context.Context) (*flock.Flock, error) {
	say := &text.T().Warden
	path := filepath.Join(w.Dir, LockFile)
	fl := flock.New(path, flock.SetFlag(os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW), flock.SetPermissions(0o600))
	for patience := time.Now().Add(time.Second); ; {
		ok, err := fl.TryLock()
		switch {
		case err != nil:
			fl.Close()
			return nil, w.noFiles(err)
		case ok:
			if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
				fl.Close()
				return nil, w.noFiles(err)
			}
			return fl, nil
		case time.Now().After(patience) || ctx.Err() != nil:
			fl.Close()
			data, _ := os.ReadFile(path)
			pid, _ := strconv.Atoi(string(trim(data)))
			return nil, &text.Fault{What: fmt.Sprintf(say.Runs, w.Machine, pid), Hint: say.RunsHint}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func trim(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

func (w *Warden) noFiles(err error) error {
	say := &text.T().Warden
	return &text.Fault{What: fmt.Sprintf(say.NoFiles, w.Dir), Hint: say.NoFilesHint, Err: err}
}

// connect keeps a channel open. A failure, or a channel that did not last, is followed by
// a pause that grows: a machine that boots, sleeps or is off is no reason for haste, and
// one that misbehaves is none either.
func (r *run) connect(ctx context.Context) {
	pause := r.limits.BackoffMin
	for ctx.Err() == nil {
		var began time.Time
		ch, err := r.w.Connect(ctx)
		if err == nil {
			began = time.Now()
			err = r.session(ctx, ch)
		}
		if ctx.Err() != nil {
			return
		}
		r.set(func(s *Status) { s.Connected, s.ConnectedSince, s.Trouble = false, time.Time{}, oneLine(err.Error()) })
		if !began.IsZero() && time.Since(began) > r.limits.Steady {
			pause = r.limits.BackoffMin
			continue
		}
		sleep(ctx, pause/2+rand.N(pause/2+1)) // so that many machines do not come at once
		pause = min(2*pause, r.limits.BackoffMax)
	}
}

// session uses one channel to its end, and says why that came. It waits for nothing that
// the guest could hold up: what a call into the channel leaves behind when it does not
// return is found by measure.
func (r *run) session(ctx context.Context, ch Channel) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.mu.Lock()
	r.greedy, r.cut = false, cancel
	r.mu.Unlock()
	var calls sync.WaitGroup
	calls.Go(func() { r.stream(ctx, ch) })
	calls.Go(func() { r.listen(ctx, ch) })
	select {
	case <-ch.Done():
	case <-ctx.Done():
	}
	cancel()
	calls.Go(func() { ch.Close() })
	r.door.endAll()
	over := make(chan struct{})
	go func() { calls.Wait(); close(over) }()
	limit := time.NewTimer(r.limits.Close)
	defer limit.Stop()
	select {
	case <-over:
	case <-limit.C:
	}
	r.door.endAll() // whoever was let in meanwhile
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = nil
	if r.greedy {
		return greedy()
	}
	return errors.New(text.T().Warden.Ended)
}

func greedy() error {
	return &text.Fault{What: text.T().Warden.Greedy, Hint: text.T().Warden.GreedyHint}
}

// listen serves the guest for as long as the channel lasts. When nothing can listen
// there, the channel stays, and with it the journal; only nothing can get out.
func (r *run) listen(ctx context.Context, ch Channel) {
	say := &text.T().Warden
	connected := func(yes bool, since time.Time, trouble string) {
		r.set(func(s *Status) {
			if ctx.Err() == nil {
				s.Connected, s.ConnectedSince, s.Trouble = yes, since, trouble
			}
		})
	}
	for ctx.Err() == nil {
		ln, err := ch.Listen(Listen)
		if err == nil {
			connected(true, time.Now().UTC().Truncate(time.Second), "")
			if err = r.door.serve(ctx, ln); ctx.Err() == nil {
				ln.Close()
			}
		}
		fault := &text.Fault{What: fmt.Sprintf(say.ListenFailed, Listen), Hint: say.ListenHint, Err: err}
		connected(false, time.Time{}, oneLine(fault.Error()))
		sleep(ctx, min(5*r.limits.BackoffMin, r.limits.BackoffMax))
	}
}

// stream keeps the guest's journal coming for as long as the channel lasts.
func (r *run) stream(ctx context.Context, ch Channel) {
	pause := r.limits.BackoffMin
	for barren := 0; ctx.Err() == nil; {
		out, cursor := r.journal.begin()
		err := ch.Journal(ctx, cursor, out)
		if ctx.Err() != nil {
			return
		}
		why := "EOF"
		if err != nil {
			why = oneLine(err.Error())
		}
		r.set(func(s *Status) { s.JournalTrouble = fmt.Sprintf(text.T().Warden.JournalEnded, why) })
		var over interface{ JournalOver() }
		switch {
		case out.kept.Load() > 0:
			barren, pause = 0, r.limits.BackoffMin
		case out.failed.Load() || !errors.As(err, &over): // that says nothing of the place
		default:
			if barren++; barren%3 == 0 && cursor != "" {
				r.journal.rewind() // perhaps the guest does not know it any more
			}
		}
		sleep(ctx, pause)
		pause = min(2*pause, r.limits.BackoffMax)
	}
}

// watch looks at everything once a tick.
func (r *run) watch(ctx context.Context) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	tick := time.NewTicker(r.limits.Tick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			r.policy = stamp{} // read it whatever its time says
		case <-tick.C:
		}
		if r.policy != stampOf(filepath.Join(r.w.Dir, PolicyFile)) {
			r.reload()
		}
		r.door.look()
		r.measure()
		_ = r.door.log.flush()
		_ = r.save(false)
	}
}

// reload puts the policy on the disk in force, or none. What it does not allow any more is
// cut; what it still allows goes on.
func (r *run) reload() {
	p, seen, err := readPolicy(filepath.Join(r.w.Dir, PolicyFile))
	r.policy = seen
	if err != nil {
		r.door.policy.Store(nil)
		r.set(func(s *Status) { s.Policy, s.Level, s.Rules, s.PolicyTrouble = "", "", 0, oneLine(err.Error()) })
	} else {
		c := compile(p)
		r.door.policy.Store(c)
		r.door.blocked.prune(c, time.Now())
		hash := p.Hash()
		r.set(func(s *Status) { s.Policy, s.Level, s.Rules, s.PolicyTrouble = hash, p.Level, len(p.Rules), "" })
	}
	r.door.look()
}

// measure cuts the channel when the guest has made the warden hold too much: SSH keeps up
// to 2 MiB of what comes on a channel and is not taken, and whatever belongs to a channel
// until the guest has confirmed that it is closed. An honest guest is far from either
// bound. When that does not help, the process has to end: x/crypto/ssh does not let go of
// a connection on which much follows a packet that it refuses.
func (r *run) measure() {
	if !r.tooMuch() {
		r.ticks = 0
		return
	}
	runtime.GC()
	if !r.tooMuch() {
		r.ticks = 0
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.greedy = true
	if r.cut != nil {
		r.cut()
	}
	if r.ticks++; r.ticks > giveUp {
		r.end()
	}
}

// giveUp is how many ticks measure waits for memory to come back.
const giveUp = 30

func (r *run) tooMuch() bool {
	_, stuck := r.door.count()
	return stuck > r.limits.Open || heap() > r.limits.Heap
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (r *run) set(change func(*Status)) {
	r.mu.Lock()
	change(&r.status)
	r.mu.Unlock()
}

// save writes what has changed: the status, and now and then what was refused and the
// place in the journal.
func (r *run) save(all bool) error {
	var errs []error
	if now := time.Now(); all || now.Sub(r.saved) >= r.limits.Save || now.Before(r.saved) {
		r.saved = now
		errs = append(errs, r.door.blocked.save(r.w.Dir), r.journal.save())
	}
	r.mu.Lock()
	s := &r.status
	s.Open, _ = r.door.count()
	s.Allowed, s.Refused, s.Cut = r.door.allowed.Load(), r.door.refused.Load(), r.door.cut.Load()
	at, dropped := r.journal.state()
	s.JournalDropped = dropped
	if at.After(s.JournalAt) {
		s.JournalTrouble = ""
	}
	s.JournalAt = at
	if r.door.logTrouble.Load() {
		s.Trouble = text.T().Warden.LogFailed
	} else if s.Trouble == text.T().Warden.LogFailed {
		s.Trouble = ""
	}
	changed := *s
	r.mu.Unlock()
	if changed != r.written {
		err := writeJSON(filepath.Join(r.w.Dir, StatusFile), changed)
		errs = append(errs, err)
		if err == nil {
			r.written = changed
		}
	}
	return errors.Join(errs...)
}

// oneLine makes a message fit for one line of a screen: what it says may come from the guest.
func oneLine(s string) string {
	out := make([]rune, 0, 300)
	for _, c := range s {
		if len(out) == 300 {
			break
		}
		if c < 0x20 || c >= 0x7f && c <= 0x9f || c >= 0x200b && c <= 0x200f || c >= 0x2028 && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
			c = ' '
		}
		out = append(out, c)
	}
	return string(out)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
