package markup

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func page(t testing.TB, f func(p *Page)) string {
	t.Helper()
	var p Page
	f(&p)
	var b strings.Builder
	if n, err := p.WriteTo(&b); err != nil || int(n) != b.Len() {
		t.Fatal(n, err)
	}
	return b.String()
}

func TestWordsStayWords(t *testing.T) {
	got := page(t, func(p *Page) {
		p.Put(`<p class="{}" id="a-{}">{}</p>`+"\n", `x" onclick="y`, "'><script>", "{}<b>&amp;\x00\x1b[2J\u202e\xff\n+")
		p.Put(`<a href="#{}">`, "/../\" x=")
	})
	want := `<p class="x&#34; onclick=&#34;y" id="a-&#39;&gt;&lt;script&gt;">{}&lt;b&gt;&amp;amp;��[2J��` + "\n" + `+</p>` + "\n" +
		`<a href="#/../&#34; x=">`
	if got != want {
		t.Errorf("%q", got)
	}
}

func TestMarkupThatCouldDoHarmIsRefusedWhateverTheWordIs(t *testing.T) {
	for _, m := range []literal{
		`<p class={}>`, `<p {}>`, `<{}>`, `<p {}="x">`, `<a href="{}">`, `<a href="x{}">`, `<img src="#{}">`,
		`<p style="{}">`, `<p onclick="{}">`, `<p data-id="{}">`, `<p title='{}'>`, `<p class="a" {}>`, `<p class="a"id="{}">`, `</{}>`, `<!-- {} -->`,
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("accepted: %s", m)
				}
			}()
			words := make([]string, strings.Count(string(m), place))
			page(t, func(p *Page) { p.Put(m, words...) })
		}()
	}
}

func TestAsManyWordsAsPlacesAreWanted(t *testing.T) {
	for _, words := range [][]string{nil, {"a"}, {"a", "b", "c"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d words for two places", len(words))
				}
			}()
			page(t, func(p *Page) { p.Put("<p>{} {}</p>", words...) })
		}()
	}
}

func FuzzNoWordIsReadAsMarkup(f *testing.F) {
	f.Add("</p><script>alert(1)</script>", "\" onload=\"x")
	f.Add("&lt;\x00", "]]>--!>")
	f.Fuzz(func(t *testing.T, text, value string) {
		doc, err := html.Parse(strings.NewReader("<!DOCTYPE html><html><head></head><body>" +
			page(t, func(p *Page) { p.Put(`<p class="{}">{}</p>`, value, text) }) + "</body></html>"))
		if err != nil {
			t.Fatal(err)
		}
		body := doc.LastChild.LastChild
		p := body.FirstChild
		if p == nil || p != body.LastChild || p.Data != "p" || len(p.Attr) != 1 || p.FirstChild != p.LastChild {
			t.Fatalf("%q, %q", text, value)
		}
		shown := ""
		if p.FirstChild != nil {
			shown = p.FirstChild.Data
		}
		if want := html.UnescapeString(escape(text)); shown != want || p.Attr[0].Val != html.UnescapeString(escape(value)) {
			t.Errorf("%q is shown as %q, %q has the value %q", text, shown, value, p.Attr[0].Val)
		}
	})
}
