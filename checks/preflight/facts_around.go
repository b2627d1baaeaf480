package preflight

// Facts of what is around the machine: the way to its disks, refusals by AppArmor and
// SELinux, the network, the clock.

import (
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// images follows the path to the disks from the root, links resolved, as far as it is
// there. What is not there yet libvirt makes, passable for everyone.
func (f *looking) images(s *Situation) error {
	w := &s.Images.Value
	if w.Path = f.from.Pool; w.Path == "" {
		return errUnasked
	}
	for _, name := range []string{"libvirt-qemu", "qemu"} { // Debian, Arch; Fedora, openSUSE
		for _, e := range f.entries("etc/passwd", 7) {
			if e[0] == name && w.Account == "" {
				w.Account = name
				w.UID, _ = strconv.Atoi(e[2])
				gid, _ := strconv.Atoi(e[3])
				w.GIDs = append(w.GIDs, gid)
			}
		}
	}
	if w.Account == "" {
		return nil // libvirt is not there yet
	}
	for _, e := range f.entries("etc/group", 4) {
		if gid, err := strconv.Atoi(e[2]); err == nil && slices.Contains(strings.Split(e[3], ","), w.Account) {
			w.GIDs = append(w.GIDs, gid)
		}
	}
	real := f.at(w.Path)
	for {
		resolved, err := filepath.EvalSymlinks(real)
		if err == nil {
			real = resolved
			break
		}
		parent := filepath.Dir(real)
		if !errors.Is(err, fs.ErrNotExist) || parent == real {
			return err
		}
		real = parent
	}
	root := filepath.Clean(f.root)
	for {
		info, err := os.Stat(real)
		if err != nil {
			return err
		}
		d := Dir{Path: "/" + strings.TrimPrefix(strings.TrimPrefix(real, root), "/"), Mode: uint32(info.Mode().Perm())}
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			d.UID, d.GID = int(st.Uid), int(st.Gid)
		}
		if f.from.ACL != nil {
			d.ACL = f.from.ACL(real)
		}
		w.Dirs = append([]Dir{d}, w.Dirs...)
		parent := filepath.Dir(real)
		if real == root || parent == real {
			return nil
		}
		real = parent
	}
}

// denialLogs are where refusals of AppArmor and SELinux go, where no journal keeps
// them to itself.
var denialLogs = []string{"var/log/audit/audit.log", "var/log/kern.log", "var/log/syslog", "var/log/messages"}

// denials are the last refusals that name something of clawarium's. Others' are not
// our business, and every system has some.
func (f *looking) denials(s *Situation) error {
	found := []string{}
	readable := false
	for _, path := range denialLogs {
		log, err := os.Open(f.at(path))
		if err != nil {
			continue
		}
		log.Close()
		readable = true
		for line := range strings.Lines(tailOf(f.at(path))) {
			if !strings.Contains(line, `apparmor="DENIED"`) && !strings.Contains(line, "avc:  denied") || !strings.Contains(line, "clawarium") {
				continue
			}
			found = append(found, "/"+path+": "+printable(strings.TrimSpace(line)))
		}
	}
	if !readable {
		return fs.ErrPermission
	}
	s.Denials.Value = found[max(0, len(found)-3):]
	return nil
}

func (f *looking) network(s *Situation) error {
	n := &s.Network.Value
	*n = Network{
		Docker: f.running["dockerd"], Firewalld: f.running["firewalld"],
		Zone: f.there("usr/lib/firewalld/zones/libvirt.xml") || f.there("etc/firewalld/zones/libvirt.xml"),
	}
	cards, err := net.Interfaces()
	if err != nil {
		return err
	}
	for _, card := range cards {
		n.Docker = n.Docker || card.Name == "docker0"
		addresses, _ := card.Addrs()
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				n.take(p, card.Name)
			}
		}
	}
	for line := range strings.Lines(read(filepath.Join(f.proc, "net/route"))) {
		e := strings.Fields(line)
		if len(e) < 8 {
			continue
		}
		to, err1 := strconv.ParseUint(e[1], 16, 32)
		mask, err2 := strconv.ParseUint(e[7], 16, 32)
		if err1 != nil || err2 != nil || mask == 0 { // the default route occupies nothing
			continue
		}
		bits := 0
		for m := mask; m > 0; m &= m - 1 {
			bits++
		}
		// In the host's byte order, little-endian on both architectures of ours.
		n.take(netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(to), byte(to >> 8), byte(to >> 16), byte(to >> 24)}), bits), e[0])
	}
	for _, table := range []string{"net/tcp", "net/tcp6"} {
		for line := range strings.Lines(read(filepath.Join(f.proc, table))) {
			e := strings.Fields(line)
			if len(e) < 4 || e[3] != "0A" { // TCP_LISTEN
				continue
			}
			address, port, ok := strings.Cut(e[1], ":")
			number, err := strconv.ParseUint(port, 16, 16)
			if !ok || err != nil || strings.Trim(address, "0") != "" && address != "0100007F" {
				continue
			}
			if !slices.Contains(n.Listening, int(number)) {
				n.Listening = append(n.Listening, int(number))
			}
		}
	}
	return nil
}

// take notes what an interface has, once.
func (n *Network) take(p netip.Prefix, by string) {
	r := Range{p.Masked().String(), by}
	if !p.Addr().Is4() || p.Addr().IsLoopback() || len(n.Taken) >= 500 {
		return
	}
	for i := range n.Taken {
		if n.Taken[i] == r {
			return
		}
	}
	n.Taken = append(n.Taken, r)
}

// proofs are files that something writes often, and never ahead of its time.
var proofs = []string{
	"var/lib/systemd/timesync/clock", "var/lib/dpkg/status", "usr/lib/sysimage/rpm/rpmdb.sqlite",
	"var/lib/pacman/local", "etc/ld.so.cache", "var/log/wtmp",
}

func (f *looking) clock(s *Situation) error {
	c := &s.Clock.Value
	c.Now = time.Now().UTC().Truncate(time.Second)
	for _, path := range proofs {
		if info, err := os.Stat(f.at(path)); err == nil && info.ModTime().After(c.Floor) {
			c.Floor, c.By = info.ModTime().UTC().Truncate(time.Second), "/"+path
		}
	}
	return nil
}
