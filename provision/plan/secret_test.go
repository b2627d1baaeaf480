package plan

import (
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

// The secrets here are made up; each has the shape of a real kind.
var secretShapes = map[string]string{
	"OpenAI":     "sk-proj-" + strings.Repeat("aB3", 10),
	"Anthropic":  "sk-ant-api03-" + strings.Repeat("xY7", 10),
	"Stripe":     "sk_live_" + strings.Repeat("q4", 12),
	"GitHub":     "ghp_" + strings.Repeat("Zz9", 12),
	"GitHub new": "github_pat_" + strings.Repeat("Zz9", 12),
	"GitLab":     "glpat-" + strings.Repeat("k2", 10),
	"npm":        "npm_" + strings.Repeat("m1N", 12),
	"HF":         "hf_" + strings.Repeat("Qw", 17),
	"AWS":        "AKIA" + strings.Repeat("Q7", 8),
	"Alibaba":    "LTAI" + strings.Repeat("5t", 10),
	"Google":     "AIza" + strings.Repeat("Sy0", 12),
	"Slack":      "xoxb-" + strings.Repeat("123-", 6) + "abc",
	"JWT":        "eyJhbGciOiJIUzI1NiJ9." + strings.Repeat("eyJ", 5) + "." + strings.Repeat("s", 20),
	"Telegram":   "123456789:" + strings.Repeat("AaF", 12),
	"Zhipu":      strings.Repeat("0123456789abcdef", 2) + "." + strings.Repeat("Gh", 8),
	"PEM":        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXkt\n-----END",
	"PEM short":  "-----BEGIN RSA PRIVATE KEY----- MIIEow",
}

func TestNoSecretFitsIntoAnyKeyAndNoneIsShownWhole(t *testing.T) {
	for kind, secret := range secretShapes {
		for i := range keys {
			k := &keys[i]
			p := Default(desk)
			switch v := k.at(&p).(type) {
			case *string:
				*v = "/x/" + secret
			case *[]string:
				*v = []string{"https://a.example/" + secret}
			default:
				continue
			}
			found := Problems(p.Validate(desk))
			refused := false
			for _, f := range found {
				refused = refused || strings.HasPrefix(f.Key, k.path) && f.Hint == text.T().Plan.SecretHint
				for _, s := range []string{f.Error(), f.Hint, f.Value, f.Range} {
					if strings.Contains(s, secret[len(secret)-10:]) {
						t.Errorf("%s in %s is shown: %s", kind, k.path, s)
					}
				}
			}
			if !refused {
				t.Errorf("%s in %s is not refused: %v", kind, k.path, found)
			}
			if data, err := p.YAML(); err == nil {
				t.Errorf("%s in %s is written to a file:\n%s", kind, k.path, data)
			} else if strings.Contains(err.Error(), secret[len(secret)-10:]) {
				t.Errorf("%s in %s is shown: %v", kind, k.path, err)
			}
			if d := Diff(Default(desk), p); strings.Contains(d[0].New, secret[len(secret)-10:]) {
				t.Errorf("%s in %s is shown by Diff: %v", kind, k.path, d)
			}
		}
	}
}

func TestASecretAnywhereInAFileIsRefusedByItsLineAndMasked(t *testing.T) {
	for kind, secret := range secretShapes {
		secret, _, _ = strings.Cut(secret, "\n")
		for _, file := range []string{
			"version: 1\n# my key: " + secret + "\n",
			"version: 1\nname: " + secret + "\n",
			"version: 1\nname: '" + secret + "'\n",
			"version: 1\nimage: {mirrors: [\"https://a.example/" + secret + "\"]}\n",
			"version: 1\napiKey: " + secret + "\n",
			"version: 1\n" + secret + ": x\n",
			"version: 1\nname: [" + secret + "\n",
		} {
			_, err := Parse([]byte(file), Default(desk))
			problems := Problems(err)
			if len(problems) == 0 || problems[0].Line != 2 || problems[0].Hint != text.T().Plan.SecretHint {
				t.Errorf("%s: %q gives %v", kind, file, err)
				continue
			}
			for _, p := range problems {
				for _, s := range []string{p.Error(), p.Hint, p.Value, p.Range, p.Key} {
					if strings.Contains(s, secret[len(secret)-10:]) {
						t.Errorf("%s is shown: %s", kind, s)
					}
				}
			}
		}
	}
}

func TestAPasswordInAFileIsNeverShown(t *testing.T) {
	for _, file := range []string{
		"network:\n  proxy: http://me:opensesame@proxy.example:3128\n",
		"network:\n  proxy: me:opensesame@proxy.example:3128\n",
		"network:\n  proxy: \"http://me:open sesame opensesame@proxy.example\"\n",
		"network: {proxy: 'http://opensesame@proxy.example'\n",
		"openclaw:\n  registry: https://registry.example/?token=opensesame\n",
		"image:\n  mirrors:\n    - https://a.example\n    - https://me:opensesame@b.example\n",
		"password: opensesame\n",
		"password: opensesame: again\n",
		"name: {password: opensesame}\n",
		"machine:\n  cpus: [opensesame\npassword: opensesame\n",
		"opensesame@host: x\nnetwork: {proxy: a:opensesame@b}\n",
	} {
		_, err := Parse([]byte(file), Default(desk))
		if err == nil {
			t.Errorf("%q is accepted", file)
		} else if strings.Contains(err.Error(), "opensesame") && !strings.Contains(file, "[opensesame") && !strings.HasPrefix(file, "opensesame") {
			t.Errorf("%q is shown:\n%v", file, err)
		}
	}
}

func TestOrdinaryValuesAreNotTakenForSecrets(t *testing.T) {
	for _, s := range []string{
		"openclaw", "task-abcdefghijklmnopqrstuvwxyz", "/home/me/disk-0123456789abcdef0123.qcow2",
		strings.Repeat("0123456789abcdef", 8), "/srv/desk-lamp/sk-1.img", "https://cdn.example/npm_mirror/",
		"192.168.77.0/24", "http://127.0.0.1:3128", "2026.9.6", "/etc/ssl/certs/ca-certificates.crt",
	} {
		if LooksSecret(s) {
			t.Errorf("%q is taken for a secret", s)
		}
		if mask(s) != s {
			t.Errorf("%q is masked as %q", s, mask(s))
		}
	}
}
