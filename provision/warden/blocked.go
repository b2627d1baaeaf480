package warden

// This file: the names that were refused, for the owner to look at.

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"
)

// Blocked is one host and port that was refused, however often.
type Blocked struct {
	Host   string    `json:"host"` // a canonical name, or an address
	Port   int       `json:"port"`
	Count  int64     `json:"count"`
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
	Reason Reason    `json:"reason"` // the last one
}

// blockedMost is how many are kept; the one that was asked for longest ago goes first.
const blockedMost = 500

// ReadBlocked returns what was refused, what was asked for last first.
func ReadBlocked(dir string) ([]Blocked, error) {
	data, err := os.ReadFile(filepath.Join(dir, BlockedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var list []Blocked
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, err
	}
	return list, nil
}

type target struct {
	host string
	port int
}

// blockedList gathers them.
type blockedList struct {
	mu      sync.Mutex
	all     map[target]*Blocked
	changed bool
}

// readBlockedList goes on with what an earlier warden left; what cannot be read begins anew.
func readBlockedList(dir string) *blockedList {
	b := &blockedList{all: map[target]*Blocked{}}
	list, _ := ReadBlocked(dir)
	for i := range list {
		if entry := &list[i]; len(b.all) < blockedMost {
			b.all[target{entry.Host, entry.Port}] = entry
		}
	}
	return b
}

func (b *blockedList) add(host string, port int, reason Reason, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changed = true
	key := target{host, port}
	entry, ok := b.all[key]
	if !ok {
		if len(b.all) >= blockedMost {
			var oldest target
			var at time.Time
			for k, e := range b.all {
				if at.IsZero() || e.Last.Before(at) {
					oldest, at = k, e.Last
				}
			}
			delete(b.all, oldest)
		}
		entry = &Blocked{Host: host, Port: port, First: now.UTC()}
		b.all[key] = entry
	}
	entry.Count++
	entry.Last, entry.Reason = now.UTC(), reason
}

// prune forgets what a policy now lets through or is quiet about.
func (b *blockedList) prune(c *compiled, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key := range b.all {
		if d := c.decide(key.host, key.port, now); d.Allow || d.Reason == ReasonNever {
			delete(b.all, key)
			b.changed = true
		}
	}
}

// save writes the list when it has changed.
func (b *blockedList) save(dir string) error {
	b.mu.Lock()
	if !b.changed {
		b.mu.Unlock()
		return nil
	}
	list := make([]Blocked, 0, len(b.all))
	for _, e := range b.all {
		list = append(list, *e)
	}
	b.changed = false
	b.mu.Unlock()
	sort.Slice(list, func(i, j int) bool {
		x, y := list[i], list[j]
		return cmp.Or(y.Last.Compare(x.Last), strings.Compare(x.Host, y.Host), x.Port-y.Port) < 0
	})
	err := writeJSON(filepath.Join(dir, BlockedFile), list)
	if err != nil {
		b.mu.Lock()
		b.changed = true
		b.mu.Unlock()
	}
	return err
}
