package ui

// Prose in lines of a width, in either language.

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Chinese has no blanks between words: a line may end behind any character, but
// not before what closes and not behind what opens.
const (
	closes = "，。；：？！、）】》」』”’…·%"
	opens  = "（【《「『“‘"
)

// prose folds plain text to lines of width columns. Words of Latin letters stay
// whole where they can, with their hyphens: many of them are commands.
func prose(s string, width int) []string {
	width = max(width, 2)
	var lines []string
	line, gap := "", ""
	for _, w := range wordsOf(s) {
		if strings.TrimSpace(w) == "" {
			gap = w
			continue
		}
		if line != "" && ansi.StringWidth(line+gap+w) > width {
			lines = append(lines, line)
			line, gap = "", ""
		}
		line, gap = line+gap+w, ""
		for ansi.StringWidth(line) > width {
			head := ansi.Truncate(line, width, "")
			lines = append(lines, head)
			line = line[len(head):]
		}
	}
	return append(lines, line)
}

// wordsOf parts a text where a line may end: blanks, words, single Chinese
// characters with the punctuation that belongs to them.
func wordsOf(s string) []string {
	const (
		none = iota
		blank
		latin
		wide
	)
	var all []string
	kind, open := none, false
	for _, r := range s {
		is := latin
		switch {
		case r == ' ':
			is = blank
		case ansi.StringWidth(string(r)) == 2:
			is = wide
		}
		joined := len(all) > 0 && (open && is != blank ||
			kind != blank && strings.ContainsRune(closes, r) ||
			is == kind && is != wide)
		open = strings.ContainsRune(opens, r)
		if joined && !(open && kind == latin) {
			all[len(all)-1] += string(r)
		} else {
			all = append(all, string(r))
		}
		kind = is
	}
	return all
}
