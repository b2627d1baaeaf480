package code

// Tarballs: fetched in parallel, hashed as a whole, and only then given their
// name in the cache, which is their SHA-512. A tarball found there is hashed
// again before it is used.

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

const (
	parallel   = 8                // downloads at a time
	attempts   = 3                // a download is tried this often
	maxTarball = 1 << 30          // bytes, compressed
	stall      = 60 * time.Second // a download that gets no byte for this long is given up
	copyBuffer = 64 << 10
)

// retryPause is the pause before the second attempt; it doubles for the next.
var retryPause = 500 * time.Millisecond

// fetcher gets the tarballs of one lockfile into the cache.
type fetcher struct {
	store    *Store
	registry string
	lock     *lockfile
	reporter Reporter

	ready map[string]chan struct{} // by SHA-512; closed when the tarball is there and verified

	done, total atomic.Int64 // bytes downloaded, and announced so far
	started     atomic.Int64 // tarballs whose length is in total, or that were cached
}

func newFetcher(s *Store, q Request, lock *lockfile, r Reporter) *fetcher {
	f := &fetcher{store: s, registry: q.Registry, lock: lock, reporter: r, ready: map[string]chan struct{}{}}
	for _, p := range lock.packages {
		f.ready[p.sha512] = make(chan struct{})
	}
	return f
}

// run fetches every tarball, the largest known first and then in the order of
// packing, so that packing can follow close behind. After the first failure no
// further download begins; those under way end, and their failures join it.
func (f *fetcher) run(ctx context.Context) error {
	queue := make(chan *pkg)
	stop := make(chan struct{})
	var once sync.Once
	go func() {
		defer close(queue)
		queued := map[string]bool{}
		for _, p := range f.order() {
			if queued[p.sha512] {
				continue
			}
			queued[p.sha512] = true
			select {
			case queue <- p:
			case <-stop:
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		fails []error
	)
	for range parallel {
		wg.Go(func() {
			buf := make([]byte, copyBuffer)
			for p := range queue {
				if err := f.ensure(ctx, p, buf); err != nil {
					mu.Lock()
					fails = append(fails, err)
					mu.Unlock()
					once.Do(func() { close(stop) })
					continue
				}
				close(f.ready[p.sha512])
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return errors.Join(fails...)
}

// order puts OpenClaw and Node first: together they are nine tenths of the bytes.
func (f *fetcher) order() []*pkg {
	var large, rest []*pkg
	for _, p := range f.lock.packages {
		if p.path == openclawPkg || p.path == nodePkg+npmCPU[f.lock.arch] {
			large = append(large, p)
		} else {
			rest = append(rest, p)
		}
	}
	return append(large, rest...)
}

// ensure returns once the package's verified tarball is in the cache.
func (f *fetcher) ensure(ctx context.Context, p *pkg, buf []byte) error {
	file := f.store.tarball(p.sha512)
	sum, err := sha512File(ctx, file, buf)
	switch {
	case err == nil && sum == p.sha512:
		f.started.Add(1)
		return nil
	case err == nil:
		os.Remove(file) // damaged in the cache: as if it were not there
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	pause := retryPause
	for attempt := 1; ; attempt++ {
		err := f.download(ctx, p, file, buf)
		var again *transient
		if err == nil || !errors.As(err, &again) || ctx.Err() != nil {
			return err
		}
		if attempt == attempts {
			return again.fault
		}
		select {
		case <-time.After(pause):
			pause *= 2
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// transient marks a failure that a further attempt may mend.
type transient struct{ fault error }

func (e *transient) Error() string { return e.fault.Error() }

// download gets one tarball once. It has its final name only if its SHA-512 is
// the lockfile's.
func (f *fetcher) download(ctx context.Context, p *pkg, file string, buf []byte) error {
	t := &text.T().Code
	if f.registry == "" {
		return &text.Fault{What: t.NoRegistry, Hint: t.NoRegistryHint}
	}
	address := p.address(f.registry)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watchdog := time.AfterFunc(stall, cancel)
	defer watchdog.Stop()
	broken := func(err error) error {
		return &transient{&text.Fault{What: fmt.Sprintf(t.DownloadBroken, p, server(address)), Hint: t.DownloadHint, Err: err}}
	}

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return &text.Fault{What: fmt.Sprintf(t.BadRegistry, f.registry), Hint: t.BadRegistryHint, Err: err}
	}
	client := f.store.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return broken(err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return &text.Fault{What: fmt.Sprintf(t.Missing, p, server(address)), Hint: t.MissingHint}
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
		return broken(errors.New(resp.Status))
	case resp.StatusCode != http.StatusOK:
		return &text.Fault{What: fmt.Sprintf(t.Refused, p, server(address), resp.Status), Hint: t.MissingHint}
	case resp.ContentLength > maxTarball:
		return &text.Fault{What: fmt.Sprintf(t.TarballTooLarge, p, int64(maxTarball)), Hint: t.DoNotUseHint}
	}
	if resp.ContentLength > 0 {
		f.total.Add(resp.ContentLength)
	}
	f.started.Add(1)

	out, err := os.CreateTemp(f.store.Tarballs, "*"+partial)
	if err != nil {
		return noSpace(err, f.store.Tarballs)
	}
	defer os.Remove(out.Name()) // without effect once it is renamed
	defer out.Close()
	h := sha512.New()
	var size int64
	for {
		n, err := resp.Body.Read(buf)
		watchdog.Reset(stall)
		h.Write(buf[:n])
		if _, err := out.Write(buf[:n]); err != nil {
			return noSpace(err, f.store.Tarballs)
		}
		size += int64(n)
		f.progress(int64(n))
		if size > maxTarball {
			return &text.Fault{What: fmt.Sprintf(t.TarballTooLarge, p, int64(maxTarball)), Hint: t.DoNotUseHint}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			f.done.Add(-size)
			f.total.Add(-max(resp.ContentLength, 0))
			f.started.Add(-1)
			return broken(err)
		}
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != p.sha512 {
		return f.mismatch(p, sum, size)
	}
	if err := out.Sync(); err != nil {
		return noSpace(err, f.store.Tarballs)
	}
	if err := out.Close(); err != nil {
		return noSpace(err, f.store.Tarballs)
	}
	return os.Rename(out.Name(), file)
}

// mismatch says what came instead of the package, as far as that can be told.
func (f *fetcher) mismatch(p *pkg, sum string, size int64) error {
	t := &text.T().Code
	for _, other := range f.lock.packages {
		if other.sha512 == sum {
			return &text.Fault{What: fmt.Sprintf(t.Substituted, p, other), Hint: t.CorruptHint}
		}
	}
	return &text.Fault{What: fmt.Sprintf(t.Corrupt, p, size, sum, p.sha512), Hint: t.CorruptHint}
}

// progress reports the sum of all downloads. The total is known once the last
// one has begun.
func (f *fetcher) progress(n int64) {
	done, total := f.done.Add(n), int64(0)
	if f.started.Load() >= int64(len(f.ready)) {
		total = f.total.Load()
	}
	f.reporter.Bytes(done, total)
}

// tarball is the place of a tarball in the cache.
func (s *Store) tarball(sha512 string) string { return filepath.Join(s.Tarballs, sha512+".tgz") }

func sha512File(ctx context.Context, path string, buf []byte) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha512.New()
	for {
		n, err := f.Read(buf)
		h.Write(buf[:n])
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return "", err
		}
	}
}

// noSpace adds a hint to the error that a full disk gives.
func noSpace(err error, dir string) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		t := &text.T().Code
		return &text.Fault{What: fmt.Sprintf(t.DiskFull, dir), Hint: t.DiskFullHint, Err: err}
	}
	return err
}

// server names the server without the rest of the address, which may be long.
func server(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}
