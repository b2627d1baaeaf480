package checks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/clawarium/clawarium/assets/text"
)

// What the host itself can be seen to do: the hypervisor's process, the ports
// that answer, the manifest of the code disk.

const (
	cmdlineLimit  = 128 << 10
	manifestLimit = 64 << 20 // 38,728 files at some 150 bytes each are 6 MB
)

// findQemu finds the process of our domain by the name and the UUID that libvirt
// passes on its command line. Both must match: a name alone can be another's.
func findQemu(proc string, s Subject) (QemuProcess, error) {
	t := &text.T().Checks
	if runtime.GOOS != "linux" && proc == "/proc" {
		return QemuProcess{}, errors.New(t.NoProc)
	}
	entries, err := os.ReadDir(proc)
	if err != nil {
		return QemuProcess{}, err
	}
	if s.UUID == "" {
		return QemuProcess{}, errors.New(t.NoUUID)
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		dir := filepath.Join(proc, entry.Name())
		data, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || len(data) == 0 || len(data) > cmdlineLimit {
			continue
		}
		args := strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
		if !isOurs(args, s) {
			continue
		}
		status, err := os.ReadFile(filepath.Join(dir, "status"))
		if err != nil {
			return QemuProcess{}, err
		}
		q := QemuProcess{PID: pid, Args: args, UIDs: statusInts(string(status), "Uid")}
		if label, err := os.ReadFile(filepath.Join(dir, "attr", "current")); err == nil {
			q.Confined = clean(strings.TrimRight(string(label), "\x00\n"), 120)
		}
		return q, nil
	}
	return QemuProcess{}, errors.New(t.NoProcess)
}

func isOurs(args []string, s Subject) bool {
	name, uuid := false, false
	for i := 1; i+1 < len(args); i++ {
		switch args[i] {
		case "-name":
			for part := range strings.SplitSeq(args[i+1], ",") {
				name = name || part == "guest="+s.Domain || part == s.Domain
			}
		case "-uuid":
			uuid = uuid || strings.EqualFold(args[i+1], s.UUID)
		}
	}
	return name && uuid
}

// statusInts reads the numbers of one line of /proc/PID/status.
func statusInts(status, key string) []int {
	for line := range strings.SplitSeq(status, "\n") {
		rest, ok := strings.CutPrefix(line, key+":")
		if !ok {
			continue
		}
		var all []int
		for _, field := range strings.Fields(rest) {
			if n, err := strconv.Atoi(field); err == nil {
				all = append(all, n)
			}
		}
		return all
	}
	return nil
}

// connections tries OpenClaw's ports from the host. In session mode the machine has
// no address to try; there the port of its forward is tried at the addresses of this
// host that others can reach.
func connections(ctx context.Context, s Subject, dial func(context.Context, string, string) (net.Conn, error)) map[string]Fact[string] {
	type door struct {
		name, ip string
		port     int
	}
	var doors []door
	if s.System {
		for _, port := range guestPorts {
			doors = append(doors, door{strconv.Itoa(port), s.GuestIP, port})
		}
	} else if s.SSHPort != 0 {
		for _, a := range ownAddresses() {
			doors = append(doors, door{netip.AddrPortFrom(a, uint16(s.SSHPort)).String(), a.String(), s.SSHPort})
		}
	} else {
		return nil
	}
	found := make(map[string]Fact[string], len(doors))
	var mu sync.Mutex
	var group sync.WaitGroup
	for _, d := range doors {
		group.Go(func() {
			f := connect(ctx, d.ip, d.port, dial)
			mu.Lock()
			defer mu.Unlock()
			found[d.name] = f
		})
	}
	group.Wait()
	return found
}

// maxOwn is how many addresses of this host are tried; one with containers has dozens.
const maxOwn = 24

// ownAddresses are those of this host that others can reach.
func ownAddresses() []netip.Addr {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var own []netip.Addr
	for _, a := range all {
		p, err := netip.ParsePrefix(a.String())
		if ip := p.Addr().Unmap(); err == nil && ip.IsGlobalUnicast() && len(own) < maxOwn {
			own = append(own, ip)
		}
	}
	return own
}

func connect(ctx context.Context, ip string, port int, dial func(context.Context, string, string) (net.Conn, error)) Fact[string] {
	if net.ParseIP(ip) == nil {
		return unseen[string](fmt.Errorf(text.T().Checks.NoAddress, ip))
	}
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, connectDeadline)
	defer cancel()
	conn, err := dial(ctx, "tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
	var timeout net.Error
	switch {
	case err == nil:
		conn.Close()
		return seen(Open)
	case errors.Is(err, syscall.ECONNREFUSED):
		return seen(Refused)
	case outer.Err() != nil: // we were stopped: not an answer of the guest's
		return unseen[string](outer.Err())
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return seen(TimedOut)
	}
	return unseen[string](err)
}

// readManifest reads what the manifest says about the whole code disk.
func readManifest(path string) Fact[Manifest] {
	if path == "" {
		return unseen[Manifest](errors.New(text.T().Checks.NoManifest))
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return seen(Manifest{Absent: true})
	}
	if err != nil {
		return unseen[Manifest](err)
	}
	if info.Size() > manifestLimit {
		return unseen[Manifest](fmt.Errorf(text.T().Checks.TooLarge, manifestLimit))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return unseen[Manifest](err)
	}
	var m struct {
		SHA256   string          `json:"sha256"`
		OpenClaw string          `json:"openclaw"`
		Node     string          `json:"node"`
		Packages json.RawMessage `json:"packages"` // a number or the list itself
	}
	if err := json.Unmarshal(data, &m); err != nil || m.SHA256 == "" {
		return unseen[Manifest](errors.New(text.T().Checks.Malformed))
	}
	out := Manifest{SHA256: m.SHA256, OpenClaw: m.OpenClaw, Node: m.Node}
	var list []json.RawMessage
	if json.Unmarshal(m.Packages, &out.Packages) != nil && json.Unmarshal(m.Packages, &list) == nil {
		out.Packages = len(list)
	}
	return seen(out)
}
