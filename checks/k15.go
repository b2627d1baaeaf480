package checks

import (
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// K15, provenance: the machine starts from the bytes that were verified when it
// was made. All of it is looked at from outside the guest.

func provenance(l *look) {
	s := l.subject
	l.digest(CachedImage, l.t.CachedImage, s.Image.SHA512, func(d DigestFound) string { return d.SHA512 }, s.Image.Path == "")
	l.digest(BaseVolume, l.t.BaseVolume, s.Image.SHA512, func(d DigestFound) string { return d.SHA512 }, false)

	want := s.Code.SHA256
	if m, ok := had(l, Host, l.t.ManifestName, l.evidence.Host.Manifest); ok {
		switch {
		case m.Absent: // what the journal says is left to compare with
			l.right(Host, l.t.CacheGone, l.t.ManifestName, s.Code.Manifest)
		case want != "" && !strings.EqualFold(m.SHA256, want):
			l.wrong(Host, l.t.ManifestOther, short(m.SHA256), short(want))
		default:
			l.right(Host, l.t.ManifestFine, m.OpenClaw, m.Node)
			want = m.SHA256
		}
	}
	sha256 := func(d DigestFound) string { return d.SHA256 }
	l.digest(CachedCode, l.t.CachedCode, want, sha256, s.Code.Path == "")
	l.digest(CodeVolume, l.t.CodeVolume, want, sha256, false)
	l.attached()

	switch s.Image.Source {
	case "official", "build", "publisher":
		l.right(Host, l.t.ImageSource, l.t.Sources[s.Image.Source])
	case "file":
		if strings.EqualFold(l.plan.Image.SHA512, s.Image.SHA512) && s.Image.SHA512 != "" {
			l.right(Host, l.t.ImageSource, l.t.Sources[s.Image.Source])
		} else {
			l.unknown(Host, l.t.ImageUnvouched)
		}
	default:
		l.unknown(Host, l.t.CouldNotLook, l.t.ImageSourceName, s.Image.Source)
	}
}

// digest holds one digest against what was verified when the machine was made.
// The copy in the cache may be gone, the one that the machine reads may not.
func (l *look) digest(of DigestOf, name, want string, of1 func(DigestFound) string, unkept bool) {
	cached := of == CachedImage || of == CachedCode
	if unkept && cached {
		return
	}
	where := Host
	if !cached {
		where = Libvirt
	}
	d, ok := had(l, where, name, l.evidence.Host.Digests[of])
	if !ok {
		return
	}
	got := of1(d)
	switch {
	case d.Absent && cached:
		l.right(where, l.t.CacheGone, name, d.Name)
	case d.Absent:
		l.wrong(where, l.t.VolumeGone, name, d.Name)
	case want == "" || got == "":
		l.unknown(where, l.t.CouldNotLook, name, l.t.NothingToCompare)
	case !strings.EqualFold(got, want):
		l.wrong(where, l.t.DigestDiffers, name, d.Name, short(got), short(want))
	default:
		l.right(where, l.t.DigestFine, name, short(got), d.Size>>20)
	}
}

// attached looks whether the domain reads those very volumes.
func (l *look) attached() {
	for d := range l.domains {
		if code := diskBySerial(d.root, layout.CodeSerial); code == nil {
			l.unknown(Libvirt, l.t.NoCodeDisk, d.name, layout.CodeSerial)
		} else if got := volumeOf(code); got != l.subject.Code.Volume {
			l.wrong(Libvirt, l.t.OtherVolume, d.name, layout.CodeSerial, got, l.subject.Code.Volume)
		} else {
			l.right(Libvirt, l.t.VolumeAttached, d.name, got)
		}
		system := diskBySerial(d.root, layout.SystemSerial)
		if system == nil {
			l.unknown(Libvirt, l.t.NoSystemDisk, d.name, layout.SystemSerial)
			continue
		}
		// Only a running domain shows what its system disk is a layer over.
		if backing := volumeOf(system.at("backingStore")); d.live && backing != "" && backing != l.subject.Image.Volume {
			l.wrong(Libvirt, l.t.OtherVolume, d.name, layout.SystemSerial, backing, l.subject.Image.Volume)
		} else if d.live && backing != "" {
			l.right(Libvirt, l.t.VolumeAttached, d.name, backing)
		}
	}
}

// short is the beginning of a digest, enough to tell two apart by eye.
func short(digest string) string {
	if len(digest) > 16 {
		return digest[:16] + "…"
	}
	return digest
}
