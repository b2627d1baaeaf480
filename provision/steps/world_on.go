//go:build world

package steps

// The tests' world. A build with the tag world, which is never published, has its
// warden see what CLAWARIUM_WORLD names a file about: a program of the test's dials and
// resolves for it, inside a network namespace, and hands over the connections. So the
// whole of the rest is what it is in earnest.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/warden"
)

// testWorld is that file.
type testWorld struct {
	Dialer string         `json:"dialer"` // path of the socket of the test's program
	Counts []netip.Prefix `json:"public"` // what counts as public there, besides what does

	// What there is for drills to aim at.
	Addresses                  []netip.Addr `json:"own"` // of this host
	Router                     netip.Addr   `json:"router"`
	Neighbours                 []netip.Addr `json:"neighbours"`
	Machines                   []netip.Addr `json:"machines"`
	Resolvers                  []netip.Addr `json:"resolvers"`
	Hosts                      []netip.Addr `json:"hosts"` // public ones
	Allowed                    string       `json:"allowed"`
	ToPrivate, Changing, Mixed string
}

func readTestWorld() (w testWorld, there bool, err error) {
	path := os.Getenv("CLAWARIUM_WORLD")
	if path == "" {
		return w, false, nil
	}
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &w)
	}
	return w, true, err
}

// errElsewhere: the test's world knows nothing of it, so the real one is asked.
var errElsewhere = errors.New("elsewhere")

func outside() warden.World {
	w, there, err := readTestWorld()
	if err != nil {
		panic(err) // a test that is wrong
	}
	if !there {
		return warden.Internet()
	}
	return w
}

func worldGround(g *checks.Ground) error {
	w, there, err := readTestWorld()
	if !there || err != nil {
		return err
	}
	// In place of what there is around the computer that the test runs on.
	g.Own, g.Router, g.Name = w.Addresses, w.Router, ""
	g.Neighbours, g.Machines, g.Public, g.Resolvers = w.Neighbours, w.Machines, w.Hosts, w.Resolvers
	if g.Level != warden.LevelOffline {
		if g.Allowed = (checks.EgressRule{}); w.Allowed != "" {
			g.Allowed = checks.EgressRule{Host: w.Allowed, Ports: []int{443}, For: "owner"}
		}
		g.ToPrivate, g.Changing, g.Mixed = w.ToPrivate, w.Changing, w.Mixed
	}
	return nil
}

// ask has the test's program do something and returns its answer, with a connection
// where it made one.
func (w testWorld) ask(ctx context.Context, what string) (string, net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", w.Dialer)
	if err != nil {
		return "", nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	line := conn.(*net.UnixConn)
	if _, err := line.Write([]byte(what + "\n")); err != nil {
		return "", nil, err
	}
	data, rights := make([]byte, 4096), make([]byte, 64)
	n, rn, _, _, err := line.ReadMsgUnix(data, rights)
	if err != nil {
		return "", nil, err
	}
	if string(data[:n]) == "elsewhere" {
		return "", nil, errElsewhere
	}
	answer, ok := strings.CutPrefix(string(data[:n]), "ok ")
	if !ok {
		return "", nil, fmt.Errorf("%s: %s", what, data[:n])
	}
	messages, err := syscall.ParseSocketControlMessage(rights[:rn])
	if err != nil || len(messages) == 0 {
		return answer, nil, err
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return answer, nil, fmt.Errorf("%s: %d connections, %w", what, len(fds), err)
	}
	file := os.NewFile(uintptr(fds[0]), what)
	defer file.Close()
	made, err := net.FileConn(file)
	return answer, made, err
}

func (w testWorld) Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	answer, _, err := w.ask(ctx, "lookup "+host)
	if errors.Is(err, errElsewhere) {
		return warden.Internet().Lookup(ctx, host)
	}
	if err != nil {
		return nil, err
	}
	var all []netip.Addr
	for word := range strings.FieldsSeq(answer) {
		a, err := netip.ParseAddr(word)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

func (w testWorld) Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	_, conn, err := w.ask(ctx, "dial "+to.String())
	if errors.Is(err, errElsewhere) {
		return warden.Internet().Dial(ctx, to)
	}
	if err == nil && conn == nil {
		err = fmt.Errorf("dial %s: no connection", to)
	}
	return conn, err
}

// Own: the test's networks are on this very computer, which is to be no neighbour of
// what counts as public.
func (w testWorld) Own() ([]netip.Prefix, error) {
	own, err := warden.Internet().Own()
	for i, p := range own {
		if slices.ContainsFunc(w.Counts, p.Overlaps) {
			own[i] = netip.PrefixFrom(p.Addr(), p.Addr().BitLen())
		}
	}
	for _, a := range w.Addresses {
		own = append(own, netip.PrefixFrom(a, a.BitLen()))
	}
	return own, err
}

// Near: nor is it one by its routes.
func (w testWorld) Near() ([]netip.Prefix, error) {
	near, err := warden.Internet().Near()
	return slices.DeleteFunc(near, func(p netip.Prefix) bool { return slices.ContainsFunc(w.Counts, p.Overlaps) }), err
}

func (w testWorld) Public(a netip.Addr) bool {
	for _, p := range w.Counts {
		if p.Contains(a) {
			return true
		}
	}
	return warden.Internet().Public(a)
}
