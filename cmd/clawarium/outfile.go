package main

// Files that a command reads and writes for its owner. What is written is there
// whole or not at all, for its owner alone, and never through a link: a link in a
// folder that others can write to could lead anywhere.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// replaceable is whether a file can be written at path: there is nothing, or a
// regular file, in a folder where this user can write.
func replaceable(path string) error {
	t := &text.T().Report
	info, err := os.Lstat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return &text.Fault{What: fmt.Sprintf(t.NotRegular, path), Hint: t.NotRegularHint}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return &text.Fault{What: fmt.Sprintf(t.Unreadable, path), Hint: t.NotWritableHint, Err: err}
	}
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return &text.Fault{What: fmt.Sprintf(t.NoFolder, dir), Hint: t.NoFolderHint}
	}
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return &text.Fault{What: fmt.Sprintf(t.NotWritable, dir), Hint: t.NotWritableHint, Err: err}
	}
	return nil
}

// writeFile writes path by way of a new file beside it, mode 0600.
func writeFile(path string, write func(io.Writer) error) error {
	if err := replaceable(path); err != nil {
		return err
	}
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer f.Cleanup()
	w := bufio.NewWriter(f)
	if err := errors.Join(write(w), w.Flush()); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}

// newFile writes a file that must not exist yet. path is as a person types it:
// blanks around it do not count, and ~ is their home.
func newFile(path string, mode fs.FileMode, write func(io.Writer) error) error {
	t := &text.T().Command
	typed := path
	path = strings.TrimSpace(path)
	if path == "" || strings.HasSuffix(path, "/") || strings.ContainsFunc(path, unicode.IsControl) {
		return &text.Fault{What: fmt.Sprintf(t.NoPath, typed), Hint: t.NoPathHint}
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return &text.Fault{What: fmt.Sprintf(t.NoPath, typed), Hint: t.NoPathHint, Err: err}
		}
		path = filepath.Join(home, rest)
	}
	if _, err := os.Lstat(path); err == nil { // also a link to nowhere
		return &text.Fault{What: fmt.Sprintf(t.FileExists, path), Hint: t.FileExistsHint, Err: fs.ErrExist}
	}
	if err := replaceable(path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) { // since a moment
		return &text.Fault{What: fmt.Sprintf(t.FileExists, path), Hint: t.FileExistsHint, Err: fs.ErrExist}
	}
	if err != nil {
		return &text.Fault{What: fmt.Sprintf(t.NotWritten, path), Hint: text.T().Report.NotWritableHint, Err: err}
	}
	w := bufio.NewWriter(f)
	if err := errors.Join(write(w), w.Flush(), f.Sync(), f.Close()); err != nil {
		os.Remove(path)
		return &text.Fault{What: fmt.Sprintf(t.NotWritten, path), Hint: text.T().Report.NotWritableHint, Err: err}
	}
	return nil
}

// read returns what a file holds, or standard input for "-", of which it reads a
// little more than any evidence has. It waits no longer than ctx: a pipe can keep
// one waiting for ever.
func (a *app) read(ctx context.Context, path string) ([]byte, error) {
	type answer struct {
		data []byte
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		f := a.in
		if path != "-" {
			var err error
			if f, err = os.Open(path); err != nil {
				done <- answer{nil, err}
				return
			}
			defer f.Close()
		}
		data, err := io.ReadAll(io.LimitReader(f, checks.MaxEvidence+1))
		done <- answer{data, err}
	}()
	t := &text.T().Report
	select {
	case got := <-done:
		if got.err != nil {
			return nil, &text.Fault{What: fmt.Sprintf(t.Unreadable, path), Hint: t.UnreadableHint, Err: got.err}
		}
		if len(got.data) > checks.MaxEvidence {
			return nil, &text.Fault{What: fmt.Sprintf(t.TooLarge, path, checks.MaxEvidence>>20), Hint: t.UnreadableHint}
		}
		return got.data, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
