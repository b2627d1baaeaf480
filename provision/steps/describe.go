package steps

// What will be made, in words before it is made; and how it is, afterwards.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/virt"
	"github.com/clawarium/clawarium/provision/warden"
)

// Summary says what will be made, in a dozen lines.
func (e *Env) Summary(w io.Writer, again bool) {
	t := e.text()
	title := t.SummaryTitle
	if again {
		title = t.SummaryAgain
	}
	for _, line := range slices.Concat([]string{title}, e.Facts(), e.caveats()[1:]) {
		fmt.Fprintln(w, line)
	}
}

// caveats are what the owner should know about this computer before waiting.
func (e *Env) caveats() []string {
	t, c := e.text(), e.choices
	out := []string{c.URI + ": " + c.ConnectionWhy}
	if !c.KVM {
		out = append(out, fmt.Sprintf("%s (%s)", t.EmulationNote, c.KVMWhy))
	}
	if c.SlowClock {
		out = append(out, t.SlowClockNote)
	}
	return out
}

// Describe prints everything that setup would make, XML and guest files
// included, and makes nothing.
func (e *Env) Describe(w io.Writer) error {
	fmt.Fprintln(w, e.text().DryRunTitle)
	e.Summary(w, false)
	return e.Documents(w)
}

// Documents prints the steps in their order, every XML document, and the files
// and scripts for the guest.
func (e *Env) Documents(w io.Writer) error {
	t, c := e.text(), e.choices
	section := func(title, body string) { fmt.Fprintf(w, "\n# %s\n%s\n", title, strings.TrimRight(body, "\n")) }

	var order []string
	for _, s := range e.Steps() {
		order = append(order, fmt.Sprintf("%-18s %s", s.ID, s.Title))
	}
	section(t.DryRunUndo, strings.Join(order, "\n"))

	spec := e.Spec()
	documents := []struct {
		title string
		make  func() (string, error)
	}{
		{t.DryRunPool, func() (string, error) { return virt.PoolXML(layout.Pool, c.PoolPath, c.System) }},
		{t.DryRunFilter, func() (string, error) { return e.filterSpec().FilterXML() }},
		{t.DryRunNetwork, func() (string, error) { return e.networkSpec().NetworkXML() }},
		{t.DryRunDomain, spec.DomainXML},
	}
	var wrong []error
	for i, d := range documents {
		if !c.System && (i == 1 || i == 2) {
			continue
		}
		body, err := d.make()
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		section(d.title, body)
	}
	if err := e.describeGuest(section); err != nil {
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// describeGuest shows the seed with throw-away keys, the guest's files and its
// scripts.
func (e *Env) describeGuest(section func(title, body string)) error {
	t, c := e.text(), e.choices
	keeper, err := guest.NewKeyPair(layout.Keeper)
	if err != nil {
		return err
	}
	oneTime, err := guest.NewKeyPair("first-boot")
	if err != nil {
		return err
	}
	files, err := guest.SeedFiles(guest.SeedConfig{
		InstanceID: c.UUID, Hostname: e.Plan.Name, KeeperKey: keeper.Public, HostKey: oneTime,
		MAC: c.MAC, Address: fmt.Sprintf("%s/%d", c.GuestIP, c.Prefix),
	})
	if err != nil {
		return err
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		section(t.DryRunSeed+": "+name, withhold(string(files[name]), t.Withheld))
	}
	config, err := e.guestConfig()
	if err != nil {
		return err
	}
	section(t.DryRunConfig+": "+layout.Config, string(config))
	_, policy, err := e.egress() // without the hosts of updates, which the guest is asked for
	if err != nil {
		return err
	}
	section(text.T().Service.Egress+": "+warden.PolicyFile, string(policy))
	steps, err := e.inGuest()
	if err != nil {
		return err
	}
	for _, s := range steps {
		for _, f := range s.Files {
			if strings.HasSuffix(f.Path, "/baseline.json") {
				continue // shown above
			}
			section(fmt.Sprintf("%s: %s (%04o %s)", t.DryRunGuest, f.Path, f.Mode, f.Owner), string(f.Content))
		}
		if s.Apply != "" {
			section(fmt.Sprintf("%s: %s", t.DryRunGuest, text.T().Guest.Titles[s.ID]), s.Apply)
		}
	}
	return nil
}

// withhold takes the body of every private key out of a text.
func withhold(s, instead string) string {
	const begin, end = "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"
	for from := 0; ; {
		i := strings.Index(s[from:], begin)
		if i < 0 {
			return s
		}
		i += from
		j := strings.Index(s[i:], end)
		if j < 0 {
			return s[:i] + instead
		}
		s = s[:i] + instead + s[i+j+len(end):]
		from = i + len(instead)
	}
}

// Status is how a machine is, for `clawarium status`.
type Status struct {
	Name       string `json:"name"`
	State      string `json:"state"` // running, off, paused, absent or other
	Address    string `json:"address"`
	Connection string `json:"connection"`
	Emulated   bool   `json:"emulated"`
	OpenClaw   string `json:"openclaw"`
	Node       string `json:"node"`
	Image      string `json:"image"`
	StepsDone  int    `json:"stepsDone"`
	Steps      int    `json:"steps"`
	Unfinished string `json:"unfinished,omitempty"` // ID of the first step that is not done
	WorkingPID int    `json:"workingPID,omitempty"`
	Way        Way    `json:"way"` // the way out
}

// Status looks at the journal and asks libvirt.
func (e *Env) Status(ctx context.Context) (Status, error) {
	c := e.choices
	s := Status{
		Name: e.Plan.Name, Address: c.SSHAddress(), Connection: c.URI, Emulated: !c.KVM,
		OpenClaw: e.record.Code.OpenClaw, Node: e.record.Code.Node, Image: e.record.Image.Source,
	}
	journal, err := provision.State(e.dir)
	if err != nil {
		return s, err
	}
	if journal.Working != nil {
		s.WorkingPID = journal.Working.PID
	}
	s.StepsDone, s.Steps, s.Unfinished = e.progress(journal)
	if s.Way, err = e.Way(); err != nil {
		return s, err
	}
	conn, err := e.connToLook(ctx)
	if err != nil {
		return s, err
	}
	d, err := conn.Domain(ctx, e.Plan.Name)
	switch {
	case err != nil:
		return s, err
	case d == nil || !d.Ours:
		s.State = "absent"
	case d.State == virt.Running:
		s.State = "running"
	case d.State == virt.Off:
		s.State = "off"
	case d.State == virt.Paused:
		s.State = "paused"
	default:
		s.State = "other"
	}
	return s, nil
}

// progress counts the steps that are done, and names the first that is not.
func (e *Env) progress(journal provision.Status) (done, all int, unfinished string) {
	begun := map[string]bool{}
	last := ""
	for _, st := range journal.Steps {
		begun[st.ID], last = true, st.ID
		if !st.Done && unfinished == "" {
			unfinished = st.ID
		}
	}
	// A step without an entry was as wanted when its turn came, if a later one
	// has an entry; the model key has one only when a key was given.
	reached := true
	for _, step := range e.Steps() {
		all++
		switch {
		case step.ID == unfinished:
		case begun[step.ID], last != "" && reached, step.ID == stepModelKey:
			done++
		case unfinished == "":
			unfinished = step.ID
		}
		if step.ID == last {
			reached = false
		}
	}
	return done, all, unfinished
}

// Finished says whether set-up came to its end, by the journal alone.
func (e *Env) Finished() (bool, error) {
	journal, err := provision.State(e.dir)
	if err != nil {
		return false, err
	}
	_, _, unfinished := e.progress(journal)
	return unfinished == "", nil
}

// Keyed says whether set-up gave OpenClaw a model key, by the journal alone.
func (e *Env) Keyed() bool { return e.done()[stepModelKey] }

// Text says it in lines; flag is how a command names this machine.
func (s Status) Text(flag string) string {
	t := &text.T().Steps.Status
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(t.Machine, s.Name)
	line(t.State, t.States[s.State])
	line(t.Address, s.Address)
	line(t.Connection, s.Connection)
	unknown := func(v string) string {
		if v == "" {
			return t.NotMade
		}
		return v
	}
	line(t.Versions, unknown(s.OpenClaw), unknown(s.Node), unknown(s.Image))
	line(t.Made, s.StepsDone, s.Steps)
	if s.Unfinished != "" {
		line(t.Unfinished, s.Unfinished, flag)
	}
	return b.String()
}
