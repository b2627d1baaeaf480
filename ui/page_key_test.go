package ui

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func keyRig(t *testing.T) *rig {
	r := newRig(t, newFake(), "welcome", 80, 24)
	r.answer("openclaw.provider", "anthropic")
	r.do(goTo("key"))
	return r
}

// holds says whether any of it, in any form that formatting gives it, is in s.
func holds(s, key string) bool {
	return strings.Contains(s, key) || strings.Contains(s, key[4:]) ||
		strings.Contains(s, fmt.Sprintf("%x", key[4:])) || strings.Contains(s, strings.Trim(fmt.Sprint([]byte(key[4:])), "[]"))
}

func TestNoFrameAndNoFormatHoldsTheKey(t *testing.T) {
	const key = "not-a-real-key-0123456789"
	for _, paste := range []bool{false, true} {
		r := keyRig(t)
		seen := func() {
			t.Helper()
			page := r.w.pages["key"]
			said := r.w.View().Content + r.screen() + r.coloured()
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				said += fmt.Sprintf(verb, r.w.session) + fmt.Sprintf(verb, page) + fmt.Sprintf(verb, r.w.session.key) + fmt.Sprintf(verb, r.w)
			}
			if holds(said, key) {
				t.Errorf("the key is shown on %q (pasted: %v)", r.w.at, paste)
			}
		}
		if paste {
			r.send(tea.PasteMsg{Content: " " + key + "\n"})
		} else {
			r.typed(key)
		}
		seen()
		if got := r.screen(); !strings.Contains(got, strings.Repeat("•", len(key))) {
			t.Errorf("no dots:\n%s", got)
		}
		r.press("enter")
		if r.w.at != "rights" || string(r.w.session.key) != key {
			t.Fatalf("on %q, %d bytes kept", r.w.at, len(r.w.session.key))
		}
		seen()
		r.press("esc")
		seen()
		r.press("enter", "enter", "enter")
		seen()
		r.press("d", "p", "p", "?")
		seen()
		if r.w.at != "review" {
			t.Errorf("this is %q", r.w.at)
		}
	}
}

func TestTheKeyIsOptionalAndCanBeReplacedOrCleared(t *testing.T) {
	r := keyRig(t)
	r.press("enter")
	if r.w.at != "rights" || len(r.w.session.key) > 0 {
		t.Fatal("an empty key does not go on")
	}
	r.press("esc")
	r.typed("first")
	r.press("esc")
	if string(r.w.session.key) != "first" {
		t.Errorf("back lost it: %d bytes", len(r.w.session.key))
	}
	r.do(goTo("key"))
	r.typed("second") // in place of what was there
	r.press("enter")
	if string(r.w.session.key) != "second" {
		t.Errorf("%d bytes", len(r.w.session.key))
	}
	r.press("esc", "ctrl+u", "enter")
	if len(r.w.session.key) != 0 {
		t.Error("it cannot be cleared")
	}
}

func TestWhatCanBeNoKeyIsRefusedUnseen(t *testing.T) {
	for _, bad := range []string{"two words", "line\nbreak", "钥匙", "tab\tin", strings.Repeat("k", keyMost+1), strings.Repeat("x", 1<<20), "\x00"} {
		r := keyRig(t)
		r.send(tea.PasteMsg{Content: bad})
		r.press("enter")
		got := r.screen()
		if r.w.at != "key" || !strings.Contains(got, "this is no key") || !strings.Contains(got, "Try: ") {
			t.Errorf("%.20q goes on to %q:\n%s", bad, r.w.at, got)
		}
		if strings.Contains(got, bad) {
			t.Errorf("%.20q is shown", bad)
		}
		r.press("esc")
		if len(r.w.session.key) != 0 {
			t.Errorf("%.20q is kept", bad)
		}
	}
	r := keyRig(t)
	r.send(tea.PasteMsg{Content: strings.Repeat("k", keyMost)})
	r.press("enter")
	if r.w.at != "rights" {
		t.Error("the longest key is refused")
	}
}

func TestAKeyIsForItsProviderOnly(t *testing.T) {
	r := keyRig(t)
	r.typed("for-anthropic")
	r.press("enter")
	kept := r.w.session.key
	r.answer("openclaw.provider", "openai")
	if len(r.w.session.key) != 0 || !bytes.Equal(kept, make([]byte, len(kept))) {
		t.Error("the key of one provider is left for another")
	}
}
