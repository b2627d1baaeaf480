package preflight

import (
	"reflect"
	"slices"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// A new login takes all the groups that were joined before it, so what needs one is
// found in one look and joined by one fix.
func TestOneNewLoginServesBothGroups(t *testing.T) {
	outside := func(s *Situation) { // of libvirt's group
		libvirtSays(s, LibvirtDenied)
		s.Libvirt.Value.Sockets[0] = Socket{"libvirt-sock", "660", "libvirt", "denied"}
		s.Me.Value.Member, s.Me.Value.Effective = []string{"me"}, []string{"me"}
	}
	rootsAlone := func(s *Situation) { // as without udev
		s.KVM = had(Device{Path: "/dev/kvm", Mode: "600", Owner: "root", Group: "root"})
		s.Probe.Value.OK = false
	}
	groupsAlone := func(s *Situation) { s.KVM.Value.Opens, s.Probe.Value.OK = false, false }
	const (
		libvirt, kvm       = "usermod -aG libvirt me", "usermod -aG kvm me"
		notLibvirt, notKVM = "gpasswd -d me libvirt", "gpasswd -d me kvm"
	)
	for title, c := range map[string]struct {
		change func(*Situation)
		finds  []string
		fixes  map[string][]string // by ID: what is run, and then what takes it back
	}{
		"in neither, without udev": {func(s *Situation) { outside(s); rootsAlone(s) }, []string{"libvirt-group", "kvm-device", "kvm-group"},
			map[string][]string{FixLibvirt: {libvirt, kvm, notLibvirt, notKVM}, FixDevice: nil}},
		"in neither, with udev": {func(s *Situation) { outside(s); groupsAlone(s) }, []string{"libvirt-group", "kvm-group"},
			map[string][]string{FixLibvirt: {libvirt, kvm, notLibvirt, notKVM}}},
		"both joined since this login, without udev": {func(s *Situation) {
			outside(s)
			rootsAlone(s)
			s.Me.Value.Member = []string{"me", "libvirt", "kvm"}
		}, []string{"libvirt-login", "kvm-device", "kvm-login"}, map[string][]string{FixDevice: nil}},
		"libvirt's joined since this login, without udev": {func(s *Situation) {
			outside(s)
			rootsAlone(s)
			s.Me.Value.Member = []string{"me", "libvirt"}
		}, []string{"libvirt-login", "kvm-device", "kvm-group"}, map[string][]string{FixKVM: {kvm, notKVM}, FixDevice: nil}},
		"in libvirt's, without udev": {func(s *Situation) {
			rootsAlone(s)
			s.Me.Value.Member, s.Me.Value.Effective = []string{"libvirt"}, []string{"libvirt"}
		}, []string{"kvm-device", "kvm-group"}, map[string][]string{FixKVM: {kvm, notKVM}, FixDevice: nil}},
		"in neither, where polkit looks groups up at once": {func(s *Situation) {
			outside(s)
			groupsAlone(s)
			s.Libvirt.Value.Sockets[0] = Socket{"libvirt-sock", "666", "root", "yes"}
		}, []string{"libvirt-group", "kvm-group"}, map[string][]string{FixLibvirt: {libvirt, notLibvirt}, FixKVM: {kvm, notKVM}}},
		"root, without udev": {func(s *Situation) {
			rootsAlone(s)
			s.Me.Value = Account{UID: 0, Name: "root", Member: []string{"root"}, Effective: []string{"root"}}
		}, []string{"kvm-device"}, map[string][]string{FixDevice: nil}},
		"no sudo": {func(s *Situation) {
			outside(s)
			rootsAlone(s)
			s.Programs.Value["sudo"] = ""
		}, []string{"libvirt-group", "kvm-device", "kvm-group"}, map[string][]string{}},
	} {
		s, p := healthy(), ofPlan()
		c.change(&s)
		all := Judge(p, s)
		if got := others(all); !slices.Equal(got, c.finds) {
			t.Errorf("%s: %v", title, got)
		}
		fixes := map[string][]string{}
		for _, found := range all {
			f := found.Fix
			if f == nil {
				continue
			}
			fixes[f.ID] = nil
			if f.ID == FixDevice {
				continue
			}
			var lines []string
			for _, command := range slices.Concat(f.Do, f.Undo) {
				lines = append(lines, command.Line())
			}
			fixes[f.ID] = lines
			if both := len(lines) > 2; (f.Title == text.T().Preflight.JoinBoth) != both || f.After != AfterLogin && title != "in neither, where polkit looks groups up at once" {
				t.Errorf("%s: %+v", title, f)
			}
			if len(found.Commands) != 1 {
				t.Errorf("%s: %s is about one group, and says %v", title, found.ID, found.Commands)
			}
		}
		if !reflect.DeepEqual(fixes, c.fixes) {
			t.Errorf("%s: %v", title, fixes)
		}
		p.Machine.Acceleration = plan.KVM
		for _, found := range Judge(p, s) {
			if found.Status == checks.NotMet && !found.Stops {
				t.Errorf("%s: the plan asks for KVM, and %s stops nothing", title, found.ID)
			}
		}
	}
}
