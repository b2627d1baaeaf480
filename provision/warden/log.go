package warden

// This file: the log of decisions. One line a decision, written when it is made: what
// was allowed is in there before a byte of it goes out. One more line says how much went
// through, when an allowed connection ends. Never in it: a path, a query, a header, or
// anything else that goes through a connection.

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Verdict is what became of a request, or of a connection.
type Verdict string

// The verdicts.
const (
	Allow  Verdict = "allow"  // connected to the host
	Refuse Verdict = "refuse" // not connected, or cut before anything was passed on
	Cut    Verdict = "cut"    // an allowed connection that may not go on
	End    Verdict = "end"    // an allowed connection that ended by itself
)

// Entry is one line of the log. Its strings are printable ASCII, whatever the guest sent.
type Entry struct {
	Time    time.Time `json:"time"`
	Verdict Verdict   `json:"verdict"`
	ID      uint64    `json:"id,omitempty"`      // of the connection, since the warden's start
	Kind    string    `json:"kind,omitempty"`    // connect, http, socks5; empty when there was no request
	Host    string    `json:"host,omitempty"`    // in canonical form; else as it was asked for
	Port    int       `json:"port,omitempty"`    //
	Address string    `json:"address,omitempty"` // connected to, or the one that was the reason to refuse
	Rule    string    `json:"rule,omitempty"`    // a rule's For, "internet" or "server"
	Reason  Reason    `json:"reason,omitempty"`
	Name    string    `json:"name,omitempty"`    // the other host that TLS named
	Up      int64     `json:"up,omitempty"`      // bytes from the guest, with end and cut
	Down    int64     `json:"down,omitempty"`    // bytes to the guest
	Seconds float64   `json:"seconds,omitempty"` // how long it was open
	Times   int64     `json:"times,omitempty"`   // of a flood: refusals that have no line of their own
}

// decisions writes the log. A guest can make a warden refuse as often as it likes, so
// what is refused beyond a rate is counted instead: else it could push everything that
// came before out of the log.
type decisions struct {
	now   func() time.Time
	burst float64
	rate  float64

	mu      sync.Mutex
	file    *rotating
	tokens  float64
	at      time.Time // of tokens
	skipped int64     // refusals without a line
	last    Entry     // the last of them
}

func openDecisions(dir string, l limits, now func() time.Time) (*decisions, error) {
	f, err := openRotating(filepath.Join(dir, LogFile), l.LogBytes, 2)
	if err != nil {
		return nil, err
	}
	return &decisions{now: now, burst: float64(l.LogBurst), rate: float64(l.LogRate), file: f, tokens: float64(l.LogBurst), at: now()}, nil
}

// write adds one line. An error means that the decision is not in the log.
func (d *decisions) write(e Entry) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	e.Time = now.UTC()
	if e.Verdict == Refuse {
		if passed := now.Sub(d.at).Seconds(); passed > 0 {
			d.tokens = min(d.burst, d.tokens+passed*d.rate)
		}
		d.at = now
		if d.tokens < 1 {
			d.skipped++
			d.last = e
			return nil
		}
		d.tokens--
	}
	return d.line(e)
}

// flush writes how many refusals have no line of their own, if there are any.
func (d *decisions) flush() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.skipped == 0 {
		return nil
	}
	e := d.last
	e.ID, e.Times = 0, d.skipped
	d.skipped = 0
	return d.line(e)
}

func (d *decisions) line(e Entry) error {
	e.Host, e.Name = plain(e.Host), plain(e.Name)
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return d.file.writeLine(data)
}

func (d *decisions) close() error {
	_ = d.flush()
	return d.file.close()
}

// plain makes printable ASCII of anything, at most 255 characters.
func plain(s string) string {
	clean := len(s) <= 255
	for i := 0; clean && i < len(s); i++ {
		clean = s[i] > 0x20 && s[i] < 0x7f && s[i] != '\\'
	}
	if clean {
		return s
	}
	out := make([]byte, 0, 64)
	for i := 0; i < len(s) && len(out) < 250; i++ {
		if c := s[i]; c > 0x20 && c < 0x7f && c != '\\' {
			out = append(out, c)
		} else {
			out = append(out, '\\', 'x', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		}
	}
	return string(out)
}

// ReadLog returns the last entries of the log, oldest first; all that are kept when last
// is 0 or less.
func ReadLog(dir string, last int) ([]Entry, error) {
	var out []Entry
	path := filepath.Join(dir, LogFile)
	for i := 0; i <= 2 && (last <= 0 || len(out) < last); i++ {
		name := path
		if i > 0 {
			name += "." + strconv.Itoa(i)
		}
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		var older []Entry
		for line := range bytes.Lines(data) {
			var e Entry
			if json.Unmarshal(line, &e) == nil { // a full disk may leave half a line
				older = append(older, e)
			}
		}
		out = slices.Concat(older, out)
	}
	if last > 0 && len(out) > last {
		out = out[len(out)-last:]
	}
	return out, nil
}
