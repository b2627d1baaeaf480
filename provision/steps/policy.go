package steps

// What the plan wants of OpenClaw, for the self-check to hold what it finds
// against, and OpenClaw's own audit: asked for, and its result kept.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/plan"
)

const auditFile = "audit.json"

// auditTime is that of OpenClaw's audit, measured natively: 6 to 11 s, of which
// most is its start.
const auditTime = 15 * time.Second

// policy is taken from the very configuration that would be written now, so that
// the two cannot drift apart.
func (e *Env) policy() checks.SubjectPolicy {
	p := checks.SubjectPolicy{Preset: e.Plan.OpenClaw.Preset, Provider: e.Plan.OpenClaw.Provider}
	if e.Plan.OpenClaw.Lockfile == "" {
		p.Shipped = plan.OpenClawVersion
	}
	config, err := e.guestConfig()
	if err != nil {
		return p // a preset that is none: the control says that it has nothing to hold to
	}
	var c struct {
		Tools struct {
			Profile          string
			Allow, AlsoAllow []string
			Deny             []string
			Exec             struct {
				Mode, Security, Ask, Host string
				SafeBins                  []string
			}
			Elevated struct{ Enabled *bool }
			FS       struct{ WorkspaceOnly *bool }
		}
	}
	if err := json.Unmarshal(config, &c); err != nil {
		return p
	}
	said := func(b *bool) string {
		if b == nil {
			return ""
		}
		return strconv.FormatBool(*b)
	}
	t := c.Tools
	p.Policy = checks.ToolScope{
		Where: "tools", Profile: t.Profile, Allow: t.Allow, AlsoAllow: t.AlsoAllow, Deny: t.Deny,
		Mode: t.Exec.Mode, Security: t.Exec.Security, Ask: t.Exec.Ask, Host: t.Exec.Host, SafeBins: len(t.Exec.SafeBins),
		Elevated: said(t.Elevated.Enabled), WorkspaceOnly: said(t.FS.WorkspaceOnly),
	}
	return p
}

// WithAudit has the check run OpenClaw's own audit too, as the agent, in the
// sandbox of the service.
func (e *Env) WithAudit(s checks.Sources) checks.Sources {
	s.AuditDeadline = e.choices.Patience(auditTime)
	s.Audit = func(ctx context.Context) ([]byte, error) {
		if s.Guest == nil {
			return nil, s.GuestErr
		}
		session, err := e.Session(ctx)
		if err != nil {
			return nil, err
		}
		command := guest.OpenClawCommand(e.Sandbox(), false, "security", "audit", "--deep", "--json")
		out, stderr := &bounded{left: checks.ReportLimit}, &bounded{left: 4096}
		exit, err := session.Client.Run(ctx, command, nil, out, stderr)
		if err != nil {
			return nil, err
		}
		if exit != 0 {
			return nil, fmt.Errorf("exit status %d: %s", exit, bytes.TrimSpace(stderr.Bytes()))
		}
		return out.Bytes(), nil
	}
	return s
}

// audited is the result that was kept, nil when there is none.
func (e *Env) audited() *checks.Audit {
	data, err := os.ReadFile(filepath.Join(e.dir, auditFile))
	if err != nil {
		return nil
	}
	var a checks.Audit
	if json.Unmarshal(data, &a) != nil || a.When.IsZero() {
		return nil
	}
	return &a
}

// RememberAudit keeps the result of an audit that was run just now, with the
// digest of the configuration that it was about.
func (e *Env) RememberAudit(evidence checks.Evidence) error {
	a := evidence.Host.Audit
	if !a.OK || !a.Value.Fresh || a.Value.Config == "" {
		return nil
	}
	data, err := json.MarshalIndent(a.Value, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(e.dir, auditFile), append(data, '\n'))
}
