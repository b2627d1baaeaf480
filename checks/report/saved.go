package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// Saved is evidence as `check --evidence` writes it: with the plan, so that it
// can be judged again elsewhere. Evidence without a plan is read too.
type Saved struct {
	checks.Evidence
	Plan *plan.Plan `json:"plan,omitempty"`
}

// JSON writes it as one indented object.
func (s Saved) JSON(w io.Writer) error { return writeJSON(w, s) }

// ReadSaved parses saved evidence, of which it reads checks.MaxEvidence bytes at
// most. What has not the right form was not looked at.
func ReadSaved(r io.Reader) (Saved, error) {
	data, err := readAll(r)
	if err != nil {
		return Saved{}, err
	}
	return parseSaved(data)
}

func readAll(r io.Reader) ([]byte, error) {
	t := &text.T().Checks
	data, err := io.ReadAll(io.LimitReader(r, checks.MaxEvidence+1))
	if err != nil {
		return nil, &text.Fault{What: t.EvidenceUnreadable, Hint: t.EvidenceHint, Err: err}
	}
	if len(data) > checks.MaxEvidence {
		return nil, &text.Fault{What: fmt.Sprintf(t.EvidenceTooLarge, checks.MaxEvidence>>20), Hint: t.EvidenceHint}
	}
	return data, nil
}

func parseSaved(data []byte) (Saved, error) {
	e, err := checks.ParseEvidence(data)
	if err != nil {
		return Saved{}, err
	}
	var with struct {
		Plan *plan.Plan `json:"plan"`
	}
	if json.Unmarshal(data, &with) != nil {
		with.Plan = nil // no plan is better than half of one
	}
	return Saved{e, with.Plan}, nil
}

// Report judges the evidence. A plan that was not saved with it is that of
// otherwise, and then the report says that the plan is not known.
func (s Saved) Report(otherwise plan.Plan) Report {
	hash := ""
	if s.Plan != nil {
		otherwise, hash = *s.Plan, s.Plan.Hash()
	}
	return New(hash, s.Evidence, checks.Judge(otherwise, s.Evidence))
}

// Earlier is a report to compare with: made from saved evidence, or read.
type Earlier struct {
	From string // evidence or report
	Report
}

// ReadEarlier parses saved evidence, which is judged as Saved.Report does, or the
// JSON form of a report.
func ReadEarlier(name string, r io.Reader, otherwise plan.Plan) (Earlier, error) {
	data, err := readAll(r)
	if err != nil {
		return Earlier{}, err
	}
	t := &text.T().Report
	var kind struct {
		Findings json.RawMessage `json:"findings"`
		Subject  json.RawMessage `json:"subject"`
	}
	err = json.Unmarshal(data, &kind)
	switch {
	case err == nil && kind.Findings != nil:
		report, err := parseReport(data)
		return Earlier{"report", report}, err
	case err == nil && kind.Subject != nil:
		saved, err := parseSaved(data)
		if err != nil {
			return Earlier{}, err
		}
		return Earlier{"evidence", saved.Report(otherwise)}, nil
	}
	return Earlier{}, &text.Fault{What: fmt.Sprintf(t.NeitherReportNorEvidence, name), Hint: t.EarlierHint}
}

// parseReport reads a report's JSON form and makes it fit to be shown.
func parseReport(data []byte) (Report, error) {
	t := &text.T().Report
	var read Report
	if err := json.Unmarshal(data, &read); err != nil {
		return Report{}, &text.Fault{What: text.T().Checks.EvidenceUnreadable, Hint: t.EarlierHint, Err: err}
	}
	if read.Format != Format {
		return Report{}, &text.Fault{
			What: fmt.Sprintf(t.ReportFormat, read.Format, Format), Hint: t.EarlierHint, Err: errors.ErrUnsupported}
	}
	r := Report{
		Format: Format, Language: clean(read.Language, maxWord), Machine: clean(read.Machine, maxWord),
		Connection: clean(read.Connection, maxWord), Collected: collected(read.Collected),
		Seconds: seconds(read.Seconds), Saved: read.Saved, Plan: clean(read.Plan, maxWord),
		Versions: Versions{
			Clawarium: clean(read.Versions.Clawarium, maxWord), Judge: clean(read.Versions.Judge, maxWord),
			OpenClaw: clean(read.Versions.OpenClaw, maxWord), Node: clean(read.Versions.Node, maxWord)},
		Only: cleanAll(read.Only, maxWord, maxNames),
	}
	return r.with(fit(read.Findings[:min(len(read.Findings), maxFindings)])), nil
}
