package ui

// What every frame must be, and what must be in nothing that can be seen.

import (
	"encoding/hex"
	"fmt"
	"math"
	"runtime/debug"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// looked draws a frame and holds it against what every frame must be; thoroughly
// looks at all else that could be seen.
func (r *propertyRun) looked(thoroughly bool) {
	if r.w == nil || r.fault != nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			r.broke("nothing panics", "%v drawing %q at %d×%d\n%s", v, r.w.at, r.w.width, r.w.height, debug.Stack())
		}
	}()
	view := r.w.View()
	r.sum.frames++
	if r.sum.pages == nil {
		r.sum.calls, r.sum.pages = map[string]int{}, map[string]int{}
	}
	r.sum.pages[r.w.at]++
	where := func() string { return fmt.Sprintf("%q at %d×%d", r.w.at, r.w.width, r.w.height) }
	lines := strings.Split(view.Content, "\n")
	if len(lines) > r.w.height && view.Content != "" {
		r.broke("no frame is taller than the window", "%s has %d rows", where(), len(lines))
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n > r.w.width {
			r.broke("no frame is wider than the window", "%s: row %d has %d columns: %q", where(), i+1, n, l)
		}
	}
	if at := steering(view.Content); at >= 0 {
		r.broke("nothing in a frame steers the terminal", "%s: %q", where(), view.Content[max(0, at-60):min(len(view.Content), at+30)])
	}
	r.hides(view.Content, where)
	r.hides(view.WindowTitle, where)
	if thoroughly {
		s := r.w.session
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			r.hides(fmt.Sprintf(verb, r.w)+fmt.Sprintf(verb, s)+fmt.Sprintf(verb, r.w.pages["key"])+fmt.Sprintf(verb, s.key)+fmt.Sprintf(verb, s.parting), func() string { return verb + " of what is shown" })
		}
		log := r.w.pages["progress"].(*progressPage).log
		if log != nil {
			r.hides(strings.Join(log.between(0, math.MaxInt), "\n"), func() string { return "the log" })
		}
		r.hides(file(s.plan), func() string { return "the plan" })
		r.driver.mu.Lock()
		heard := r.driver.heard.String()
		r.driver.mu.Unlock()
		r.hides(heard, func() string { return "what is saved" })
	}
}

// hides holds that none of the keys is in s, in whole, in part or in hexadecimal.
func (r *propertyRun) hides(s string, where func() string) {
	for _, secret := range r.secrets {
		for from := 0; from+8 <= len(secret); from += 8 {
			part := secret[from : from+8]
			if strings.Contains(s, part) || strings.Contains(s, hex.EncodeToString([]byte(part))) {
				r.broke("no key is shown", "%s: %q is in it", where(), part)
			}
		}
	}
}

// steering is where in a frame something is that is no text, no newline and no
// colour; -1 when there is nothing.
func steering(s string) int {
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c < 0x7f || c == '\n' {
			i++
			continue
		}
		if strings.HasPrefix(s[i:], "\x1b[") {
			end := i + 2
			for end < len(s) && strings.IndexByte("0123456789;:", s[end]) >= 0 {
				end++
			}
			if end == len(s) || s[end] != 'm' {
				return i
			}
			i = end + 1
			continue
		}
		c, n := utf8.DecodeRuneInString(s[i:])
		if c == utf8.RuneError && n == 1 || unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) || c == '\u2028' || c == '\u2029' {
			return i
		}
		i += n
	}
	return -1
}
