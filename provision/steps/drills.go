package steps

// Attempts to get out of the machine, made for real: the program inside says what it
// sends, and after each attempt this host reads for itself what came out of the card
// and what became of it. The result is kept, and is good while the same walls stand.

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/warden"
)

const drillsFile = "drills.json"

// beginDrill reads the program from its standard input by length, so that what comes
// after it are the host's words.
const beginDrill = `exec sudo -n python3 -I -S -B -c 'import sys; n = int(sys.stdin.buffer.readline()); exec(compile(sys.stdin.buffer.read(n), "drill", "exec"))'`

// WithDrills has the check try to get out of the machine now, whatever is known.
func (e *Env) WithDrills(s checks.Sources) checks.Sources {
	s.DrillAnyway = true
	return s
}

// WithoutDrills has it not try.
func (e *Env) WithoutDrills(s checks.Sources) checks.Sources {
	s.Drill = nil
	return s
}

// drilled is the last round, nil when there is none.
func (e *Env) drilled() *checks.Drills {
	data, err := readKept(filepath.Join(e.dir, drillsFile))
	if err != nil {
		return nil
	}
	var d checks.Drills
	if json.Unmarshal(data, &d) != nil || d.When.IsZero() {
		return nil
	}
	return &d
}

// drill makes a round and keeps what came of it.
func (e *Env) drill(ctx context.Context, walls string) (checks.Drills, error) {
	session, err := e.Session(ctx)
	if err != nil {
		return checks.Drills{}, err
	}
	s := e.Subject()
	ground, err := e.ground(s)
	if err != nil {
		return checks.Drills{}, err
	}
	status, running, err := warden.ReadStatus(e.dir)
	if err != nil {
		return checks.Drills{}, err
	}
	m := &drillmaster{
		subject: s, ground: ground, attempts: ground.Attempts(), count: e.counter(s),
		record: func() ([]warden.Entry, error) { return warden.ReadLog(e.dir, 4000) },
	}
	if !running || !status.Connected {
		m.attempts = slices.DeleteFunc(m.attempts, checks.Attempt.ByProxy)
	}
	m.result = checks.Drills{When: time.Now().UTC().Truncate(time.Second), Walls: walls, Level: ground.Level,
		Proxy: running && status.Connected}
	err = m.round(ctx, func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
		return session.Client.Run(ctx, beginDrill, stdin, stdout, stderr)
	})
	if err != nil {
		return checks.Drills{}, err
	}
	data, err := json.Marshal(m.result)
	if err != nil {
		return checks.Drills{}, err
	}
	// What cannot be kept is as good now; the next check tries again.
	_ = writeFile(filepath.Join(e.dir, drillsFile), append(data, '\n'))
	return m.result, nil
}

// drillmaster makes one round.
type drillmaster struct {
	subject  checks.Subject
	ground   checks.Ground
	attempts []checks.Attempt
	count    counter
	record   func() ([]warden.Entry, error)
	result   checks.Drills
	deep     bool // the counters of both layers are read
}

// said is a line of the program's.
type said struct {
	Ready string `json:"ready"`
	Agent struct {
		UID []int `json:"uid"`
	} `json:"agent"`

	ID   *int `json:"id"`
	Sent int  `json:"sent"`

	Done     bool              `json:"done"`
	Error    string            `json:"error"`
	Left     string            `json:"left"`
	Firewall string            `json:"firewall"`
	Answers  map[string]answer `json:"answers"`
	Strays   []string          `json:"strays"`
}

// answer is what came of one attempt: of a conversation with the proxy every part
// that was heard.
type answer struct {
	Answer string   `json:"answer"`
	Error  string   `json:"error"`
	Heard  []string `json:"heard"`
}

// round talks with the program, which run starts.
func (m *drillmaster) round(ctx context.Context, run func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (int, error)) error {
	t := &text.T().Checks.Drills
	began := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	program := m.ground.DrillProgram(m.attempts)
	heard, stdout := io.Pipe()
	stdin, tell := io.Pipe()
	defer heard.Close()
	defer tell.Close()
	stderr := &bounded{left: 4096}
	go func() {
		exit, err := run(ctx, stdin, stdout, stderr)
		if err == nil && exit != 0 {
			err = fmt.Errorf("exit status %d: %s", exit, strings.TrimSpace(string(stderr.Bytes())))
		}
		if err == nil {
			err = io.EOF
		}
		stdout.CloseWithError(err)
		stdin.CloseWithError(err)
	}()
	go func() {
		_, _ = fmt.Fprintf(tell, "%d\n", len(program))
		_, _ = tell.Write(program)
	}()
	lines := bufio.NewReaderSize(io.LimitReader(heard, checks.DrillLimit), 64<<10)
	next := func() (s said, err error) {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return s, err
		}
		if json.Unmarshal(line, &s) != nil {
			return s, errors.New(t.BadAnswer)
		}
		return s, nil
	}
	first, err := next()
	if err != nil {
		return err
	}
	if first.Ready == "" || len(first.Agent.UID) != 3 || slices.Contains(first.Agent.UID, 0) {
		return errors.New(t.BadAnswer)
	}
	last, err := m.exchange(ctx, next, tell)
	if err != nil {
		return err
	}
	if last.Error != "" {
		return fmt.Errorf(t.Broke, last.Error)
	}
	m.result.Firewall, m.result.Left = last.Firewall, last.Left
	m.answers(last)
	m.result.Took = time.Since(began).Round(time.Millisecond)
	return nil
}

// exchange goes through the attempts on the card one by one. What was counted is of
// this attempt alone: the program goes on only when this host has counted.
func (m *drillmaster) exchange(ctx context.Context, next func() (said, error), tell io.Writer) (last said, err error) {
	t := &text.T().Checks.Drills
	m.result.Tries = make([]checks.Try, len(m.attempts))
	place := make(map[int]int, len(m.attempts))
	var queue []int
	for i, a := range m.attempts {
		m.result.Tries[i] = checks.Try{Name: a.Name, Who: a.Who, To: a.Shown, Twin: a.Twin}
		place[a.ID] = i
		if !a.ByProxy() {
			queue = append(queue, i)
		}
	}
	before, err := m.count.read(ctx, false)
	if err != nil {
		m.result.CountErr = err.Error()
	}
	m.result.Counted = err == nil
	word := []byte{'\n'}
	for n := 0; ; n++ {
		if _, err := tell.Write(word); err != nil {
			return last, err
		}
		s, err := next()
		if err != nil {
			return last, err
		}
		if s.Done {
			return s, nil
		}
		if word[0] == again {
			n-- // it is the same once more
		}
		if s.ID == nil || n >= len(queue) || place[*s.ID] != queue[n] {
			return last, errors.New(t.BadAnswer)
		}
		i := queue[n]
		try, attempt := &m.result.Tries[i], m.attempts[i]
		try.Sent = min(max(s.Sent, 0), 1000)
		if !m.result.Counted {
			word = []byte{'\n'}
			continue
		}
		if before, err = m.counted(ctx, attempt, try, before); err != nil {
			m.result.Counted, m.result.CountErr = false, err.Error()
		}
		// What passes the link layer is the next one's to drop, and its counters cost
		// as much again: they are read from the first time on that it matters.
		next := n+1 < len(queue) && m.attempts[queue[n+1]].PassesLink()
		lost := !attempt.Local && !attempt.Twin && try.Dropped < try.Sent
		word = []byte{'\n'}
		if m.result.Counted && m.subject.System && !m.deep && (next || lost) {
			m.deep = true
			if before, err = m.count.read(ctx, true); err != nil {
				m.result.Counted, m.result.CountErr = false, err.Error()
			}
			if lost {
				word = []byte{again}
			}
		}
	}
}

// again asks the program for the same attempt once more.
const again = 'r'

// counted puts down what the host's counters say of an attempt, and gives it a moment
// where they do not say enough: a frame can be on its way.
func (m *drillmaster) counted(ctx context.Context, a checks.Attempt, try *checks.Try, before counts) (counts, error) {
	for more := 0; ; more++ {
		now, err := m.count.read(ctx, m.deep)
		if err != nil {
			return before, err
		}
		d := now.since(before)
		if d.reset {
			return before, errors.New(text.T().Checks.Drills.CountersReset)
		}
		try.Entered, try.Dropped, try.Opened, try.By = d.entered, d.dropped, d.opened, d.by
		if more == 2 || a.Local || a.Twin || try.Dropped >= try.Sent || !m.subject.System {
			return now, nil
		}
		select {
		case <-ctx.Done():
			return before, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// answers puts down what came back, and for the proxy what the warden's record says.
func (m *drillmaster) answers(last said) {
	for i, a := range m.attempts {
		got := last.Answers[strconv.Itoa(a.ID)]
		if a.ByProxy() {
			m.result.Tries[i].Answer = a.Heard(got.Heard, got.Error)
		} else {
			m.result.Tries[i].Answer = short(got.Answer)
		}
	}
	for _, s := range last.Strays {
		// In a session QEMU answers the machine itself, from addresses of its own.
		if m.subject.System || !ofQemuItself(s) {
			if len(m.result.Strays) < 40 {
				m.result.Strays = append(m.result.Strays, short(s))
			}
		}
	}
	entries, err := m.record()
	if err != nil {
		return // so none of these is in the record
	}
	m.fromRecord(slices.DeleteFunc(entries, func(e warden.Entry) bool { return e.Time.Before(m.result.When) }))
}

// short bounds what the guest says.
func short(s string) string { return s[:min(len(s), 80)] }

// ofQemuItself tells frames from QEMU's user-mode network: its gateway, its name
// server, and the IPv6 router that it plays.
func ofQemuItself(stray string) bool {
	for _, from := range []string{" 10.0.2.2", " 10.0.2.3", " 10.0.2.4", " fe80::2", " fe80::3", " fec0::2", " fec0::3"} {
		if strings.HasSuffix(stray, from) || strings.Contains(stray, from+" ") {
			return true
		}
	}
	return false
}

// fromRecord finds each conversation in the warden's record.
func (m *drillmaster) fromRecord(entries []warden.Entry) {
	used := make([]bool, len(entries))
	for i, a := range m.attempts {
		if !a.ByProxy() {
			continue
		}
		try := &m.result.Tries[i]
		for j, e := range entries {
			if used[j] || e.Verdict == warden.End || e.Port != a.Ask || a.Asked != "" && e.Host != a.Asked {
				continue
			}
			passed := e.Verdict == warden.Allow
			if a.Alone && !a.Expects(string(e.Reason), passed) {
				continue // of somebody else who asked for the same
			}
			if used[j] = true; passed {
				try.Passed = !a.Harmless(e.Address)
			}
			if try.By == "" {
				try.By = string(e.Reason)
			}
			if passed && !try.Passed {
				try.By = e.Address
			}
			if a.Asked != "" {
				break // the others are of others who asked for the same
			}
		}
		// A request that nobody could read has neither host nor port in the record.
		for j, e := range entries {
			if try.By != "" || try.Passed || !a.Garbled() {
				break
			}
			if !used[j] && e.Verdict == warden.Refuse && e.Port == 0 && e.Reason == warden.ReasonRequest {
				used[j], try.By = true, string(e.Reason)
			}
		}
	}
}

// stateOf reads a small file of the kernel's as a number.
func stateOf(path string) (int64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
}
