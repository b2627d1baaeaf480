package main

// The way out of a machine, as the screen and the line mode ask for it and change it.

import (
	"context"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

// Out reads the machine's files alone: it is asked for again and again.
func (m *machine) Out(context.Context) (ui.Out, error) {
	env, err := m.existing()
	if err != nil {
		return ui.Out{}, err
	}
	defer env.Close()
	s, err := wayOf(env)
	if err != nil {
		return ui.Out{}, err
	}
	out := ui.Out{
		Running: s.Way.Running, Connected: s.Way.Connected, Since: s.Way.Since, Unwalled: s.Way.Unwalled, Trouble: s.Way.Trouble, Never: s.Never,
	}
	if s.Way.Running {
		out.Level = s.Way.Level
		if out.Trouble == "" && !s.Way.InForce {
			out.Trouble = text.T().Service.PolicyNotInForce
		}
	}
	for _, b := range s.Blocked {
		out.Blocked = append(out.Blocked, ui.Blocked{
			Host: b.Host, Port: b.Port, Count: b.Count, First: b.First, Last: b.Last, Reason: b.Why, Listable: b.Allowable,
		})
	}
	now := time.Now()
	for _, r := range s.Rules {
		var left time.Duration
		if !r.Until.IsZero() {
			if left = r.Until.Sub(now); left <= 0 {
				continue
			}
		}
		for _, port := range r.Ports {
			out.Rules = append(out.Rules, ui.OutRule{Host: hostPort(r.Host, port), Until: left, For: r.For})
		}
	}
	return out, nil
}

func (m *machine) ChangeOut(ctx context.Context, c ui.OutChange, event func(provision.Event)) error {
	wish := steps.WayChange{Level: c.Level, Remove: c.Remove, Never: c.Never}
	for _, r := range c.Add {
		t := steps.Temporary{Host: r.Host}
		if r.Until > 0 {
			t.Until = time.Now().Add(r.Until)
		}
		wish.Add = append(wish.Add, t)
	}
	return m.change("allow", func(env *steps.Env) error {
		if _, err := env.FinishChange(ctx, event, m.changeOptions(m.name)); err != nil {
			return err
		}
		_, err := m.changeWay(ctx, env, wish, event)
		return err
	})
}
