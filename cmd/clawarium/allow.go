package main

// clawarium allow: what the machine wanted to reach and was refused, and what it may
// reach.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/provision/warden"
	"github.com/clawarium/clawarium/ui"
)

type allowOptions struct {
	*app
	list, json         bool
	add, remove, never []string
	during             time.Duration
	level, server      string
	channels, without  []string
}

func newAllow(a *app) *cobra.Command {
	t := &text.T().Allow
	o := &allowOptions{app: a}
	c := &cobra.Command{
		Use:   "allow",
		Short: t.Short,
		Long:  t.Long,
		RunE: func(cmd *cobra.Command, _ []string) error {
			change, err := o.settle(cmd.Flags())
			if err != nil {
				return err
			}
			return o.run(cmd.Context(), change)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.list, "list", false, t.FlagList)
	f.BoolVar(&o.json, "json", false, t.FlagJSON)
	f.StringArrayVar(&o.add, "add", nil, t.FlagAdd)
	f.DurationVar(&o.during, "for", 0, t.FlagFor)
	f.StringArrayVar(&o.remove, "remove", nil, t.FlagRemove)
	f.StringArrayVar(&o.never, "never", nil, t.FlagNever)
	f.StringVar(&o.level, "level", "", t.FlagLevel)
	f.StringArrayVar(&o.channels, "channel", nil, t.FlagChannel)
	f.StringArrayVar(&o.without, "no-channel", nil, t.FlagNoChannel)
	f.StringVar(&o.server, "model-server", "", t.FlagServer)
	return c
}

// settle makes one change of the flags, and tells everything that is wrong with the
// flags themselves.
func (o *allowOptions) settle(flags *pflag.FlagSet) (steps.WayChange, error) {
	t := &text.T().Allow
	var wrong []error
	no := func(what, hint string) { wrong = append(wrong, usageError{&text.Fault{What: what, Hint: hint}}) }
	c := steps.WayChange{Level: o.level, Remove: o.remove, Never: o.never, Channels: o.channels, Without: o.without}
	until := time.Time{}
	if flags.Changed("for") {
		until = time.Now().Add(o.during)
		switch {
		case len(o.add) == 0:
			no(t.ForAlone, t.ForAloneHint)
		case o.during < time.Minute || o.during > steps.MaxWhile:
			no(fmt.Sprintf(t.BadWhile, o.during), t.BadWhileHint)
		}
	}
	for _, host := range o.add {
		c.Add = append(c.Add, steps.Temporary{Host: host, Until: until})
	}
	if flags.Changed("level") && o.level == "" {
		no(fmt.Sprintf(t.BadLevel, ""), t.BadLevelHint)
	}
	if flags.Changed("model-server") {
		if o.server == "none" {
			o.server = ""
		}
		c.Server = &o.server
	}
	if (o.list || o.json) && !c.Empty() {
		no(t.ListAlone, t.ListAloneHint)
	}
	return c, errors.Join(wrong...)
}

func (o *allowOptions) run(ctx context.Context, c steps.WayChange) error {
	if c.Empty() && (o.list || o.json || !term.IsTerminal(int(o.in.Fd()))) {
		env, err := o.existing()
		if err != nil {
			return err
		}
		defer env.Close()
		s, err := wayOf(env)
		if err == nil && o.json {
			return o.app.json(s)
		}
		if err == nil {
			s.tell(o.out)
		}
		return err
	}
	return o.onMachine(ctx, "allow", func(ctx context.Context, env *steps.Env) error {
		if err := o.finishChange(ctx, env); err != nil {
			return err
		}
		if c.Empty() {
			s, err := wayOf(env)
			if err != nil {
				return err
			}
			s.tell(o.out)
			if c, err = o.ask(ctx, s.Blocked); err != nil || c.Empty() {
				return err
			}
		}
		return o.change(ctx, env, c)
	})
}

// changeOptions are those of a run that changes the way out.
func (a *app) changeOptions(name string) provision.Options {
	opts := a.runOptions(name, nil)
	opts.ResumeCommand, opts.UndoCommand = "clawarium allow"+a.nameFlag(name), ""
	return opts
}

// finishChange ends a change that an earlier process left, and says so.
func (a *app) finishChange(ctx context.Context, env *steps.Env) error {
	done, err := env.FinishChange(ctx, func(provision.Event) {}, a.changeOptions(env.Plan.Name))
	if err != nil || done == nil {
		return err
	}
	t := &text.T().Allow
	if done.Failed != nil {
		ui.PrintError(a.err, &text.Fault{What: t.EarlierBack, Err: done.Failed})
		return nil
	}
	fmt.Fprintln(a.err, t.EarlierDone)
	return nil
}

// change checks the wish as a whole and puts it in force.
func (o *allowOptions) change(ctx context.Context, env *steps.Env, c steps.WayChange) error {
	t := &text.T().Allow
	out, err := o.changeWay(ctx, env, c, func(provision.Event) {})
	if err != nil {
		return err
	}
	switch {
	case out.Same:
		fmt.Fprintln(o.err, t.Same)
	case out.InForce:
		fmt.Fprintln(o.err, t.InForce)
	default:
		fmt.Fprintln(o.err, t.Later)
	}
	return nil
}

// changeWay changes the way out of a machine whose lock is held. A change that was
// taken back is an error.
func (a *app) changeWay(ctx context.Context, env *steps.Env, c steps.WayChange, event func(provision.Event)) (steps.Changed, error) {
	was, err := env.WayOut()
	if err != nil {
		return steps.Changed{}, err
	}
	is, err := was.Change(c, time.Now())
	wrong := []error{err}
	for _, p := range is.With(env.Plan).Problems(a.hostFacts()) {
		if strings.HasPrefix(p.Key, "network.") {
			wrong = append(wrong, p)
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return steps.Changed{}, usageError{err}
	}
	out, err := env.ChangeWayOut(ctx, is, event, a.changeOptions(env.Plan.Name))
	if err == nil && out.Failed != nil {
		t := &text.T().Allow
		err = &text.Fault{What: t.TakenBack, Hint: t.TakenBackHint, Err: out.Failed}
	}
	return out, err
}

// ask goes through what was blocked. The end of the input decides nothing.
func (o *allowOptions) ask(ctx context.Context, blocked []wayBlocked) (steps.WayChange, error) {
	t := &text.T().Allow
	var c steps.WayChange
	if len(blocked) == 0 {
		return c, nil
	}
	var chosen []int
	for chosen == nil {
		answer, err := ui.Ask(ctx, o.in, o.err, t.AskWhich)
		if err != nil {
			return c, err
		}
		if strings.TrimSpace(answer) == "" {
			fmt.Fprintln(o.err, t.Left)
			return c, nil
		}
		if chosen = numbers(answer, len(blocked)); chosen == nil {
			fmt.Fprintf(o.err, t.NoNumber+"\n", checks.Clean(answer), len(blocked))
		}
	}
	for _, i := range chosen {
		b := blocked[i]
		host := hostPort(b.Host, b.Port)
		if !b.Allowable {
			fmt.Fprintf(o.err, t.NotAllowable+"\n", checks.Clean(host), b.Why)
		}
		answer, err := ui.Ask(ctx, o.in, o.err, fmt.Sprintf(t.AskHost, checks.Clean(host)))
		if err != nil {
			return c, err
		}
		switch {
		case among(t.AnswerGood, answer):
			c.Add = append(c.Add, steps.Temporary{Host: host})
		case among(t.AnswerHour, answer):
			c.Add = append(c.Add, steps.Temporary{Host: host, Until: time.Now().Add(time.Hour)})
		case among(t.AnswerNever, answer):
			c.Never = append(c.Never, host)
		}
	}
	if c.Empty() {
		fmt.Fprintln(o.err, t.Left)
	}
	return c, nil
}

// numbers reads "1,3 5", "2-4" or "all" as indices below n; nil when it is neither.
func numbers(answer string, n int) []int {
	var out []int
	add := func(from, to int) bool {
		if from < 1 || to > n || from > to {
			return false
		}
		for i := from - 1; i < to; i++ {
			if !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
		return true
	}
	if among(text.T().Allow.AnswerAll, answer) {
		add(1, n)
		return out
	}
	for _, word := range strings.FieldsFunc(answer, func(r rune) bool { return r == ',' || r == ' ' || r == '，' || r == '、' }) {
		low, high, isRange := strings.Cut(word, "-")
		from, err := strconv.Atoi(low)
		to := from
		if err == nil && isRange {
			to, err = strconv.Atoi(high)
		}
		if err != nil || !add(from, to) {
			return nil
		}
	}
	return out
}

// wayState is the way out as it is listed.
type wayState struct {
	steps.WayOut
	Way     steps.Way     `json:"way"`
	Rules   []warden.Rule `json:"rules"`
	Blocked []wayBlocked  `json:"blocked"`
}

// wayBlocked is a name that was refused.
type wayBlocked struct {
	warden.Blocked
	Why       string `json:"why"`       // in words
	Allowable bool   `json:"allowable"` // allowing it would let it through
}

func wayOf(env *steps.Env) (s wayState, err error) {
	if s.WayOut, err = env.WayOut(); err != nil {
		return s, err
	}
	if s.Way, err = env.Way(); err != nil {
		return s, err
	}
	if s.Rules, err = env.Rules(); err != nil {
		return s, err
	}
	blocked, err := env.Blocked()
	s.Blocked = []wayBlocked{}
	for _, b := range blocked {
		s.Blocked = append(s.Blocked, wayBlocked{b, reason(b.Reason), steps.Allowable(b.Reason)})
	}
	return s, err
}

// tell says it in lines. What was blocked is in the words of a guest that may be
// hostile.
func (s wayState) tell(w io.Writer) {
	t := &text.T().Allow
	line := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	line("%s", s.Way.Text())
	line(t.Level, s.Level, t.Levels[s.Level])
	if s.Server != "" {
		line(t.Server, s.Server)
	}
	if len(s.Rules) > 0 {
		line(t.RulesHead)
	}
	for _, r := range s.Rules {
		var hosts []string
		for _, port := range r.Ports {
			hosts = append(hosts, hostPort(r.Host, port))
		}
		until := ""
		if !r.Until.IsZero() {
			if !r.Until.After(time.Now()) {
				continue
			}
			until = fmt.Sprintf(t.Until, moment(r.Until))
		}
		line("  %s  %s%s", strings.Join(hosts, " "), forWhom(r.For), until)
	}
	if len(s.Never) > 0 {
		line(t.NeverHead, strings.Join(s.Never, text.T().Checks.ListSeparator))
	}
	if len(s.Blocked) == 0 {
		line(t.NothingBlocked)
		return
	}
	line(t.BlockedHead)
	for i, b := range s.Blocked {
		line(t.Blocked, i+1, checks.Clean(hostPort(b.Host, b.Port)), b.Count, moment(b.First), moment(b.Last), b.Why)
	}
}

// forWhom is a rule's purpose in words.
func forWhom(s string) string {
	kind, id, _ := strings.Cut(s, ":")
	if words := text.T().Allow.For[kind]; words != "" {
		return strings.TrimSpace(words + " " + id)
	}
	return s
}

// hostPort is a host as a person enters it.
func hostPort(host string, port int) string {
	if port == plan.WebPort {
		return host
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port)
}
