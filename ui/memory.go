package ui

// What the screen holds of the computer's memory. A person may leave it open for a
// day, beside a machine that wants gigabytes.

import (
	"runtime/debug"
	"time"
)

const (
	// gcPercent is how much garbage may gather, in percent of what is in use. In use
	// are 3 MB, so that the usual 100 would save nothing that anybody could measure.
	gcPercent = 50
	// standing is when the first frame of a page is out, and with it all that only
	// its beginning needs.
	standing = 250 * time.Millisecond
)

// frugal keeps the memory of the screen small. It begins once the first page stands; the
// timer is to be set anew with each other page. Called before anything else goes on.
func frugal() *time.Timer {
	pages := spare()
	return time.AfterFunc(standing, func() {
		debug.SetGCPercent(gcPercent)
		giveBack(pages)
	})
}

// mapping is a part of a process's memory.
type mapping struct{ from, to uintptr }
