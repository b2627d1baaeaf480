// Package image gets the base image of a machine: the qcow2 file that every
// system disk is an overlay of, kept in a cache and never written again.
//
// There are three ways to one. The official Debian cloud image is downloaded and
// must have the digest that clawarium was released with; since dated releases
// leave the publisher's server after some months, its current image, checked
// against the publisher's own list, is the last resort and is named as such. Or
// the image is built here from signed Debian packages. Or the owner gives a
// file. Whatever carried the bytes (mirror, proxy, cache) is never trusted: only
// the digest is, and a cached image is hashed again before it is handed out.
//
// Everything is made under a temporary name and renamed when it is whole and
// proven, one process at a time for each artefact, so that a kill at any moment
// leaves either nothing or something to go on from.
package image

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/images"
	"github.com/clawarium/clawarium/assets/text"
)

// Sources of an image, as the plan names them and as Image.Source says which it
// became; Publisher is only ever a result.
const (
	Auto      = "auto"      // official, else build
	Official  = "official"  // the pinned release, else the publisher's current one
	Build     = "build"     // from Debian packages, on this computer
	File      = "file"      // the owner's
	Publisher = "publisher" // the publisher's current image: its list, not pinned
)

// Request says which image is wanted.
type Request struct {
	Source  string   // Auto, Official, Build or File
	File    string   // the path, with File
	SHA512  string   // 128 hexadecimal digits that the source's file must have; may be empty
	Arch    string   // Debian's name: amd64 or arm64
	Mirrors []string // directories laid out like the publisher's, tried first
	CA      string   // a PEM file that package mirrors over https may need, with Build
}

// Image is a base image in the cache.
type Image struct {
	Path        string `json:"-"`            // qcow2; never written again
	SHA512      string `json:"sha512"`       // of the file at Path
	Format      string `json:"format"`       // of the file at Path: qcow2
	VirtualSize int64  `json:"virtual_size"` // of the disk that it is, bytes
	Source      string `json:"source"`       // Official, Publisher, Build or File
	Note        string `json:"note"`         // for people: why this one, and how sure
	Release     string `json:"release"`      // the publisher's name of it, or suite and date
}

// Reporter is told how it goes.
type Reporter interface {
	Stage(text string)
	Bytes(done, total int64)
	Percent(p float64)
	Log(line string)
}

// Store is a cache of base images, in a directory of its own.
type Store struct {
	Dir  string       // made with mode 0700 when it is missing
	HTTP *http.Client // knows the owner's proxy and extra CA

	// What tests put in the place of the real ones; zero values mean those.
	catalogue *images.Catalogue
	free      func(dir string) (int64, error)
	stall     time.Duration
	backoff   time.Duration
	builder   func(ctx context.Context, r Request, reporter Reporter) (Image, error)
}

// Get returns the image that is asked for, from the cache if a good one is
// there. It can be called again after any failure or kill and goes on where it
// was. Errors are *text.Fault, or ctx's own when it was cancelled.
func (s *Store) Get(ctx context.Context, r Request, reporter Reporter) (Image, error) {
	if err := r.valid(); err != nil {
		return Image{}, err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return Image{}, err
	}
	switch r.Source {
	case Official:
		return s.official(ctx, r, reporter)
	case Build:
		return s.build(ctx, r, reporter)
	case File:
		return s.file(ctx, r, reporter)
	}
	return s.auto(ctx, r, reporter)
}

// auto takes what the cache has, so that a second run changes nothing; then the
// official image; then one built here, saying why.
func (s *Store) auto(ctx context.Context, r Request, reporter Reporter) (Image, error) {
	if have, ok := s.Cached(r); ok {
		if err := s.Verify(ctx, have, reporter); err == nil {
			return have, nil
		} else if ctx.Err() != nil {
			return Image{}, ctx.Err()
		}
		reporter.Log(fmt.Sprintf(text.T().Image.CacheDamaged, have.Path))
		if err := s.forget(have); err != nil {
			return Image{}, err
		}
	}
	img, official := s.official(ctx, r, reporter)
	if official == nil || ctx.Err() != nil || isNoSpace(official) {
		return img, official
	}
	if r.SHA512 != "" {
		return Image{}, official // a build cannot be what was pinned beforehand
	}
	reporter.Log(official.Error())
	img, err := s.build(ctx, r, reporter)
	if err != nil {
		if ctx.Err() != nil {
			return Image{}, ctx.Err()
		}
		return Image{}, errors.Join(official, err)
	}
	img.Note = fmt.Sprintf(text.T().Image.NoteBuiltAuto, img.Release, s.packages(img), oneLine(official))
	return img, s.record(img)
}

// Cached returns the image that Get would find in the cache, without hashing it.
func (s *Store) Cached(r Request) (Image, bool) {
	if r.valid() != nil {
		return Image{}, false
	}
	switch r.Source {
	case Official:
		return s.cachedOfficial(r)
	case Build:
		return s.cachedBuild(r)
	case File:
		return s.cachedFile(r)
	}
	if img, ok := s.cachedOfficial(r); ok || r.SHA512 != "" {
		return img, ok
	}
	return s.cachedBuild(r)
}

// Verify reads the whole image again and compares its digest with the recorded
// one. The error is a *text.Fault, or ctx's own.
func (s *Store) Verify(ctx context.Context, img Image, reporter Reporter) error {
	t := &text.T().Image
	reporter.Stage(fmt.Sprintf(t.Hashing, filepath.Base(img.Path)))
	sum, err := hashFile(ctx, img.Path, reporter)
	if errors.Is(err, os.ErrNotExist) {
		return &text.Fault{What: fmt.Sprintf(t.Gone, img.Path), Hint: t.GoneHint, Err: err}
	}
	if err != nil {
		return err
	}
	if sum != img.SHA512 {
		return &text.Fault{What: fmt.Sprintf(t.Wrong, img.Path), Hint: t.WrongHint}
	}
	return nil
}

// valid reports everything that is wrong with a request at once.
func (r *Request) valid() error {
	t := &text.T().Image
	var wrong []error
	switch r.Source {
	case Auto, Official, Build:
	case File:
		if r.File == "" {
			wrong = append(wrong, &text.Fault{What: t.NoFile, Hint: t.NoFileHint})
		}
	default:
		wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.UnknownSource, r.Source), Hint: t.UnknownSourceHint})
	}
	if r.Arch != "amd64" && r.Arch != "arm64" {
		wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.NoArch, r.Arch), Hint: t.NoArchHint})
	}
	if r.SHA512 != "" {
		r.SHA512 = strings.ToLower(r.SHA512)
		if sum, err := hex.DecodeString(r.SHA512); err != nil || len(sum) != 64 {
			wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.BadPin, r.SHA512), Hint: t.BadPinHint})
		}
	}
	return errors.Join(wrong...)
}

// oneLine makes an error fit into a sentence.
func oneLine(err error) string {
	return strings.Join(strings.Split(strings.TrimSpace(err.Error()), "\n"), "; ")
}
