package steps

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

// journaled writes a journal in which these steps are done.
func journaled(t *testing.T, e *Env, done ...string) {
	t.Helper()
	var list []provision.Step
	for _, id := range done {
		made := false
		list = append(list, provision.Step{ID: id,
			Holds: func(context.Context) (bool, error) { return made, nil },
			Do:    func(context.Context, json.RawMessage, provision.Reporter) error { made = true; return nil }})
	}
	if _, err := provision.New(e.dir, list, nil, provision.Options{Version: "test"}).Do(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAnEstimateGrowsWithWhatIsMissingAndWithHowSlowTheMachineIs(t *testing.T) {
	all := map[string]bool{}
	for _, id := range IDs() {
		all[id] = true
	}
	toGateway := map[string]bool{}
	for id := range all {
		toGateway[id] = id != stepGateway
	}
	warm := func(o outlook) outlook { o.image, o.code = 444_000_000, 195_000_000; return o }
	minutes := func(low, high float64) [2]time.Duration {
		return [2]time.Duration{time.Duration(low * float64(time.Minute)), time.Duration(high * float64(time.Minute))}
	}
	for _, c := range []struct {
		title            string
		outlook          outlook
		takes            [2]time.Duration
		download, writes int64 // at least; 0: none at all
	}{
		{"with KVM and all in the cache", warm(outlook{kvm: true, source: "auto"}), minutes(0.3, 1), 0, 900e6},
		{"with KVM and nothing", outlook{kvm: true, source: "auto"}, minutes(1.5, 5), 500e6, 1500e6},
		{"with KVM, built here", outlook{kvm: true, source: "build"}, minutes(2, 5), 350e6, 1500e6},
		// As the documentation says: 7 to 12 minutes under emulation.
		{"on the slow clock, all in the cache", warm(outlook{slowClock: true, source: "auto"}), minutes(7, 12), 0, 900e6},
		{"on the slow clock, built here", outlook{slowClock: true, source: "build"}, minutes(8, 12), 350e6, 1500e6},
		{"emulated with a steady clock", warm(outlook{source: "auto"}), minutes(4, 7), 0, 900e6},
		{"a file of the owner's", outlook{kvm: true, source: "file", file: 700e6, code: 195e6}, minutes(0.3, 1), 0, 1500e6},
		{"all but the gateway's start", warm(outlook{slowClock: true, source: "auto", done: toGateway}), minutes(4, 7), 0, 0},
		{"a machine that is finished", warm(outlook{slowClock: true, source: "auto", done: all}), minutes(0, 0.5), 0, 0},
		{"a finished one, its cache emptied", outlook{slowClock: true, source: "auto", done: all}, minutes(0, 0.5), 0, 0},
	} {
		e := c.outlook.estimate()
		if e.Time < c.takes[0] || e.Time > c.takes[1] {
			t.Errorf("%s: %s, expected %s to %s", c.title, e.Time, c.takes[0], c.takes[1])
		}
		if e.Download < c.download || c.download == 0 && e.Download != 0 {
			t.Errorf("%s: %d bytes to fetch", c.title, e.Download)
		}
		if e.Write < c.writes || c.writes == 0 && e.Write != 0 {
			t.Errorf("%s: %d bytes to write", c.title, e.Write)
		}
		if e.Disk < 1e9 || e.Disk > 4e9 || e.Write > e.Disk {
			t.Errorf("%s: %d bytes in the end, %d to write", c.title, e.Disk, e.Write)
		}
	}
}

func TestAnEstimateKnowsWhatTheJournalHasAndTheCache(t *testing.T) {
	e := testEnv(t, "lobster", true)
	e.Plan.Image.Source = "build"
	fresh := e.Estimate()
	journaled(t, e, stepChoose, stepImage, stepCode, stepBase, stepCodeVolume, stepBoot)
	later := e.Estimate()
	if later.Time >= fresh.Time || later.Download != 0 || later.Write != 0 || fresh.Download == 0 {
		t.Errorf("%+v, then %+v", fresh, later)
	}
}

func TestAMachineIsFinishedWhenEveryStepWasMade(t *testing.T) {
	e := testEnv(t, "lobster", true)
	finished := func() bool {
		t.Helper()
		done, err := e.Finished()
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	if finished() {
		t.Error("without a journal")
	}
	journaled(t, e, stepChoose, stepKeys)
	if finished() { // nothing is half made, and most is missing
		t.Error("after two steps")
	}
	var all []string
	for _, s := range e.Steps() {
		if s.ID != stepCode { // as wanted when its turn came
			all = append(all, s.ID)
		}
	}
	journaled(t, e, all...)
	if !finished() {
		t.Error("after the last one")
	}
}

func TestTheFactsNameTheMachineItsPlaceAndItsRights(t *testing.T) {
	for _, system := range []bool{true, false} {
		e := testEnv(t, "lobster", system)
		all := strings.Join(e.Facts(), "\n")
		for _, want := range []string{"lobster", e.choices.URI, e.Plan.OpenClaw.Version, e.Plan.OpenClaw.Preset, e.choices.PoolPath} {
			if !strings.Contains(all, want) {
				t.Errorf("no %q in\n%s", want, all)
			}
		}
	}
}

func TestTheFactsSayWhatGetsOutByTheNamesOfThoseItIsFor(t *testing.T) {
	defer text.Use(text.English)
	for _, c := range []struct {
		do     func(*plan.Network, *plan.OpenClaw)
		en, zh string
	}{
		{func(*plan.Network, *plan.OpenClaw) {}, "  let out   named hosts only: updates", "  出站    只有列出的主机：更新"},
		{func(n *plan.Network, o *plan.OpenClaw) {
			o.Provider, n.Channels, n.Allow, n.ModelServer = "zai", []string{"feishu", "telegram"}, []string{"x.example", "*.y.example"}, "10.0.0.1:80"
		}, "  let out   named hosts only: updates, Zhipu (Z.ai), Feishu / Lark, Telegram, 2 of your own, model server 10.0.0.1:80",
			"  出站    只有列出的主机：更新、智谱（Z.ai）国际站、飞书 / Lark、Telegram、你自己的 2 个、模型服务器 10.0.0.1:80"},
		{func(n *plan.Network, o *plan.OpenClaw) {
			n.Level, o.Provider, n.Channels, n.ModelServer = plan.Internet, "zai", []string{"slack"}, "10.0.0.1:80"
		}, "  let out   any public host: model server 10.0.0.1:80", "  出站    任何公网主机：模型服务器 10.0.0.1:80"},
		{func(n *plan.Network, o *plan.OpenClaw) {
			n.Level, o.Provider, n.Allow, n.ModelServer = plan.Offline, "zai", []string{"x.example"}, "10.0.0.1:80"
		}, "  let out   nothing", "  出站    全部禁止"},
	} {
		for lang, want := range map[string]string{text.English: c.en, text.Chinese: c.zh} {
			text.Use(lang)
			e := testEnv(t, "lobster", true)
			c.do(&e.Plan.Network, &e.Plan.OpenClaw)
			if !slices.Contains(e.Facts(), want) {
				t.Errorf("no %q in\n%s", want, strings.Join(e.Facts(), "\n"))
			}
		}
	}
}

func TestAnotherAllowlistMakesNoOtherDomainAndNoOtherNetwork(t *testing.T) {
	e := testEnv(t, "lobster", true)
	domain, network := e.Spec().Plan, e.networkSpec().Plan
	e.Plan.Network.Level, e.Plan.Network.Channels, e.Plan.Network.Allow = plan.Internet, []string{"slack"}, []string{"x.example"}
	e.Plan.Network.ModelServer = "10.0.0.1:80"
	if e.Spec().Plan != domain || e.networkSpec().Plan != network {
		t.Error("they carry another hash")
	}
	e.Plan.Machine.CPUs++
	if e.Spec().Plan == domain || e.networkSpec().Plan == network {
		t.Error("they carry the same hash for another machine")
	}
}

func TestChoicesThatWereShownAreTakenUnlessThereAreOthers(t *testing.T) {
	shown := *testEnv(t, "lobster", true).choices
	shown.URI, shown.System = "test:///default", false
	e := testEnv(t, "lobster", true)
	own := e.choices.UUID
	if err := e.Choose(t.Context(), shown); err != nil || e.choices.UUID != own {
		t.Errorf("%+v, %v", e.choices, err)
	}
	e.choices = nil
	if err := e.Choose(t.Context(), shown); err != nil || *e.choices != shown {
		t.Errorf("%+v, %v", e.choices, err)
	}
	e.Close()
	e.choices = nil
	shown.URI = "nothing:///there"
	if err := e.Choose(t.Context(), shown); err == nil || e.choices != nil {
		t.Errorf("no libvirt there: %+v, %v", e.choices, err)
	}
}

func TestTheLastCheckIsRememberedAndADamagedRecordIsNone(t *testing.T) {
	e := testEnv(t, "lobster", true)
	if last := e.LastCheck(); !last.When.IsZero() {
		t.Errorf("%+v", last)
	}
	when := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	findings := []checks.Finding{{Control: "K1", Status: checks.Met}, {Control: "K2", Status: checks.NotMet}, {Control: "K3", Status: checks.Met}}
	if err := e.RememberCheck(when, findings); err != nil {
		t.Fatal(err)
	}
	last := e.LastCheck()
	if !last.When.Equal(when) || last.Counts[checks.Met] != 2 || last.Counts[checks.NotMet] != 1 {
		t.Errorf("%+v", last)
	}
	if held := e.held(); !held["K1"].Equal(when) || !held["K2"].IsZero() {
		t.Errorf("%v", held)
	}
	if err := os.WriteFile(filepath.Join(e.dir, lastCheckFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if last := e.LastCheck(); !last.When.IsZero() {
		t.Errorf("damaged: %+v", last)
	}
}
