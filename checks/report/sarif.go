package report

// SARIF 2.1.0, the form in which programs exchange findings (OASIS, errata 01 of
// August 2023). The section numbers below are those of its text.
//
// The types here are the few that a self-check needs. The library that has all of
// them writes every empty list as well, and would bring a JSON Schema validator
// and an HTTP client into a program that checks security; the tests read what is
// written here with that library and hold it against the official schema.

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/semver"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage    = "https://github.com/clawarium/clawarium"
	taxonomy    = "openclaw-guidance"
)

// kinds of a result, section 3.27.9: a level stands with "fail" alone (3.27.10).
var kinds = map[checks.Status]string{
	checks.Met:           "pass",
	checks.NotMet:        "fail",
	checks.NotChecked:    "open",   // not enough was seen to decide
	checks.Attested:      "review", // a person's judgement, here the owner's word
	checks.NotApplicable: "notApplicable",
}

// lesser are the controls whose loss opens no way out of the machine or into it
// by itself: what they keep is the means to notice, to stop and to recover, or
// hygiene beside the machine. Their level is "warning"; the others' is "error".
var lesser = []string{"K12", "K18", "K21", "K22", "K23", "K24", "K25", "K27"}

func level(id string) string {
	if slices.Contains(lesser, id) {
		return "warning"
	}
	return "error"
}

// securitySeverity is what GitHub's code scanning sorts by, 0.1 to 10; it calls
// 7.0 to 8.9 high and 4.0 to 6.9 medium.
var securitySeverity = map[string]string{"error": "8.0", "warning": "5.0"}

type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool              sarifTool         `json:"tool"`
		Invocations       []sarifInvocation `json:"invocations"`
		AutomationDetails sarifAutomation   `json:"automationDetails"`
		Language          string            `json:"language"`
		Taxonomies        []sarifComponent  `json:"taxonomies"`
		LogicalLocations  []sarifLogical    `json:"logicalLocations,omitempty"`
		Results           []sarifResult     `json:"results"`
		Properties        map[string]any    `json:"properties"`
	}
	sarifTool struct {
		Driver sarifComponent `json:"driver"`
	}
	sarifComponent struct {
		Name                string            `json:"name"`
		Version             string            `json:"version,omitempty"`
		SemanticVersion     string            `json:"semanticVersion,omitempty"`
		InformationURI      string            `json:"informationUri,omitempty"`
		Language            string            `json:"language,omitempty"`
		FullDescription     *sarifMessage     `json:"fullDescription,omitempty"`
		ShortDescription    *sarifMessage     `json:"shortDescription,omitempty"`
		Rules               []sarifDescriptor `json:"rules,omitempty"`
		Taxa                []sarifDescriptor `json:"taxa,omitempty"`
		SupportedTaxonomies []sarifReference  `json:"supportedTaxonomies,omitempty"`
		IsComprehensive     bool              `json:"isComprehensive,omitempty"`
	}
	sarifDescriptor struct {
		ID               string              `json:"id"`
		Name             string              `json:"name,omitempty"`
		ShortDescription sarifMessage        `json:"shortDescription"`
		FullDescription  *sarifMessage       `json:"fullDescription,omitempty"`
		Help             *sarifMessage       `json:"help,omitempty"`
		Configuration    *sarifConfiguration `json:"defaultConfiguration,omitempty"`
		Relationships    []sarifRelationship `json:"relationships,omitempty"`
		Properties       map[string]any      `json:"properties,omitempty"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifRelationship struct {
		Target sarifTaxon `json:"target"`
		Kinds  []string   `json:"kinds"`
	}
	sarifTaxon struct {
		ID            string         `json:"id"`
		Index         int            `json:"index"`
		ToolComponent sarifReference `json:"toolComponent"`
	}
	sarifReference struct {
		Name  string `json:"name"`
		Index int    `json:"index"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool                `json:"executionSuccessful"`
		ExitCode            int                 `json:"exitCode"`
		ExitCodeDescription string              `json:"exitCodeDescription"`
		StartTimeUTC        string              `json:"startTimeUtc,omitempty"`
		EndTimeUTC          string              `json:"endTimeUtc,omitempty"`
		Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level          string       `json:"level"`
		Message        sarifMessage `json:"message"`
		AssociatedRule *sarifRule   `json:"associatedRule,omitempty"`
	}
	sarifRule struct {
		ID    string `json:"id"`
		Index int    `json:"index"`
	}
	sarifAutomation struct {
		ID string `json:"id"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    *int              `json:"ruleIndex,omitempty"`
		Kind         string            `json:"kind"`
		Level        string            `json:"level"`
		Message      sarifMessage      `json:"message"`
		Locations    []sarifLocation   `json:"locations,omitempty"`
		Taxa         []sarifTaxon      `json:"taxa,omitempty"`
		Fingerprints map[string]string `json:"fingerprints"`
		Properties   map[string]any    `json:"properties"`
	}
	sarifLocation struct {
		LogicalLocations []sarifLogical `json:"logicalLocations"`
	}
	sarifLogical struct {
		Name               string `json:"name"`
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
		Index              *int   `json:"index,omitempty"`
	}
)

// SARIF writes the report as a SARIF 2.1.0 log with one run. Rules are the
// controls, clauses a taxonomy, and what was not looked at is a notification.
// Paths of this computer are cut to their last part, since such logs are made to
// be handed on.
func (r Report) SARIF(w io.Writer) error {
	t := &text.T().Report
	machine := orUnknown(r.Machine)
	run := sarifRun{
		Tool:              sarifTool{Driver: driver(r)},
		AutomationDetails: sarifAutomation{ID: "clawarium/check/" + url.PathEscape(machine) + "/"},
		Language:          t.HTML.Lang,
		Taxonomies:        []sarifComponent{taxa()},
		Results:           []sarifResult{},
		Properties: map[string]any{
			"machine": machine, "connection": withoutUser(r.Connection), "planSha256": r.Plan, "saved": r.Saved,
			"openclaw": r.Versions.OpenClaw, "node": r.Versions.Node, "collectedBy": r.Versions.Clawarium, "counts": r.Counts,
		},
	}
	rules := map[string]int{}
	for i, rule := range run.Tool.Driver.Rules {
		rules[rule.ID] = i
	}
	clauseIndex := map[string]int{}
	for i, clause := range run.Taxonomies[0].Taxa {
		clauseIndex[clause.ID] = i
	}

	at := map[checks.Place]int{}
	for _, f := range r.Findings {
		result := sarifResult{
			RuleID: string(f.Control), Kind: kinds[f.Status], Level: "none",
			Message:      sarifMessage{message(f)},
			Fingerprints: map[string]string{"clawariumControl/v1": fingerprint(r, f.Control)},
			Properties:   map[string]any{"status": f.Status},
		}
		if i, ok := rules[result.RuleID]; ok {
			result.RuleIndex = &i
		}
		if f.Status == checks.NotMet {
			result.Level = level(result.RuleID)
		}
		for _, place := range f.Where {
			if _, ok := at[place]; !ok {
				at[place] = len(run.LogicalLocations)
				run.LogicalLocations = append(run.LogicalLocations, logical(machine, place))
			}
			i, here := at[place], logical(machine, place)
			here.Index = &i
			result.Locations = append(result.Locations, sarifLocation{[]sarifLogical{here}})
		}
		for _, clause := range f.Clauses {
			if i, ok := clauseIndex[clause]; ok {
				result.Taxa = append(result.Taxa, taxon(clause, i))
			}
		}
		if len(f.Fix) > 0 {
			result.Properties["steps"] = f.Fix
		}
		run.Results = append(run.Results, result)
	}

	invocation := sarifInvocation{
		ExecutionSuccessful: true, ExitCode: r.Exit, ExitCodeDescription: t.SARIF.Exit[strconv.Itoa(r.Exit)]}
	if !r.Collected.IsZero() {
		invocation.StartTimeUTC = r.Collected.Format(time.RFC3339)
		invocation.EndTimeUTC = r.Collected.Add(time.Duration(math.Round(r.Seconds*1000)) * time.Millisecond).Format("2006-01-02T15:04:05.000Z")
	}
	if r.Saved {
		invocation.Notifications = append(invocation.Notifications, sarifNotification{
			Level: "warning", Message: sarifMessage{t.SARIF.SavedEvidence}})
	}
	for _, id := range r.NotLookedAt {
		n := sarifNotification{Level: "note", Message: sarifMessage{fmt.Sprintf(t.SARIF.NotLookedAt, id)}}
		if i, ok := rules[string(id)]; ok {
			n.AssociatedRule = &sarifRule{string(id), i}
		}
		invocation.Notifications = append(invocation.Notifications, n)
	}
	run.Invocations = []sarifInvocation{invocation}
	return writeJSON(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// driver is clawarium with every control of the catalogue as a rule.
func driver(r Report) sarifComponent {
	t, c := &text.T().Report, &text.T().Checks
	clauseIndex := map[string]int{}
	for i, clause := range controls.Clauses() {
		clauseIndex[clause.ID] = i
	}
	d := sarifComponent{
		Name: "clawarium", Version: r.Versions.Judge, InformationURI: homepage, Language: t.HTML.Lang,
		SupportedTaxonomies: []sarifReference{{taxonomy, 0}},
	}
	if v := "v" + d.Version; semver.IsValid(v) && semver.Canonical(v)+semver.Build(v) == v { // whole, not v1 or v1.2
		d.SemanticVersion = d.Version
	}
	for _, known := range controls.All() {
		words := c.Controls[known.ID]
		severity := level(known.ID)
		rule := sarifDescriptor{
			ID: known.ID, ShortDescription: sarifMessage{words.Title}, FullDescription: &sarifMessage{words.What},
			Help: &sarifMessage{sentences(
				fmt.Sprintf(c.Labelled, c.WhyLabel)+words.Why, fmt.Sprintf(c.Labelled, c.DoLabel)+words.Do)},
			Configuration: &sarifConfiguration{severity},
			Properties: map[string]any{
				"tags": append([]string{"security"}, known.Clauses...), "security-severity": securitySeverity[severity]},
		}
		for _, clause := range known.Clauses {
			rule.Relationships = append(rule.Relationships, sarifRelationship{taxon(clause, clauseIndex[clause]), []string{"relevant"}})
		}
		d.Rules = append(d.Rules, rule)
	}
	return d
}

// taxa is the guidance with its clauses.
func taxa() sarifComponent {
	t := &text.T().Report
	c := sarifComponent{
		Name: taxonomy, Version: "1", Language: t.HTML.Lang, IsComprehensive: false,
		ShortDescription: &sarifMessage{t.SARIF.Taxonomy}, FullDescription: &sarifMessage{t.SARIF.TaxonomyAbout}}
	for _, clause := range clauses() {
		c.Taxa = append(c.Taxa, sarifDescriptor{
			ID: clause.ID, ShortDescription: sarifMessage{clause.Wording},
			Properties: map[string]any{
				"document": clause.Document, "date": clause.Date, "audience": clause.Audience, "reconstructed": clause.Reconstructed},
		})
	}
	return c
}

func taxon(id string, index int) sarifTaxon {
	return sarifTaxon{ID: id, Index: index, ToolComponent: sarifReference{taxonomy, 0}}
}

// logical names a place: there is no file to point at.
func logical(machine string, place checks.Place) sarifLogical {
	return sarifLogical{Name: string(place), FullyQualifiedName: machine + "/" + string(place), Kind: "resource"}
}

// fingerprint is the same for a control of a machine, whatever was seen, when and
// in which language.
func fingerprint(r Report, id checks.ID) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"clawarium", r.Machine, withoutUser(r.Connection), string(id)}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// message is the verdict, then what was seen, why it matters and what to do. Its
// first sentence stands alone where space is short (3.11.2).
func message(f checks.Finding) string {
	c := &text.T().Checks
	title := f.Title
	if title == "" {
		title = orUnknown(string(f.Control))
	}
	lines := []string{fmt.Sprintf(text.T().Report.SARIF.Result, title, c.Status[string(f.Status)])}
	// What the guest reports are paths of the guest; they say where to look.
	guest, _, _ := strings.Cut(c.ReportedByGuest, "%s")
	for _, line := range f.Evidence {
		if !strings.HasPrefix(line, guest) {
			line = withoutPaths(line)
		}
		lines = append(lines, line)
	}
	if f.Status != checks.Met {
		if f.Why != "" {
			lines = append(lines, fmt.Sprintf(c.Labelled, c.WhyLabel)+f.Why)
		}
		if f.Hint != "" {
			lines = append(lines, fmt.Sprintf(c.Labelled, c.DoLabel)+withoutPaths(f.Hint))
		}
	}
	return strings.Join(lines, "\n")
}

// paths finds absolute paths of two parts or more; the parts of an address such
// as qemu:///system are none.
var paths = regexp.MustCompile(`(^|[^\p{L}\p{N}_:/.~-])/(?:[^\s/"'` + "`" + `,;:()<>，；：（）。、]+/)+([^\s/"'` + "`" + `,;:()<>，；：（）。、]*)`)

// homes finds the directory of an account, which names a person.
var homes = regexp.MustCompile(`(^|[^\p{L}\p{N}_/.~-])/(?:home|Users)/[^\s/"'` + "`" + `,;:()<>，；：（）。、]+`)

// withoutPaths leaves of absolute paths the last part, so that neither where
// things lie nor whose they are is told.
func withoutPaths(s string) string {
	return paths.ReplaceAllString(homes.ReplaceAllString(s, "${1}~"), "${1}…/${2}")
}

// withoutUser takes the user out of an address. What is no address is left out.
func withoutUser(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" || u.Opaque != "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + withoutPaths(u.Path)
}
