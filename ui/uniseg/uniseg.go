// Package uniseg stands in for github.com/rivo/uniseg, by a replacement in go.mod:
// what the libraries of the screen ask of it, answered by the tables that they have in
// the program anyway.
//
// The original finds words, sentences and line breaks with every step through a text.
// Nobody here asks for those, but their tables came along: 350 kB, a third of all data
// of the program. And it had a table of widths of its own, beside the one by which the
// same libraries draw. What is missing here, the compiler finds.
package uniseg

import (
	"github.com/clipperhouse/displaywidth"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// StringWidth is how many cells a text takes.
func StringWidth(s string) int { return displaywidth.String(s) }

// FirstGraphemeCluster cuts what a person takes for one character off the beginning,
// and says how many cells it takes. The state has no meaning: each cut is by itself.
func FirstGraphemeCluster(b []byte, state int) (cluster, rest []byte, width, newState int) {
	cluster = graphemes.FromBytes(b).First()
	return cluster, b[len(cluster):], displaywidth.Bytes(cluster), state
}

// FirstGraphemeClusterInString is the same for a string.
func FirstGraphemeClusterInString(s string, state int) (cluster, rest string, width, newState int) {
	cluster = graphemes.FromString(s).First()
	return cluster, s[len(cluster):], displaywidth.String(cluster), state
}

// Graphemes steps through a text.
type Graphemes struct {
	text graphemes.Iterator[string]
	now  string
}

// NewGraphemes begins before the first character of a text.
func NewGraphemes(s string) *Graphemes { return &Graphemes{text: *graphemes.FromString(s)} }

// Next goes to the next character, if there is one.
func (g *Graphemes) Next() bool {
	g.now = ""
	if !g.text.Next() {
		return false
	}
	g.now = g.text.Value()
	return true
}

// Str is the character. Before the first and after the last it is empty.
func (g *Graphemes) Str() string { return g.now }

// Bytes is a copy of the character.
func (g *Graphemes) Bytes() []byte { return []byte(g.now) }

// Width is how many cells the character takes.
func (g *Graphemes) Width() int { return displaywidth.String(g.now) }
