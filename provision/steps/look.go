package steps

// What the self-check looks at: this machine's libvirt objects and its guest.

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/virt"
)

// Subject is what the evidence is held against.
func (e *Env) Subject() checks.Subject {
	c, img, disk := e.choices, e.record.Image, e.record.Code
	s := checks.Subject{
		Machine: e.Plan.Name, URI: c.URI, System: c.System, UUID: c.UUID,
		QemuArgs: e.Spec().QemuArgs(),
		Image:    checks.Image{SHA512: img.SHA512, Source: img.Source, Note: img.Note},
		Code:     checks.CodeDisk{SHA256: disk.SHA256, Manifest: disk.Manifest},
		Tokens:   e.otherTokens(),
		Ensures:  map[checks.ID][]string{},
		Version:  e.Version, OpenClaw: disk.OpenClaw, Node: disk.Node,
	}
	// The cache may have been emptied, which is the owner's right; the volumes
	// in the pool are what the machine runs from.
	if there, _ := exists(img.Path); there {
		s.Image.Path = img.Path
	}
	if there, _ := exists(disk.Path); there {
		s.Code.Path = disk.Path
	}
	s.MAC = c.MAC
	s.SubjectPolicy = e.policy()
	s.SubjectKept = e.kept()
	s.SubjectEgress = e.subjectEgress()
	if c.System {
		s.GuestIP, s.HostIP, s.Prefix = c.GuestIP, c.HostIP, c.Prefix
	} else {
		s.SSHPort = c.SSHPort
	}
	for _, step := range e.Steps() {
		for _, id := range step.Ensures {
			s.Ensures[id] = append(s.Ensures[id], step.ID)
		}
	}
	return s
}

// Sources opens what evidence comes from. What cannot be opened is recorded as
// not looked at, with the reason.
func (e *Env) Sources(ctx context.Context, progress checks.Reporter) checks.Sources {
	s := checks.Sources{Progress: progress, Packets: packetFilter{programDirs}, Dir: e.dir, Pool: e.choices.PoolPath}
	s.Audited, s.Drilled, s.Warden = e.audited(), e.drilled(), wardenSource{e}
	conn, err := e.connToLook(ctx)
	if err != nil {
		s.LibvirtErr, s.GuestErr = err, err
		return s
	}
	s.Libvirt = &hypervisor{env: e, conn: conn}
	state, err := conn.State(ctx, e.Plan.Name)
	if err == nil && state != virt.Running {
		t := e.text()
		err = fault(fmt.Sprintf(t.GuestIsOff, e.Plan.Name), t.GuestIsOffHint, nil)
	}
	if err != nil {
		s.GuestErr = err
		return s
	}
	s.Guest, s.Drill = &collector{env: e}, e.drill
	if e.choices.System {
		s.Knock = e.knocker().knock
	}
	return s
}

// hypervisor reads libvirt for the checks.
type hypervisor struct {
	env  *Env
	conn *virt.Conn
}

func (h *hypervisor) DomainXML(ctx context.Context, inactive bool) (string, error) {
	return h.conn.XML(ctx, h.env.Plan.Name, inactive)
}

func (h *hypervisor) NetworkXML(ctx context.Context, inactive bool) (string, error) {
	n, err := h.conn.NetworkDefinition(ctx, h.env.Plan.Name)
	switch {
	case err != nil || n == nil:
		return "", err
	case inactive:
		return n.Inactive, nil
	}
	return n.Live, nil
}

func (h *hypervisor) FilterXML(ctx context.Context) (string, error) {
	f, err := h.conn.Filter(ctx, h.env.Plan.Name)
	if err != nil || f == nil {
		return "", err
	}
	return f.XML, nil
}

func (h *hypervisor) Volume(ctx context.Context, name string) (io.ReadCloser, error) {
	p, err := h.conn.Pool(ctx, layout.Pool, h.env.choices.PoolPath)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, fs.ErrNotExist
	}
	v, err := p.Volume(ctx, name)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, fs.ErrNotExist
	}
	// The file that libvirt names, where it may be read: through libvirt's connection
	// the same bytes take several times as long, of its processor time and of ours.
	if f, err := os.OpenFile(v.Path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0); err == nil {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() == v.Length {
			return f, nil
		}
		f.Close()
	}
	return p.Reader(ctx, name)
}

// collector runs the checks' program in the guest. It opens the way there itself,
// so that the host is looked at meanwhile: under emulation a handshake takes
// longer than most of what else there is to see.
type collector struct{ env *Env }

func (c *collector) Collect(ctx context.Context, program []byte, limit int64) ([]byte, error) {
	session, err := c.env.Session(ctx)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out, stderr := &bounded{left: limit, over: stop}, &bounded{left: 64 << 10, over: stop}
	exit, err := session.Client.Run(ctx, "exec sudo -n python3 -I -S -B -", bytes.NewReader(program), out, stderr)
	switch {
	case out.full.Load() || stderr.full.Load():
		return nil, fmt.Errorf(text.T().Checks.TooLarge, limit)
	case err != nil:
		return nil, err
	}
	if exit != 0 {
		return nil, fmt.Errorf("exit status %d: %s", exit, bytes.TrimSpace(stderr.Bytes()[:min(stderr.Len(), 4096)]))
	}
	return out.Bytes(), nil
}

// bounded keeps the first bytes and drops the rest. It tells of the first byte too
// many, so that nobody listens to a guest that goes on for ever.
type bounded struct {
	kept bytes.Buffer // not embedded: its ReadFrom would go past every limit
	left int64
	full atomic.Bool // there was too much; what is left of a cut connection may still be written
	over func()
}

func (b *bounded) Bytes() []byte { return b.kept.Bytes() }
func (b *bounded) Len() int      { return b.kept.Len() }

func (b *bounded) Write(p []byte) (int, error) {
	if b.full.Load() {
		return len(p), nil
	}
	b.kept.Write(p[:min(int64(len(p)), b.left)])
	if b.left -= int64(len(p)); b.left < 0 {
		b.full.Store(true)
		if b.over != nil {
			b.over()
		}
	}
	return len(p), nil
}
