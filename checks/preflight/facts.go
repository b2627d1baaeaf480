package preflight

// Facts of the computer itself: system, account, processor, memory, programs.

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// files is the host's file system, or a tree that stands in for it.
type files struct{ root, proc string }

func (f files) at(path string) string { return filepath.Join(f.root, path) }

// real says whether this is the computer itself.
func (f files) real() bool { return filepath.Clean(f.root) == "/" }

func (f files) there(path string) bool {
	_, err := os.Stat(f.at(path))
	return err == nil
}

// fileLimit is the most that is read of a file; /etc/passwd of a large site fits.
const fileLimit = 4 << 20

// read is what a file holds, "" when it cannot be had. Whatever is not regular, or a
// file of the kernel's, could keep one waiting.
func read(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > fileLimit {
		return ""
	}
	data, err := os.ReadFile(path)
	if err != nil || len(data) > fileLimit {
		return ""
	}
	return string(data)
}

func (f *looking) distribution(s *Situation) error {
	d := &s.System.Value
	if f.goos == "darwin" {
		d.ID, d.Name = "macos", "macOS"
		return nil
	}
	*d = Distribution{
		Kernel:  strings.TrimSpace(read(filepath.Join(f.proc, "sys/kernel/osrelease"))),
		Systemd: f.there("run/systemd/system"), OSTree: f.there("run/ostree-booted"), EFI: f.there("sys/firmware/efi"),
	}
	release := read(f.at("etc/os-release"))
	if release == "" {
		release = read(f.at("usr/lib/os-release"))
	}
	for line := range strings.Lines(release) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		value = printable(strings.Trim(value, `"'`))
		switch key {
		case "ID":
			d.ID = value
		case "ID_LIKE":
			d.Like = strings.Fields(value)
		case "VERSION_ID":
			d.Version = value
		case "PRETTY_NAME":
			d.Name = value
		}
	}
	if d.ID == "" {
		return fs.ErrNotExist
	}
	return nil
}

// printable is what may be shown of a text that others wrote.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return s[:min(len(s), 200)]
}

// entries are the lines of a file like passwd(5), cut at colons.
func (f files) entries(path string, fields int) [][]string {
	var out [][]string
	for line := range strings.Lines(read(f.at(path))) {
		if e := strings.Split(strings.TrimSpace(line), ":"); len(e) >= fields {
			out = append(out, e)
		}
	}
	return out
}

func (f *looking) account(s *Situation) error {
	a := &s.Me.Value
	a.UID = os.Geteuid()
	own := ""
	for _, e := range f.entries("etc/passwd", 7) {
		if e[2] == strconv.Itoa(a.UID) {
			a.Name, own = e[0], e[3]
			break
		}
	}
	if a.Name == "" { // known to a directory service alone
		a.Name = os.Getenv("USER")
	}
	gids := []string{own}
	for line := range strings.Lines(read(filepath.Join(f.proc, "self/status"))) {
		if rest, ok := strings.CutPrefix(line, "Groups:"); ok {
			gids = append(gids, strings.Fields(rest)...)
		} else if rest, ok := strings.CutPrefix(line, "Gid:"); ok {
			gids = append(gids, strings.Fields(rest)...)
		}
	}
	for _, e := range f.entries("etc/group", 4) {
		if slices.Contains(gids, e[2]) && !slices.Contains(a.Effective, e[0]) {
			a.Effective = append(a.Effective, e[0])
		}
		if e[2] == own || slices.Contains(strings.Split(e[3], ","), a.Name) {
			a.Member = append(a.Member, e[0])
		}
	}
	return nil
}

// groupName is a group's name by its number.
func (f files) groupName(gid int) string { return f.nameOf("etc/group", gid) }

func (f files) nameOf(file string, id int) string {
	for _, e := range f.entries(file, 4) {
		if e[2] == strconv.Itoa(id) {
			return e[0]
		}
	}
	return strconv.Itoa(id)
}

func (f *looking) processor(s *Situation) (err error) {
	p := &s.CPU.Value
	if f.goos != "linux" {
		if f.from.HVF == nil {
			return errUnasked
		}
		p.Virtualises, err = f.from.HVF()
		return err
	}
	info := read(filepath.Join(f.proc, "cpuinfo"))
	if info == "" {
		return fs.ErrNotExist
	}
	has := func(flag string) bool {
		return strings.Contains(info, " "+flag+" ") || strings.Contains(info, " "+flag+"\n")
	}
	switch {
	case f.arch == "arm64":
		// Only the kernel knows; it says so by the device.
		p.Virtualises, p.Module, p.Loaded = f.there("dev/kvm"), "kvm", f.there("sys/module/kvm")
	case has("vmx") || strings.Contains(info, "GenuineIntel"):
		p.Virtualises, p.Module = has("vmx"), "kvm_intel"
	case has("svm") || strings.Contains(info, "AMD"):
		p.Virtualises, p.Module = has("svm"), "kvm_amd"
	}
	p.Loaded = p.Loaded || p.Module != "" && f.there("sys/module/"+p.Module)
	p.Guest = has("hypervisor")
	said := strings.ToLower(f.kernelLog())
	p.Firmware = strings.Contains(said, "disabled by bios") || strings.Contains(said, "disabled (by bios)")
	version := strings.ToLower(read(filepath.Join(f.proc, "version")))
	switch {
	case strings.Contains(version, "microsoft-standard"), strings.Contains(version, "wsl2"):
		p.WSL = 2
	case strings.Contains(version, "microsoft"):
		p.WSL = 1
	}
	return nil
}

// kernelLog is what the kernel said since the computer was started, as far as this
// account may read it.
func (f files) kernelLog() string {
	var said bytes.Buffer
	// Each read has one record, and one that waits for the next is woken again.
	if log, err := os.OpenFile(f.at("dev/kmsg"), os.O_RDONLY|syscall.O_NONBLOCK, 0); err == nil {
		defer log.Close()
		_ = log.SetReadDeadline(time.Now().Add(100 * time.Millisecond)) // a plain file ends by itself
		record := make([]byte, 8192)
		for said.Len() < fileLimit {
			n, err := log.Read(record)
			said.Write(record[:n])
			if errors.Is(err, syscall.EPIPE) {
				continue // a record was overwritten meanwhile
			}
			if err != nil {
				break
			}
		}
	}
	return said.String() + tailOf(f.at("var/log/dmesg"))
}

// tailOf is the last part of a log.
func tailOf(path string) string {
	const most = 1 << 20
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	log, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer log.Close()
	data := make([]byte, min(info.Size(), most))
	n, _ := log.ReadAt(data, info.Size()-int64(len(data)))
	return string(data[:n])
}

func (f *looking) kvm(s *Situation) error {
	d := &s.KVM.Value
	d.Path = "/dev/kvm"
	info, err := os.Stat(f.at(d.Path))
	if errors.Is(err, fs.ErrNotExist) {
		d.Absent = true
		return nil
	}
	if err != nil {
		return err
	}
	d.Mode = strconv.FormatUint(uint64(info.Mode().Perm()), 8)
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		d.Owner, d.Group = f.nameOf("etc/passwd", int(st.Uid)), f.groupName(int(st.Gid))
	}
	file, err := os.OpenFile(f.at(d.Path), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if d.Opens = err == nil; err != nil {
		d.Err = err.Error()
	} else {
		file.Close()
	}
	return nil
}

func (f *looking) memory(s *Situation) error {
	m := &s.Memory.Value
	for line := range strings.Lines(read(filepath.Join(f.proc, "meminfo"))) {
		name, rest, _ := strings.Cut(line, ":")
		kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
		switch name {
		case "MemTotal":
			m.Total = kib << 10
		case "MemAvailable":
			m.Free = kib << 10
		}
	}
	if m.Total == 0 && f.from.Memory != nil {
		m.Total = f.from.Memory()
	}
	if m.Total == 0 {
		return fs.ErrNotExist
	}
	return nil
}

// commonPrograms are looked for whatever the plan is.
var commonPrograms = []string{"qemu-img", "mksquashfs", "setfacl", "sudo", "brew"}

// programs finds programs on the path, and in the directories of administration that
// are not on every account's.
func (f *looking) programs(s *Situation) error {
	dirs := []string{"/usr/local/sbin", "/usr/sbin", "/sbin", "/opt/homebrew/bin", "/opt/homebrew/sbin", "/usr/libexec"}
	if f.real() {
		dirs = append(filepath.SplitList(os.Getenv("PATH")), dirs...)
	} else {
		dirs = append([]string{"/usr/local/bin", "/usr/bin", "/bin"}, dirs...)
	}
	found := map[string]string{}
	for _, name := range append(slices.Clone(commonPrograms), f.from.Asked.Emulator) {
		if name == "" {
			continue
		}
		found[name] = ""
		tries := []string{name}
		if strings.HasPrefix(name, "qemu-system-") {
			tries = append(tries, "qemu-kvm") // as Fedora calls the one for its own processor
		}
		for _, try := range tries {
			for _, dir := range dirs {
				info, err := os.Stat(f.at(filepath.Join(dir, try)))
				if err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 && found[name] == "" {
					found[name] = filepath.Join(dir, try)
				}
			}
		}
	}
	s.Programs.Value = found
	return nil
}

// programsThatRun by their names.
func (f files) programsThatRun() map[string]bool {
	dirs, _ := os.ReadDir(f.proc)
	names := map[string]bool{}
	for _, d := range dirs {
		if _, err := strconv.Atoi(d.Name()); err == nil {
			names[strings.TrimSpace(read(filepath.Join(f.proc, d.Name(), "comm")))] = true
		}
	}
	return names
}

// agents can ask for polkit's password, by the 15 characters of their names that the
// kernel keeps.
var agents = []string{
	"gnome-shell", "polkit-gnome-au", "polkit-kde-auth", "polkit-mate-aut", "mate-polkit", "lxpolkit", "lxqt-policykit-",
	"lxqt-policykit", "xfce-polkit", "cinnamon", "budgie-polkit-d", "ukui-polkit", "dde-polkit-agen", "cosmic-osd", "pkttyagent", "soteria", "hyprpolkitagent",
}

// libraries are the places of libvirt's client library.
var libraries = []string{
	"usr/lib/x86_64-linux-gnu/libvirt.so.0", "usr/lib/aarch64-linux-gnu/libvirt.so.0", "usr/lib64/libvirt.so.0",
	"usr/lib/libvirt.so.0", "usr/local/lib/libvirt.so.0", "opt/homebrew/lib/libvirt.dylib", "usr/local/lib/libvirt.dylib",
}

// socketNames are libvirt's: of the one daemon, or of the many.
var socketNames = []string{"libvirt-sock", "virtqemud-sock", "virtnetworkd-sock", "virtnwfilterd-sock", "virtstoraged-sock"}

func (f *looking) daemon(into *Situation) error {
	d, running := &into.Libvirt.Value, f.running
	d.Sockets = []Socket{}
	for _, path := range libraries {
		if d.Library == "" && f.there(path) {
			d.Library = "/" + path
		}
	}
	for _, dir := range []string{"usr/sbin", "usr/bin", "usr/local/sbin", "opt/homebrew/sbin"} {
		d.Single = d.Single || f.there(dir+"/libvirtd")
		d.Modular = d.Modular || f.there(dir+"/virtqemud")
	}
	d.Running = running["libvirtd"] || running["virtqemud"]
	d.Bus, d.Polkit = f.there("run/dbus/system_bus_socket"), running["polkitd"]
	d.Agent = slices.ContainsFunc(agents, func(name string) bool { return running[name] })
	for _, name := range socketNames {
		path := f.at("run/libvirt/" + name)
		info, err := os.Stat(path)
		if err != nil || info.Mode()&fs.ModeSocket == 0 {
			continue
		}
		s := Socket{Name: name, Mode: strconv.FormatUint(uint64(info.Mode().Perm()), 8), Connects: "refused"}
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			s.Group = f.groupName(int(st.Gid))
		}
		conn, err := net.DialTimeout("unix", path, 300*time.Millisecond)
		if err == nil {
			conn.Close()
			s.Connects = "yes"
		} else if errors.Is(err, fs.ErrPermission) {
			s.Connects = "denied"
		}
		d.Sockets = append(d.Sockets, s)
	}
	return nil
}
