package steps

// Looking around before a repair: evidence, its verdicts, and what every step
// says of itself.

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/virt"
)

// Look is one look at a machine: what was seen and what it means.
type Look struct {
	Evidence checks.Evidence
	Findings []checks.Finding
	Wrongs   map[checks.ID][]checks.Wrong
	Standing map[string]Stand // of the steps that a repair could make again
	Missing  []plan.Change    // keys that the stored plan lacks, with their default
}

// Stand is how a step stands by its own look.
type Stand struct {
	Holds bool
	Why   []string // what does not hold; in the guest's or libvirt's words
	// Newer lists files that are as an earlier clawarium left them and not as this
	// one would: a newer default, and nobody's tampering. By is that version.
	Newer []string
	By    string
	Err   error // it could not be looked at
}

// Finding returns the finding of a control, nil when there is none.
func (l Look) Finding(id checks.ID) *checks.Finding {
	for i := range l.Findings {
		if l.Findings[i].Control == id {
			return &l.Findings[i]
		}
	}
	return nil
}

// LookAround collects evidence, judges it, and has every step look for itself.
func (e *Env) LookAround(ctx context.Context, progress checks.Reporter) (Look, error) {
	l := Look{Evidence: checks.Collect(ctx, e.Subject(), e.Sources(ctx, progress))}
	if err := ctx.Err(); err != nil {
		return l, err
	}
	l.judge(e.Plan)
	var err error
	if l.Missing, err = e.missingKeys(); err != nil {
		return l, err
	}
	l.Standing = e.standing(ctx, l)
	return l, ctx.Err()
}

func (l *Look) judge(p plan.Plan) {
	l.Findings, l.Wrongs = checks.Judge(p, l.Evidence), checks.Wrongs(p, l.Evidence)
}

// standing asks the steps. What cannot be reached is left out, with the reason.
func (e *Env) standing(ctx context.Context, l Look) map[string]Stand {
	e.checked = nil
	all := map[string]Stand{}
	provenance := l.Finding("K15")
	guestErr := e.reachGuest(ctx)
	for _, step := range e.Steps() {
		if !slices.Contains(repairable, step.ID) {
			continue
		}
		var s Stand
		switch {
		case slices.Contains(contents, step.ID) && (provenance == nil || provenance.Status != checks.NotMet):
			continue
		case guestErr != nil && (inGuest(step.ID) || step.ID == stepEgress && e.record.Egress == nil):
			s.Err = guestErr
		case step.ID == stepWarden && guestErr != nil:
			continue // a machine that is off needs none
		default:
			s.Holds, s.Err = step.Holds(ctx)
			if s.Err == nil && !s.Holds {
				s.Why = e.why(ctx, step.ID)
			}
		}
		all[step.ID] = s
	}
	if guestErr == nil {
		e.findNewer(ctx, all)
	}
	return all
}

// reachGuest says why the guest's steps cannot be asked.
func (e *Env) reachGuest(ctx context.Context) error {
	conn, err := e.Conn(ctx)
	if err != nil {
		return err
	}
	if state, err := conn.State(ctx, e.Plan.Name); err != nil {
		return err
	} else if state != virt.Running {
		return virt.ErrState
	}
	_, err = e.Session(ctx)
	return err
}

// Bounds on what a guest says about itself.
const (
	maxWhy     = 8
	maxWhyLine = 160
)

// why says what of a step does not hold.
func (e *Env) why(ctx context.Context, step string) []string {
	if inGuest(step) {
		var out []string
		for line := range strings.Lines(e.checked[step].Why) {
			if line = oneLine(line); line != "" {
				out = append(out, line)
			}
		}
		return out[:min(len(out), maxWhy)]
	}
	switch step {
	case stepEgress:
		return []string{text.T().Service.PolicyNotThePlans}
	case stepWarden:
		if why, _ := e.wardenLacks(); why != "" {
			return []string{why}
		}
		return []string{text.T().Service.OtherVersion}
	}
	lines, _ := e.meddled(ctx, step)
	if step == stepNetwork && len(lines) == 0 {
		lines, _ = e.meddled(ctx, liveNetwork)
	}
	return lines[:min(len(lines), maxWhy)]
}

// oneLine is a line of the guest's, fit to be shown.
func oneLine(s string) string {
	runes := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, "�"))))
	return string(runes[:min(len(runes), maxWhyLine)])
}

// findNewer tells a file that is as the last run left it from one that somebody
// changed since. The guest is asked for digests, and may lie: then a change of
// its own shows as a newer default, and is repaired the same way.
func (e *Env) findNewer(ctx context.Context, all map[string]Stand) {
	steps, err := e.inGuest()
	if err != nil {
		return
	}
	steps = slices.DeleteFunc(steps, func(s guest.Step) bool {
		stand, looked := all[s.ID]
		return !looked || stand.Err != nil || stand.Holds || len(e.guestMade(s.ID).Files) == 0
	})
	session, err := e.Session(ctx)
	if err != nil || len(steps) == 0 {
		return
	}
	now, err := guest.FileSums(ctx, session.Client, steps)
	if err != nil {
		return
	}
	for _, s := range steps {
		made := e.guestMade(s.ID)
		stand := all[s.ID]
		stand.Newer, stand.By = newerFiles(s, made, now), made.By
		all[s.ID] = stand
	}
}

// newerFiles are the files of a step that this version wants otherwise than the
// one that made them; none as soon as any file of the step is not as it was made.
func newerFiles(s guest.Step, made guestMade, now map[string]string) []string {
	var out []string
	for _, f := range s.Files {
		was, had := made.Files[f.Path]
		is, there := now[f.Path]
		switch {
		case there == had && is == was && was != f.Sum():
			out = append(out, f.Path)
		case there == had && is == was, there && is == f.Sum():
		default:
			return nil
		}
	}
	for path, was := range made.Files { // a file that this version does not have
		if is, there := now[path]; there && is != was {
			return nil
		}
	}
	return out
}

// missingKeys are the keys that the stored plan lacks because they are newer than
// it, with the default that they would get.
func (e *Env) missingKeys() ([]plan.Change, error) {
	data, err := os.ReadFile(filepath.Join(e.dir, planFile))
	if err != nil {
		return nil, err
	}
	with, without, err := e.plans(data)
	return plan.Diff(without, with), err
}

// plans reads a stored plan twice: what it lacks has its default in one and
// nothing in the other.
func (e *Env) plans(data []byte) (with, without plan.Plan, err error) {
	if without, err = plan.Parse(data, plan.Plan{}); err != nil {
		return with, without, err
	}
	with, err = plan.Parse(data, plan.Default(plan.HostFacts(e.choices.PoolPath)))
	return with, without, err
}

// Drifts says what drifted, as far as the controls in only go; all of them when
// JudgeAgain judges a look anew after the owner accepted or confirmed something.
func (e *Env) JudgeAgain(l *Look) {
	l.Evidence.Subject.SubjectKept = e.kept()
	l.judge(e.Plan)
}
