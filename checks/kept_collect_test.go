package checks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The collector's part about files is run here as it is in a guest, on trees that
// the tests make, those of an agent that means harm included.

// guestTree is an agent's home, with a code disk and an /etc beside it.
type guestTree struct {
	t                      *testing.T
	home, state, workspace string
	params                 map[string]any
}

func newGuestTree(t *testing.T) guestTree {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the collector runs on Linux")
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	g := guestTree{t: t, home: root + "/home"}
	g.state = g.home + "/.openclaw"
	g.workspace = g.state + "/workspace"
	g.params = map[string]any{
		"state": g.state, "config": g.state + "/openclaw.json", "workspace": g.workspace,
		"inbox": g.home + "/inbox", "outbox": g.home + "/outbox", "code": root + "/code", "etc": root + "/etc",
	}
	for _, dir := range []string{g.workspace, g.home + "/inbox", g.home + "/outbox", root + "/code/openclaw/docs/reference/templates", root + "/etc/systemd/system"} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	g.write(root+"/code/openclaw/docs/reference/templates/SOUL.md", "---\ntitle: \"SOUL\"\n---\n\n# SOUL.md\n\nBe kind.\n")
	g.write(root+"/code/openclaw/skills/github/SKILL.md", "bundled")
	return g
}

func (g guestTree) write(path, content string) {
	g.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		g.t.Fatal(err)
	}
}

func (g guestTree) link(target, path string) {
	g.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		g.t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		g.t.Fatal(err)
	}
}

func (g guestTree) secrets(more string) SecretScan {
	g.t.Helper()
	var s SecretScan
	runKept(g.t, &s, g.params, `json.dump(kept_scan(kept_outermost([P["workspace"], P["inbox"], P["outbox"]])`+more+`), sys.stdout)`)
	return s
}

func (g guestTree) loaded(config string) Loaded {
	g.t.Helper()
	var l Loaded
	runKept(g.t, &l, g.params, fmt.Sprintf("json.dump(kept_loaded(json.loads(%q)), sys.stdout)", config))
	return l
}

func (g guestTree) kept(token, properties string) (KeptFiles, []byte) {
	g.t.Helper()
	var k KeptFiles
	out := runKept(g.t, &k, g.params, fmt.Sprintf(
		"json.dump(kept_files(load_config(), %q, json.loads(%q), KEPT_ETC), sys.stdout)", token, properties))
	return k, out
}

func fileOf(t *testing.T, k KeptFiles, suffix string) KeptFile {
	t.Helper()
	for _, f := range k.Files {
		if strings.HasSuffix(f.Path, suffix) {
			return f
		}
	}
	t.Fatalf("no %s in %+v", suffix, k.Files)
	return KeptFile{}
}

func treePaths(l Loaded) []string {
	var out []string
	for _, tree := range l.Trees {
		out = append(out, tree.Kind+" "+tree.Path)
	}
	slices.Sort(out)
	return out
}

const anID = "11010519491231002X" // the example that GB 11643 itself prints

func TestTheScanSaysWhereAndWhatAndNeverTheValue(t *testing.T) {
	g := newGuestTree(t)
	g.write(g.workspace+"/people/list.csv", "name,id\n\nZhang San,"+anID+",x\n")
	g.write(g.home+"/inbox/scan "+anID+".txt", "nothing in it")
	g.write(g.home+"/outbox/wide.txt", string(utf16le("号码 "+anID+"\n")))
	var raw json.RawMessage
	out := runKept(t, &raw, g.params, `json.dump(kept_secrets({"config": {}}), sys.stdout)`)
	if bytes.Contains(out, []byte(anID)) {
		t.Errorf("printed: %s", out)
	}
	var s SecretScan
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	want := []SecretFound{
		{g.workspace + "/people/list.csv", 3, "identity", "11…2X"},
		{g.home + "/inbox/scan 11…2X.txt", 0, "identity", "11…2X"},
		{g.home + "/outbox/wide.txt", 1, "identity", "11…2X"},
	}
	if !slices.Equal(s.Found, want) || s.Files != 3 || !s.whole() {
		t.Errorf("%+v", s)
	}
}

func TestABadChecksumStaysGreen(t *testing.T) {
	g := newGuestTree(t)
	g.write(g.workspace+"/note.md", "order 110105194912310021, card 4111111111111112, a phrase: "+strings.Repeat("abandon ", 12)+"\n")
	if s := g.secrets(""); len(s.Found) != 0 || s.More != 0 || s.Files != 1 {
		t.Errorf("%+v", s)
	}
}

func TestTheScanFollowsNoLinkAndWaitsForNobody(t *testing.T) {
	g := newGuestTree(t)
	elsewhere := t.TempDir()
	if err := os.WriteFile(elsewhere+"/secret", []byte(anID), 0o600); err != nil {
		t.Fatal(err)
	}
	g.link(elsewhere, g.workspace+"/away")
	g.link(elsewhere+"/secret", g.workspace+"/one")
	g.link("/dev/zero", g.workspace+"/zero")
	g.link(".", g.workspace+"/loop")
	if err := syscall.Mkfifo(g.workspace+"/pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	s := g.secrets("")
	if len(s.Found) != 0 || s.Files != 0 || !s.whole() || time.Since(begun) > 20*time.Second {
		t.Errorf("%+v", s)
	}
	// A working directory that is itself a link is not looked through, and said so.
	if err := os.RemoveAll(g.workspace); err != nil {
		t.Fatal(err)
	}
	g.link(elsewhere, g.workspace)
	if s := g.secrets(""); len(s.Found) != 0 || s.whole() {
		t.Errorf("%+v", s)
	}
}

func TestWhatTheScanLeavesOutIsSaid(t *testing.T) {
	g := newGuestTree(t)
	g.write(g.workspace+"/long.log", strings.Repeat("nothing to see here\n", 1000))
	for i := range 30 {
		g.write(fmt.Sprintf("%s/many/%02d.txt", g.workspace, i), "x")
	}
	g.write(g.workspace+"/picture.png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"+strings.Repeat("\x00\x01\x7f\x03", 500)+anID)
	g.write(g.workspace+"/node_modules/a/index.js", anID)
	g.write(g.workspace+"/.git/objects/aa/bb", anID)
	deep := g.workspace + strings.Repeat("/d", 20)
	g.write(deep+"/x", anID)
	whole := g.secrets("")
	if len(whole.Found) != 0 || whole.Binaries != 1 || whole.Skipped != 2 || len(whole.Left) != 1 || whole.Left[0].Why != "depth" {
		t.Errorf("%+v", whole)
	}
	if s := g.secrets(", each=1000"); s.whole() || !slices.ContainsFunc(s.Left, func(l LeftOut) bool { return l.Why == "size" }) {
		t.Errorf("%+v", s)
	}
	if s := g.secrets(", files=20"); s.Limit != "files" {
		t.Errorf("%+v", s)
	}
	if s := g.secrets(", size=2000"); s.Limit != "bytes" {
		t.Errorf("%+v", s)
	}
	if s := g.secrets(", seconds=0"); s.Limit != "time" {
		t.Errorf("%+v", s)
	}
	e := good(t)
	for _, partial := range []SecretScan{whole, g.secrets(", files=20")} {
		e.Guest.Secrets = seen(partial)
		if got := statuses(e)["K17"]; got != NotChecked {
			t.Errorf("K17 is %s", got)
		}
	}
}

func TestAFileOfAnotherWorkspaceIsLookedAtAndOneElsewhereIsSaidNotToBe(t *testing.T) {
	g := newGuestTree(t)
	g.write(g.home+"/.openclaw/workspace-two/x.txt", anID)
	config := fmt.Sprintf(`{"agents":{"entries":{"two":{"workspace":"~/.openclaw/workspace-two"},"three":{"workspace":"/srv/three"},"same":{"workspace":%q}}}}`, g.workspace)
	var s SecretScan
	runKept(t, &s, g.params, fmt.Sprintf(`json.dump(kept_secrets({"config": json.loads(%q)}), sys.stdout)`, config))
	if len(s.Found) != 1 || len(s.Roots) != 4 || len(s.Left) != 1 || s.Left[0] != (LeftOut{"/srv/three", "outside"}) {
		t.Errorf("%+v", s)
	}
}

func TestOnlyVariablesThatHoldAKeyAreNamed(t *testing.T) {
	g := newGuestTree(t)
	var k KeyNames
	environ := strings.Join([]string{
		"HOME=/var/lib/openclaw", "OPENCLAW_NO_AUTO_UPDATE=1", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt", "NODE_EXTRA_CA_CERTS=/etc/x",
		"KEYBOARD=qwertyuiop", "TOKEN_FILE=/run/token", "GITHUB_TOKEN=${OTHER}", "API_KEY=", "INVOCATION_ID=0f8a3b1c2d4e5f60718293a4b5c6d7e8",
		"ANTHROPIC_API_KEY=whatever-it-is", "OPENCLAW_GATEWAY_TOKEN=0123abcd0123abcd", "db_password=hunter22",
		"NOTE=sk-ant-api03-Zk3vQ9xT1mB7cD5eF8gH2jK4lM6nP0qR-s_tUvWxYz", "not a variable",
	}, "\x00")
	out := runKept(t, &k, g.params, fmt.Sprintf("json.dump(kept_key_names(%s), sys.stdout)", "b"+pythonBytes(environ)))
	want := []string{"ANTHROPIC_API_KEY", "NOTE", "OPENCLAW_GATEWAY_TOKEN", "db_password"}
	if !slices.Equal(k.Names, want) || k.Looked != 13 || bytes.Contains(out, []byte("hunter")) {
		t.Errorf("%s", out)
	}
}

func pythonBytes(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	return b.String() + `"`
}

func TestModesBelowTheStateDirectory(t *testing.T) {
	g := newGuestTree(t)
	g.write(g.state+"/state/openclaw.sqlite", "x")
	g.write(g.state+"/credentials/telegram.json", "x")
	g.write(g.workspace+"/script.sh", "x")
	g.link("/etc", g.state+"/away")
	modes := func() StateModes {
		var m StateModes
		runKept(t, &m, g.params, `json.dump(kept_modes(P["state"], [P["workspace"]]), sys.stdout)`)
		return m
	}
	if m := modes(); len(m.Loose) != 0 || m.Elsewhere != 0 || m.Looked != 8 || !m.whole() {
		t.Errorf("%+v", m)
	}
	for path, mode := range map[string]os.FileMode{"/state/openclaw.sqlite": 0o640, "/credentials": 0o755, "/workspace/script.sh": 0o755, "": 0o711} {
		if err := os.Chmod(g.state+path, mode); err != nil {
			t.Fatal(err)
		}
	}
	want := []PathMode{{g.state, "0711"}, {g.state + "/credentials", "0755"}, {g.state + "/state/openclaw.sqlite", "0640"}}
	if m := modes(); !slices.Equal(m.Loose, want) || m.Elsewhere != 1 {
		t.Errorf("%+v", m)
	}
}

func TestEverythingThatOpenClawLoadsIsFound(t *testing.T) {
	g := newGuestTree(t)
	home := g.home
	for _, skill := range []string{
		g.workspace + "/skills/research", g.workspace + "/skills/personal/deep/er/weather", g.workspace + "/.agents/skills/a",
		home + "/.agents/skills/b", g.state + "/skills/c", g.state + "/agents/main/agent/workshop-skills/d",
		g.state + "/skill-library/e/revisions/1", home + "/extra/f", g.state + "/plugin-skills/not-a-link",
	} {
		g.write(skill+"/SKILL.md", "instructions")
	}
	g.write(g.workspace+"/skills/research/nested/SKILL.md", "part of it") // a skill ends the search below
	g.write(g.workspace+"/skills/README.md", "no skill")
	g.link(home+"/code/openclaw/skills/github", g.state+"/plugin-skills/absent")
	g.link(g.params["code"].(string)+"/openclaw/skills/github", g.state+"/plugin-skills/github") // the code disk's
	g.link(home+"/extra/f", g.workspace+"/skills/linked")
	g.write(g.state+"/extensions/plug/openclaw.plugin.json", "{}")
	g.write(g.state+"/extensions/single.js", "x")
	g.write(g.state+"/npm/projects/p/package.json", "{}")
	g.write(g.workspace+"/.openclaw/extensions/w/index.js", "x")
	g.write(home+"/plugin-path/index.js", "x")
	g.write(g.state+"/hooks/h/HOOK.md", "x")
	g.write(home+"/hook-dir/HOOK.md", "x")
	config := fmt.Sprintf(`{"skills":{"load":{"extraDirs":[%q,"~/nowhere","/proc","relative"]},"install":{"allowUploadedArchives":false}},
		"plugins":{"load":{"paths":[%q]}},"hooks":{"internal":{"load":{"extraDirs":["~/hook-dir"]}}},
		"security":{"installPolicy":{"enabled":true}}}`, home+"/extra", home+"/plugin-path")
	l := g.loaded(config)
	want := []string{
		"hook " + home + "/hook-dir", "hook " + g.state + "/hooks/h",
		"plugin " + home + "/plugin-path", "plugin " + g.state + "/extensions/plug", "plugin " + g.state + "/extensions/single.js",
		"plugin " + g.state + "/npm/projects/p", "plugin " + g.workspace + "/.openclaw/extensions/w",
		"skill " + home + "/.agents/skills/b", "skill " + g.state + "/agents/main/agent/workshop-skills/d", "skill " + g.state + "/plugin-skills/not-a-link",
		"skill " + g.state + "/skill-library/e/revisions/1", "skill " + g.state + "/skills/c", "skill " + g.workspace + "/.agents/skills/a",
		"skill " + g.workspace + "/skills/linked", "skill " + g.workspace + "/skills/personal/deep/er/weather", "skill " + g.workspace + "/skills/research",
		"skill " + home + "/extra/f",
	}
	slices.Sort(want)
	if got := treePaths(l); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for _, tree := range l.Trees {
		if tree.Partial != "" || len(tree.SHA256) != 64 {
			t.Errorf("%+v", tree)
		}
	}
	if l.Policy["security.installPolicy.enabled"] != "true" || l.Policy["skills.install.allowUploadedArchives"] != "false" {
		t.Errorf("%v", l.Policy)
	}
	if len(l.Left) != 1 || l.Left[0].Path != "/proc" {
		t.Errorf("%+v", l.Partial)
	}
}

func TestOneByteOneModeOneNameOrOneLinkChangesTheHashOfASkill(t *testing.T) {
	g := newGuestTree(t)
	dir := g.workspace + "/skills/s"
	g.write(dir+"/SKILL.md", "instructions\n")
	g.write(dir+"/scripts/run.sh", "echo\n")
	g.link("scripts/run.sh", dir+"/run")
	seenHashes := map[string]string{}
	look := func(what string) {
		t.Helper()
		l := g.loaded("{}")
		if len(l.Trees) != 1 {
			t.Fatalf("%s: %+v", what, l.Trees)
		}
		hash := l.Trees[0].SHA256
		if before, ok := seenHashes[hash]; ok {
			t.Errorf("%q has the hash of %q", what, before)
		}
		seenHashes[hash] = what
	}
	look("at first")
	if again := g.loaded("{}"); seenHashes[again.Trees[0].SHA256] == "" {
		t.Error("the same tree has another hash")
	}
	g.write(dir+"/SKILL.md", "instructionz\n")
	look("a byte")
	if err := os.Chmod(dir+"/scripts/run.sh", 0o700); err != nil {
		t.Fatal(err)
	}
	look("a mode")
	if err := os.Rename(dir+"/scripts/run.sh", dir+"/scripts/ran.sh"); err != nil {
		t.Fatal(err)
	}
	look("a name")
	if err := os.Remove(dir + "/run"); err != nil {
		t.Fatal(err)
	}
	g.link("scripts/ran.sh", dir+"/run")
	look("a link")
	g.write(dir+"/.hidden", "")
	look("an empty file")
	if err := os.Mkdir(dir+"/empty", 0o700); err != nil {
		t.Fatal(err)
	}
	look("an empty directory")
}

func TestASkillThatLeadsOutOfTheHomeOrIsTooLargeIsNotHashedHalf(t *testing.T) {
	g := newGuestTree(t)
	out := t.TempDir()
	if err := os.WriteFile(out+"/SKILL.md", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	g.link(out, g.workspace+"/skills/away")
	g.write(g.workspace+"/skills/large/SKILL.md", strings.Repeat("x", 17<<20))
	l := g.loaded("{}")
	if len(l.Trees) != 2 || l.Trees[0].Partial != "outside" || l.Trees[1].Partial != "bytes" {
		t.Errorf("%+v", l.Trees)
	}
	e := good(t)
	e.Guest.Skills = seen(l)
	e.Subject.Baseline.Trees = map[string]AcceptedTree{}
	if got := statuses(e)["K14"]; got != NotChecked {
		t.Errorf("K14 is %s", got)
	}
}

const strongToken = "5f0c9a1b7d3e8f2460b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7"

func (g guestTree) config(allow, bot, touched string) {
	g.write(g.state+"/openclaw.json", fmt.Sprintf(`{"gateway":{"auth":{"mode":"token","token":%q},"bind":"loopback","port":18789},
		"channels":{"telegram":{"botToken":%q,"allowFrom":[%q],"dmPolicy":"pairing"}},
		"agents":{"defaults":{"model":{"primary":"anthropic/claude-opus-5"},"maxTokens":4096}},
		"skills":{"entries":{"x":{"apiKey":{"source":"env","provider":"default","id":"X_KEY"},"env":{"Y":"plain-secret"}}}},
		"mcp":{"servers":{"m":{"headers":{"X-Auth":"abc"},"args":["--url","https://user:pw@example.com/?key=AIzaSyD-0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0"]}}},
		"meta":{"lastTouchedVersion":%q},"wizard":{"lastRunAt":%q,"appRecommendations":false}}`, strongToken, bot, allow, touched, touched))
}

func TestSettingsAreKeptWithoutTheirSecrets(t *testing.T) {
	g := newGuestTree(t)
	g.config("123456789", "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1", "2026.9.6")
	k, out := g.kept(strongToken, "{}")
	for _, secret := range []string{strongToken, "AAHdq", "plain-secret", "123456789", "0aB1cD", `"abc"`} {
		if bytes.Contains(out, []byte(secret)) {
			t.Errorf("%q was printed", secret)
		}
	}
	f := fileOf(t, k, "openclaw.json")
	for _, line := range []string{
		`gateway.bind = "loopback"`, `gateway.port = 18789`, `gateway.auth.mode = "token"`, `gateway.auth.token = "…"`,
		`channels.telegram.botToken = "…"`, `channels.telegram.allowFrom = ["12…89"]`, `channels.telegram.dmPolicy = "pairing"`,
		`agents.defaults.maxTokens = 4096`, `agents.defaults.model.primary = "anthropic/claude-opus-5"`,
		`skills.entries.x.apiKey.id = "X_KEY"`, `wizard.appRecommendations = false`,
	} {
		if !strings.Contains("\n"+f.Text+"\n", "\n"+line+"\n") {
			t.Errorf("no %s in\n%s", line, f.Text)
		}
	}
	if strings.Contains(f.Text, "lastTouched") || strings.Contains(f.Text, "lastRunAt") || f.Tags["gateway.auth.token"] != "" {
		t.Errorf("%+v", f)
	}

	same := func(what string, allow, bot, touched string, want bool, lines ...string) {
		t.Helper()
		g.config(allow, bot, touched)
		k, _ := g.kept(strongToken, "{}")
		now := fileOf(t, k, "openclaw.json")
		if got := sameFile(f, now); got != want {
			t.Errorf("%s: the same: %v", what, got)
		}
		if !want {
			if got := settingsDifference(f, now); !slices.Equal(got, lines) {
				t.Errorf("%s: %q, wanted %q", what, got, lines)
			}
		}
	}
	const bot = "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"
	same("OpenClaw touched it", "123456789", bot, "2026.10.1", true)
	same("someone else may talk", "*", bot, "2026.9.6", false, `channels.telegram.allowFrom: ["12…89"] → ["*"]`)
	same("someone who looks the same", "125556789", bot, "2026.9.6", false, "channels.telegram.allowFrom: another value than before (neither is shown)")
	same("another bot", "123456789", strings.Replace(bot, "Hdq", "xyz", 1), "2026.9.6", false, "channels.telegram.botToken: another value than before (neither is shown)")
	// A key that could be guessed makes no tags, by which the rest could be.
	if k, _ := g.kept("123456", "{}"); len(fileOf(t, k, "openclaw.json").Tags) != 0 || fileOf(t, k, "openclaw.json").TagKey != "" {
		t.Error("tags under a weak key")
	}
}

func TestSettingsThatCannotBeReadAsTheyShouldAreAProblem(t *testing.T) {
	g := newGuestTree(t)
	config := func() KeptFile {
		var k KeptFiles
		runKept(t, &k, g.params, `json.dump(kept_files({}, "", {}, KEPT_ETC), sys.stdout)`)
		return fileOf(t, k, "openclaw.json")
	}
	g.write(g.state+"/openclaw.json", "// comments\n{}")
	if f := config(); f.Problem != "not JSON" {
		t.Errorf("%+v", f)
	}
	g.write(g.state+"/openclaw.json", `{"$include": "other.json5"}`)
	if f := config(); f.Problem != "include" {
		t.Errorf("%+v", f)
	}
	if err := os.Remove(g.state + "/openclaw.json"); err != nil {
		t.Fatal(err)
	}
	g.link("/etc/shadow", g.state+"/openclaw.json")
	if f := config(); f.Problem != "link" || f.SHA256 != "" {
		t.Errorf("%+v", f)
	}
}

func TestInstructionsUnitsAndPoliciesAreKept(t *testing.T) {
	g := newGuestTree(t)
	g.config("1", "x", "y")
	etc := g.params["etc"].(string)
	g.write(g.workspace+"/SOUL.md", "# SOUL.md\n\nBe kind.\n")
	g.write(g.workspace+"/AGENTS.md", "my own\npassword: hunter22\nid "+anID+"\n")
	g.write(g.workspace+"/USER.md", "about me\n")
	g.link("/etc/shadow", g.workspace+"/TOOLS.md")
	g.write(g.workspace+"/HEARTBEAT.md", strings.Repeat(anID+"\n", 700))
	g.write(g.state+"/exec-approvals.json", `{"version":1,"socket":{"token":"abcdefgh"},"agents":{"main":{"allowlist":[{"pattern":"/bin/ls","lastUsedAt":1}]}}}`)
	g.write(etc+"/systemd/system/openclaw-gateway.service", "[Service]\nEnvironment=API_KEY=sk-ant-api03-Zk3vQ9xT1mB7cD5eF8gH2jK4lM6nP0qR-s_tUvWxYz\n")
	g.write(etc+"/systemd/system/openclaw-gateway.service.d/override.conf", "[Service]\nUser=root\n")
	g.link("/usr/lib/systemd/system/ssh.service", etc+"/systemd/system/sshd.service")
	g.link("/usr/lib/systemd/system/ssh.service", etc+"/systemd/system/multi-user.target.wants/ssh.service")
	g.link("/var/lib/openclaw/x.service", etc+"/systemd/system/multi-user.target.wants/x.service")
	g.link("/dev/null", etc+"/systemd/system/apt-daily.timer")
	g.write(etc+"/ssh/sshd_config", "Include x\n")
	g.write(etc+"/ssh/sshd_config.d/00-clawarium.conf", "PasswordAuthentication no\n")
	g.write(etc+"/sudoers.d/90-cloud", "keeper ALL=(ALL) NOPASSWD:ALL\n")
	k, out := g.kept(strongToken, "{}")
	for _, secret := range []string{"hunter22", anID, "about me", "Zk3vQ9", "abcdefgh", "root:"} {
		if bytes.Contains(out, []byte(secret)) {
			t.Errorf("%q was printed", secret)
		}
	}
	var got []string
	for _, f := range k.Files {
		path := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(f.Path, g.workspace), g.state), etc)
		got = append(got, strings.TrimSpace(f.Kind+" "+path+" "+f.Problem))
	}
	slices.Sort(got)
	want := []string{
		"instructions /AGENTS.md", "instructions /HEARTBEAT.md", "instructions /SOUL.md", "instructions /TOOLS.md link", "instructions /USER.md",
		"policy /exec-approvals.json", "settings /openclaw.json", "ssh /ssh/sshd_config", "ssh /ssh/sshd_config.d/00-clawarium.conf",
		"sudo /sudoers.d/90-cloud", "unit /systemd/system/apt-daily.timer", "unit /systemd/system/multi-user.target.wants/x.service",
		"unit /systemd/system/openclaw-gateway.service", "unit /systemd/system/openclaw-gateway.service.d/override.conf",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if f := fileOf(t, k, "/SOUL.md"); !f.Stock {
		t.Errorf("%+v", f)
	}
	if f := fileOf(t, k, "/AGENTS.md"); f.Stock || !strings.Contains(f.Text, "my own\npassword: …\nid 11…2X") {
		t.Errorf("%+v", f)
	}
	if f := fileOf(t, k, "/USER.md"); f.Text != "" || f.Lines != 1 || f.SHA256 != sum("about me\n") {
		t.Errorf("%+v", f)
	}
	if f := fileOf(t, k, "exec-approvals.json"); f.Text != "agents.main.allowlist.0.pattern = \"/bin/ls\"\nsocket.token = \"…\"\nversion = 1" {
		t.Errorf("%+v", f)
	}
}

func TestKeptFilesAreBounded(t *testing.T) {
	g := newGuestTree(t)
	g.config("1", "x", "y")
	for i := range 400 {
		g.write(fmt.Sprintf("%s/systemd/system/u%03d.service", g.params["etc"], i), strings.Repeat("x\n", 4000))
	}
	g.write(g.workspace+"/HEARTBEAT.md", strings.Repeat("line\n", 500000))
	k, out := g.kept(strongToken, "{}")
	if len(k.Files) != 250 || k.More == 0 || len(out) > 400<<10 {
		t.Errorf("%d files, %d more, %d bytes", len(k.Files), k.More, len(out))
	}
	if _, err := Accept(nil, func() Evidence { e := good(t); e.Guest.Kept = seen(k); return e }()); err == nil {
		t.Error("a list that is not whole was accepted")
	}
}

func TestMemoryIsListedWithoutItsText(t *testing.T) {
	g := newGuestTree(t)
	g.write(g.workspace+"/MEMORY.md", "likes tea\n")
	g.write(g.workspace+"/memory/2026-11-20.md", "a\nb\n")
	g.write(g.workspace+"/memory/imports/codex/x.md", "c\n")
	g.write(g.workspace+"/memory/index.json", "{}")
	g.link("/etc/passwd", g.workspace+"/memory/evil.md")
	var m Memory
	out := runKept(t, &m, g.params, `json.dump(kept_memory([P["workspace"]]), sys.stdout)`)
	if len(m.Files) != 3 || m.Files[0] != (MemoryFile{g.workspace + "/MEMORY.md", sum("likes tea\n"), 10, 1}) ||
		len(m.Left) != 1 || m.Left[0].Why != "ELOOP" || bytes.Contains(out, []byte("tea")) {
		t.Errorf("%s", out)
	}
}

func TestASecretAtTheCutIsNotShownInPart(t *testing.T) {
	g := newGuestTree(t)
	g.config("1", "x", "y")
	key := "sk-ant-api03-Zk3vQ9xT1mB7cD5eF8gH2jK4lM6nP0qRsTuVwXyZ"
	pem := newMaker(t).privateKey()
	for len(pem) < 9<<10 {
		pem += newMaker(t).privateKey()
	}
	g.write(g.workspace+"/AGENTS.md", pem+strings.Repeat("x\n", (16<<10-len(pem)-20)/2)+key+"\nmore\n")
	k, out := g.kept(strongToken, "{}")
	if f := fileOf(t, k, "/AGENTS.md"); !f.Cut || !strings.Contains(f.Text, "[private key]") || bytes.Contains(out, []byte("Zk3v")) || bytes.Contains(out, []byte("sk-ant")) {
		t.Errorf("%+v", f)
	}
}

// A file that is made to keep the search busy does not keep the check from ending.
func TestATextThatIsMadeToTakeLongTakesNoLonger(t *testing.T) {
	for name, line := range map[string]string{
		"first lines of keys":  "-----BEGIN PRIVATE KEY-----\n",
		"PuTTY":                "PuTTY-User-Key-File-2: x\n",
		"hexadecimal":          strings.Repeat("0123456789abcdef", 64),
		"digits":               strings.Repeat("4111111111111112", 64),
		"digits in groups":     strings.Repeat("4111 ", 300),
		"words":                strings.Repeat("abandon ability able about above absent absorb abstract absurd abuse of ", 10),
		"identity numbers":     anID + "\n",
		"beginnings of tokens": strings.Repeat("xoxb-1", 200) + strings.Repeat("sk-ant-", 100),
		"bearers":              "Authorization: Bearer " + strings.Repeat("a", 100) + "\n",
	} {
		g := newGuestTree(t)
		g.write(g.workspace+"/x.txt", strings.Repeat(line, (4<<20)/len(line)))
		s := g.secrets(", seconds=600")
		if s.Seconds > 30 {
			t.Errorf("%s: %.1f s", name, s.Seconds)
		}
		t.Logf("%s: %.1f s, %d found, %+v", name, s.Seconds, len(s.Found)+s.More, s.Partial)
	}
}

// The search costs what it says: a directory as large as an agent may have.
func TestALargeTextIsLookedThroughInReasonableTime(t *testing.T) {
	g := newGuestTree(t)
	m := newMaker(t)
	var b strings.Builder
	for b.Len() < 7<<20 {
		b.WriteString(m.lorem(300))
		b.WriteString("\n")
	}
	g.write(g.workspace+"/large.txt", b.String())
	s := g.secrets(", seconds=120")
	t.Logf("%d KiB in %.1f s", s.Bytes>>10, s.Seconds)
	if len(s.Found) != 0 || !s.whole() {
		t.Errorf("%+v", s)
	}
}
