package ui

// The last lines of what steps and the guest's console said. Lines are cleaned
// and counted where they come from, so that a guest that floods its console costs
// its own step time, and never the screen or its memory.

import (
	"strings"
	"sync"
)

const (
	logLines = 2000
	logWidth = 2000 // bytes of a line that are kept
)

// logbook keeps the newest lines. Its methods may be called from any goroutine.
type logbook struct {
	mu    sync.Mutex
	lines []string // a ring once it is full
	count int      // of all that were added
}

func (b *logbook) add(line string) {
	line = strings.TrimRight(line, "\r\n")
	if i := strings.LastIndexByte(line, '\r'); i >= 0 { // a line that was written over
		line = line[i+1:]
	}
	line = clean(line[:min(len(line), logWidth)])
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines) < logLines {
		b.lines = append(b.lines, line)
	} else {
		b.lines[b.count%logLines] = line
	}
	b.count++
}

// bounds are the numbers, from 0, of the first line that is kept and of the one
// that comes next.
func (b *logbook) bounds() (first, next int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count - len(b.lines), b.count
}

// between returns the kept lines with the numbers from up to, not including, to.
func (b *logbook) between(from, to int) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	from, to = max(from, b.count-len(b.lines)), min(to, b.count)
	var out []string
	for i := from; i < to; i++ {
		out = append(out, b.lines[i%logLines])
	}
	return out
}
