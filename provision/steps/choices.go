package steps

// What cannot be in a plan because it is found out on the spot: made once,
// journaled before anything else changes, and kept for the machine's life.

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/google/renameio/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/virt"
)

// Choices are the facts of one machine that were decided when it was begun.
type Choices struct {
	URI           string `json:"uri"`
	System        bool   `json:"system"` // qemu:///system, else session
	ConnectionWhy string `json:"connectionWhy"`
	Arch          string `json:"arch"` // amd64 or arm64
	KVM           bool   `json:"kvm"`
	KVMWhy        string `json:"kvmWhy"`
	SlowClock     bool   `json:"slowClock"`
	// Slowness is host.Speed's, when the machine was begun; 0 in older machines.
	Slowness    float64 `json:"slowness,omitempty"`
	UUID        string  `json:"uuid"`
	NetworkUUID string  `json:"networkUUID,omitempty"`
	FilterUUID  string  `json:"filterUUID,omitempty"`
	MAC         string  `json:"mac"`
	HostIP      string  `json:"hostIP,omitempty"`
	GuestIP     string  `json:"guestIP"`
	Prefix      int     `json:"prefix"`
	SSHPort     int     `json:"sshPort,omitempty"`
	PoolPath    string  `json:"poolPath"`
}

// The user-mode network of QEMU: the guest's own address there is fixed.
const (
	userModeGuestIP = "10.0.2.15"
	userModePrefix  = 24
)

// Patience scales a time that was measured with KVM to this machine: under
// emulation a guest is some 8 times slower, and with the slow clock 5 times
// slower again for whatever one virtual processor does. A slower computer is given
// more; a faster one no less, since it may be busy.
func (c Choices) Patience(d time.Duration) time.Duration {
	if c.Slowness > 1 {
		d = time.Duration(float64(d) * c.Slowness)
	}
	switch {
	case c.SlowClock:
		return 30 * d
	case !c.KVM:
		return 10 * d
	}
	return d
}

// SSHAddress is where the guest's SSH answers, seen from the host.
func (c Choices) SSHAddress() string {
	if c.System {
		return net.JoinHostPort(c.GuestIP, "22")
	}
	return fmt.Sprintf("127.0.0.1:%d", c.SSHPort)
}

const choicesFile = "choices.json"

// readChoices returns nil when none were stored.
func readChoices(dir string) (*Choices, error) {
	data, err := os.ReadFile(filepath.Join(dir, choicesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var c Choices
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, choicesFile), err)
	}
	return &c, nil
}

// choose decides everything that the plan leaves open. It changes nothing.
func (e *Env) choose(ctx context.Context, say func(string)) (*Choices, error) {
	t := e.text()
	c := &Choices{Arch: runtime.GOARCH}
	var err error
	c.URI, c.ConnectionWhy, err = virt.Choose(ctx, e.Plan.Connection)
	if err != nil {
		return nil, err
	}
	c.System = c.URI == virt.SystemURI
	e.choices = c
	conn, err := e.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if err := e.refuseForeign(ctx, conn); err != nil {
		return nil, err
	}

	switch e.Plan.Machine.Acceleration {
	case "emulation":
		c.KVMWhy = t.EmulationAsked
	default:
		probed := e.probe(ctx, say)
		c.KVM, c.KVMWhy = probed.OK, probed.Why
		if !c.KVM && e.Plan.Machine.Acceleration == "kvm" {
			return nil, fault(t.KVMAsked, t.KVMAskedHint, errors.New(c.KVMWhy))
		}
	}
	switch e.Plan.Machine.Clock {
	case "slow":
		c.SlowClock = !c.KVM
	case "auto":
		c.SlowClock = !c.KVM
	}

	c.Slowness = e.speed().Slowness
	c.UUID, c.MAC = newUUID(), newMAC()
	if c.System {
		c.NetworkUUID, c.FilterUUID = newUUID(), newUUID()
		c.PoolPath = virt.SystemPoolPath
		if err := e.chooseSubnet(ctx, conn, c); err != nil {
			return nil, err
		}
		return c, nil
	}
	c.PoolPath = sessionPool()
	c.GuestIP, c.Prefix = userModeGuestIP, userModePrefix
	c.SSHPort = e.Plan.Network.SSHPort
	if c.SSHPort == 0 {
		if c.SSHPort, err = freePort(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// chooseSubnet takes the plan's network or finds one that nothing here uses.
func (e *Env) chooseSubnet(ctx context.Context, conn *virt.Conn, c *Choices) error {
	var subnet netip.Prefix
	var err error
	if s := e.Plan.Network.Subnet; s != "" && s != "auto" {
		subnet, err = netip.ParsePrefix(s)
	} else {
		var routes []netip.Prefix
		if routes, err = virt.HostRoutes(); err == nil {
			subnet, err = conn.FreeSubnet(ctx, routes)
		}
	}
	if err != nil {
		return err
	}
	hostIP := subnet.Masked().Addr().Next()
	c.HostIP, c.GuestIP, c.Prefix = hostIP.String(), hostIP.Next().String(), subnet.Bits()
	return nil
}

// freePort asks the kernel for a port on loopback that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// newUUID makes a random UUID, RFC 9562 version 4.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// newMAC makes a random address in the range that QEMU and KVM use, 52:54:00.
func newMAC() string {
	var b [3]byte
	rand.Read(b[:])
	return fmt.Sprintf("52:54:00:%02x:%02x:%02x", b[0], b[1], b[2])
}

// refuseForeign stops before the first change when a name that we need is taken
// by something that is not ours. All that is in the way is told at once.
func (e *Env) refuseForeign(ctx context.Context, conn *virt.Conn) error {
	t, name := e.text(), e.Plan.Name
	var found []error
	taken := func(kind, name string) {
		found = append(found, &text.Fault{
			What: fmt.Sprintf(t.NameTaken, kind, name), Hint: t.NameTakenHint, Err: virt.ErrForeign,
		})
	}
	if d, err := conn.Domain(ctx, name); err != nil {
		return err
	} else if d != nil {
		taken(t.DryRunDomain, d.Name)
	}
	if !conn.System() {
		return errors.Join(found...)
	}
	if n, err := conn.Network(ctx, name); err != nil {
		return err
	} else if n != nil {
		taken(t.DryRunNetwork, n.Name)
	}
	if f, err := conn.Filter(ctx, name); err != nil {
		return err
	} else if f != nil {
		taken(t.DryRunFilter, f.Name)
	}
	return errors.Join(found...)
}

// writeFile replaces a file of the machine's directory whole, or not at all.
func writeFile(path string, data []byte) error {
	if err := renameio.WriteFile(path, data, 0o600, renameio.IgnoreUmask()); err != nil {
		return err
	}
	return giveBack(path)
}

// giveBack gives a file that root wrote to the owner of its directory: who runs
// one check by sudo must be able to run the next without.
func giveBack(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	return os.Lchown(path, int(owner.Uid), int(owner.Gid))
}
