package ui

// ui/uniseg stands in for a library of the libraries of the screen: what they ask of it.

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
)

// characters are what a person takes for one each, and how many cells they take.
var characters = map[string]int{
	"a": 1, "é": 1, "e\u0301": 1, "中": 2, "，": 2, "ｶ": 1, "한": 2, "\u1112\u1161\u11ab": 2,
	"🦞": 2, "👩‍👧": 2, "🇨🇳": 2, "⚠\ufe0f": 2, "─": 1, "…": 1, "\r\n": 0, "\t": 0,
}

func TestOneCharacterIsCutAndMeasuredAsItIsDrawn(t *testing.T) {
	for char, cells := range characters {
		const rest = "中e\u0301"
		cluster, after, width, _ := uniseg.FirstGraphemeCluster([]byte(char+rest), -1)
		if string(cluster) != char || string(after) != rest || width != cells {
			t.Errorf("%q: cut to %q and %q, %d cells", char, cluster, after, width)
		}
		first, left, width, _ := uniseg.FirstGraphemeClusterInString(char+rest, -1)
		if first != char || left != rest || width != cells {
			t.Errorf("%q: cut to %q and %q, %d cells", char, first, left, width)
		}
		if n := uniseg.StringWidth(char + rest); n != cells+3 {
			t.Errorf("%q takes %d cells", char+rest, n)
		}
		if drawn := ansi.StringWidth(char); cells > 0 && drawn != cells {
			t.Errorf("%q is measured as %d cells and drawn in %d", char, cells, drawn)
		}
	}
}

func TestATextIsSteppedThroughByCharacters(t *testing.T) {
	var text strings.Builder
	var all []string
	for char := range characters {
		if char != "\r\n" { // a \r before it, or a \n after it, would be part of it
			all = append(all, char)
			text.WriteString(char)
		}
	}
	g := uniseg.NewGraphemes(text.String())
	if g.Str() != "" || g.Width() != 0 {
		t.Error("there is a character before the first")
	}
	for _, char := range all {
		if !g.Next() || g.Str() != char || string(g.Bytes()) != char || g.Width() != characters[char] {
			t.Fatalf("%q instead of %q, %d cells", g.Str(), char, g.Width())
		}
	}
	if g.Next() || g.Str() != "" || g.Width() != 0 {
		t.Errorf("%q comes after the last character", g.Str())
	}
	if _, rest, _, _ := uniseg.FirstGraphemeCluster(nil, -1); rest != nil {
		t.Error("of nothing, something is left")
	}
}
