package image

// The official image: the pinned release from the mirrors and then from the
// publisher; when nobody has it any more, the publisher's current image, checked
// against the list that the publisher serves over TLS.

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/clawarium/clawarium/assets/images"
	"github.com/clawarium/clawarium/assets/text"
)

// sums is the name of the publisher's list, in the form of sha512sum(1).
const sums = "SHA512SUMS"

func (s *Store) official(ctx context.Context, r Request, reporter Reporter) (Image, error) {
	t := &text.T().Image
	c, e, name := s.pinned(r)
	unlock, err := s.lock(ctx, name, reporter)
	if err != nil {
		return Image{}, err
	}
	defer unlock()
	for {
		have, ok := s.cachedOfficial(r)
		if !ok {
			break
		}
		if img, ok, err := s.good(ctx, filepath.Base(have.Path), reporter); ok || err != nil {
			return img, err
		}
	}
	if e.Size > 0 {
		if err := s.enough(s.Dir, e.Size); err != nil {
			return Image{}, err
		}
	}
	var tried []error
	failed := func(address string, err error) {
		reporter.Log(fmt.Sprintf(t.MirrorFailed, address, oneLine(err)))
		tried = append(tried, err)
	}
	unreachable := false
	for _, address := range addresses(c, e, r.Mirrors) {
		want := artefact{name: name, sha512: e.SHA512, size: e.Size}
		err := s.download(ctx, address, want, reporter)
		if err == nil {
			rec := record{Image: Image{SHA512: e.SHA512, Source: Official, Note: fmt.Sprintf(t.NotePinned, c.Release), Release: c.Release}}
			img, err := s.publish(s.part(name), name, rec)
			return img, errors.Join(err, s.clear(name))
		}
		if ctx.Err() != nil {
			return Image{}, ctx.Err()
		}
		if isNoSpace(err) {
			return Image{}, s.diskFull(err)
		}
		failed(address, err)
		unreachable = isUnreachable(err)
	}
	// The last address was the publisher's own; where that cannot be reached at
	// all, asking it for another file only costs time.
	if !unreachable {
		img, err := s.publisher(ctx, c, e, r, reporter)
		if err == nil || ctx.Err() != nil || isNoSpace(err) {
			return img, s.diskFull(err)
		}
		failed(c.Publisher, err)
	}
	return Image{}, &text.Fault{What: t.NoneAnswered, Hint: t.NoneAnswerHint, Err: errors.Join(tried...)}
}

// pinned is what the request means: the catalogue, its entry with the request's
// own pin in place of the catalogue's, and the name in the cache.
func (s *Store) pinned(r Request) (images.Catalogue, images.Entry, string) {
	c := images.Official()
	if s.catalogue != nil {
		c = *s.catalogue
	}
	e, _ := c.For(r.Arch)
	name := e.File
	if r.SHA512 != "" && r.SHA512 != e.SHA512 {
		e.SHA512, e.Size = r.SHA512, 0
		name = "official-" + r.Arch + "-" + r.SHA512[:16] + ".qcow2"
	}
	return c, e, name
}

func (s *Store) cachedOfficial(r Request) (Image, bool) {
	_, e, name := s.pinned(r)
	if rec, ok := s.lookup(name); ok && rec.SHA512 == e.SHA512 {
		return rec.Image, true
	}
	names, _ := filepath.Glob(filepath.Join(s.Dir, "publisher-"+r.Arch+"-*.qcow2"))
	for _, path := range names {
		if rec, ok := s.lookup(filepath.Base(path)); ok && (r.SHA512 == "" || rec.SHA512 == r.SHA512) {
			return rec.Image, true
		}
	}
	return Image{}, false
}

// addresses of the pinned release: the mirrors', then the publisher's.
func addresses(c images.Catalogue, e images.Entry, mirrors []string) []string {
	var all []string
	for _, base := range append(append([]string(nil), mirrors...), c.Publisher) {
		all = append(all, strings.TrimRight(base, "/")+"/"+c.Codename+"/"+c.Release+"/"+e.File)
	}
	return all
}

// publisher gets the current image. The list is read first and, since the
// directory can be replaced between the two requests, once more.
func (s *Store) publisher(ctx context.Context, c images.Catalogue, e images.Entry, r Request, reporter Reporter) (Image, error) {
	t := &text.T().Image
	directory := c.Publisher + "/" + c.Codename + "/latest/"
	var failed error
	for range 2 {
		reporter.Stage(fmt.Sprintf(t.Listing, host(directory)))
		sum, err := s.listed(ctx, directory+sums, e.Latest)
		if err != nil {
			return Image{}, err
		}
		if r.SHA512 != "" && sum != r.SHA512 {
			return Image{}, &text.Fault{What: t.NotInCatalogue, Hint: t.NotPinnedHint}
		}
		name := "publisher-" + r.Arch + "-" + sum[:16] + ".qcow2"
		failed = s.download(ctx, directory+e.Latest, artefact{name: name, sha512: sum}, reporter)
		if failed == nil {
			rec := record{Image: Image{SHA512: sum, Source: Publisher, Note: fmt.Sprintf(t.NotePublisher, e.Latest), Release: c.Codename + " latest"}}
			img, err := s.publish(s.part(name), name, rec)
			return img, errors.Join(err, s.clear(name))
		}
		if !errors.Is(failed, errDigest) {
			break
		}
	}
	return Image{}, failed
}

// listed reads the digest of a file from the publisher's list. The list is only
// as good as the connection that it comes over, so every hop must be TLS.
func (s *Store) listed(ctx context.Context, address, file string) (string, error) {
	t := &text.T().Image
	notTLS := func(u *url.URL) error {
		if u.Scheme == "https" {
			return nil
		}
		return &text.Fault{What: fmt.Sprintf(t.NotTLS, u.Redacted()), Hint: t.NotTLSHint}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	if err := notTLS(req.URL); err != nil {
		return "", err
	}
	client := *s.HTTP
	client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if len(via) >= 10 {
			return http.ErrUseLastResponse
		}
		return notTLS(req.URL)
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", &text.Fault{What: fmt.Sprintf(t.HTTPStatus, address, resp.Status), Err: statusError(resp.StatusCode)}
	}
	lines := bufio.NewScanner(io.LimitReader(resp.Body, 1<<20))
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), " ")
		if !ok || strings.TrimLeft(name, " *") != file {
			continue
		}
		if raw, err := hex.DecodeString(sum); err == nil && len(raw) == 64 {
			return strings.ToLower(sum), nil
		}
	}
	if err := lines.Err(); err != nil {
		return "", err
	}
	return "", &text.Fault{What: fmt.Sprintf(t.NotListed, address, file), Hint: t.NotListedHint}
}

// host names the server of an address, for people.
func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}
