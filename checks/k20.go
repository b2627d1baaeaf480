package checks

import (
	"slices"
	"strings"
	"time"
)

// K20, high-risk tools: what the agent may do by itself is no more than the
// preset of the plan gives it. Looked at in the configuration, in each place that
// can give or take tools, in OpenClaw's approvals, and, where it was asked for, in
// its own audit.

// What OpenClaw takes where nothing is said (docs/tools/exec-approvals.md and
// docs/tools/permission-modes.md of the package).
var execModes = map[string][2]string{
	"deny": {"deny", "off"}, "allowlist": {"allowlist", "off"}, "ask": {"allowlist", "on-miss"},
	"auto": {"allowlist", "on-miss"}, "full": {"full", "off"},
}

var profiles = []string{"minimal", "messaging", "coding", "full"} // from little to much

// Tools that run, write, or command. What a preset denies cannot be given back by
// another list, as a denial always wins; what it does not name can.
var risky = []string{"*", "exec", "bash", "process", "code_execution", "write", "edit", "apply_patch", "gateway",
	"cron", "nodes", "browser", "computer", "sessions_spawn", "sessions_send", "group:runtime", "group:fs",
	"group:automation", "group:nodes", "group:ui", "group:openclaw", "group:plugins", "group:all"}

func highRisk(l *look) {
	t := &l.t.Guest
	l.audited()
	v, ok := had(l, InGuest, t.ToolsName, l.evidence.Guest.Tools)
	if !ok {
		return
	}
	want := l.subject.Policy
	if want.Profile == "" {
		l.unknown(Host, l.t.CouldNotLook, t.PresetName, l.t.NotLookedAt)
		return
	}
	if len(v.Scopes) == 0 || v.Scopes[0].Where != want.Where {
		l.unknown(InGuest, l.t.CouldNotLook, t.ToolsName, l.t.Empty)
		return
	}
	before := len(l.wrongs) + len(l.unknowns)
	global := v.Scopes[0]
	if missing := lacking(want.Deny, global.Deny); len(missing) > 0 {
		l.wrong(InGuest, t.DenyLacks, strings.Join(missing, " "), l.subject.Preset)
	}
	for i, s := range v.Scopes {
		l.scope(s, global, want, i == 0)
	}
	for _, a := range v.Approvals {
		switch {
		case a.AskFallback == "full":
			l.wrong(InGuest, t.FallbackFull, a.Where)
		case a.AutoAllowSkills && firstOf(global.Security, want.Security) != "deny" && global.Mode != "deny":
			l.wrong(InGuest, t.SkillsUnasked, a.Where)
		}
	}
	if len(l.wrongs)+len(l.unknowns) > before {
		return
	}
	security, ask := execOf(global, ToolScope{})
	l.right(InGuest, t.ToolsFine, l.subject.Preset, global.Profile, security, ask, len(v.Scopes))
	allowed := 0
	for _, a := range v.Approvals {
		allowed += max(a.Allowed, 0)
	}
	if allowed > 0 {
		l.right(InGuest, t.AlwaysAllowed, allowed)
	}
}

// scope holds one place against the preset. What it leaves open is as in all.
func (l *look) scope(s, global, want ToolScope, first bool) {
	t := &l.t.Guest
	switch p := s.Profile; {
	case p == "" && first:
		l.wrong(InGuest, t.ProfileIs, s.Where, l.t.Guest.Unset, want.Profile)
	case p == "":
	case !slices.Contains(profiles, p):
		l.unknown(InGuest, t.ProfileIs, s.Where, p, want.Profile)
	case slices.Index(profiles, p) > slices.Index(profiles, want.Profile):
		l.wrong(InGuest, t.ProfileIs, s.Where, p, want.Profile)
	}

	security, ask := execOf(s, global)
	wantSecurity, wantAsk := execOf(want, ToolScope{})
	switch got, known := risk(security, ask); {
	case !known:
		l.unknown(InGuest, t.ExecIs, s.Where, security, ask, wantSecurity, wantAsk)
	case security == "full" && ask == "off":
		l.wrong(InGuest, t.ExecOpen, s.Where)
	default:
		if limit, _ := risk(wantSecurity, wantAsk); weaker(got, limit) {
			l.wrong(InGuest, t.ExecIs, s.Where, security, ask, wantSecurity, wantAsk)
		}
	}
	if s.Host == "node" {
		l.wrong(InGuest, t.ExecOnNode, s.Where)
	}
	if s.SafeBins > want.SafeBins && security != "deny" {
		l.wrong(InGuest, t.SafeBins, s.Where, s.SafeBins)
	}

	// For all, what is not said is on; elsewhere it is as for all.
	if s.Elevated == "true" || first && s.Elevated != "false" {
		l.wrong(InGuest, t.ElevatedOn, s.Where, l.orDefault(s.Elevated))
	}
	if want.WorkspaceOnly == "true" && (s.WorkspaceOnly == "false" || first && s.WorkspaceOnly != "true") {
		l.wrong(InGuest, t.FilesOutside, s.Where+".fs.workspaceOnly")
	}
	if s.PatchWorkspaceOnly == "false" {
		l.wrong(InGuest, t.FilesOutside, s.Where+".exec.applyPatch.workspaceOnly")
	}

	for _, tool := range slices.Concat(s.Allow, s.AlsoAllow) {
		name := strings.ToLower(tool)
		switch {
		case slices.Contains(want.Allow, tool) || slices.Contains(want.AlsoAllow, tool):
		case want.Profile == "full" || deniedBy(global.Deny, name) || deniedBy(s.Deny, name):
		case slices.Contains(risky, name) || strings.ContainsAny(name, "*?"):
			l.wrong(InGuest, t.ToolGiven, s.Where, tool)
		}
	}
}

// audited tells what OpenClaw's own audit said, if it was ever run.
func (l *look) audited() {
	t, f := &l.t.Guest, l.evidence.Host.Audit
	if !f.OK {
		if f.Err != "" {
			l.unknown(InGuest, l.t.CouldNotLook, t.AuditName, f.Err)
		} else if l.evidence.Guest.Tools.OK {
			l.notes(t.AuditNever)
		}
		return
	}
	a := f.Value
	age := l.evidence.Collected.Sub(a.When)
	if a.Fresh || age < 0 {
		age = 0
	}
	now := l.evidence.Guest.Tools
	if !now.OK || now.Value.Config == "" || a.Config != now.Value.Config {
		// Of another configuration: no word on this one.
		l.notes(t.AuditStale, rounded(age))
		return
	}
	probe := false
	for _, f := range a.Findings {
		switch {
		case f.Severity == severityCritical:
			l.wrong(InGuest, t.AuditCritical, f.ID)
		case f.ID == "gateway.probe_failed":
			probe = true
		}
	}
	if a.Critical > 0 && len(l.wrongs) == 0 {
		l.wrong(InGuest, t.AuditCriticals, a.Critical)
	}
	if a.Critical == 0 {
		l.notes(t.AuditFine, a.Warn, a.Info, rounded(age))
	}
	if probe {
		l.notes(t.AuditProbe)
	}
}

// notes adds a line that is shown and proves nothing.
func (l *look) notes(format string, args ...any) {
	l.remarks = append(l.remarks, l.note(true, InGuest, format, args))
}

func rounded(d time.Duration) time.Duration { return d.Round(time.Minute) }

// execOf is the policy for commands in a place, as far as it says one, and
// otherwise that of all, and otherwise OpenClaw's own.
func execOf(s, global ToolScope) (security, ask string) {
	if pair, ok := execModes[s.Mode]; ok {
		return pair[0], pair[1]
	}
	if s.Mode != "" {
		return s.Mode, "" // not known
	}
	security, ask = s.Security, s.Ask
	if security == "" || ask == "" {
		base, question := "full", "off"
		if global.Where != "" {
			base, question = execOf(global, ToolScope{})
		}
		security, ask = firstOf(security, base), firstOf(ask, question)
	}
	return security, ask
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// risk puts a policy into two numbers: how much can run, and how little is asked.
func risk(security, ask string) (r [2]int, known bool) {
	r[0] = slices.Index([]string{"deny", "allowlist", "full"}, security)
	asked := slices.Index([]string{"always", "on-miss", "off"}, ask)
	switch {
	case r[0] < 0 || asked < 0:
		return r, false
	case r[0] == 0:
		return [2]int{}, true
	case r[0] == 1:
		asked = min(asked, 1) // what is not listed is refused rather than asked about
	}
	r[1] = asked
	return r, true
}

// weaker says whether a policy lets more through than the limit.
func weaker(got, limit [2]int) bool {
	return got[0] > limit[0] || got[0] > 0 && got[1] > limit[1]
}

func lacking(want, got []string) []string {
	var missing []string
	for _, w := range want {
		if !deniedBy(got, strings.ToLower(w)) {
			missing = append(missing, w)
		}
	}
	return missing
}

// deniedBy says whether a list names a tool or a group, or everything.
func deniedBy(list []string, name string) bool {
	return slices.ContainsFunc(list, func(d string) bool { return strings.EqualFold(d, name) || d == "*" })
}
