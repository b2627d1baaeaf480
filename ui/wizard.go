package ui

// The one top-level model: a header, a page, a footer, and over them at times a
// dialog or the help. It knows the way from page to page and holds every frame to
// the size of the window.

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// The least window in which all of it can be read.
const (
	leastWidth  = 60
	leastHeight = 20
	frameRows   = 4 // header, rule, blank above the footer, footer
)

// way is the order of the pages before anything is made.
var way = []string{
	"welcome", "computer", "size", "sources", "account", "network", "key", "rights", "promises", "review",
}

// wizard is the model.
type wizard struct {
	session *session
	pages   map[string]page
	at      string
	trail   []string // the way back
	dialog  *dialog
	help    *helpPage

	width, height int
	code          int  // exit status
	ended         bool // quit was asked for
}

// pageMakers makes each page, by name.
var pageMakers = map[string]func(*session) page{}

// newWizard begins at the named page.
func newWizard(ctx context.Context, d Driver, p plan.Plan, start string) *wizard {
	w := &wizard{
		session: &session{
			ctx: ctx, driver: d, host: d.Host(), plan: p, suggested: p,
			promised: map[checks.ID]bool{}, styles: newStyles(true), now: time.Now, width: 80, height: 20,
			release: tea.Exec, tidy: func() {}, after: tea.Tick,
		},
		pages: map[string]page{},
		at:    start,
	}
	for name, make := range pageMakers {
		w.pages[name] = make(w.session)
	}
	return w
}

// Format shows nothing of the model; see session.
func (*wizard) Format(f fmt.State, _ rune) { io.WriteString(f, "wizard") }

// Init begins with the first page. The terminal is asked for its background.
func (w *wizard) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, w.page().enter())
}

func (w *wizard) page() page { return w.pages[w.at] }

// busy is a page with work going on that must not be left by a key alone.
type busy interface {
	// leaving answers ctrl+c, SIGTERM and SIGHUP: what to do instead of asking
	// whether to leave; nil when the page can simply be left.
	leaving(sig stopping) tea.Cmd
}

// stopping is why a page is asked to end.
type stopping int

const (
	byKey    stopping = iota // ctrl+c: ask
	bySignal                 // SIGTERM, SIGHUP, a closed terminal: end in order, at once
)

// stopMsg tells the model that the process was asked to end.
type stopMsg struct{ code int }

// Update takes a message. Keys go to the help, else to the dialog, else to the
// page; everything else goes to the page, whatever lies over it.
func (w *wizard) Update(msg tea.Msg) (tea.Model, tea.Cmd) { return w, w.update(msg) }

func (w *wizard) update(msg tea.Msg) tea.Cmd {
	if w.ended {
		return nil
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		w.width, w.height = msg.Width, msg.Height
		w.session.width, w.session.height = max(msg.Width, leastWidth), max(msg.Height, leastHeight)-frameRows
		return w.page().update(tea.WindowSizeMsg{Width: w.session.width, Height: w.session.height})
	case tea.BackgroundColorMsg:
		w.session.styles = newStyles(msg.IsDark())
		return w.page().update(msg)
	case stopMsg:
		w.code = msg.code
		w.dialog, w.help = nil, nil
		if b, ok := w.page().(busy); ok {
			if cmd := b.leaving(bySignal); cmd != nil {
				return cmd
			}
		}
		return w.end(msg.code)
	case quitMsg:
		return w.end(cmp.Or(w.code, msg.code)) // a signal's stays
	case dialogMsg:
		w.dialog, w.help = msg.dialog, nil
		return msg.dialog.arm()
	case forwardMsg:
		for i := slices.Index(way, w.at) + 1; i > 0 && i < len(way); i++ {
			if !w.passedOver(way[i]) {
				return w.turn(way[i], true)
			}
		}
		return nil
	case backMsg:
		for n := len(w.trail); n > 0; n = len(w.trail) {
			to := w.trail[n-1]
			w.trail = w.trail[:n-1]
			if !w.passedOver(to) {
				return w.turn(to, false)
			}
		}
		return nil
	case goMsg:
		return w.turn(msg.page, true)
	case replaceMsg:
		w.trail = nil
		if i := slices.Index(way, msg.page); i > 0 { // back among the answers
			w.trail = slices.Clone(way[:i])
		}
		return w.turn(msg.page, false)
	case armMsg:
		if w.dialog != nil {
			w.dialog.update(msg)
		}
		return nil
	case tea.KeyPressMsg:
		return w.key(msg)
	case tea.PasteMsg:
		if w.dialog != nil || w.help != nil || w.small() {
			return nil
		}
	case tea.MouseMsg:
		return nil
	}
	return w.page().update(msg)
}

// key sends a key to where it belongs.
func (w *wizard) key(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	if w.dialog != nil {
		over, cmd := w.dialog.update(msg)
		if over {
			w.dialog = nil
		}
		return cmd
	}
	switch {
	case key == "ctrl+c":
		if b, ok := w.page().(busy); ok {
			if cmd := b.leaving(byKey); cmd != nil {
				return cmd
			}
		}
		return ask(leaveDialog())
	case w.small():
		return nil // nobody answers a page that is not shown
	case w.help != nil:
		if w.help.update(msg, w.session.width, w.session.height) {
			w.help = nil
		}
		return nil
	case key == "f1", key == "?" && !w.page().typing():
		w.help = newHelp(w.page(), w.session)
		return nil
	}
	return w.page().update(msg)
}

// leaveDialog asks before answers are lost.
func leaveDialog() *dialog {
	t := words()
	return &dialog{title: t.Leave, about: t.LeaveAbout, answers: []answer{
		{"", t.LeaveNo, nil}, {"", t.LeaveYes, quit(130)},
	}, cancel: func() tea.Msg { return nil }}
}

// skipper is a page that may have nothing to ask.
type skipper interface{ skip() bool }

// passedOver says whether the page is left out, in both directions, as the
// answers are now.
func (w *wizard) passedOver(name string) bool {
	p, ok := w.pages[name].(skipper)
	return ok && p.skip()
}

// turn goes to a page.
func (w *wizard) turn(to string, remember bool) tea.Cmd {
	if w.pages[to] == nil {
		return nil
	}
	if remember {
		w.trail = append(w.trail, w.at)
	}
	w.at = to
	w.help, w.dialog = nil, nil // they were the other page's
	return w.page().enter()
}

func (w *wizard) end(code int) tea.Cmd {
	w.code, w.ended = code, true
	return tea.Quit
}

func (w *wizard) small() bool { return w.width < leastWidth || w.height < leastHeight }

// View draws a frame of exactly the window's size, or smaller.
func (w *wizard) View() tea.View {
	v := tea.NewView(w.frame())
	v.AltScreen = true
	v.WindowTitle = words().Name
	return v
}

func (w *wizard) frame() string {
	if w.ended || w.width <= 0 || w.height <= 0 {
		return ""
	}
	s := w.session.styles
	if w.small() {
		note := fmt.Sprintf(words().TooSmall, leastWidth, leastHeight, w.width, w.height)
		return fit(wrap(note, w.width), w.width, w.height)
	}
	body := ""
	hints := w.page().keys()
	switch {
	case w.dialog != nil:
		body, hints = w.dialog.view(s, w.width, w.height-frameRows), w.dialog.keys()
	case w.help != nil:
		body, hints = w.help.view(s, w.width, w.height-frameRows), w.help.keys()
	default:
		body = w.page().view(w.width, w.height-frameRows)
		hints = append(slices.Clone(hints), w.common()...)
	}
	frame := w.header() + "\n" + s.line.Render(strings.Repeat("─", w.width)) + "\n" +
		fit(body, w.width, w.height-frameRows) + "\n\n" + footer(s, hints, w.width)
	return fit(frame, w.width, w.height)
}

// common are the keys that every page has.
func (w *wizard) common() []keyHint {
	t := &words().Keys
	help := t.F1
	if !w.page().typing() {
		help = "?"
	}
	return []keyHint{{help, t.Help}, {t.CtrlC, t.Quit}}
}

// header names the program, the page, and how far along the way it is.
func (w *wizard) header() string {
	s, t := w.session.styles, words()
	left := s.name.Render(t.Name) + "  " + s.title.Render(title(w.at))
	right := ""
	if i := slices.Index(way, w.at); i >= 0 {
		right = s.faint.Render(fmt.Sprintf(t.PageOf, i+1, len(way)))
	}
	return spread(left, right, w.width)
}

// spread sets two texts to the ends of a line; the right one goes when there is
// no room.
func spread(left, right string, width int) string {
	gap := width - ansi.StringWidth(left) - ansi.StringWidth(right)
	if gap < 2 {
		return ansi.Truncate(left, width, "…")
	}
	return left + strings.Repeat(" ", gap) + right
}

// footer shows the keys that work now, as many as there is room for; the last two
// (help and leaving) always.
func footer(s *styles, hints []keyHint, width int) string {
	const gap = "   "
	draw := func(h keyHint) string { return s.key.Render(h.key) + " " + s.faint.Render(h.does) }
	last := min(2, len(hints))
	end := ""
	for _, h := range hints[len(hints)-last:] {
		end += gap + draw(h)
	}
	line := ""
	for _, h := range hints[:len(hints)-last] {
		next := line
		if next != "" {
			next += gap
		}
		next += draw(h)
		if lipgloss.Width(next)+lipgloss.Width(end) > width {
			break
		}
		line = next
	}
	if line == "" {
		end = strings.TrimPrefix(end, gap)
	}
	return ansi.Truncate(line+end, width, "…")
}

// helpPage is the help over a page.
type helpPage struct {
	of   page
	from int
}

func newHelp(p page, _ *session) *helpPage { return &helpPage{of: p} }

func (h *helpPage) keys() []keyHint {
	t := &words().Keys
	return []keyHint{{t.Arrows, t.Scroll}, {t.F1, t.Close}, {t.Esc, t.Close}}
}

// update returns whether the help is closed.
func (h *helpPage) update(msg tea.KeyPressMsg, width, height int) bool {
	switch msg.String() {
	case "f1", "?", "esc", "q", "enter":
		return true
	case "down", "j":
		h.from++
	case "up", "k":
		h.from--
	case "pgdown", "space":
		h.from += height - 1
	case "pgup":
		h.from -= height - 1
	}
	n := strings.Count(h.text(newStyles(true), width), "\n") + 1
	h.from = max(0, min(h.from, n-height))
	return false
}

func (h *helpPage) view(s *styles, width, height int) string {
	lines := strings.Split(h.text(s, width), "\n")
	return strings.Join(lines[min(max(0, h.from), max(0, len(lines)-1)):], "\n")
}

func (h *helpPage) text(s *styles, width int) string {
	t := words()
	var b strings.Builder
	line := func(s string) { b.WriteString(s + "\n") }
	line(s.title.Render(fmt.Sprintf(t.HelpTitle, title(h.of.name()))))
	if about := t.Help[h.of.name()]; about != "" {
		line(wrap(about, width))
	}
	if topic := topicOf(h.of.name()); topic != nil {
		line("")
		for _, q := range topic.questions {
			line(s.strong.Render(q.label()))
			line(indent(wrap(q.about(), width-2), 2))
			for _, c := range q.choices() {
				said := c.name
				if c.meaning != "" {
					said += text.T().Engine.Colon + c.meaning
				}
				line(indent(wrap("· "+said, width-4), 4))
			}
		}
	}
	line("")
	line(s.title.Render(t.HelpKeys))
	for _, k := range h.of.keys() {
		line("  " + s.key.Render(k.key) + "  " + k.does)
	}
	line("")
	b.WriteString(wrap(t.HelpMore, width))
	return b.String()
}

// SetLanguage switches every text at once.
func setLanguage(lang string) {
	if lang == text.English || lang == text.Chinese {
		text.Use(lang)
	}
}
