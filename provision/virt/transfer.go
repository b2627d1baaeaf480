package virt

// This file copies files into volumes and volumes out again, and compares them.

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// chunk is the most that libvirt's protocol carries in one message of a stream.
const chunk = 256 << 10

// Progress is told how much of a transfer is done.
type Progress interface {
	Bytes(done, total int64)
}

// Upload makes a volume with the bytes of file. The volume is a plain file of
// just that length; libvirt's probe then says what format it has. With verify,
// it is read back and compared. ErrExists when a volume of that name is there:
// it may be whole or the torso of an upload that was killed, which Matches tells
// apart; a torso is the caller's to delete. When Upload itself fails, it deletes
// what it began.
func (p *Pool) Upload(ctx context.Context, name, file string, verify bool, r Progress) (*Volume, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return p.UploadFrom(ctx, name, f, info.Size(), verify, r)
}

// UploadFrom is Upload from a reader that yields exactly size bytes.
func (p *Pool) UploadFrom(ctx context.Context, name string, from io.Reader, size int64, verify bool, r Progress) (*Volume, error) {
	// Made empty, so that the length of a torso tells it from a whole volume.
	if _, err := p.create(ctx, name, 0, "raw", ""); err != nil {
		return nil, err
	}
	sum := sha256.New()
	err := p.send(ctx, name, io.TeeReader(from, sum), size, r)
	var v *Volume
	if err == nil {
		v, err = p.Volume(ctx, name)
	}
	t := &text.T().Virt
	if err == nil && (v == nil || v.Length != size) {
		err = fault(ErrDamaged, fmt.Sprintf(t.VolumeDamaged, name), t.VolumeDamagedHint, nil)
	}
	if err == nil && verify {
		var same bool
		same, err = p.Matches(ctx, name, hex.EncodeToString(sum.Sum(nil)), size, r)
		if err == nil && !same {
			err = fault(ErrDamaged, fmt.Sprintf(t.VolumeDamaged, name), t.VolumeDamagedHint, nil)
		}
	}
	if err != nil {
		// Clean up although ctx may be over.
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), settle)
		defer cancel()
		return nil, errors.Join(err, p.DeleteVolume(clean, name))
	}
	return v, nil
}

// errShort is a source that ended early.
var errShort = errors.New("source ended early")

func (p *Pool) send(ctx context.Context, name string, from io.Reader, size int64, r Progress) error {
	if size == 0 {
		return nil
	}
	return p.c.do(ctx, func(o *op) error {
		l, err := p.live(o)
		if err != nil {
			return err
		}
		defer l.Free()
		v, err := o.volume(l, name)
		if err == nil && v == nil {
			err = notFound(name)
		}
		if err != nil {
			return err
		}
		defer v.Free()
		o.at("virStreamNew")
		stream, err := o.l.NewStream(0)
		if err != nil {
			return err
		}
		defer stream.Free()
		o.at("virStorageVolUpload")
		if err := v.Upload(stream, 0, uint64(size), 0); err != nil {
			return err
		}
		finished := false
		defer func() {
			if !finished {
				stream.Abort()
			}
		}()
		buf := make([]byte, chunk)
		for done := int64(0); done < size; {
			o.idle()
			n, err := io.ReadFull(from, buf[:min(chunk, size-done)])
			if err != nil {
				return fmt.Errorf("%w after %d of %d bytes: %w", errShort, done+int64(n), size, err)
			}
			for sent := 0; sent < n; {
				o.at("virStreamSend")
				k, err := stream.Send(buf[sent:n])
				if err != nil {
					finished = true // libvirt has ended the stream
					return err
				}
				sent += k
			}
			done += int64(n)
			r.Bytes(done, size)
		}
		o.at("virStreamFinish")
		finished = true
		return stream.Finish()
	})
}

// Reader reads a volume's bytes: straight from its file where that can be read,
// else through libvirt, so that an ordinary user can hash a volume of the
// system's. The caller closes it. A volume that a running machine writes to is
// not a stable source.
func (p *Pool) Reader(ctx context.Context, name string) (io.ReadCloser, error) {
	v, err := p.Volume(ctx, name)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, notFound(name)
	}
	if f, err := os.Open(v.Path); err == nil {
		return f, nil
	}
	return p.download(ctx, name), nil
}

// download streams a volume through libvirt.
func (p *Pool) download(ctx context.Context, name string) io.ReadCloser {
	ctx, stop := context.WithCancel(ctx)
	r, w := io.Pipe()
	go func() {
		defer stop()
		w.CloseWithError(p.c.do(ctx, func(o *op) error { return p.receive(o, name, w) }))
	}()
	return &pipeReader{r, stop}
}

type pipeReader struct {
	*io.PipeReader
	stop context.CancelFunc
}

func (r *pipeReader) Close() error {
	r.stop()
	return r.PipeReader.Close()
}

func (p *Pool) receive(o *op, name string, w io.Writer) error {
	l, err := p.live(o)
	if err != nil {
		return err
	}
	defer l.Free()
	v, err := o.volume(l, name)
	if err == nil && v == nil {
		err = notFound(name)
	}
	if err != nil {
		return err
	}
	defer v.Free()
	o.at("virStreamNew")
	stream, err := o.l.NewStream(0)
	if err != nil {
		return err
	}
	defer stream.Free()
	o.at("virStorageVolDownload")
	if err := v.Download(stream, 0, 0, 0); err != nil {
		return err
	}
	finished := false
	defer func() {
		if !finished {
			stream.Abort()
		}
	}()
	buf := make([]byte, chunk)
	for {
		o.at("virStreamRecv")
		n, err := stream.Recv(buf)
		o.idle()
		if errors.Is(err, io.EOF) {
			o.at("virStreamFinish")
			finished = true
			return stream.Finish()
		}
		if err != nil {
			finished = true
			return err
		}
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
	}
}

// Matches says whether the volume holds what its digest says: 64 hexadecimal
// digits are SHA-256, 128 SHA-512. A size of 0 or more is compared first, which
// finds most torsos of a killed upload at once. An absent volume does not match.
func (p *Pool) Matches(ctx context.Context, name, digest string, size int64, r Progress) (bool, error) {
	v, err := p.Volume(ctx, name)
	if err != nil || v == nil {
		return false, err
	}
	if size >= 0 && v.Length != size {
		return false, nil
	}
	var sum hash.Hash
	switch len(digest) {
	case 64:
		sum = sha256.New()
	case 128:
		sum = sha512.New()
	default:
		return false, badSpec("digest", digest)
	}
	from, err := p.Reader(ctx, name)
	if err != nil {
		return false, err
	}
	defer from.Close()
	buf := make([]byte, chunk)
	for done := int64(0); ; {
		if err := context.Cause(ctx); err != nil {
			return false, err
		}
		n, err := from.Read(buf)
		sum.Write(buf[:n])
		done += int64(n)
		r.Bytes(done, v.Length)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return false, err
		}
	}
	return strings.EqualFold(hex.EncodeToString(sum.Sum(nil)), digest), nil
}
