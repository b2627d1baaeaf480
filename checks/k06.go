package checks

import "strings"

// K6, token: a random token of 32 bytes, this machine's own, and no switch that
// makes it worthless.

// minTokenBytes is what the token must be able to carry.
const minTokenBytes = 32

// minDistinct is far below what 32 random bytes show in any alphabet: 43
// characters of base64 have fewer than 12 different ones less often than once in
// 10^20 tokens. It catches "aaaa…".
const minDistinct = 8

func token(l *look) {
	tok, ok := had(l, InGuest, l.t.TokenName, l.evidence.Guest.Token)
	if ok {
		l.theToken(tok)
	}
	config, ok := had(l, InGuest, l.t.Config, l.evidence.Guest.Config)
	if !ok {
		return
	}
	for _, name := range config.Insecure {
		l.wrong(InGuest, l.t.InsecureFlag, name)
	}
	switch mode := config.Values["gateway.auth.mode"]; {
	case len(config.Values) == 0:
		l.unknown(InGuest, l.t.CouldNotLook, l.t.Config, l.t.Empty)
	case mode != tok.Mode && ok && l.evidence.Guest.Token.OK:
		l.wrong(InGuest, l.t.ModeIs, mode)
	case len(config.Insecure) == 0:
		l.right(InGuest, l.t.NoInsecureFlag)
	}
}

func (l *look) theToken(tok Token) {
	switch tok.Mode {
	case "token":
		l.right(InGuest, l.t.ModeIs, tok.Mode)
	default:
		l.wrong(InGuest, l.t.ModeIs, tok.Mode)
		return
	}
	switch {
	case tok.Length == 0:
		l.wrong(InGuest, l.t.NoToken)
		return
	case tok.Bytes < minTokenBytes || tok.Distinct < minDistinct:
		l.wrong(InGuest, l.t.TokenWeak, tok.Length, tok.Bytes, tok.Distinct, minTokenBytes)
		return
	case tok.Bytes > tok.Length:
		l.unknown(InGuest, l.t.CouldNotLook, l.t.TokenName, l.t.Malformed)
		return
	}
	l.right(InGuest, l.t.TokenStrong, tok.Length, tok.Bytes)
	if len(tok.SHA256) != 64 {
		l.unknown(InGuest, l.t.CouldNotLook, l.t.TokenHash, l.t.NotLookedAt)
		return
	}
	for _, machine := range sortedKeys(l.subject.Tokens) {
		if strings.EqualFold(l.subject.Tokens[machine], tok.SHA256) {
			l.wrong(InGuest, l.t.TokenCloned, machine)
			return
		}
	}
	l.right(InGuest, l.t.TokenOwn, len(l.subject.Tokens))
}
