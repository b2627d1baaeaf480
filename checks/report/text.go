package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// The text form: one line a control, a symbol and a word so that neither colour
// nor shape alone carries the meaning. What is not met, or could not be checked,
// is explained at once; the evidence of the rest is there on demand.

// Options of the text form.
type Options struct {
	Width   int  // columns; 0 means 80, at least 40
	ASCII   bool // no symbol outside ASCII, for terminals that have none
	Verbose bool // evidence of what is met as well
}

var (
	symbols = map[checks.Status]string{
		checks.Met: "✓", checks.NotMet: "✗", checks.NotChecked: "?", checks.Attested: "○", checks.NotApplicable: "–"}
	plain = map[checks.Status]string{
		checks.Met: "+", checks.NotMet: "x", checks.NotChecked: "?", checks.Attested: "o", checks.NotApplicable: "-"}
)

// Text writes the report for a person.
func (r Report) Text(w io.Writer, o Options) error {
	t := text.T().Checks
	if o.Width <= 0 {
		o.Width = 80
	}
	p := page{width: max(o.Width, 40), bullet: "· "}
	marks := symbols
	if o.ASCII {
		marks, p.bullet = plain, "- "
	}

	p.wrap("", fmt.Sprintf(t.Heading, orUnknown(r.Machine)))
	p.wrap("", fmt.Sprintf(t.HeaderLine,
		fmt.Sprintf(t.When, when(r.Collected), time.Duration(r.Seconds*float64(time.Second)).Round(100*time.Millisecond)),
		fmt.Sprintf(t.Versions, orUnknown(r.Versions.Clawarium), orUnknown(r.Versions.OpenClaw), orUnknown(r.Versions.Node)),
		fmt.Sprintf(t.PlanHash, orUnknown(shorten(r.Plan)))))
	p.line("")

	word, id := 0, 0
	for _, f := range r.Findings {
		word = max(word, columns(t.Status[string(f.Status)]))
		id = max(id, columns(string(f.Control)))
	}
	for _, f := range r.Findings {
		p.wrap("    ", fmt.Sprintf("%s %s  %s  %s", marks[f.Status], pad(t.Status[string(f.Status)], word), pad(string(f.Control), id), f.Title))
		if f.Status == checks.Met && !o.Verbose {
			continue
		}
		for _, line := range f.Evidence {
			p.item(line)
		}
		if f.Status != checks.Met {
			p.label(fmt.Sprintf(t.Labelled, t.WhyLabel), f.Why)
			p.label(fmt.Sprintf(t.Labelled, t.DoLabel), f.Hint)
			if f.Status == checks.NotMet {
				p.label(fmt.Sprintf(t.Labelled, t.StepsLabel), strings.Join(f.Fix, t.ListSeparator))
			}
			p.label(fmt.Sprintf(t.Labelled, t.AnswersLabel), strings.Join(f.Clauses, " "))
			p.line("")
		}
	}
	if p.last() != "" {
		p.line("")
	}

	var counts []string
	for _, s := range checks.Statuses {
		if n := r.Counts[s]; n > 0 {
			counts = append(counts, fmt.Sprintf(t.CountLine, n, t.Status[string(s)]))
		}
	}
	p.wrap("", strings.Join(counts, t.ListSeparator)+t.Stop)
	switch r.Exit {
	case checks.ExitMet:
		p.wrap("", t.AllHold)
	case checks.ExitNotMet:
		p.wrap("", t.SomeNotMet)
	default:
		p.wrap("", t.NotEnough)
	}
	if len(r.NotLookedAt) > 0 {
		ids := make([]string, len(r.NotLookedAt))
		for i, id := range r.NotLookedAt {
			ids[i] = string(id)
		}
		p.wrap("", fmt.Sprintf(t.NotInVersion, strings.Join(ids, t.ListSeparator)))
	}
	p.wrap("", t.GuestNote)
	_, err := io.WriteString(w, strings.Join(p.lines, "\n")+"\n")
	return err
}

func when(t time.Time) string {
	if t.IsZero() {
		return text.T().Checks.Unknown
	}
	return t.Local().Format("2006-01-02 15:04:05 -0700")
}

func orUnknown(s string) string {
	if s == "" {
		return text.T().Checks.Unknown
	}
	return s
}

func shorten(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}
