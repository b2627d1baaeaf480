package ui

// The model's key. It is in the session alone, as a value that no formatting
// shows, and on the screen it is dots from the first character on.

import (
	"fmt"
	"io"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

func init() { pageMakers["key"] = func(s *session) page { return &keyPage{s: s} } }

// keyMost is how long a key may be, in bytes; set-up takes no longer one.
const keyMost = 4096

type keyPage struct {
	s     *session
	typed secret // what is on the screen, as dots
	kept  bool   // it was there when the page was come to: typing begins anew
	bad   bool   // what is typed can be no key, and that has been said
	pane  pane
}

// Format shows nothing of it; see session.
func (*keyPage) Format(f fmt.State, _ rune) { io.WriteString(f, "key") }

func (k *keyPage) name() string { return "key" }
func (k *keyPage) typing() bool { return true }

// skip passes the page over when there is no provider to have a key of.
func (k *keyPage) skip() bool { return k.s.plan.OpenClaw.Provider == plan.None }

func (k *keyPage) enter() tea.Cmd {
	k.wipe()
	k.typed = append(secret(nil), k.s.key...)
	k.kept, k.bad, k.pane = len(k.typed) > 0, false, pane{}
	return nil
}

func (k *keyPage) wipe() {
	clear(k.typed)
	k.typed, k.kept = nil, false
}

func (k *keyPage) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		k.add(strings.TrimSpace(msg.Content[:min(len(msg.Content), 2*keyMost)]))
	case tea.KeyPressMsg:
		switch key := msg.String(); key {
		case "esc":
			k.leave()
			return back
		case "enter":
			if k.bad = !k.fits(); k.bad {
				return nil
			}
			k.leave()
			if k.s.mending {
				return back
			}
			return forward
		case "backspace":
			if k.kept {
				k.wipe()
			}
			if n := len(k.typed); n > 0 {
				k.typed[n-1] = 0
				k.typed = k.typed[:n-1]
			}
			k.bad = false
		case pageWords().Key.ClearKey:
			k.wipe()
			k.bad = false
		case "up", "down", "pgup", "pgdown":
			k.pane.key(key)
		default:
			k.add(msg.Text)
		}
	}
	return nil
}

// add takes what was typed or pasted. One byte more than a key may have is kept,
// so that what is too long is refused and not cut to another key.
func (k *keyPage) add(s string) {
	if s == "" {
		return
	}
	if k.kept {
		k.wipe()
	}
	k.bad = false
	k.typed = append(k.typed, s[:min(len(s), keyMost+1-len(k.typed))]...)
}

// fits says whether what is typed can be a key: printable ASCII without blanks.
// Nothing at all is fine; the key can be given later.
func (k *keyPage) fits() bool {
	for _, b := range k.typed {
		if b <= ' ' || b > '~' {
			return false
		}
	}
	return len(k.typed) <= keyMost
}

// leave takes the key to where set-up finds it, and leaves no copy behind. What
// can be no key is dropped.
func (k *keyPage) leave() {
	if k.fits() {
		clear(k.s.key)
		k.s.key = append(secret(nil), k.typed...)
	}
	k.wipe()
}

func (k *keyPage) keys() []keyHint {
	t, w := &pageWords().Key, &words().Keys
	return []keyHint{keyOf(w.Enter, w.Next), keyOf(w.Esc, w.Back), keyOf(t.ClearKey, t.Clear)}
}

func (k *keyPage) view(width, height int) string {
	s, t := k.s.styles, &pageWords().Key
	wide := min(width, longLine)
	provider := choiceName("openclaw.provider", k.s.plan.OpenClaw.Provider)
	lines := hang(wide, "", fmt.Sprintf(t.Ask, provider), s.title)
	const room = 12 // for the number behind the dots
	dots := min(len(k.typed), wide-room-20)
	said := s.faint.Render(t.None)
	if len(k.typed) > 0 {
		said = s.faint.Render(fmt.Sprintf(t.Given, len(k.typed)))
	}
	lines = append(lines, s.key.Render("› ")+strings.Repeat("•", dots)+s.focus.Reverse(true).Render(" ")+"  "+said)
	if k.bad {
		lines = append(lines, s.trouble(wide, &text.Fault{What: fmt.Sprintf(t.Wrong, keyMost), Hint: t.WrongHint})...)
	}
	for _, p := range []string{t.Lives, t.Never, t.Lost, t.Later} {
		if height >= 20 {
			lines = append(lines, "")
		}
		lines = append(lines, hang(wide, "· ", p)...)
	}
	return k.pane.view(s, lines, width, height)
}
