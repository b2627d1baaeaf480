package main

// clawarium warden: the host-side service itself, and how it stands.

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/provision/warden"
	"github.com/clawarium/clawarium/ui"
)

// wardenMemory is where the collector begins to work harder: 200 connections and
// the program itself stay below 40 MB.
const wardenMemory = 28 << 20

func newWarden(a *app) *cobra.Command {
	t := &text.T().Service
	c := &cobra.Command{Use: "warden", Short: t.Short, Long: t.Long, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}

	var supervise, supervised bool
	run := &cobra.Command{Use: "run", Short: t.RunShort, Long: t.RunLong, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.wardenRun(cmd.Context(), supervise, supervised)
		}}
	run.Flags().BoolVar(&supervise, host.FlagSupervise, false, t.RunShort)
	run.Flags().BoolVar(&supervised, host.FlagSupervised, false, t.RunShort)
	for _, internal := range []string{host.FlagSupervise, host.FlagSupervised} {
		_ = run.Flags().MarkHidden(internal)
	}

	install := &cobra.Command{Use: "install", Short: t.InstallShort, Long: t.InstallLong, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.wardenInstall(cmd.Context()) }}

	var asJSON bool
	status := &cobra.Command{Use: "status", Short: t.StatusShort, Long: t.StatusLong, Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return a.wardenStatus(asJSON) }}
	status.Flags().BoolVar(&asJSON, "json", false, t.FlagJSON)

	var last int
	var follow, logJSON bool
	log := &cobra.Command{Use: "log", Short: t.LogShort, Long: t.LogLong, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if last < 1 || last > 100000 {
				return usageError{&text.Fault{What: fmt.Sprintf(t.BadLast, last), Hint: t.BadLastHint}}
			}
			return a.wardenLog(cmd.Context(), last, follow, logJSON)
		}}
	log.Flags().IntVar(&last, "last", 20, t.FlagLast)
	log.Flags().BoolVar(&follow, "follow", false, t.FlagFollow)
	log.Flags().BoolVar(&logJSON, "json", false, t.FlagJSON)

	// What the warden's process itself calls: libvirt's libraries are no part of it.
	walls := &cobra.Command{Use: steps.WallsCommand, Short: t.WallsShort, Args: noArgs, Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.wardenWalls(cmd.Context()) }}

	c.AddCommand(run, install, status, log, walls)
	return c
}

// wardenRun is the warden's process, or its supervisor's.
func (a *app) wardenRun(ctx context.Context, supervise, supervised bool) error {
	env, err := a.existing()
	if err != nil {
		return err
	}
	defer env.Close()
	service := env.Service()
	if !term.IsTerminal(int(a.in.Fd())) {
		// Here a hang-up means "read the policy again", and is the warden's.
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(context.WithoutCancel(ctx), os.Interrupt, syscall.SIGTERM)
		defer stop()
		signal.Ignore(syscall.SIGHUP)
	}
	if supervise {
		return service.Supervise(ctx)
	}
	debug.SetMemoryLimit(wardenMemory)
	debug.SetGCPercent(50)
	serve := func(ctx context.Context) error { return a.wardenServe(ctx, env) }
	if supervised {
		return service.Supervised(ctx, a.in, serve)
	}
	return service.Foreground(ctx, serve)
}

// wardenServe runs the warden and says on stderr what becomes of it.
func (a *app) wardenServe(ctx context.Context, env *steps.Env) error {
	t := &text.T().Service
	say := func(format string, args ...any) {
		fmt.Fprintf(a.err, format+"\n", append([]any{time.Now().UTC().Format(time.RFC3339)}, args...)...)
	}
	say(t.RunBegan, env.Plan.Name)
	telling, stop := context.WithCancel(ctx)
	told := make(chan struct{})
	go func() {
		defer close(told)
		tellWarden(telling, env.Dir(), say)
	}()
	err := env.Warden().Run(ctx)
	stop()
	<-told
	if ctx.Err() != nil {
		err = nil // it was told to
	}
	if err == nil {
		say(t.RunEnded, env.Plan.Name)
	}
	return err
}

// tellWarden says each change of the warden's state.
func tellWarden(ctx context.Context, dir string, say func(string, ...any)) {
	t := &text.T().Service
	began := time.Now()
	last := ""
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s, _, err := warden.ReadStatus(dir)
		if err != nil || s.PID != os.Getpid() || s.Since.Before(began.Add(-time.Minute)) { // left by an earlier one
			continue
		}
		now := fmt.Sprintf(t.Told, connection(s), s.Level, s.Rules, strings.Join(nonEmpty(s.WallsTrouble, s.Trouble, s.PolicyTrouble), "; "))
		if now != last {
			last = now
			say("%s %s", now)
		}
	}
}

func connection(s warden.Status) string {
	if s.Connected {
		return text.T().Service.ToldConnected
	}
	return text.T().Service.ToldNotConnected
}

func nonEmpty(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (a *app) wardenInstall(ctx context.Context) error {
	return a.onMachine(ctx, "warden install", func(ctx context.Context, env *steps.Env) error {
		service := env.Service()
		if err := service.Install(ctx); err != nil {
			return err
		}
		t := &text.T().Service
		fmt.Fprintf(a.err, t.Installed+"\n", service.Unit())
		if host.Lingers() {
			fmt.Fprintln(a.err, t.LingerNote)
		} else {
			fmt.Fprintln(a.err, t.LingerHint)
		}
		return nil
	})
}

// wardenWalls puts the machine's filter in force again.
func (a *app) wardenWalls(ctx context.Context) error {
	env, err := a.existing()
	if err != nil {
		return err
	}
	defer env.Close()
	err = a.onMachine(ctx, "warden "+steps.WallsCommand, func(ctx context.Context, env *steps.Env) error {
		log, err := a.openLog(env.Plan.Name)
		if err != nil {
			return err
		}
		defer log.Close()
		m := a.toHarden(env, nil, ui.NewLine(a.err, a.verbose).Event, log)
		return env.PutWallsBack(ctx, m.h)
	})
	if said := env.Service().Answer(err); err == nil {
		err = said
	}
	if err == nil {
		fmt.Fprintln(a.err, text.T().Service.WallsPutBack)
	}
	return err
}

// wardenState is what `status --json` says.
type wardenState struct {
	Running bool          `json:"running"`
	Kept    host.Kept     `json:"kept"`
	InForce bool          `json:"inForce"` // the plan's policy is
	Blocked int           `json:"blocked"`
	Status  warden.Status `json:"status"`
}

func (a *app) wardenStatus(asJSON bool) error {
	env, err := a.existing()
	if err != nil {
		return err
	}
	defer env.Close()
	s, running, err := warden.ReadStatus(env.Dir())
	if err != nil {
		return err
	}
	way, err := env.Way()
	if err != nil {
		return err
	}
	if asJSON {
		err = a.json(wardenState{running, way.Kept, way.InForce, way.Blocked, s})
	} else {
		tellState(a.out, env.Plan.Name, s, way)
	}
	if err == nil && (!running || !s.Connected || !way.InForce || way.Unwalled) {
		return &exitError{exitNotMet}
	}
	return err
}

func (a *app) json(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func tellState(w io.Writer, name string, s warden.Status, way steps.Way) {
	t := &text.T().Service
	line := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	if !way.Running {
		line(t.IsOff, name)
		return
	}
	line(t.IsOn, moment(s.Since), t.Kept[string(way.Kept)])
	if s.Connected {
		line(t.IsConnected, moment(s.ConnectedSince))
	} else {
		line(t.IsNotConnected)
	}
	switch {
	case s.Policy == "":
		line(t.Refuses)
	default:
		line(t.Level, s.Level, s.Rules)
	}
	if s.PolicyTrouble != "" {
		line(t.PolicyBad, checks.Clean(s.PolicyTrouble))
	} else if !way.InForce {
		line(t.NotInForce)
	}
	for _, trouble := range nonEmpty(s.WallsTrouble, s.Trouble) {
		line(t.Trouble, checks.Clean(trouble))
	}
	if s.WallsBack > 0 {
		line(t.WallsBack, s.WallsBack, moment(s.WallsBackAt))
	}
	line(t.Counts, s.Allowed, s.Refused, s.Cut, s.Open)
	if s.JournalAt.IsZero() {
		line(t.NoJournal)
	} else {
		line(t.Journal, moment(s.JournalAt))
	}
	line(t.Blocked, way.Blocked)
}

// moment is a time for people, of this computer's zone.
func moment(at time.Time) string { return at.Local().Format(time.DateTime) }

// wardenLog prints the last entries, and with follow those that come.
func (a *app) wardenLog(ctx context.Context, last int, follow, asJSON bool) error {
	env, err := a.existing()
	if err != nil {
		return err
	}
	defer env.Close()
	show := func(entries []warden.Entry) {
		for _, e := range entries {
			if asJSON {
				data, err := json.Marshal(e)
				if err == nil {
					fmt.Fprintf(a.out, "%s\n", data)
				}
				continue
			}
			fmt.Fprintln(a.out, logLine(e))
		}
	}
	entries, err := warden.ReadLog(env.Dir(), last)
	if err != nil {
		return err
	}
	if len(entries) == 0 && !follow {
		fmt.Fprintln(a.err, text.T().Service.NoLog)
	}
	show(entries)
	seen := int64(-1)
	for follow {
		select {
		case <-ctx.Done():
			return nil // as somebody who only looks ends it
		case <-time.After(500 * time.Millisecond):
		}
		info, err := os.Stat(filepath.Join(env.Dir(), warden.LogFile))
		if err != nil || info.Size() == seen {
			continue
		}
		seen = info.Size()
		all, err := warden.ReadLog(env.Dir(), 2000)
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			all = behind(all, entries[len(entries)-1])
		}
		if len(all) > 0 {
			show(all)
			entries = all
		}
	}
	return nil
}

// behind returns the entries after the one that was shown last; all of them when it
// is not there any more.
func behind(all []warden.Entry, last warden.Entry) []warden.Entry {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i] == last {
			return all[i+1:]
		}
	}
	return all
}

// logLine is an entry in one line: when, what became of it, where to, and why.
func logLine(e warden.Entry) string {
	t := &text.T().Service
	words := []string{moment(e.Time), t.Verdicts[string(e.Verdict)]}
	if e.Kind != "" {
		words = append(words, e.Kind)
	}
	if e.Host != "" {
		words = append(words, fmt.Sprintf("%s:%d", checks.Clean(e.Host), e.Port))
	}
	if e.Address != "" {
		words = append(words, "["+checks.Clean(e.Address)+"]")
	}
	if e.Rule != "" {
		words = append(words, checks.Clean(e.Rule))
	}
	if e.Name != "" {
		words = append(words, fmt.Sprintf(t.LogName, checks.Clean(e.Name)))
	}
	line := strings.Join(words, "  ")
	if e.Reason != "" {
		line += "  " + reason(e.Reason)
	}
	if e.Up > 0 || e.Down > 0 {
		line += "  " + fmt.Sprintf(t.LogBytes, e.Up, e.Down)
	}
	if e.Times > 0 {
		line += "  " + fmt.Sprintf(t.LogTimes, e.Times)
	}
	return line
}

// reason is why something was refused, in words.
func reason(r warden.Reason) string {
	if words := text.T().Warden.Reasons[string(r)]; words != "" {
		return words
	}
	return checks.Clean(string(r))
}
