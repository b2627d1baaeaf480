// Package markup writes HTML in which a word cannot become markup. What is markup is
// of a type that nobody outside this package can name, so that only constants of the
// source become it; whatever else there is goes in as words, and words are escaped.
package markup

import (
	"embed"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
)

type literal string

// Page is a page as it grows.
type Page struct{ b strings.Builder }

// place is where Put wants a word. Behind it stand the places that may have one in a
// tag: the value, in quotes, of an attribute that neither loads nor runs anything,
// and of a link only what comes behind the # of this very page.
const place = "{}"

var safeAttribute = regexp.MustCompile(`[ \n](?:(?:lang|id|class|aria-label|aria-labelledby)="[^"<>]*|href="#)$`)

// Put writes markup with words in it, each where the markup says {}. Markup that has
// another number of places, or one where a word could do harm, is a mistake in the
// source, and panics whatever the words are.
func (p *Page) Put(markup literal, words ...string) {
	parts := strings.Split(string(markup), place)
	if len(parts) != len(words)+1 {
		panic(fmt.Sprintf("markup: %d words for %q", len(words), markup))
	}
	before := ""
	for i, word := range words {
		before += parts[i]
		if strings.LastIndexByte(before, '<') > strings.LastIndexByte(before, '>') && !safeAttribute.MatchString(before) {
			panic(fmt.Sprintf("markup: no word may stand behind %q", before))
		}
		p.b.WriteString(parts[i])
		p.b.WriteString(escape(word))
	}
	p.b.WriteString(parts[len(words)])
}

// PutFile writes a file as it is. It is compiled in, like a constant.
func (p *Page) PutFile(files embed.FS, name literal) {
	data, err := files.ReadFile(string(name))
	if err != nil {
		panic(err)
	}
	p.b.Write(data)
}

// WriteTo writes the page.
func (p *Page) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, p.b.String())
	return int64(n), err
}

// entities are those of html.EscapeString, whose package brings a table of all others.
var entities = strings.NewReplacer("&", "&amp;", "'", "&#39;", "<", "&lt;", ">", "&gt;", `"`, "&#34;")

// escape leaves nothing in a word that has a meaning to HTML, nor anything that
// cannot be seen.
func escape(word string) string {
	return entities.Replace(strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsGraphic(r) {
			return unicode.ReplacementChar
		}
		return r
	}, word))
}
