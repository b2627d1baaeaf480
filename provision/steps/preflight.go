package steps

// What package preflight wants to know of this computer and only libvirt, QEMU or the
// network can say. Nothing is changed by asking.

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/adrg/xdg"

	"github.com/clawarium/clawarium/assets/images"
	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/preflight"
	"github.com/clawarium/clawarium/provision/code"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/image"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/virt"
)

// Preflight looks whether this computer can make the machine. It needs no lock.
// machines are those that this account has. With quick, KVM is not tried.
func (e *Env) Preflight(ctx context.Context, machines []string, quick bool, say func(string)) (preflight.Situation, error) {
	t := &text.T().Preflight
	say(t.AskingLibvirt)
	conn := &asked{env: e}
	defer conn.close()
	from := preflight.Sources{
		Asked: e.asked(machines), Rooms: e.rooms(), ACL: host.ACL, HVF: host.HVF, Units: host.Units,
		Free:       func(path string) int64 { return int64(plan.HostFacts(path).FreeDisk) },
		Memory:     func() int64 { return int64(plan.HostFacts("/").Memory) },
		Libvirt:    conn.answers,
		KVMSupport: conn.kvmSupport,
	}
	from.Tools = func(ctx context.Context) []preflight.ToolTrouble { return e.tools(ctx, from.Asked) }
	if runtime.GOOS == "linux" && (e.choices == nil || e.choices.System) {
		from.Pool = virt.SystemPoolPath
	}
	if !quick && e.Plan.Machine.Acceleration != plan.Emulation {
		from.KVM = func(ctx context.Context) preflight.Probed {
			if e.choices != nil {
				return preflight.Probed{OK: e.choices.KVM, Why: e.choices.KVMWhy}
			}
			p := e.probe(ctx, func(string) { say(t.TryingKVM) })
			return preflight.Probed{OK: p.OK, Why: p.Why}
		}
	}
	from.Reach = e.reach(from.Asked)
	s := preflight.Look(ctx, from)
	return s, ctx.Err()
}

// asked is what the machine needs that its plan does not say.
func (e *Env) asked(machines []string) preflight.Asked {
	a := preflight.Asked{
		Begun: e.choices != nil || len(e.done()) > 0, Machines: machines,
		Firmware: virt.FirmwareCode(e.arch()), Emulator: virt.Emulator(e.arch()),
	}
	if e.choices != nil {
		a.URI = e.choices.URI
	}
	cachedImage, cachedCode := e.cached()
	done := e.done()
	a.NeedCode = cachedCode == 0 && !done[stepCode]
	if source := e.Plan.Image.Source; cachedImage == 0 && !done[stepImage] && source != image.File {
		a.NeedImage = source
	}
	return a
}

// rooms are the places that something is written to. Which libvirt it will be may be
// open still: then both pools are named, and the answer decides.
func (e *Env) rooms() []preflight.Room {
	estimate := e.Estimate()
	grow := int64(e.Plan.Machine.SystemDisk + e.Plan.Machine.DataDisk)
	pool := preflight.Room{Need: estimate.Write - estimate.Cache, Grow: grow}
	out := []preflight.Room{{Path: e.Dirs.Cache, Need: estimate.Cache}}
	add := func(path, of string) {
		r := pool
		r.Path, r.Of = path, of
		out = append(out, r)
	}
	switch {
	case e.choices != nil:
		add(e.choices.PoolPath, "")
	default:
		if runtime.GOOS == "linux" && e.Plan.Connection != plan.Session {
			add(virt.SystemPoolPath, plan.System)
		}
		if e.Plan.Connection != plan.System {
			add(sessionPool(), plan.Session)
		}
	}
	if estimate.Building {
		dir, bytes := image.Scratch()
		out = append(out, preflight.Room{Path: dir, Need: bytes})
	}
	return slices.DeleteFunc(out, func(r preflight.Room) bool { return r.Need+r.Grow == 0 })
}

func sessionPool() string { return filepath.Join(xdg.DataHome, "clawarium", "pool") }

// tools are the programs that put the disks together, where that is still to be done.
func (e *Env) tools(ctx context.Context, a preflight.Asked) []preflight.ToolTrouble {
	var out []preflight.ToolTrouble
	if a.NeedCode {
		out = append(out, troubles("code", code.Ready(ctx))...)
	}
	if a.NeedImage == image.Build || a.NeedImage == image.Auto {
		out = append(out, troubles("image", image.Buildable(e.arch()))...)
	}
	return out
}

// troubles makes one of each error that was joined.
func troubles(of string, err error) []preflight.ToolTrouble {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []preflight.ToolTrouble
		for _, one := range joined.Unwrap() {
			out = append(out, troubles(of, one)...)
		}
		return out
	}
	what := err.Error()
	if f, ok := err.(*text.Fault); ok && f.Err == exec.ErrNotFound { // which adds nothing
		what = f.What
	}
	return []preflight.ToolTrouble{{For: of, What: what, Hint: strings.Join(text.Hint(err), "\n")}}
}

// reach asks the servers that something will be fetched from, by their names alone.
func (e *Env) reach(a preflight.Asked) []func(context.Context) preflight.Reached {
	var servers, parts []string
	add := func(part, server string) { servers, parts = append(servers, server), append(parts, part) }
	if a.NeedCode {
		if _, request, err := e.codeRequest(); err == nil {
			add("code", request.Registry)
		}
	}
	// Where an image can be built, the publisher's is not needed.
	if a.NeedImage == image.Official || a.NeedImage == image.Auto && image.Buildable(e.arch()) != nil {
		if mirrors := e.Plan.Image.Mirrors; len(mirrors) > 0 {
			add("image", mirrors[0])
		} else {
			add("image", images.Official().Publisher)
		}
	}
	client, err := e.http()
	var out []func(context.Context) preflight.Reached
	for i, server := range servers {
		u, parseErr := url.Parse(server)
		if parseErr != nil || u.Host == "" {
			continue
		}
		out = append(out, func(ctx context.Context) (r preflight.Reached) {
			if err != nil { // the extra authority's file cannot be read
				r = preflight.Reached{Host: u.Host, Trouble: preflight.ReachConnect, Detail: err.Error()}
			} else {
				r = host.Reach(ctx, client, u.Scheme+"://"+u.Host+"/")
			}
			r.For = parts[i]
			return r
		})
	}
	return out
}

// asked is libvirt being asked, and the connection that it answered on.
type asked struct {
	env  *Env
	conn *virt.Conn
}

func (a *asked) close() {
	if a.conn != nil {
		a.conn.Close()
	}
}

// answers asks for the connection that will be used, and for what the machine needs of
// it.
func (a *asked) answers(ctx context.Context) (preflight.Answers, error) {
	e := a.env
	var out preflight.Answers
	if err := a.connect(ctx, &out); err != nil || out.URI == "" {
		return out, err
	}
	v, err := a.conn.Versions(ctx)
	if err == nil {
		out.Version, out.Hypervisor = v.Libvirt, v.Hypervisor
		out.Missing, err = a.conn.Missing(ctx)
	}
	if err != nil { // it answered, and does no more
		return preflight.Answers{Trouble: append(out.Trouble, libvirtTrouble(out.URI, err))}, ctx.Err()
	}
	support, err := a.conn.Supports(ctx, e.arch(), false)
	out.UEFI = support.UEFI || len(support.Loaders) > 0
	if !errors.Is(err, virt.ErrNoFirmware) { // that is said of the firmware itself
		out.Supports = troubles("machine", err)
	}
	begun := e.choices != nil || len(e.done()) > 0
	if !begun {
		out.Taken = troubles("name", e.refuseForeign(ctx, a.conn))
	}
	if a.conn.System() && len(out.Missing) == 0 {
		if !begun && (e.Plan.Network.Subnet == "" || e.Plan.Network.Subnet == plan.Auto) {
			out.Subnet, out.NoSubnet = a.subnet(ctx)
		}
		out.Default, _ = a.conn.DefaultNetwork(ctx)
	}
	if all, err := a.conn.Inventory(ctx); err == nil {
		out.Ours = e.strangers(all)
	}
	return out, ctx.Err()
}

// connect chooses as choose does, and says of each connection that cannot be used why.
func (a *asked) connect(ctx context.Context, out *preflight.Answers) (err error) {
	want := a.env.Plan.Connection
	if c := a.env.choices; c != nil {
		out.Why = c.ConnectionWhy
		if a.conn, err = virt.Open(ctx, c.URI); err == nil {
			out.URI = c.URI
			return nil
		}
		out.Trouble = []preflight.LibvirtTrouble{libvirtTrouble(c.URI, err)}
		return ctx.Err()
	}
	uri, why, err := virt.Choose(ctx, want)
	if err == nil {
		if a.conn, err = virt.Open(ctx, uri); err == nil {
			out.URI, out.Why = uri, why
		}
	}
	auto := want != plan.System && want != plan.Session && runtime.GOOS != "darwin"
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case auto && (err != nil || uri == virt.SessionURI):
		if _, _, systemErr := virt.Choose(ctx, plan.System); systemErr != nil {
			out.Trouble = append(out.Trouble, libvirtTrouble(virt.SystemURI, systemErr))
		}
		// Root has no session of its own.
		if err != nil && os.Geteuid() != 0 {
			if _, _, sessionErr := virt.Choose(ctx, plan.Session); sessionErr != nil {
				out.Trouble = append(out.Trouble, libvirtTrouble(virt.SessionURI, sessionErr))
			}
		}
	case err != nil:
		out.Trouble = append(out.Trouble, libvirtTrouble(uri, err))
	}
	return ctx.Err()
}

// libvirtTrouble sorts an error by its kind.
func libvirtTrouble(uri string, err error) preflight.LibvirtTrouble {
	out := preflight.LibvirtTrouble{URI: uri, Kind: preflight.LibvirtOther, What: oneLineOf(err), Hint: strings.Join(text.Hint(err), "\n")}
	for _, k := range []struct {
		is   error
		kind string
	}{
		{virt.ErrAbsent, preflight.LibvirtAbsent}, {virt.ErrDown, preflight.LibvirtDown}, {virt.ErrDenied, preflight.LibvirtDenied},
		{virt.ErrTimeout, preflight.LibvirtTimeout}, {virt.ErrTooOld, preflight.LibvirtOld},
	} {
		if errors.Is(err, k.is) {
			out.Kind = k.kind
			break
		}
	}
	return out
}

// kvmSupport asks whether libvirt can use KVM too, once it is known to work.
func (a *asked) kvmSupport(ctx context.Context) []preflight.ToolTrouble {
	if a.conn == nil {
		return nil
	}
	_, err := a.conn.Supports(ctx, a.env.arch(), true)
	return troubles("machine", err)
}

func (a *asked) subnet(ctx context.Context) (free, why string) {
	routes, err := virt.HostRoutes()
	if err == nil {
		subnet, freeErr := a.conn.FreeSubnet(ctx, routes)
		if err = freeErr; err == nil {
			return subnet.String(), ""
		}
	}
	return "", oneLineOf(err)
}

// strangers are things of ours whose machine this account does not have. One that runs
// is another account's; data disks that were kept, and what machines share, are no
// strangers either.
func (e *Env) strangers(all virt.Inventory) []checks.Leftover {
	known := func(machine string) bool {
		if machine == e.Plan.Name && e.choices != nil || slices.ContainsFunc(all.Domains, func(d virt.Domain) bool {
			return d.Name == layout.Domain(machine) && d.ID != 0
		}) {
			return true
		}
		info, err := os.Stat(e.Dirs.Machine(machine))
		return err == nil && info.IsDir()
	}
	var out []checks.Leftover
	add := func(kind, name, prefix, suffix string) {
		machine, ok := strings.CutPrefix(name, prefix)
		if rest, cut := strings.CutSuffix(machine, suffix); ok && cut && !known(rest) {
			out = append(out, checks.Leftover{Kind: kind, Name: name})
		}
	}
	for _, d := range all.Domains {
		add(checks.LeftDomain, d.Name, layout.Domain(""), "")
	}
	for _, n := range all.Networks {
		add(checks.LeftNetwork, n.Name, layout.Network(""), "")
	}
	for _, f := range all.Filters {
		add(checks.LeftFilter, f.Name, layout.Filter(""), "")
	}
	for _, v := range all.Volumes {
		add(checks.LeftVolume, v.Name, "", layout.SystemDisk(""))
		add(checks.LeftVolume, v.Name, "", layout.Seed(""))
	}
	return out
}

// oneLineOf makes joined errors fit into a sentence.
func oneLineOf(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
