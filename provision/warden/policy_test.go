package warden

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

func now() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

func TestAPolicyIsReadBackAsItWas(t *testing.T) {
	p := example()
	p.Rules[0].Until = now()
	got, err := ParsePolicy(p.Encode())
	if err != nil || got.Hash() != p.Hash() {
		t.Fatalf("%v\n%+v", err, got)
	}
	p.Rules[0].Ports[0] = 444
	if got.Hash() == p.Hash() {
		t.Error("two policies have one hash")
	}
	if _, err := ParsePolicy(Policy{Format: 1, Level: LevelOffline}.Encode()); err != nil {
		t.Errorf("a policy without rules: %v", err)
	}
}

func TestEveryProblemOfAPolicyIsSaidAtOnce(t *testing.T) {
	err := Policy{Format: 7, Level: "open", Server: "8.8.8.8:80", Quiet: []string{"*"}, Rules: []Rule{
		{Host: "*.com", Ports: []int{443}},
		{Host: "ok.example.com"},
		{Host: "ok.example.com", Ports: []int{0, 65536}},
		{Host: "10.0.0.1", Ports: []int{443}},
		{Host: "Upper.example.com", Ports: []int{443}},
		{Host: "ok.example.com", Ports: []int{443}, For: "x\ny"},
	}}.Validate()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 11 {
		t.Fatalf("%v", err)
	}
	for _, e := range joined.Unwrap() {
		var f *text.Fault
		if !errors.As(e, &f) || f.What == "" || f.Hint == "" {
			t.Errorf("%v is no fault with a hint", e)
		}
	}
	for _, want := range []string{"7", `"open"`, `"8.8.8.8:80"`, `"*"`, `"*.com"`, `"0"`, `"65536"`, `"10.0.0.1"`, `"Upper.example.com"`, `"x\ny"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not quoted: %s in %v", want, err)
		}
	}
}

func TestOnlyCanonicalHostsMakeRules(t *testing.T) {
	for _, host := range []string{"api.example.com", "*.example.com", "a-*.b.example.com", "*.*.example.com", "xn--bcher-kva.example", "8.8.8.8", "2606:4700::1111", "x_y.example.com"} {
		if err := checkPattern(host); err != nil {
			t.Errorf("%q: %v", host, err)
		}
	}
	for _, host := range []string{
		"", "*", "*.com", "com", "localhost", "example.*", "*.*", "a.*.com", "**.example.com", "a**b.example.com", "API.example.com", "api.example.com.", ".example.com", "*..example.com", "-*.example.com", "*-.example.com", "bücher.example",
		"api.example.com:443", "https://api.example.com", "api.example.com/", "10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fe80::1", "[2606:4700::1111]", "2606:4700:0::1111", "2606:4700::ABCD", "127.1", "0x7f.1", "8.8.8.8.", "::ffff:8.8.8.8", "2606:4700::1%eth0", "1.2.3.*", "*.2.3.4", "a b.example.com", "a\x00.example.com",
	} {
		if checkPattern(host) == nil {
			t.Errorf("%q makes a rule", host)
		}
	}
}

func TestOnlyOnePrivateAddressWithAPortIsAModelServer(t *testing.T) {
	for _, s := range []string{"192.168.1.20:11434", "10.0.0.1:80", "172.16.3.4:443", "[fd00::1]:8080"} {
		if _, err := parseServer(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"192.168.1.20", "192.168.1.20:0", "192.168.1.20:65536", "192.168.1.020:80", "8.8.8.8:80", "127.0.0.1:80", "169.254.169.254:80", "[::1]:80", "[fe80::1]:80", "[fd00:0::1]:80", "[::ffff:10.0.0.1]:80", "[fd00::1%eth0]:80", "nas.lan:80", "0.0.0.0:80", "224.0.0.1:80", "100.64.0.1:80", ":80", "192.168.1.20:080", "192.168.1.0/24:80"} {
		if a, err := parseServer(s); err == nil {
			t.Errorf("%q is a model server: %v", s, a)
		}
	}
}

func TestWhatIsNotExactlyAPolicyIsRefused(t *testing.T) {
	good := string(example().Encode())
	for _, data := range []string{
		"", "null", "[]", "{}", "{", `"x"`, good + "{}", good + "x", strings.Replace(good, `"level"`, `"lvl"`, 1), strings.Replace(good, `"allowlist"`, `true`, 1),
		strings.Replace(good, "443", `"443"`, 1), strings.Replace(good, "443", "443.5", 1), strings.Replace(good, "443", "-443", 1), strings.Replace(good, `"format": 1`, `"format": 2`, 1), strings.Replace(good, `2020-01-01`, `2020-13-01`, 1),
		strings.Replace(good, `"rules": [`, `"extra": 1, "rules": [`, 1), "\xef\xbb\xbf" + good, strings.Repeat(" ", policyBytes) + good,
	} {
		if _, err := ParsePolicy([]byte(data)); err == nil {
			t.Errorf("taken for a policy: %.60q", data)
		} else if len(text.Hint(err)) == 0 {
			t.Errorf("no hint: %v", err)
		}
	}
	many := Policy{Format: 1, Level: LevelAllowlist}
	for i := range policyRules + 1 {
		many.Rules = append(many.Rules, Rule{Host: fmt.Sprintf("h%d.example.com", i), Ports: []int{443}})
	}
	if many.Validate() == nil {
		t.Error("too many rules")
	}
}

func TestAPolicyThatOthersMayHaveWrittenIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, PolicyFile)
	refused := func(what string) {
		t.Helper()
		if _, err := ReadPolicy(dir); err == nil {
			t.Errorf("read although %s", what)
		} else if len(text.Hint(err)) == 0 {
			t.Errorf("%s: no hint: %v", what, err)
		}
	}
	refused("there is none")
	if err := WritePolicy(dir, example()); err != nil {
		t.Fatal(err)
	}
	if p, err := ReadPolicy(dir); err != nil || p.Hash() != example().Hash() {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o644, 0o660, 0o606, 0o700, 0o400} {
		_ = os.Chmod(path, mode)
		refused(fmt.Sprintf("its mode is %v", mode))
	}
	_ = os.Chmod(path, 0o600)
	_ = os.Rename(path, filepath.Join(dir, "elsewhere"))
	_ = os.Symlink("elsewhere", path)
	refused("it is a link")
	_ = os.Remove(path)
	_ = os.Mkdir(path, 0o700)
	refused("it is a directory")
	_ = os.Remove(path)
	if err := syscall.Mkfifo(path, 0o600); err == nil {
		refused("it is a pipe")
		_ = os.Remove(path)
	}
	_ = os.WriteFile(path, example().Encode(), 0o600)
	if os.Geteuid() == 0 && os.Chown(path, 12345, -1) == nil {
		refused("it is somebody else's")
	}
	if err := WritePolicy(dir, Policy{}); err == nil {
		t.Error("an invalid policy is written")
	}
}

func TestDecisions(t *testing.T) {
	later := now().Add(time.Hour)
	base := example()
	base.Rules = append(base.Rules,
		Rule{Host: "hour.example.com", Ports: []int{443}, For: "owner", Until: later},
		Rule{Host: "both.example.com", Ports: []int{443}, For: "owner", Until: now()},
		Rule{Host: "*.example.com", Ports: []int{9443}, For: "owner"},
	)
	for _, c := range []struct {
		level, host string
		port        int
		reason      Reason
		rule        string
	}{
		{"", "api.example.com", 443, "", "provider:example"},
		{"", "API.EXAMPLE.COM.", 443, "", "provider:example"},
		{"", "api.example.com", 444, ReasonNotListed, ""},
		{"", "api.example.com", 0, ReasonNoName, ""},
		{"", "api.example.com", 65536, ReasonNoName, ""},
		{"", "api.example.com", -1, ReasonNoName, ""},
		{"", "evilapi.example.com", 443, ReasonNotListed, ""},
		{"", "api.example.com.evil.com", 443, ReasonNotListed, ""},
		{"", "a.wild.example.com", 443, "", "owner"},
		{"", "wild.example.com", 443, ReasonNotListed, ""},
		{"", "a.b.wild.example.com", 443, ReasonNotListed, ""},
		{"", "evilwild.example.com", 443, ReasonNotListed, ""},
		{"", "api.example.com", 9443, "", "owner"}, // by the pattern, not by the exact rule
		{"", "ads.wild.example.com", 443, ReasonNever, ""},
		{"", "x.track.example.net", 443, ReasonNever, ""},
		{"", "past.example.com", 443, ReasonExpired, ""},
		{"", "both.example.com", 443, ReasonExpired, ""}, // the very moment
		{"", "hour.example.com", 443, "", "owner"},
		{"", "93.184.216.34", 443, "", "owner"},
		{"", "93.184.216.34", 80, ReasonDirect, ""},
		{"", "93.184.216.35", 443, ReasonDirect, ""},
		{"", "192.168.1.20", 11434, "", "server"},
		{"", "192.168.1.20", 11435, ReasonDirect, ""},
		{"", "192.168.1.21", 11434, ReasonDirect, ""},
		{"", "::ffff:192.168.1.20", 11434, ReasonDirect, ""},
		{"", "127.0.0.1", 443, ReasonDirect, ""},
		{"", "localhost", 443, ReasonNoName, ""},
		{"", "", 443, ReasonNoName, ""},
		{LevelInternet, "anything.example.net", 12345, "", "internet"},
		{LevelInternet, "past.example.com", 443, "", "internet"},
		{LevelInternet, "x.track.example.net", 443, ReasonNever, ""},
		{LevelInternet, "8.8.8.8", 53, ReasonDirect, ""},
		{LevelInternet, "93.184.216.34", 443, "", "owner"},
		{LevelInternet, "10.0.0.1", 80, ReasonDirect, ""},
		{LevelInternet, "localhost", 80, ReasonNoName, ""},
		{LevelInternet, "192.168.1.20", 11434, "", "server"},
		{LevelOffline, "api.example.com", 443, ReasonOffline, ""},
		{LevelOffline, "192.168.1.20", 11434, ReasonOffline, ""},
		{LevelOffline, "93.184.216.34", 443, ReasonOffline, ""},
		{"none", "api.example.org", 443, ReasonPolicy, ""},
	} {
		p := base
		if c.level != "" {
			p.Level = c.level
		}
		d := p.Decide(c.host, c.port, now())
		if d.Reason != c.reason || d.Allow != (c.reason == "") || d.Rule != c.rule {
			t.Errorf("%s %s:%d: %+v, want %q by %q", p.Level, c.host, c.port, d, c.reason, c.rule)
		}
	}
	if d := (*compiled)(nil).decide("api.example.com", 443, now()); d.Allow || d.Reason != ReasonPolicy {
		t.Errorf("without a policy: %+v", d)
	}
	if d := (Policy{}).Decide("api.example.com", 443, now()); d.Allow {
		t.Errorf("an empty policy allows: %+v", d)
	}
}

func TestEveryReasonHasASentence(t *testing.T) {
	for _, r := range []Reason{
		ReasonPolicy, ReasonOffline, ReasonNever, ReasonNotListed, ReasonExpired, ReasonDirect, ReasonNoName, ReasonLookup, ReasonAddress, ReasonMixed,
		ReasonOwn, ReasonConnect, ReasonMismatch, ReasonNotTLS, ReasonRequest, ReasonSlow, ReasonIdle, ReasonTooMany, ReasonBytes, ReasonLog,
	} {
		if text.T().Warden.Reasons[string(r)] == "" {
			t.Errorf("%q has none", r)
		}
	}
}
