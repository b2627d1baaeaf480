package image

// One file from one address, to a .part file that is whole and proven when
// download returns nil. What a killed or cut transfer left is hashed again and
// gone on from, if the server says that its file is still the same one.

import (
	"context"
	"crypto/sha512"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"github.com/clawarium/clawarium/assets/text"
)

const (
	stall        = 60 * time.Second // without a byte: given up and tried again
	backoff      = time.Second      // before the first retry; then doubled
	tries        = 4                // in a row without a byte of progress
	triesUnheard = 2                // when nobody is there at all
	maxImage     = 16 << 30         // bytes, where no length is announced
)

var (
	// errAgain: nothing is wrong with the address, the transfer starts anew.
	errAgain = errors.New("starts again")
	// errDigest: the address has another file.
	errDigest = errors.New("SHA-512 differs")
	// errStalled: no byte for too long.
	errStalled = errors.New("stalled")
	errCut     = io.ErrUnexpectedEOF
)

// statusError is a server's refusal, by its number.
type statusError int

func (e statusError) Error() string { return http.StatusText(int(e)) }

// artefact is the file that is wanted.
type artefact struct {
	name   string // in the cache
	sha512 string
	size   int64 // bytes; 0 is unknown
}

// partial says what a .part file is the beginning of.
type partial struct {
	URL          string `json:"url"`
	ETag         string `json:"etag,omitempty"`          // strong ones only
	LastModified string `json:"last_modified,omitempty"` // where there is no ETag
	Total        int64  `json:"total,omitempty"`         // bytes; 0 is unknown
}

func (p partial) validator() string {
	if p.ETag != "" {
		return p.ETag
	}
	return p.LastModified
}

func (s *Store) part(name string) string { return filepath.Join(s.Dir, name+".part") }

// clear removes what a transfer left.
func (s *Store) clear(name string) error {
	return errors.Join(remove(s.part(name)), remove(recordPath(s.part(name))))
}

// download tries until the file is there or the address is of no use.
func (s *Store) download(ctx context.Context, address string, want artefact, reporter Reporter) error {
	wait := s.backoff
	if wait == 0 {
		wait = backoff
	}
	anew, best := false, int64(0)
	for try := 1; ; {
		reached, err := s.transfer(ctx, address, want, reporter)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errAgain):
			// At most one fresh start: the second time the server is to blame.
			if anew {
				return err
			}
			anew = true
			continue
		case !isTransient(err):
			return err
		}
		if reached > best {
			best, try = reached, 1
		}
		if try >= tries || (try >= triesUnheard && isUnreachable(err)) {
			return err
		}
		reporter.Log(fmt.Sprintf(text.T().Image.Retrying, host(address), oneLine(err)))
		pause := wait << (try - 1)
		if isUnreachable(err) {
			pause = wait / 4
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		try++
	}
}

// transfer makes one request. reached is how long the part is after it.
func (s *Store) transfer(ctx context.Context, address string, want artefact, reporter Reporter) (reached int64, err error) {
	t := &text.T().Image
	path := s.part(want.name)
	_ = os.Chmod(path, 0o600) // a kill may have come between chmod and rename
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() {
		if info, err := f.Stat(); err == nil && info.Size() == 0 {
			_ = s.clear(want.name)
		}
		f.Close()
	}()

	h := sha512.New()
	before, offset, err := s.begun(ctx, f, h, address, want, reporter)
	if err != nil {
		return 0, err
	}
	resumed := offset > 0
	if !resumed || before.Total != offset {
		if offset, err = s.body(ctx, address, want, f, h, before, offset, reporter); err != nil {
			return offset, err
		}
	}
	if err := f.Sync(); err != nil {
		return offset, err
	}
	if hex.EncodeToString(h.Sum(nil)) == want.sha512 {
		return offset, nil
	}
	if err := s.clear(want.name); err != nil {
		return 0, err
	}
	if resumed {
		return 0, errAgain // the old part may be what is wrong
	}
	return 0, &text.Fault{What: fmt.Sprintf(t.WrongFrom, address), Hint: t.WrongFromHint, Err: errDigest}
}

// begun hashes what is there of the same address already and leaves f at its
// end; anything else is thrown away.
func (s *Store) begun(ctx context.Context, f *os.File, h hash.Hash, address string, want artefact, reporter Reporter) (p partial, offset int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return p, 0, err
	}
	data, err := os.ReadFile(recordPath(f.Name()))
	if info.Size() == 0 || err != nil || json.Unmarshal(data, &p) != nil || p.URL != address || p.validator() == "" || (p.Total > 0 && info.Size() > p.Total) {
		return partial{}, 0, f.Truncate(0)
	}
	reporter.Stage(fmt.Sprintf(text.T().Image.Resuming, want.name, host(address)))
	if err := pump(ctx, h, f, &meter{reporter: reporter, total: p.Total}); err != nil {
		return p, 0, err
	}
	return p, info.Size(), nil
}

// body asks for what is missing and appends it, keeping the record of the part
// true at every moment.
func (s *Store) body(ctx context.Context, address string, want artefact, f *os.File, h hash.Hash, before partial, offset int64, reporter Reporter) (reached int64, err error) {
	t := &text.T().Image
	limit := s.stall
	if limit == 0 {
		limit = stall
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(limit, func() { cancel(errStalled) })
	defer watchdog.Stop()
	stalled := func(err error) error {
		if errors.Is(context.Cause(ctx), errStalled) {
			return &text.Fault{What: fmt.Sprintf(t.Stalled, address, limit), Err: errStalled}
		}
		return err
	}

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	// Ranges and digests are of the file itself, not of a compressed form of it.
	req.Header.Set("Accept-Encoding", "identity")
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		req.Header.Set("If-Range", before.validator())
	} else {
		reporter.Stage(fmt.Sprintf(t.Downloading, want.name, host(address)))
	}
	resp, err := s.HTTP.Do(req)
	if err != nil {
		return 0, stalled(err)
	}
	defer resp.Body.Close()

	total := int64(0)
	switch resp.StatusCode {
	case http.StatusOK:
		// Another file than before, or a server without ranges: from the start.
		offset = 0
		h.Reset()
		if err := f.Truncate(0); err != nil {
			return 0, err
		}
		total = max(resp.ContentLength, 0)
	case http.StatusPartialContent:
		var first, last int64
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &total); err != nil || first != offset || last < first || total <= last {
			return 0, errors.Join(s.clear(want.name), errAgain)
		}
	case http.StatusRequestedRangeNotSatisfiable:
		return 0, errors.Join(s.clear(want.name), errAgain)
	default:
		return 0, &text.Fault{What: fmt.Sprintf(t.HTTPStatus, address, resp.Status), Err: statusError(resp.StatusCode)}
	}
	// An announced length that cannot be the wanted file's ends it here.
	if want.size > 0 && total > 0 && total != want.size {
		return 0, errors.Join(s.clear(want.name), &text.Fault{What: fmt.Sprintf(t.WrongFrom, address), Hint: t.WrongFromHint, Err: errDigest})
	}
	if err := s.enough(s.Dir, total-offset); err != nil {
		return 0, err
	}
	if err := note(f.Name(), resp.Header, address, total); err != nil {
		return 0, err
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return 0, err
	}
	most := int64(maxImage)
	if want.size > 0 {
		most = want.size
	} else if total > 0 {
		most = total
	}
	m := &meter{reporter: reporter, done: offset, total: max(total, want.size)}
	feed := &fed{Reader: resp.Body, watchdog: watchdog, limit: limit}
	// The digest follows the file, so that neither runs ahead of the other.
	err = pump(ctx, io.MultiWriter(f, h), io.LimitReader(feed, most-offset+1), m)
	switch {
	case err != nil:
		return m.done, stalled(err)
	case m.done > most:
		return m.done, errors.Join(s.clear(want.name), &text.Fault{What: fmt.Sprintf(t.TooLong, address, most), Hint: t.WrongFromHint, Err: errDigest})
	case total > 0 && m.done < total:
		return m.done, &text.Fault{What: fmt.Sprintf(t.CutShort, address), Err: errCut}
	}
	return m.done, nil
}

// note records what the part is the beginning of, before its first byte.
func note(part string, header http.Header, address string, total int64) error {
	p := partial{URL: address, Total: total, LastModified: header.Get("Last-Modified")}
	// A weak ETag does not promise equal bytes and If-Range refuses it.
	if tag := header.Get("ETag"); !strings.HasPrefix(tag, "W/") {
		p.ETag = tag
	}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return renameio.WriteFile(recordPath(part), data, 0o600)
}

// fed puts the watchdog off whenever bytes come.
type fed struct {
	io.Reader
	watchdog *time.Timer
	limit    time.Duration
}

func (r *fed) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		r.watchdog.Reset(r.limit)
	}
	return n, err
}

// isUnreachable says that nobody answered at all: no such name, no route, or
// nothing that listens, the proxy included.
func isUnreachable(err error) bool {
	var dns *net.DNSError
	var op *net.OpError
	return errors.As(err, &dns) || (errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect"))
}

// isTransient says that the same request may well succeed soon: whatever is
// neither a refusal, nor another file, nor a trouble of this computer.
func isTransient(err error) bool {
	var status statusError
	if errors.As(err, &status) {
		return status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500
	}
	var certificate *tls.CertificateVerificationError
	var local *fs.PathError
	return !errors.Is(err, errDigest) && !isNoSpace(err) && !errors.As(err, &certificate) && !errors.As(err, &local)
}
