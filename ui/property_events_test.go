package ui

// The events of the properties: what a hand, a terminal and time can do.

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
)

type eventKind int

const (
	keyEvent        eventKind = iota
	typeEvent                 // text, key by key
	pasteEvent                // text, repeated up to n bytes
	resizeEvent               // to width × height
	backgroundEvent           // n: 1 is dark
	timeEvent                 // only the pause
	moodEvent                 // the driver answers otherwise from now on
	languageEvent             // the other one
	secretEvent               // on the page of the key: text is typed, or with n 1 pasted
	decideEvent               // over a dialog: wait, go down n times, enter
	nameEvent                 // the machine's name, typed
	roadEvent                 // the keys of the road n, wherever that leads from here
	lateEvent                 // for n events no message of a command arrives
	signalEvent
)

// happening is one of them. Nothing in it depends on what was before it, so that a
// list stays one when a part of it is left out.
type happening struct {
	kind          eventKind
	pause         time.Duration // before it
	key           tea.KeyPressMsg
	text          string
	width, height int
	n             int
}

func (e happening) String() string {
	said := map[eventKind]string{
		keyEvent: fmt.Sprintf("key %q", e.key.String()), typeEvent: fmt.Sprintf("type %q", e.text),
		pasteEvent: fmt.Sprintf("paste %q to %d bytes", e.text, e.n), resizeEvent: fmt.Sprintf("resize %d×%d", e.width, e.height),
		backgroundEvent: fmt.Sprintf("background %d", e.n), timeEvent: "wait", moodEvent: fmt.Sprintf("mood %d", e.n),
		languageEvent: "language", secretEvent: fmt.Sprintf("secret %q %d", e.text, e.n), decideEvent: fmt.Sprintf("decide %d", e.n),
		nameEvent: "name", roadEvent: fmt.Sprintf("road %q", roads[e.n%len(roads)]), lateEvent: fmt.Sprintf("late %d", e.n), signalEvent: "signal",
	}[e.kind]
	if e.pause > 0 {
		said = fmt.Sprintf("(%v) ", e.pause) + said
	}
	return said
}

// pieces are what texts are made of: what people type, and what steers a terminal,
// turns the reading direction, is wide, joins, or is no text at all.
var pieces = []string{
	"a", "openclaw", "x-1", " ", "4GiB", "8", "https://mirror.example/x", "/tmp/none.yaml", "anthropic", "~/", "../",
	"\n", "\r\n", "\t", "\x00", "\x07", "\b", "\x1b", "\x1b[2J", "\x1b[31m", "\x1b]0;title\x07", "\x1b]52;c;eA==\x07", "\x1bP+q\x1b\\",
	"\x7f", "\u0085", "\u009b31m", "\u009d0;t\u009c", "\u202e", "\u2066abc\u2069", "\u200f", "\u061c", "\u2028", "\u2029", "\ufeff", "\u200b",
	"虚拟机", "，", "“”", "한글", "👩‍👩‍👧‍👦", "🇨🇳", "e\u0301\u0302\u0303\u0304", "\u0301", "ﷺ", "ا", "ｗｉｄｅ", "\xff\xfe", "\xe8\x99", "\xc2", "%s%d%!", "‹›", "•",
}

func someText(rng *rand.Rand, most int) string {
	var b strings.Builder
	for range 1 + rng.IntN(most) {
		b.WriteString(pieces[rng.IntN(len(pieces))])
	}
	return b.String()
}

// usual are the keys that lead somewhere.
var usual = strings.Fields(`enter enter enter enter enter enter down down down down up up esc esc tab tab shift+tab space space
	left right pgup pgdown home end backspace ctrl+o f1 ? r r a l d s p f e g m u c o x k j h n y b 1 2 3 / [ ]`)

var keyNames = slices.Sorted(maps.Keys(namedKeys))

func someKey(rng *rand.Rand) tea.KeyPressMsg {
	switch n := rng.IntN(20); {
	case n < 13:
		return keyPress(usual[rng.IntN(len(usual))])
	case n < 15: // any named key, with any of the others held
		return tea.KeyPressMsg{Code: namedKeys[keyNames[rng.IntN(len(keyNames))]], Mod: tea.KeyMod(rng.IntN(8))}
	case n < 16:
		return tea.KeyPressMsg{Code: tea.KeyUp + rune(rng.IntN(120)), Mod: tea.KeyMod(rng.IntN(8))}
	case n < 18: // any key of the board
		c := ' ' + rune(rng.IntN('~'-' '+1))
		k := tea.KeyPressMsg{Code: c, Mod: tea.KeyMod(rng.IntN(8))}
		if rng.IntN(3) > 0 {
			k = tea.KeyPressMsg{Code: c, Text: string(c)}
		}
		return k
	case n < 19: // an input method gives whole words
		s := someText(rng, 3)
		return tea.KeyPressMsg{Code: tea.KeyExtended, Text: s}
	}
	r := []rune(pieces[rng.IntN(len(pieces))])[0]
	return tea.KeyPressMsg{Code: r, Text: string(r)}
}

// roads are the keys that lead to where chance alone seldom gets. A number is for
// how many milliseconds nothing is pressed.
var roads = slices.Collect(func(yield func([]string) bool) {
	for _, road := range []string{
		"1200 enter 30 1200", "3000 enter enter 1200 enter 3000", // apply
		"ctrl+c 500 u 10000", "u 500 down enter 3000", "ctrl+c 500 s 10000", "500 r 1000", // undo, stop, again
		"3000 end enter name enter 500 down enter 3000",                          // destroy
		"3000 end enter tab space tab name enter 500 down enter 3000 500 r 3000", // with the data
		"3000 home down enter 500 down enter 3000",                               // stop the machine
		"3000 up up enter 3000", "3000 home down down down enter 3000", "3000 home down down down down enter 3000",
		"r a down a r down r a down a r enter enter 500 down enter 3000", // re-harden
		"a down a down a enter enter 500 down enter 3000", "r down r down r enter enter 500 down enter 3000",
		"3000 enter 3000 enter", "3000 up enter 3000", "3000 up up enter 3000",
		"3000 space down space down space enter 3000",                                                            // promises
		"3000 f 3000 enter 500 down enter 3000", "3000 F 3000 500 down enter 3000", "3000 e 500 1 30 enter 1000", // the self-check
		"3000 home down d 500 down enter 12000 enter", "3000 home d 500 down enter 12000 u 500 down enter 9000", // mend this computer
		"3000 end up up up enter 3000 enter 500 down enter 3000 500 r 3000", "3000 end up up enter 3000 enter 500 down down enter 3000", // the way out
		"l home down enter 500 down enter 3000", "a a . b enter 500 down enter 3000", "u 500 down enter 9000 b 3000",
		"ctrl+c 500 down down enter 12000", "esc 500 down enter 12000",
	} {
		if !yield(strings.Fields(road)) {
			return
		}
	}
})

var pauses = []time.Duration{0, 0, 0, 0, time.Millisecond, 25 * time.Millisecond, 25 * time.Millisecond, 450 * time.Millisecond, 1100 * time.Millisecond}

func someEvents(rng *rand.Rand, count int) []happening {
	events := make([]happening, count)
	for i := range events {
		e := happening{kind: keyEvent, pause: pauses[rng.IntN(len(pauses))]}
		switch n := rng.IntN(1000); {
		case n < 680:
			e.key = someKey(rng)
		case n < 700:
			e.kind, e.text = typeEvent, someText(rng, 6)
		case n < 730:
			e.kind, e.text = pasteEvent, someText(rng, 12)
			if rng.IntN(100) == 0 {
				e.n = 1 << 20
			}
		case n < 770:
			e.kind, e.width, e.height = resizeEvent, leastWidth+rng.IntN(80), leastHeight+rng.IntN(30)
			switch rng.IntN(4) {
			case 0:
				e.width, e.height = 1+rng.IntN(300), 1+rng.IntN(100)
			case 1:
				e.width, e.height = 60, 20
			}
		case n < 780:
			e.kind, e.n = backgroundEvent, rng.IntN(2)
		case n < 840:
			e.kind, e.pause = timeEvent, []time.Duration{400 * time.Millisecond, time.Second, 3 * time.Second, time.Minute}[rng.IntN(4)]
		case n < 860:
			e.kind, e.n = moodEvent, rng.IntN(1<<30)
		case n < 866:
			e.kind = languageEvent
		case n < 896:
			e.kind, e.text, e.n = secretEvent, someSecret(rng), rng.IntN(2)
		case n < 920:
			e.kind, e.n = decideEvent, rng.IntN(4)
		case n < 975:
			e.kind, e.n = roadEvent, rng.IntN(len(roads))
		case n < 980:
			e.kind = nameEvent
		case n < 999 || i < count/2:
			e.kind, e.n = lateEvent, 1+rng.IntN(3)
		default:
			e.kind = signalEvent
		}
		events[i] = e
	}
	return events
}

// someSecret is a key that is like no other text.
func someSecret(rng *rand.Rand) string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
	b := make([]byte, 32)
	for i := range b {
		b[i] = letters[rng.IntN(len(letters))]
	}
	return string(b)
}

// beginning is how a run begins.
type beginning struct {
	page, language string
	width, height  int
	existing       bool
	provider       string
	mood           int
}

func someBeginning(rng *rand.Rand) beginning {
	pages := append(slices.Sorted(maps.Keys(pageMakers)), "dashboard", "dashboard", "harden", "results", "review", "review", "key", "computer")
	b := beginning{
		page: pages[rng.IntN(len(pages))], language: []string{text.English, text.Chinese}[rng.IntN(2)],
		width: leastWidth + rng.IntN(80), height: leastHeight + rng.IntN(30), existing: rng.IntN(2) == 0,
		provider: []string{"none", "anthropic", "openai"}[rng.IntN(3)], mood: rng.IntN(1 << 30),
	}
	switch {
	case b.page == "key":
		b.provider = "anthropic"
	case b.page == "dashboard" || b.page == "harden" || b.page == "results" || b.page == "next":
		b.existing = true
	}
	return b
}
