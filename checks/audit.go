package checks

// OpenClaw's own audit, which K20 tells about: how it is asked for and how its
// answer is read.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

const (
	auditDeadline = 10 * time.Minute
	auditFindings = 100
)

// audit runs OpenClaw's audit, or takes the result of an earlier one. What was
// neither asked for nor kept is not there, which is nothing wrong.
func audit(ctx context.Context, from Sources, progress *shared) Fact[Audit] {
	if from.Audit == nil {
		if from.Audited == nil {
			return Fact[Audit]{}
		}
		old := *from.Audited
		old.Fresh = false
		return seen(old)
	}
	deadline := from.AuditDeadline
	if deadline <= 0 {
		deadline = auditDeadline
	}
	progress.Stage(text.T().Checks.Guest.Auditing)
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	return within(ctx, deadline, func() (Audit, error) {
		answer, err := from.Audit(ctx)
		if err != nil {
			return Audit{}, err
		}
		return ParseAudit(answer, time.Now())
	})
}

// ParseAudit reads the answer of `openclaw security audit --json`, which is not
// always JSON alone. What it keeps is bounded and has none of its sentences:
// they can quote the configuration.
func ParseAudit(answer []byte, now time.Time) (Audit, error) {
	if len(answer) > ReportLimit {
		answer = answer[:ReportLimit]
	}
	type answered struct {
		Summary  *struct{ Critical, Warn, Info int }
		Findings []struct{ CheckID, Severity string }
	}
	var got answered
	tries := 0
	for at := bytes.IndexByte(answer, '{'); at >= 0 && tries < 64; tries++ {
		got = answered{}
		if json.NewDecoder(bytes.NewReader(answer[at:])).Decode(&got) == nil && got.Summary != nil {
			break
		}
		got = answered{}
		next := bytes.IndexByte(answer[at+1:], '{')
		if next < 0 {
			break
		}
		at += 1 + next
	}
	if got.Summary == nil {
		return Audit{}, errors.New(text.T().Checks.NotJSON)
	}
	a := Audit{When: now.UTC().Truncate(time.Second), Fresh: true,
		Critical: max(got.Summary.Critical, 0), Warn: max(got.Summary.Warn, 0), Info: max(got.Summary.Info, 0)}
	// Its own sum could say less than its list does.
	critical := 0
	for _, f := range got.Findings {
		if f.Severity == severityCritical {
			critical++
		}
		if len(a.Findings) < auditFindings && f.Severity != "info" {
			a.Findings = append(a.Findings, AuditFinding{ID: clean(f.CheckID, 80), Severity: clean(f.Severity, 20)})
		}
	}
	a.Critical = max(a.Critical, critical)
	return a, nil
}

const severityCritical = "critical"
