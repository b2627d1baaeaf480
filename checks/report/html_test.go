package report

import (
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

var (
	void     = []string{"meta", "br", "hr", "img", "link", "input"}
	elements = []string{
		"html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "article", "h1", "h2", "h3", "h4",
		"p", "ul", "li", "dl", "dt", "dd", "a", "span", "code", "table", "caption", "thead", "tbody", "tr", "th", "td"}
	attributes = []string{
		"lang", "charset", "http-equiv", "content", "name", "id", "class", "href", "scope", "role", "aria-hidden", "aria-label", "aria-labelledby"}
)

// soundPage fails unless the page is well formed, has elements and attributes of
// ours alone, and can load and run nothing.
func soundPage(t testing.TB, page string) {
	t.Helper()
	if !strings.HasPrefix(page, "<!DOCTYPE html>\n") {
		t.Fatalf("begins with %.40q", page)
	}
	var open, elementsIn []string
	ids, links := map[string]bool{}, []string{}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			if !slices.Contains(elements, token.Data) {
				t.Fatalf("element %q", token.Data)
			}
			seen := map[string]bool{}
			for _, a := range token.Attr {
				if !slices.Contains(attributes, a.Key) || seen[a.Key] {
					t.Fatalf("attribute %s of %s, %q", a.Key, token.Data, a.Val)
				}
				seen[a.Key] = true
				if a.Key == "href" {
					if !strings.HasPrefix(a.Val, "#") {
						t.Fatalf("a link to %q", a.Val)
					}
					links = append(links, a.Val[1:])
				}
				if a.Key == "id" {
					ids[a.Val] = true
				}
			}
			elementsIn = append(elementsIn, strings.Join(append(open, token.Data), " "))
			if kind == html.StartTagToken && !slices.Contains(void, token.Data) {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
		case html.CommentToken:
			t.Fatalf("a comment: %q", token.Data)
		}
	}
	if len(open) > 0 {
		t.Fatalf("left open: %v", open)
	}
	if read := asRead(t, page); !slices.Equal(read, elementsIn) {
		t.Fatalf("a browser moves elements, or adds some:\n%q\n%q", read, elementsIn)
	}
	if !strings.Contains(page, `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`) {
		t.Fatal("no policy")
	}
	style, ok := strings.CutPrefix(page[strings.Index(page, "<style>"):strings.Index(page, "</style>")], "<style>")
	if !ok || strings.Contains(style, "url(") || strings.Contains(style, "@import") {
		t.Fatal("the styles load something")
	}
	for _, link := range links {
		if !ids[link] {
			t.Fatalf("a link to #%s, which is nowhere", link)
		}
	}
}

// asRead lists the elements of the page as a browser understands it, each with those
// around it.
func asRead(t testing.TB, page string) (elements []string) {
	t.Helper()
	document, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range document.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		at := n.Data
		for around := range n.Ancestors() {
			if around.Type == html.ElementNode {
				at = around.Data + " " + at
			}
		}
		elements = append(elements, at)
	}
	return elements
}

func TestThePageIsSoundAndCanBeReadWithoutSight(t *testing.T) {
	inBothLanguages(t, func(t *testing.T) {
		r := everything().Select([]checks.ID{"K1", "K2", "K3", "K4", "K5", "K6"})
		r = r.Against(Earlier{"report", everything().Select([]checks.ID{"K3"})})
		page := inForm(t, "HTML", r)
		soundPage(t, page)
		if want := `<html lang="` + text.T().Report.HTML.Lang + `">`; !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
		// Headings go down one level at a time, and every table says what it is of.
		level := 0
		for _, m := range regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(page, -1) {
			h := int(m[1][0] - '0')
			if h > level+1 {
				t.Errorf("h%d behind h%d", h, level)
			}
			level = h
		}
		if strings.Count(page, "<h1") != 1 {
			t.Error("not one title")
		}
		if n := strings.Count(page, "<table>"); n == 0 || strings.Count(page, "<caption>") != n {
			t.Errorf("%d tables, %d captions", n, strings.Count(page, "<caption>"))
		}
	})
}

func TestThePageCitesClausesAndIncidents(t *testing.T) {
	page := inForm(t, "HTML", everything())
	for _, want := range []string{
		text.T().Checks.Documents["CNCERT"], text.T().Report.Reconstructed, text.T().Checks.Incidents["clawchain"], text.T().Report.NoAnswer,
		text.T().Report.Places["owner"], text.T().Report.PlaceNone,
	} {
		if !strings.Contains(page, strings.ReplaceAll(want, "'", "&#39;")) {
			t.Errorf("no %q", want)
		}
	}
}

// Dark and light alike: words have a contrast of 4.5 to 1 at least to the paper
// they stand on (WCAG 2.2, 1.4.3).
func TestTheColoursCanBeRead(t *testing.T) {
	css, err := os.ReadFile("../../assets/report/page.css")
	if err != nil {
		t.Fatal(err)
	}
	colour := regexp.MustCompile(`--([a-z]+): #([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})`)
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(css), -1)
	if len(blocks) != 3 {
		t.Fatalf("%d sets of colours", len(blocks))
	}
	for i, block := range blocks {
		light := map[string]float64{}
		for _, m := range colour.FindAllStringSubmatch(block[1], -1) {
			light[m[1]] = luminance(m[2], m[3], m[4])
		}
		for _, paper := range []string{"paper", "soft"} {
			for _, ink := range []string{"ink", "quiet", "link", "red", "amber", "green", "blue", "grey"} {
				a, b := light[paper], light[ink]
				if contrast := (max(a, b) + 0.05) / (min(a, b) + 0.05); contrast < 4.5 {
					t.Errorf("set %d: %s on %s has %.1f to 1", i, ink, paper, contrast)
				}
			}
		}
	}
}

// luminance is WCAG's, of sRGB.
func luminance(hex ...string) float64 {
	weights := []float64{0.2126, 0.7152, 0.0722}
	sum := 0.0
	for i, h := range hex {
		n, _ := strconv.ParseUint(h, 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weights[i] * c
	}
	return sum
}
