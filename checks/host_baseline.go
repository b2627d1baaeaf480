package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// This computer's own protection. It is looked at and never changed.

// Baseline is what protects the host besides the kernel's answers to weaknesses
// of the processor.
type Baseline struct {
	OS          string `json:"os"` // its own name for itself
	Kernel      string `json:"kernel"`
	Libvirt     string `json:"libvirt,omitempty"` // version
	Qemu        string `json:"qemu,omitempty"`    // version
	Confinement string `json:"confinement"`       // apparmor, selinux, selinux-permissive or none
	Firewall    string `json:"firewall"`          // ufw, firewalld, rules, none or unknown
	Disks       []Disk `json:"disks"`
}

// Disk is the file system that something of the machine or its owner lies on.
type Disk struct {
	What      string `json:"what"` // home, pool or machine
	Mount     string `json:"mount"`
	Device    string `json:"device"`
	Encrypted string `json:"encrypted"` // yes, no or unknown
}

// Answers that text has words for.
const (
	Encrypted   = "yes"
	Unencrypted = "no"
	Unknown     = "unknown"
)

// Versioned says which versions run the machine. A Hypervisor may be one.
type Versioned interface {
	Versions(ctx context.Context) (libvirt, qemu string, err error)
}

// readVulnerabilities reads what the kernel says of the processor's weaknesses.
func readVulnerabilities(root string) (map[string]string, error) {
	dir := filepath.Join(root, "sys/devices/system/cpu/vulnerabilities")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, e := range entries {
		if said := word(filepath.Join(dir, e.Name())); said != "" && len(all) < 100 {
			all[clean(e.Name(), 40)] = said
		}
	}
	if len(all) == 0 {
		return nil, errors.New(text.T().Checks.Empty)
	}
	return all, nil
}

func readBaseline(ctx context.Context, from Sources) (Baseline, error) {
	b := Baseline{
		OS: osName(from.Root), Kernel: word(filepath.Join(from.Proc, "sys/kernel/osrelease")),
		Confinement: confinement(from.Root), Firewall: firewall(ctx, from), Disks: []Disk{},
	}
	if v, ok := from.Libvirt.(Versioned); ok {
		// Without them the rest is worth having.
		b.Libvirt, b.Qemu, _ = v.Versions(ctx)
	}
	mounts := readMounts(filepath.Join(from.Proc, "self/mountinfo"))
	home, _ := os.UserHomeDir()
	for _, at := range []struct{ what, path string }{{"home", home}, {"pool", from.Pool}, {"machine", from.Dir}} {
		m, ok := mountOf(mounts, at.path)
		if !ok || slices.ContainsFunc(b.Disks, func(d Disk) bool { return d.Mount == m.point }) {
			continue
		}
		b.Disks = append(b.Disks, Disk{at.what, clean(m.point, 200), clean(m.source, 200), m.encrypted(from.Root)})
	}
	return b, nil
}

func osName(root string) string {
	for _, file := range []string{"etc/os-release", "usr/lib/os-release"} {
		data, err := readSome(filepath.Join(root, file), 64<<10)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			if value, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
				return clean(strings.Trim(strings.TrimSpace(value), `"'`), 120)
			}
		}
	}
	return ""
}

func confinement(root string) string {
	switch {
	case word(filepath.Join(root, "sys/fs/selinux/enforce")) == "1":
		return "selinux"
	case word(filepath.Join(root, "sys/module/apparmor/parameters/enabled")) == "Y":
		return "apparmor"
	case word(filepath.Join(root, "sys/fs/selinux/enforce")) == "0":
		return "selinux-permissive"
	}
	return "none"
}

// firewall looks for something that turns away what comes to this host unasked.
func firewall(ctx context.Context, from Sources) string {
	if data, err := readSome(filepath.Join(from.Root, "etc/ufw/ufw.conf"), 64<<10); err == nil {
		for line := range strings.Lines(string(data)) {
			if strings.EqualFold(strings.TrimSpace(line), "ENABLED=yes") {
				return "ufw"
			}
		}
	}
	firewalld := false
	_ = eachProcess(from.Proc, func(_ int, args []string) {
		for _, a := range args[:min(len(args), 4)] {
			firewalld = firewalld || filepath.Base(a) == "firewalld"
		}
	})
	if firewalld {
		return "firewalld"
	}
	if from.Packets == nil {
		return Unknown
	}
	looked := false
	if data, err := from.Packets.List(ctx, NftList, rulesLimit); err == nil {
		looked = true
		var doc struct {
			Nftables []struct {
				Chain struct{ Hook, Policy string } `json:"chain"`
			} `json:"nftables"`
		}
		_ = json.Unmarshal(data, &doc) // what is no chain stays empty
		for _, o := range doc.Nftables {
			if o.Chain.Hook == "input" && o.Chain.Policy == "drop" {
				return "rules"
			}
		}
	}
	if data, err := from.Packets.List(ctx, IPv4Rules, rulesLimit); err == nil {
		looked = true
		if bytes.Contains(data, []byte("\n:INPUT DROP")) {
			return "rules"
		}
	}
	if !looked {
		return Unknown
	}
	return "none"
}

// mounted is one line of /proc/self/mountinfo.
type mounted struct {
	number string // major:minor
	point  string
	kind   string
	source string
}

func readMounts(file string) []mounted {
	data, err := os.ReadFile(file)
	if err != nil || len(data) > 4<<20 {
		return nil
	}
	var all []mounted
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	for line := range strings.Lines(string(data)) {
		before, after, ok := strings.Cut(line, " - ")
		f, g := strings.Fields(before), strings.Fields(after)
		if ok && len(f) >= 5 && len(g) >= 2 {
			all = append(all, mounted{f[2], unescape.Replace(f[4]), g[0], unescape.Replace(g[1])})
		}
	}
	return all
}

// mountOf is the mount that a path lies on: the longest, and of equals the last,
// which hides those before it.
func mountOf(mounts []mounted, path string) (best mounted, ok bool) {
	if path == "" {
		return best, false
	}
	for _, m := range mounts {
		inside := m.point == "/" || path == m.point || strings.HasPrefix(path, m.point+"/")
		if inside && len(m.point) >= len(best.point) {
			best, ok = m, true
		}
	}
	return best, ok
}

// encrypted says whether dm-crypt lies anywhere below the file system.
func (m mounted) encrypted(root string) string {
	if m.kind == "ecryptfs" || m.kind == "gocryptfs" {
		return Encrypted
	}
	block := filepath.Join(root, "sys/class/block")
	name := ""
	if link, err := os.Readlink(filepath.Join(root, "sys/dev/block", m.number)); err == nil {
		name = filepath.Base(link)
	} else if mapped, ok := strings.CutPrefix(m.source, "/dev/mapper/"); ok {
		// btrfs has numbers of its own that no device carries.
		found, _ := filepath.Glob(filepath.Join(block, "dm-*"))
		for _, dir := range found {
			if word(filepath.Join(dir, "dm/name")) == mapped {
				name = filepath.Base(dir)
			}
		}
	} else if plain, ok := strings.CutPrefix(m.source, "/dev/"); ok && !strings.Contains(plain, "/") {
		name = plain
	}
	if name == "" {
		return Unknown
	}
	return deviceEncrypted(block, name, 0)
}

func deviceEncrypted(block, name string, depth int) string {
	dir := filepath.Join(block, name)
	if _, err := os.Stat(dir); err != nil || depth > 8 {
		return Unknown
	}
	if strings.HasPrefix(word(filepath.Join(dir, "dm/uuid")), "CRYPT-") {
		return Encrypted
	}
	slaves, _ := os.ReadDir(filepath.Join(dir, "slaves"))
	if len(slaves) == 0 {
		if strings.HasPrefix(name, "loop") || strings.HasPrefix(name, "dm-") {
			return Unknown // what is below cannot be seen from here
		}
		return Unencrypted
	}
	result := Encrypted
	for _, s := range slaves {
		switch deviceEncrypted(block, s.Name(), depth+1) {
		case Unencrypted:
			return Unencrypted
		case Unknown:
			result = Unknown
		}
	}
	return result
}
