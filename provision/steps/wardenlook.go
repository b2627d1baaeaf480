package steps

// What the self-check is told of the way out: how the warden is, the policy that it
// reads, and what the plan asks for.

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/warden"
)

// wardenSource reads the warden's files for the checks.
type wardenSource struct{ env *Env }

func (w wardenSource) Warden(context.Context) (checks.Warden, error) {
	dir := w.env.dir
	s, running, err := warden.ReadStatus(dir)
	if err != nil {
		return checks.Warden{}, err
	}
	out := checks.Warden{Running: running}
	if running {
		out = checks.Warden{
			Running: true, PID: s.PID, Version: s.Version, Since: s.Since, Connected: s.Connected, Trouble: s.Trouble,
			InForce: s.Policy, PolicyTrouble: s.PolicyTrouble,
			Journal: filepath.Join(dir, warden.JournalFile), JournalAt: s.JournalAt,
			AutoStart: string(w.env.Service().Kept()),
		}
	}
	switch p, err := warden.ReadPolicy(dir); {
	case err == nil:
		out.File = egressOf(p)
	case !errors.Is(err, fs.ErrNotExist):
		out.FileErr = err.Error()
	}
	return out, nil
}

// subjectEgress is what the plan lets out, with the owner's decisions.
func (e *Env) subjectEgress() (s checks.SubjectEgress) {
	if e.record.Egress == nil {
		return s // made before there was a way out, or not made so far
	}
	if p, _, err := e.egress(); err == nil {
		s.Egress = egressOf(p)
	}
	return s
}

func egressOf(p warden.Policy) checks.Egress {
	out := checks.Egress{Level: p.Level, Hash: p.Hash(), Server: p.Server}
	for _, r := range p.Rules {
		out.Rules = append(out.Rules, checks.EgressRule(r))
	}
	return out
}

// blocked is what the warden refused, less what the drills asked it for.
func (e *Env) blocked() ([]warden.Blocked, error) {
	all, err := warden.ReadBlocked(e.dir)
	return slices.DeleteFunc(all, func(b warden.Blocked) bool { return checks.OfDrills(b.Host, b.Port) }), err
}
