package main

// The way out of one machine, for the screen: as `clawarium allow` sees and changes it.

import (
	"context"
	"slices"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

// Out reads the machine's files alone, and so waits for nothing.
func (m *machine) Out(context.Context) (ui.Out, error) {
	s, err := wayOf(m.still.Load())
	if err != nil {
		return ui.Out{}, err
	}
	out := ui.Out{
		Running: s.Way.Running, Connected: s.Way.Connected, Since: s.Way.Since, Never: s.Never,
	}
	if s.Way.Running {
		out.Level = s.Way.Level
		if !s.Way.InForce || s.Way.Trouble != "" {
			out.Trouble = s.Way.Text()
		}
		if s.Way.Trouble != "" {
			out.Trouble += ": " + s.Way.Trouble
		}
	}
	for _, b := range s.Blocked {
		out.Blocked = append(out.Blocked, ui.Blocked{
			Host: b.Host, Port: b.Port, Count: b.Count, First: b.First, Last: b.Last, Reason: b.Why, Listable: b.Allowable,
		})
	}
	for _, r := range s.Rules {
		left := time.Duration(0)
		if !r.Until.IsZero() {
			if left = time.Until(r.Until); left <= 0 {
				continue
			}
		}
		for _, port := range r.Ports {
			out.Rules = append(out.Rules, ui.OutRule{Host: hostPort(r.Host, port), Until: left, For: r.For})
		}
	}
	return out, nil
}

func (m *machine) ChangeOut(ctx context.Context, change ui.OutChange, event func(provision.Event)) error {
	wish := steps.WayChange{Level: change.Level, Remove: change.Remove, Never: change.Never}
	for _, rule := range change.Add {
		until := time.Time{}
		if rule.Until > 0 {
			until = time.Now().Add(rule.Until)
		}
		wish.Add = append(wish.Add, steps.Temporary{Host: rule.Host, Until: until})
	}
	return m.change("allow", func(env *steps.Env) error {
		return m.changed(ctx, env, wish, event)
	})
}

// changed ends what an earlier process left of another change, and makes this one.
func (m *machine) changed(ctx context.Context, env *steps.Env, wish steps.WayChange, event func(provision.Event)) error {
	if _, err := env.FinishChange(ctx, event, m.changeOptions(env.Plan.Name)); err != nil {
		return err
	}
	now, err := env.WayOut()
	if err != nil {
		return err
	}
	// What lapsed while the screen showed it needs no taking out any more.
	there := slices.Concat(now.Allow, now.Never)
	for _, t := range now.For {
		there = append(there, t.Host)
	}
	wish.Remove = slices.DeleteFunc(slices.Clone(wish.Remove), func(host string) bool { return !slices.Contains(there, host) })
	if wish.Empty() {
		return nil
	}
	done, err := m.changeWay(ctx, env, wish, event)
	if err == nil && !done.InForce {
		event(provision.Event{Kind: provision.StepNote, Line: text.T().Allow.Later})
	}
	return err
}
