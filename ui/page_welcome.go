package ui

// The first page: what will be made, and in which language. From here the
// suggested settings lead straight to the review.

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

func init() { pageMakers["welcome"] = func(s *session) page { return &welcome{s: s} } }

type welcome struct {
	s        *session
	selected int
}

func (w *welcome) name() string   { return "welcome" }
func (w *welcome) typing() bool   { return false }
func (w *welcome) enter() tea.Cmd { return nil }

func (w *welcome) update(msg tea.Msg) tea.Cmd { return nil }

func (w *welcome) view(width, height int) string { return strings.Repeat("welcome ", 3) }

func (w *welcome) keys() []keyHint { return nil }
