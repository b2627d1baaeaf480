package ui

// The program around the model: the terminal, signals, and how it ends.

import (
	"context"
	"errors"
	"io"
	"os"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/provision/plan"
)

// Options of the screen.
type Options struct {
	In  io.Reader // usually the standard input
	Out io.Writer // usually the standard output
	// Start is the page to begin with; empty means welcome.
	Start string
	// Plan is what the answers begin as.
	Plan plan.Plan
	// Existing is whether the plan is that of a machine that was begun.
	Existing bool
}

// Run shows the screen until it is left and returns the exit status.
func Run(ctx context.Context, d Driver, o Options) (int, error) {
	start := o.Start
	if start == "" {
		start = "welcome"
	}
	w := newWizard(ctx, d, o.Plan, start)
	w.session.existing = o.Existing
	p := tea.NewProgram(w, tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithoutSignalHandler(), tea.WithEnvironment(os.Environ()))
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-ctx.Done():
			p.Send(stopMsg{code: stopCode(ctx)})
		case <-done:
		}
	}()
	_, err := p.Run()
	if errors.Is(err, tea.ErrInterrupted) {
		return 130, nil
	}
	return w.code, err
}

// stopCode is the exit status for the signal that ended the context.
func stopCode(context.Context) int { return 130 }
