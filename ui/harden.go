package ui

// The screen of re-hardening: what drifted, what is to be done about each, the
// repair, and how things stand then. Nothing is chosen by default, and nothing is
// changed before a yes to the review.

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
)

func init() {
	pageMakers["harden"] = func(s *session) page {
		return &harden{s: s, repair: repairing{s: s}, promises: promising{s: s}}
	}
}

// hardenStage is where the owner is on the way.
type hardenStage int

const (
	hardenOpening  hardenStage = iota
	hardenFailed               // err says why
	hardenPending              // a repair was not finished
	hardenExposed              // files on this computer are open to others
	hardenLooking              // at the machine
	hardenList                 // of drifts
	hardenDetail               // of one
	hardenReview               // of what was chosen
	hardenApplying             // accepting
	hardenRepair
	hardenPromises // that have lapsed
	hardenEnd
)

// driftChoice is what is to be done about a drift.
type driftChoice int

const (
	driftOpen driftChoice = iota
	driftRepair
	driftAccept
	driftLeave
)

type harden struct {
	s       *session
	turn    int
	machine *lent
	stage   hardenStage
	err     error
	refused error // what the last key could not do

	tell   *telling
	rows   stepList
	cancel context.CancelFunc
	began  time.Time

	pending *provision.Repair
	exposed map[string]steps.Open
	chosen  int // under the cursor, of a question's answers

	look    steps.Look
	seen    bool // look has something
	drifts  []steps.Drift
	choice  []driftChoice
	at      int
	from    int
	nothing bool // there was no drift

	resumed  bool // the repair that runs is an earlier one's
	repair   repairing
	accepted []string
	promises promising
}

// What comes in; of is the turn that asked.
type (
	hardenBegunMsg struct {
		of      int
		machine *lent
		pending *provision.Repair
		exposed map[string]steps.Open
		err     error
	}
	hardenClosedMsg struct {
		of  int
		err error
	}
	hardenLookedMsg struct {
		of     *telling
		look   steps.Look
		drifts []steps.Drift
		err    error
	}
	hardenAcceptedMsg struct {
		of    int
		look  steps.Look
		paths []string
		err   error
	}
	hardenLapsedMsg struct {
		of     int
		lapsed []checks.Promise
		err    error
	}
	hardenJudgedMsg struct {
		of   int
		look steps.Look
	}
	hardenAgreedMsg struct{ of int }
)

func (h *harden) name() string { return "harden" }
func (h *harden) typing() bool { return false }

func (h *harden) enter() tea.Cmd {
	h.close()
	*h = harden{s: h.s, turn: h.turn + 1, repair: repairing{s: h.s}, promises: promising{s: h.s}}
	turn, name, driver, ctx := h.turn, h.s.plan.Name, h.s.driver, h.s.ctx
	return func() tea.Msg {
		machine, err := driver.Machine(name)
		if err != nil {
			return hardenBegunMsg{of: turn, err: err}
		}
		m := openMachine(ctx, machine)
		msg := hardenBegunMsg{of: turn, machine: m}
		if msg.err = m.Unfinished(); msg.err != nil {
			return msg
		}
		if msg.pending, msg.err = m.Pending(m.ctx); msg.err != nil {
			return msg
		}
		msg.exposed, msg.err = m.TooOpen()
		return msg
	}
}

func (h *harden) close() {
	if h.cancel != nil {
		h.cancel()
	}
	if h.machine != nil {
		h.machine.leave()
	}
	h.machine = nil
}

// home goes to the dashboard.
func (h *harden) home() tea.Cmd {
	h.close()
	h.turn++
	h.stage, h.from = hardenOpening, 0 // what is drawn until then needs no machine
	return replace("dashboard")
}

func (h *harden) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case hardenBegunMsg:
		return h.begun(msg)
	case hardenClosedMsg:
		if msg.of == h.turn {
			if msg.err != nil {
				return h.fail(msg.err)
			}
			return h.lookAround()
		}
		return nil
	case hardenLookedMsg:
		if msg.of == h.tell {
			return h.looked(msg)
		}
		return nil
	case hardenAcceptedMsg:
		if msg.of == h.turn {
			if msg.err != nil {
				return h.fail(msg.err)
			}
			h.look, h.accepted = msg.look, msg.paths
			return h.startRepair()
		}
		return nil
	case hardenLapsedMsg:
		if msg.of == h.turn {
			return h.askLapsed(msg)
		}
		return nil
	case hardenJudgedMsg:
		if msg.of == h.turn {
			h.look, h.stage, h.from = msg.look, hardenEnd, 0
		}
		return nil
	case hardenAgreedMsg:
		if msg.of == h.turn && h.stage == hardenReview {
			return h.apply()
		}
		return nil
	case toldMsg:
		if msg.of == h.tell {
			for _, e := range msg.events {
				h.rows.hear(e)
			}
			return msg.of.next
		}
	case tea.KeyPressMsg:
		return h.press(msg)
	}
	switch h.stage {
	case hardenRepair:
		return h.repair.update(msg)
	case hardenPromises:
		return h.promise(msg)
	}
	return nil
}

func (h *harden) fail(err error) tea.Cmd {
	h.stage, h.err, h.from = hardenFailed, err, 0
	return nil
}

func (h *harden) begun(msg hardenBegunMsg) tea.Cmd {
	if msg.of != h.turn {
		if msg.machine != nil {
			msg.machine.leave()
		}
		return nil
	}
	h.machine, h.pending, h.exposed = msg.machine, msg.pending, msg.exposed
	if msg.machine != nil {
		h.promises.machine = msg.machine
	}
	switch {
	case msg.err != nil:
		return h.fail(msg.err)
	case msg.pending != nil:
		h.stage = hardenPending
		h.chosen = len(h.answers()) - 1 // going on is to be chosen
		return nil
	}
	return h.afterPending()
}

// afterPending goes on where no earlier repair is in the way.
func (h *harden) afterPending() tea.Cmd {
	h.pending = nil
	if len(h.exposed) > 0 {
		h.stage, h.chosen = hardenExposed, 1 // closing is to be chosen
		return nil
	}
	return h.lookAround()
}

// lookAround looks at the machine.
func (h *harden) lookAround() tea.Cmd {
	h.stage, h.rows, h.began, h.from = hardenLooking, nil, h.s.now(), 0
	h.refused = nil
	tell, m := newTelling(), h.machine
	ctx, cancel := context.WithCancel(m.ctx)
	h.tell, h.cancel = tell, cancel
	m.use.Add(1)
	return tell.run(func() tea.Msg {
		defer m.use.Done()
		defer cancel()
		look, err := m.Look(ctx, tell.reporter(text.T().Dashboard.Harden.Looking))
		if err != nil {
			return hardenLookedMsg{of: tell, err: err}
		}
		return hardenLookedMsg{of: tell, look: look, drifts: m.Drifts(look, nil)}
	})
}

func (h *harden) looked(msg hardenLookedMsg) tea.Cmd {
	if msg.err != nil {
		return h.fail(msg.err)
	}
	h.look, h.seen, h.drifts = msg.look, true, msg.drifts
	h.choice = make([]driftChoice, len(h.drifts))
	h.at, h.from = 0, 0
	if h.nothing = len(h.drifts) == 0; h.nothing {
		return h.afterwards()
	}
	h.stage = hardenList
	return nil
}

// selected are the drifts with that choice.
func (h *harden) selected(c driftChoice) []steps.Drift {
	var out []steps.Drift
	for i, d := range h.drifts {
		if h.choice[i] == c {
			out = append(out, d)
		}
	}
	return out
}

// paths are those to be accepted.
func (h *harden) paths() []string {
	var out []string
	for _, d := range h.selected(driftAccept) {
		out = append(out, d.Change.Path)
	}
	return out
}

// apply begins what was agreed to: first what is accepted as it was seen, then
// the repair.
func (h *harden) apply() tea.Cmd {
	paths := h.paths()
	if len(paths) == 0 {
		return h.startRepair()
	}
	h.stage = hardenApplying
	turn, m, look := h.turn, h.machine, h.look
	return m.do(func(ctx context.Context) tea.Msg {
		return h.s.work(func() tea.Msg {
			err := m.Accept(ctx, &look, paths...)
			return hardenAcceptedMsg{turn, look, paths, err}
		})()
	})
}

func (h *harden) startRepair() tea.Cmd {
	chosen := h.selected(driftRepair)
	if len(chosen) == 0 {
		return h.afterwards()
	}
	h.stage, h.resumed = hardenRepair, false
	return h.repair.start(h.machine, h.look, chosen)
}

// repaired goes on after a repair that came to its end.
func (h *harden) repaired() tea.Cmd {
	switch h.repair.state {
	case repairKept, repairBack:
		if h.resumed && h.repair.state == repairKept {
			return h.afterPending()
		}
		h.look, h.seen = h.repair.outcome.After, true
		return h.afterwards()
	}
	return h.home()
}

// afterwards asks for promises that have lapsed, and ends.
func (h *harden) afterwards() tea.Cmd {
	h.stage = hardenApplying
	turn, m := h.turn, h.machine
	return m.do(func(context.Context) tea.Msg {
		all, err := m.Promises()
		all = slices.DeleteFunc(slices.Clone(all), func(p checks.Promise) bool { return p.Standing != checks.Lapsed })
		return hardenLapsedMsg{turn, all, err}
	})
}

func (h *harden) askLapsed(msg hardenLapsedMsg) tea.Cmd {
	if msg.err != nil {
		return h.fail(msg.err)
	}
	if len(msg.lapsed) == 0 {
		h.stage, h.from = hardenEnd, 0
		return nil
	}
	h.stage = hardenPromises
	return h.promises.ask(msg.lapsed)
}

// promise gives the promises their messages.
func (h *harden) promise(msg tea.Msg) tea.Cmd {
	ids, cmd := h.promises.update(msg)
	if len(ids) == 0 {
		return cmd
	}
	h.stage = hardenApplying
	turn, m, look := h.turn, h.machine, h.look
	return m.do(func(context.Context) tea.Msg {
		m.JudgeAgain(&look)
		return hardenJudgedMsg{turn, look}
	})
}

// leaving asks where something would be lost.
func (h *harden) leaving(sig stopping) tea.Cmd {
	if h.stage == hardenRepair {
		if cmd := h.repair.leaving(sig); cmd != nil {
			return cmd
		}
	}
	open := slices.ContainsFunc(h.choice, func(c driftChoice) bool { return c != driftOpen })
	if sig == byKey && open && (h.stage == hardenList || h.stage == hardenDetail || h.stage == hardenReview) {
		t := &text.T().Dashboard.Harden
		return ask(&dialog{title: words().Leave, about: t.LeaveAbout, cancel: func() tea.Msg { return nil }, answers: []answer{
			{"", words().LeaveNo, nil}, {"", words().LeaveYes, quit(130)},
		}})
	}
	if h.cancel != nil {
		h.cancel()
	}
	return quit(130)
}
