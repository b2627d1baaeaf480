package checks

// K18's look at the host's side: a marker that the collector puts into the
// guest's journal must turn up in the file that libvirt keeps of the guest's
// serial console, and in that to which the warden writes the journal itself.

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

const (
	consoleTail  = 256 << 10              // bytes of the file's end that are looked at
	consolePause = 200 * time.Millisecond // between two looks
	// consoleGrace is how long after the guest's answer the marker may take.
	// Measured under emulation: less than a second.
	consoleGrace = 5 * time.Second
)

// newMarker is a word that nobody can have written before. It is no secret.
func newMarker() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return ""
	}
	return hex.EncodeToString(b[:])
}

// watchConsole waits for the marker until a moment after the guest has answered.
func watchConsole(ctx context.Context, s Subject, from Sources, marker string, guestDone <-chan struct{}) Fact[ConsoleLog] {
	t := &text.T().Checks
	if from.Libvirt == nil {
		return unseen[ConsoleLog](reason(from.LibvirtErr, t.NoLibvirt))
	}
	if marker == "" {
		return unseen[ConsoleLog](errors.New(t.NotLookedAt))
	}
	var files [2]string
	for i, inactive := range []bool{false, true} {
		f := within(ctx, libvirtDeadline, func() (string, error) {
			ctx, cancel := context.WithTimeout(ctx, libvirtDeadline)
			defer cancel()
			return from.Libvirt.DomainXML(ctx, inactive)
		})
		if !f.OK {
			return unseen[ConsoleLog](errors.New(f.Err))
		}
		files[i] = consoleFile(domain(f.Value))
	}
	found := ConsoleLog{File: files[0], Next: files[1]}
	if found.File == "" {
		return seen(found)
	}
	// virtlogd begins a new file at 2 MiB.
	at, err := waitFor(ctx, guestDone, marker, found.File, found.File+".0")
	if ctx.Err() != nil {
		return unseen[ConsoleLog](ctx.Err())
	}
	if found.Found = at; err != nil {
		found.Err = err.Error()
	}
	return seen(found)
}

// watchStream does the same with the file to which the warden writes the journal.
func watchStream(ctx context.Context, warden Fact[Warden], marker string, guestDone <-chan struct{}) Fact[StreamLog] {
	t := &text.T().Checks
	switch {
	case !warden.OK:
		return unseen[StreamLog](errors.New(firstOf(warden.Err, t.NotLookedAt)))
	case !warden.Value.Running || warden.Value.Journal == "":
		return seen(StreamLog{})
	case marker == "":
		return unseen[StreamLog](errors.New(t.NotLookedAt))
	}
	found := StreamLog{File: warden.Value.Journal}
	at, err := waitFor(ctx, guestDone, marker, found.File, found.File+".1")
	if ctx.Err() != nil {
		return unseen[StreamLog](ctx.Err())
	}
	if found.Found = at; err != nil {
		found.Err = err.Error()
	}
	return seen(found)
}

// waitFor looks for a word at the end of a file, and of the one before it, until a
// moment after the guest has answered.
func waitFor(ctx context.Context, guestDone <-chan struct{}, word, file, older string) (bool, error) {
	var end <-chan time.Time
	pause := time.NewTicker(consolePause)
	defer pause.Stop()
	for {
		at, err := inTail(file, older, word)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		if at || err != nil {
			return at, err
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-guestDone:
			// A nil channel never speaks again, so this happens once.
			guestDone, end = nil, time.After(consoleGrace)
		case <-end:
			return false, nil
		case <-pause.C:
		}
	}
}

// consoleFile is the file that a definition has its serial console written to.
func consoleFile(root *node) string {
	for _, kind := range []string{"serial", "console"} {
		for _, d := range root.at("devices").all(kind) {
			if file := d.at("log").attr("file"); file != "" {
				return file
			}
		}
	}
	return ""
}

// inTail looks for a word at the end of a file, and of the one before it where the
// file is short.
func inTail(file, older, word string) (bool, error) {
	for _, name := range []string{file, older} {
		tail, err := tailOf(name)
		if name != file && err != nil {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if bytes.Contains(tail, []byte(word)) {
			return true, nil
		}
		if len(tail) == consoleTail {
			return false, nil
		}
	}
	return false, nil
}

func tailOf(name string) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf(text.T().Checks.NotAFile, name)
	}
	if size := info.Size(); size > consoleTail {
		if _, err := f.Seek(size-consoleTail, io.SeekStart); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(io.LimitReader(f, consoleTail))
}
