package warden

// This file: files that are only ever appended to, and rotated.

import (
	"encoding/json"
	"os"
	"strconv"
	"syscall"
)

// rotating is a file of whole lines: path, then path.1 and so on for older ones. It is
// not safe for concurrent use.
type rotating struct {
	path  string
	limit int64
	keep  int
	sync  func(*os.File) error // (*os.File).Sync but in tests

	file *os.File
	size int64
	torn bool // the last write came to a stop within a line
}

// openRotating opens or makes the file. One that is a link, or anything but a plain
// file, is refused.
func openRotating(path string, limit int64, keep int) (*rotating, error) {
	r := &rotating{path: path, limit: limit, keep: keep, sync: (*os.File).Sync}
	return r, r.open()
}

func (r *rotating) open() error {
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: r.path, Err: syscall.EINVAL}
	}
	if err != nil {
		f.Close()
		return err
	}
	r.file, r.size = f, info.Size()
	r.torn = r.size > 0 // whoever wrote last may have been killed within a line
	if b := make([]byte, 1); r.torn {
		if g, err := os.Open(r.path); err == nil {
			_, err = g.ReadAt(b, r.size-1)
			r.torn = err != nil || b[0] != '\n'
			g.Close()
		}
	}
	return nil
}

// writeLine adds one line, which has no newline in it.
func (r *rotating) writeLine(line []byte) error {
	if r.file == nil {
		if err := r.open(); err != nil {
			return err
		}
	}
	if r.size > 0 && r.size+int64(len(line))+1 > r.limit {
		if err := r.rotate(); err != nil {
			return err
		}
	}
	data := make([]byte, 0, len(line)+2)
	if r.torn {
		data = append(data, '\n')
	}
	data = append(append(data, line...), '\n')
	n, err := r.file.Write(data)
	r.size += int64(n)
	r.torn = err != nil && (n > 0 || r.torn)
	return err
}

func (r *rotating) rotate() error {
	if err := r.sync(r.file); err != nil {
		return err
	}
	for i := r.keep; i > 0; i-- {
		from := r.path
		if i > 1 {
			from += "." + strconv.Itoa(i-1)
		}
		if err := os.Rename(from, r.path+"."+strconv.Itoa(i)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	r.file.Close()
	r.file = nil
	return r.open()
}

func (r *rotating) close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}

// replace writes a file as a whole: who reads it sees the old one or the new one. Only one
// warden writes, so the name of the new one need not be a secret. That it is on the disk
// for good is not waited for: after a power cut the warden says it all again.
func replace(path string, data []byte) error {
	next := path + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(next, path)
	}
	return err
}

func writeJSON(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return replace(path, append(data, '\n'))
}
