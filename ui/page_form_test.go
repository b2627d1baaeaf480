package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// answer sets keys of the plan as the pages would.
func (r *rig) answer(pairs ...string) {
	r.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		p, err := r.w.session.plan.With(pairs[i], pairs[i+1], r.w.session.host)
		if err != nil {
			r.t.Fatal(err)
		}
		r.w.session.setPlan(p)
	}
}

// walk goes from the welcome page to the named one, page by page.
func (r *rig) walk(to string) {
	r.t.Helper()
	if r.w.at == "welcome" {
		r.press("down", "enter")
	}
	for range 60 {
		if r.w.at == to {
			return
		}
		r.press("enter")
	}
	r.t.Fatalf("%q is not reached; this is %q:\n%s", to, r.w.at, r.screen())
}

func TestBackThenForwardKeepsEveryAnswer(t *testing.T) {
	for _, c := range []struct {
		page string
		keys []string // that answer something
		key  string   // what they answer
		want string
	}{
		{"welcome", []string{"l"}, "language", "zh"},
		{"size", []string{"-", "2"}, "name", "openclaw-2"},
		{"size", []string{"tab", "backspace", "3"}, "machine.cpus", "3"},
		{"size", []string{"ctrl+o", "pgdown", "up", "shift+tab", "up"}, "machine.acceleration", "emulation"},
		{"sources", []string{"up", "up"}, "image.source", "build"},
		{"sources", []string{"pgdown", "up", "h", "t", "t", "p", ":", "/", "/", "p", ":", "1"}, "network.proxy", "http://p:1"},
		{"account", []string{"home", "delete", "1"}, "machine.dataDisk", "10GiB"},
		{"network", []string{"down"}, "network.level", "internet"},
		{"network", []string{"tab", "down", "down"}, "openclaw.provider", "openai"},
		{"network", []string{"tab", "tab", "space", "down", "down", "x"}, "network.channels", "telegram discord"},
		{"network", []string{"pgdown", "a", ".", "b"}, "network.allow", "a.b"},
		{"rights", []string{"down"}, "openclaw.preset", "workspace"},
	} {
		t.Run(c.page+" "+c.key, func(t *testing.T) {
			defer text.Use(text.English)
			r := newRig(t, newFake(), "welcome", 80, 24)
			if c.page != "welcome" {
				r.walk(c.page)
			}
			was := r.w.session.plan.Get(c.key)
			r.press(c.keys...)
			if got := r.w.session.plan.Get(c.key); got != c.want || got == was {
				t.Fatalf("%q, not %q:\n%s", got, c.want, r.screen())
			}
			want := r.w.session.plan
			if c.page != "welcome" {
				r.press("esc")
				if r.w.at == c.page {
					t.Fatal("esc stays")
				}
				r.walk(c.page)
			}
			r.walk("review")
			for r.w.at != "welcome" {
				r.press("esc")
			}
			if changes := plan.Diff(want, r.w.session.plan); len(changes) > 0 {
				t.Errorf("the way there and back changed %v", changes)
			}
		})
	}
}

// openings are the answers that make a question arise.
func openings(t *testing.T) map[string][]string {
	file := filepath.Join(t.TempDir(), "lock.json")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string][]string{
		"image.file": {"image.source", "file"}, "image.sha512": {"image.source", "file"},
		"openclaw.version": {"openclaw.lockfile", file},
		"network.subnet":   {"connection", "system"}, "network.sshPort": {"connection", "session"},
	}
}

func TestABadValueIsRefusedWithTheValueAndAHint(t *testing.T) {
	bad := map[string]string{
		"name": "My Tank", "machine.cpus": "many", "machine.memory": "4", "machine.systemDisk": "1GiB", "machine.dataDisk": "lots",
		"image.file": "debian.qcow2", "image.sha512": "abc", "image.mirrors": "nonsense", "openclaw.registry": "ftp://x",
		"openclaw.lockfile": "/nowhere/lock.json", "openclaw.version": "latest", "network.proxy": "proxy", "network.ca": "ca.pem",
		"network.subnet": "8.8.8.0/24", "network.sshPort": "80", "network.allow": "https://x.example", "network.modelServer": "nas",
	}
	opens := openings(t)
	for _, topic := range topics {
		for _, q := range topic.questions {
			if q.choices() != nil {
				continue
			}
			value := bad[q.key]
			if value == "" {
				t.Errorf("%s: no bad value is tried", q.key)
				continue
			}
			r := newRig(t, newFake(), "welcome", 120, 50)
			r.answer(opens[q.key]...)
			r.w.session.everything = true
			r.do(goTo(topic.page))
			form := r.w.page().(*formPage)
			for i, g := range form.fields {
				if g.key == q.key {
					form.focus(i)
				}
			}
			was := r.w.session.plan
			r.press("ctrl+u", "ctrl+k")
			r.typed(value)
			now := r.w.session.plan
			r.press("enter")
			got := r.screen()
			if r.w.at != topic.page || !strings.Contains(got, `"`+value+`"`) || !strings.Contains(got, "Try: ") {
				t.Errorf("%s: %q is not refused with a hint:\n%s", q.key, value, got)
			}
			if now.Get(q.key) == value || len(plan.Diff(now, r.w.session.plan)) > 0 {
				t.Errorf("%s: %q is in the plan", q.key, value)
			}
			r.press("pgdown", "enter")
			if r.w.at != topic.page {
				t.Errorf("%s: the page goes on with %q", q.key, value)
			}
			r.press("esc")
			if r.w.at != "welcome" {
				t.Errorf("%s: esc stays", q.key)
			}
			if len(r.w.session.plan.Problems(testHost)) > len(was.Problems(testHost)) {
				t.Errorf("%s: what was refused left a problem behind", q.key)
			}
		}
	}
}

func TestAllThatIsWrongOnAPageIsSaidAtOnce(t *testing.T) {
	r := newRig(t, newFake(), "size", 80, 24)
	r.typed(" Tank")
	r.press("down")
	if got := r.screen(); !strings.Contains(got, `"openclaw Tank"`) {
		t.Fatalf("a question with something wrong was left without a word:\n%s", got)
	}
	form := r.w.page().(*formPage)
	form.focus(1)
	r.typed("x")
	form.focus(2)
	r.typed("y")
	r.press("pgdown", "enter")
	got := r.screen()
	for _, value := range []string{`"openclaw Tank"`, `"4x"`, `"4GiBy"`} {
		if !strings.Contains(got, value) {
			t.Errorf("%s is not named:\n%s", value, got)
		}
	}
	if form.at() != 0 {
		t.Errorf("the first that is wrong is not the one to answer, but %d", form.at())
	}
}

func TestAnswersThatDoNotGoTogetherStayOnTheirPage(t *testing.T) {
	r := newRig(t, newFake(), "sources", 80, 24)
	r.press("up") // a file of mine, and no file named
	r.press("pgdown", "enter")
	if got := r.screen(); r.w.at != "sources" || !strings.Contains(got, "“Image file” is empty") {
		t.Errorf("%s:\n%s", r.w.at, got)
	}
}

func TestQuestionsComeAndGoWithOtherAnswers(t *testing.T) {
	r := newRig(t, newFake(), "sources", 80, 24)
	if got := r.screen(); strings.Contains(got, "SHA-512") || strings.Contains(got, "Mirrors") {
		t.Fatalf("asked too early:\n%s", got)
	}
	r.press("up")
	if got := r.screen(); !strings.Contains(got, "SHA-512") || !strings.Contains(got, "› a file of mine") {
		t.Errorf("the file is not asked for, or the focus moved:\n%s", got)
	}
	r.press("up", "ctrl+o")
	if got := r.screen(); strings.Contains(got, "SHA-512") || !strings.Contains(got, "npm registry") || !strings.Contains(got, "› built here") {
		t.Errorf("not everything is asked for:\n%s", got)
	}
	r.press("ctrl+o")
	if got := r.screen(); strings.Contains(got, "npm registry") || !strings.Contains(got, "› built here") {
		t.Errorf("still everything is asked for:\n%s", got)
	}
}

func TestSeveralChoicesAreTickedAndUnticked(t *testing.T) {
	for _, height := range []int{20, 40} {
		r := newRig(t, newFake(), "network", 60, height)
		r.press("tab", "tab", "space", "down", "space", "up", "space", "up", "up")
		if got := r.w.session.plan.Get("network.channels"); got != "slack" {
			t.Errorf("%q is ticked", got)
		}
		got := r.screen()
		if !strings.Contains(got, "› [ ] Telegram") || !strings.Contains(got, "[x] Slack") || !strings.Contains(got, "[ ] WeCom") || !strings.Contains(got, "space tick") {
			t.Errorf("the ticks do not show, or not all choices do:\n%s", got)
		}
		for range plan.Choices("network.channels") {
			r.press("down")
			r.mustFit()
		}
		r.press("space", "tab")
		if got := r.screen(); !strings.Contains(got, "Slack, WeCom") {
			t.Errorf("what was ticked is not said:\n%s", got)
		}
		r.press("shift+tab")
		r.send(tea.WindowSizeMsg{Width: 80, Height: height})
		if got := r.screen(); !strings.Contains(got, "› [x] WeCom") || r.w.session.plan.Get("network.channels") != "slack wecom" {
			t.Errorf("a resize lost it:\n%s", got)
		}
	}
}

func TestChannelsAndHostsAreKeptWhileTheLevelLooksElsewhere(t *testing.T) {
	r := newRig(t, newFake(), "network", 80, 24)
	r.press("tab", "tab", "space", "pgdown")
	r.typed("x.example")
	r.press("pgup", "down")
	if got := r.screen(); strings.Contains(got, "Other hosts") || strings.Contains(got, "Channels") {
		t.Errorf("they are asked for where they have no effect:\n%s", got)
	}
	r.press("down", "up", "up")
	if p := r.w.session.plan.Network; p.Level != plan.Allowlist || len(p.Channels) != 1 || len(p.Allow) != 1 {
		t.Errorf("%+v", p)
	}
	if got := r.screen(); !strings.Contains(got, "x.example") || !strings.Contains(got, "Telegram") {
		t.Errorf("they do not come back:\n%s", got)
	}
}

func TestWhatIsBeingTypedOutlivesResizesAndThemes(t *testing.T) {
	r := newRig(t, newFake(), "size", 80, 24)
	r.press("tab", "ctrl+u")
	r.typed("not yet")
	for _, msg := range []tea.Msg{
		tea.WindowSizeMsg{Width: 60, Height: 20}, tea.BackgroundColorMsg{}, tea.WindowSizeMsg{Width: 20, Height: 5},
		tea.WindowSizeMsg{Width: 200, Height: 60}, tea.BackgroundColorMsg{},
	} {
		r.send(msg)
		r.mustFit()
	}
	if got := r.screen(); !strings.Contains(got, "› not yet") {
		t.Errorf("it is lost:\n%s", got)
	}
	r.typed("!")
	if got := r.screen(); !strings.Contains(got, "› not yet!") {
		t.Errorf("it cannot be gone on with:\n%s", got)
	}
}

func TestPastesAreMadeOneLineAndHarmNothing(t *testing.T) {
	began := time.Now()
	huge := strings.Repeat("a\x1b[31m\n界\u202e", 1<<16)
	for _, page := range way {
		r := newRig(t, newFake(), page, 60, 20)
		r.answer("openclaw.provider", "google")
		r.do(r.w.page().enter())
		for _, content := range []string{"two\nlines", "\x00\x1b]0;owned\x07\x9b2J", huge, "\xff\xfe"} {
			r.send(tea.PasteMsg{Content: content})
			r.press("tab")
			r.mustFit()
			if got := r.w.View().Content; strings.ContainsAny(got, "\u202e\x07\x00") || strings.Contains(got, "owned") || strings.Contains(got, "\x1b[31m界") {
				t.Errorf("%s: the paste reaches the terminal: %q", page, got)
			}
		}
		for _, p := range r.w.session.plan.Problems(testHost) {
			t.Errorf("%s: %v", page, p)
		}
	}
	if took := time.Since(began); took > 60*time.Second {
		t.Errorf("it took %s", took)
	}
	r := newRig(t, newFake(), "size", 80, 24)
	r.press("ctrl+u")
	r.send(tea.PasteMsg{Content: "  tank-7\n"})
	if got := r.w.session.plan.Name; got != "tank-7" {
		t.Errorf("a name that was pasted with its line end is %q", got)
	}
}

func TestALongValueFromAPlanIsKeptAsItIs(t *testing.T) {
	r := newRig(t, newFake(), "welcome", 60, 20)
	mirror := "https://mirror.example/" + strings.Repeat("x", 1500)
	r.answer("image.mirrors", strings.TrimSpace(strings.Repeat(mirror+" ", 8)))
	want := r.w.session.plan
	r.do(goTo("sources"))
	r.mustFit()
	for range 8 {
		r.press("tab", "end", "home")
		r.mustFit()
	}
	if changes := plan.Diff(want, r.w.session.plan); len(changes) > 0 {
		t.Error("looking at it changed it")
	}
}

func TestTheKeyPageIsPassedOverWithoutAProvider(t *testing.T) {
	r := newRig(t, newFake(), "welcome", 80, 24)
	r.walk("network")
	r.press("pgdown", "enter")
	if r.w.at != "rights" {
		t.Fatalf("after the network comes %q", r.w.at)
	}
	r.press("esc")
	if r.w.at != "network" {
		t.Fatalf("before the rights comes %q", r.w.at)
	}
	r.press("tab", "down", "pgdown", "enter")
	if r.w.at != "key" {
		t.Fatalf("with a provider comes %q", r.w.at)
	}
	r.press("enter", "esc")
	if r.w.at != "key" {
		t.Fatalf("before the rights comes %q", r.w.at)
	}
	r.press("enter")
	r.answer("openclaw.provider", "none")
	r.press("esc")
	if r.w.at != "network" {
		t.Errorf("without a provider again, before the rights comes %q", r.w.at)
	}
}

func TestEveryPageFitsAtEverySize(t *testing.T) {
	defer text.Use(text.English)
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for _, page := range way {
			r := newRig(t, newFake(), page, 80, 24)
			r.w.session.everything = true
			r.answer("openclaw.provider", "qwen")
			r.do(r.w.page().enter())
			for w := leastWidth; w <= 200; w += 7 {
				for _, h := range []int{20, 23, 24, 31, 60} {
					r.send(tea.WindowSizeMsg{Width: w, Height: h})
					// By itself, before the shell cuts what does not fit.
					lines := strings.Split(r.w.page().view(w, h-frameRows), "\n")
					if len(lines) > h-frameRows {
						t.Errorf("%s in %d×%d has %d rows", page, w, h, len(lines))
					}
					for _, l := range lines {
						if n := ansi.StringWidth(l); n > w {
							t.Errorf("%s in %d×%d has %d columns: %q", page, w, h, n, l)
						}
					}
				}
			}
		}
	}
}

func TestInTheLeastWindowNothingOfAPageIsOutOfReach(t *testing.T) {
	defer text.Use(text.English)
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for _, topic := range topics {
			r := newRig(t, newFake(), topic.page, leastWidth, leastHeight)
			if got := r.screen(); strings.Contains(got, "↓") && strings.Contains(got, strings.TrimPrefix(pageWords().More, "%s")) {
				t.Errorf("%s in %q does not fit before anything is answered:\n%s", topic.page, lang, got)
			}
		}
	}
}

func TestProseKeepsToItsWidthAndItsPunctuation(t *testing.T) {
	for _, s := range []string{
		"国家互联网应急中心（CNCERT）与中国网络空间安全协会（CSAC）2026 年 3 月的指南要求：专用的机器，不用管理员权限。",
		"A command such as `clawarium setup --plan FILE` and a path /" + strings.Repeat("long/", 40) + " and an end.",
		"", "，", "“好”", strings.Repeat("字", 100), strings.Repeat("x", 300),
	} {
		for width := 2; width < 90; width++ {
			joined := ""
			for i, l := range prose(s, width) {
				if n := ansi.StringWidth(l); n > width {
					t.Fatalf("%d columns in %d: %q", n, width, l)
				}
				if r, _ := utf8.DecodeRuneInString(l); i > 0 && width > 20 && l != "" && strings.ContainsRune(closes, r) {
					t.Errorf("at %d a line begins with %q", width, l)
				}
				joined += l
			}
			if want := strings.ReplaceAll(s, " ", ""); strings.ReplaceAll(joined, " ", "") != want {
				t.Fatalf("at %d something is lost: %q", width, joined)
			}
		}
	}
}
