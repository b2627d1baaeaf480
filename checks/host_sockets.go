package checks

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// Ports of this host that lead to the machine: those of its own process, of the
// network's helper, of clawarium, and of whatever program holds a connection to
// the machine and could pass others on.

// Sockets are the open ports of this host.
type Sockets struct {
	Seen    int      `json:"seen"`    // sockets in all
	Unowned int      `json:"unowned"` // open ports whose process could not be seen
	Ours    []Socket `json:"ours"`    // those that lead to the machine
}

// Socket is an open port and the process that holds it.
type Socket struct {
	Listener
	Why string `json:"why"` // what makes it one of ours
}

// Why a socket is one of ours; text has a word for each.
const (
	SocketMachine = "machine" // QEMU's
	SocketNetwork = "network" // of dnsmasq on the machine's network
	SocketOurs    = "clawarium"
	SocketTunnel  = "tunnel" // of a process that is connected to the machine
)

const (
	maxSocketLines = 200_000 // a busy server has thousands
	maxSockets     = 100
)

// row is one line of /proc/net/tcp and its kin.
type row struct {
	protocol      string
	local, remote netip.AddrPort
	state         string
	inode         string
}

// States of the kernel's tables, in hexadecimal.
const (
	tcpEstablished = "01"
	tcpListen      = "0A"
)

func (r row) open() bool {
	if strings.HasPrefix(r.protocol, "tcp") {
		return r.state == tcpListen
	}
	return r.remote.Port() == 0 // a UDP socket that takes datagrams from anyone
}

func findSockets(proc string, s Subject) (Sockets, error) {
	found := Sockets{Ours: []Socket{}}
	var rows []row
	for _, protocol := range []string{"tcp", "tcp6", "udp", "udp6"} {
		data, err := os.ReadFile(filepath.Join(proc, "net", protocol))
		if os.IsNotExist(err) && strings.HasSuffix(protocol, "6") {
			continue // a kernel without IPv6
		}
		if err != nil {
			return Sockets{}, err
		}
		for line := range strings.Lines(string(data)) {
			if r, ok := parseRow(protocol, line); ok && len(rows) < maxSocketLines {
				rows = append(rows, r)
			}
		}
	}
	found.Seen = len(rows)

	why := map[int]string{}  // by process
	name := map[int]string{} // its program
	if q, err := findQemu(proc, s); err == nil {
		why[q.PID] = SocketMachine
	}
	network := "/" + layout.Network(s.Machine) + ".conf"
	err := eachProcess(proc, func(pid int, args []string) {
		name[pid] = filepath.Base(args[0])
		switch {
		case name[pid] == "dnsmasq" && slices.ContainsFunc(args, func(a string) bool { return strings.HasSuffix(a, network) }):
			why[pid] = SocketNetwork
		case name[pid] == "clawarium":
			why[pid] = SocketOurs
		}
	})
	if err != nil {
		return Sockets{}, err
	}

	owners := socketOwners(proc)
	for _, r := range rows {
		if r.state == tcpEstablished && leadsIn(r.remote, s) {
			for _, pid := range owners[r.inode] {
				if why[pid] == "" {
					why[pid] = SocketTunnel
				}
			}
		}
	}
	for _, r := range rows {
		if !r.open() {
			continue
		}
		pids := owners[r.inode]
		if len(pids) == 0 {
			found.Unowned++
		}
		for _, pid := range pids {
			if why[pid] != "" && len(found.Ours) < maxSockets {
				found.Ours = append(found.Ours, Socket{Why: why[pid], Listener: Listener{
					Protocol: r.protocol, Address: r.local.Addr().String(), Port: int(r.local.Port()), Process: clean(name[pid], 60), PID: pid}})
			}
		}
	}
	return found, nil
}

// leadsIn says whether a connection to that address reaches into the machine.
func leadsIn(to netip.AddrPort, s Subject) bool {
	if s.System {
		guest, err := netip.ParseAddr(s.GuestIP)
		return err == nil && to.Addr().Unmap() == guest
	}
	return s.SSHPort != 0 && int(to.Port()) == s.SSHPort && to.Addr().Unmap().IsLoopback()
}

// parseRow reads one line of a table: number, local and remote address, state,
// and in the tenth place the inode.
func parseRow(protocol, line string) (row, bool) {
	f := strings.Fields(line)
	if len(f) < 10 || !strings.HasSuffix(f[0], ":") {
		return row{}, false
	}
	local, ok1 := parseKernelAddress(f[1])
	remote, ok2 := parseKernelAddress(f[2])
	return row{protocol, local, remote, f[3], f[9]}, ok1 && ok2
}

// parseKernelAddress reads "0100007F:1F90": words of 32 bits in the host's byte
// order, which is little-endian on both architectures of ours, and a port.
func parseKernelAddress(s string) (netip.AddrPort, bool) {
	address, port, ok := strings.Cut(s, ":")
	raw, err := hex.DecodeString(address)
	n, portErr := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil || portErr != nil || len(raw) != 4 && len(raw) != 16 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(raw); i += 4 {
		binary.BigEndian.PutUint32(raw[i:], binary.LittleEndian.Uint32(raw[i:]))
	}
	a, ok := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(a, uint16(n)), ok
}

// socketOwners maps the inode of each socket to the processes that hold it. Those
// of other people are seen by root alone.
func socketOwners(proc string) map[string][]int {
	owners := map[string][]int{}
	entries, err := os.ReadDir(proc)
	if err != nil {
		return owners
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		dir := filepath.Join(proc, entry.Name(), "fd")
		fds, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, fd := range fds {
			target, err := os.Readlink(filepath.Join(dir, fd.Name()))
			if err != nil {
				continue
			}
			if inode, ok := strings.CutPrefix(target, "socket:["); ok {
				inode = strings.TrimSuffix(inode, "]")
				if !slices.Contains(owners[inode], pid) {
					owners[inode] = append(owners[inode], pid)
				}
			}
		}
	}
	return owners
}

// QemuSockets are the sockets of IP that the machine's process has, by inode, but for
// its forward: protocol, and where to. Root and the process's own account can look.
func QemuSockets(proc string, s Subject) (map[string]string, error) {
	q, err := findQemu(proc, s.complete())
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(proc, strconv.Itoa(q.PID))
	fds, err := os.ReadDir(filepath.Join(dir, "fd"))
	if err != nil {
		return nil, err
	}
	held := map[string]bool{}
	for _, fd := range fds {
		if target, err := os.Readlink(filepath.Join(dir, "fd", fd.Name())); err == nil {
			if inode, ok := strings.CutPrefix(target, "socket:["); ok {
				held[strings.TrimSuffix(inode, "]")] = true
			}
		}
	}
	found := map[string]string{}
	for _, protocol := range []string{"tcp", "tcp6", "udp", "udp6", "icmp", "icmp6", "raw", "raw6"} {
		// Of the process's own network, which a session's shares with everybody.
		data, err := os.ReadFile(filepath.Join(dir, "net", protocol))
		if err != nil {
			continue // a kernel without it
		}
		for line := range strings.Lines(string(data)) {
			r, ok := parseRow(protocol, line)
			if ok && held[r.inode] && int(r.local.Port()) != s.SSHPort {
				found[r.inode] = protocol + " " + r.remote.String()
			}
		}
	}
	return found, nil
}
