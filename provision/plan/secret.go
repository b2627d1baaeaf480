package plan

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A plan is written to disk, shown, hashed into names and sent with bug reports,
// so it must not be able to hold a secret. This file knows what secrets look
// like and prints them masked; a value that merely might be one is refused too,
// since no legitimate value of a plan has these shapes.

// secretForms are the published shapes of keys and tokens. The group is what is
// kept when one is printed.
var secretForms = []*regexp.Regexp{
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])((?:sk|pk|rk)[-_])[A-Za-z0-9_-]{16,}`),                         // OpenAI, Anthropic, DeepSeek, Stripe and their kin
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])(gh[opusr]_|github_pat_)[A-Za-z0-9_]{16,}`),                    // GitHub
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])(glpat-)[A-Za-z0-9_-]{16,}`),                                   // GitLab
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])(npm_)[A-Za-z0-9]{16,}`),                                       // npm
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])(hf_)[A-Za-z0-9]{16,}`),                                        // Hugging Face
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])(A(?:KIA|SIA))[A-Z0-9]{12,}`),                                  // AWS
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])(LTAI)[A-Za-z0-9]{12,}`),                                       // Alibaba Cloud
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])(AIza)[A-Za-z0-9_-]{30,}`),                                     // Google
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])(xox[a-z]-|xapp-)[A-Za-z0-9-]{10,}`),                           // Slack
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])(eyJ)[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`),    // JSON web token
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])([0-9]{3})[0-9]{5,8}:[A-Za-z0-9_-]{30,}`),                      // Telegram bot
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])([0-9a-f]{3})[0-9a-f]{29}\.[A-Za-z0-9]{16}(?:$|[^A-Za-z0-9])`), // Zhipu
	regexp.MustCompile(`(?s)(-----BEGIN).*`),                                                             // PEM, keys and all else
}

// secretName matches a key whose name says that its value is a secret.
var secretName = regexp.MustCompile(`(?i)(api[-_]?key|access[-_]?key|secret|token|passw|passphrase|credential|private[-_]?key|bearer|cookie)`)

// assignment finds such a name with the value that follows it.
var assignment = regexp.MustCompile(`(?i)((?:key|secret|token|passw[a-z]*|passphrase|credentials?|bearer|cookie)["']?\s*[:=]\s*)\S.*`)

// userinfo and bareUserinfo find what stands before the @ of an address, with
// and without a scheme: a user name there is a token as often as a password is.
// The first is greedy, since a password may itself hold @, / or a space.
var (
	userinfo     = regexp.MustCompile(`(://).*@`)
	bareUserinfo = regexp.MustCompile(`(^|[\s"'\[,])[^\s"'/@:]+:(?:[^\s"'@/]|/[^/])[^"'@]*@`)
)

// LooksSecret says whether s has, anywhere in it, the shape of a key, a token or
// a PEM block.
func LooksSecret(s string) bool {
	for _, form := range secretForms {
		if form.MatchString(s) {
			return true
		}
	}
	return false
}

// mask makes s fit to be shown: what looks like a secret keeps its first
// characters only, what stands before the @ of an address and after its ? is
// left out, and a very long value is cut.
func mask(s string) string {
	for _, form := range secretForms {
		s = form.ReplaceAllStringFunc(s, func(found string) string {
			m := form.FindStringSubmatchIndex(found)
			return found[:m[3]] + "…"
		})
	}
	s = assignment.ReplaceAllString(s, "${1}…")
	s = userinfo.ReplaceAllString(s, "${1}…@")
	s = bareUserinfo.ReplaceAllString(s, "${1}…@")
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		if i := strings.IndexAny(rest, "?#"); i >= 0 {
			s = scheme + "://" + rest[:i+1] + "…"
		}
	}
	if utf8.RuneCountInString(s) > shownLength {
		s = string([]rune(s)[:shownLength]) + "…"
	}
	return s
}

// shownLength is how many characters of a value a message quotes.
const shownLength = 200

// printable says whether s can stand in a file and on a screen as what it is:
// UTF-8 without control, formatting (writing direction among them) or unassigned
// characters.
func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) {
			return false
		}
	}
	return true
}
