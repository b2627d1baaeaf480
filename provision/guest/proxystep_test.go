package guest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/layout"
)

func TestTheProxyIsTheOnePortThatSSHDMayListenOn(t *testing.T) {
	if layout.Proxy != fmt.Sprintf("http://127.0.0.1:%d", layout.ProxyPort) {
		t.Errorf("%s and port %d", layout.Proxy, layout.ProxyPort)
	}
	conf := "\n" + string(asset("sshd.conf"))
	for _, line := range []string{
		fmt.Sprintf("\nPermitListen 127.0.0.1:%d\n", layout.ProxyPort), fmt.Sprintf("\nPermitOpen 127.0.0.1:%d\n", layout.GatewayPort),
		"\nAllowTcpForwarding yes\n", "\nGatewayPorts no\n",
	} {
		if !strings.Contains(conf, line) {
			t.Errorf("sshd.conf lacks %q", line)
		}
	}
}

func TestSettingsAreMergedIntoFilesOfOthers(t *testing.T) {
	for _, c := range []struct{ name, section, lines, before, after string }{
		{"none", "", "a=1|b=2", "", "a=1\nb=2\n"},
		{"none with a section", "http", "\tproxy = x", "", "[http]\n\tproxy = x\n"},
		{"others stay", "", "a=1", "# mine\nc=3\n", "a=1\n# mine\nc=3\n"},
		{"ours is replaced", "", "a=1|b=2", "A=9\nexport b=8\nbb=7\n a = 6\n#a=5", "a=1\nb=2\nbb=7\n#a=5\n"},
		{"below the section alone", "http", "\tproxy = x",
			"[user]\n\tname = me\n\tproxy = kept\n[HTTP]\n\tproxy = old\n\tsslVerify = true\n[http \"https://h\"]\n\tproxy = theirs\n",
			"[user]\n\tname = me\n\tproxy = kept\n[HTTP]\n\tproxy = x\n\tsslVerify = true\n[http \"https://h\"]\n\tproxy = theirs\n"},
		{"section without it", "global", "proxy = x", "[global]\nindex-url: https://h/\n[install]\nuser = no\n", "[global]\nproxy = x\nindex-url: https://h/\n[install]\nuser = no\n"},
		{"twice the section", "http", "\tproxy = x", "[http]\n[core]\n[http]\n\tproxy = y\n", "[http]\n\tproxy = x\n[core]\n[http]\n"},
		{"none of ours among sections", "", "proxy=x", "[s]\nproxy=y\n", "proxy=x\n[s]\nproxy=y\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "f")
			for _, content := range []string{c.before, c.after} { // the second time changes nothing
				if content != "" {
					if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				out, err := exec.Command("sh", "-c", waysOut+`merged "$@"`, "sh", file, c.section, c.lines).Output()
				if err != nil || string(out) != c.after {
					t.Errorf("%q gave %q, %v", content, out, err)
				}
			}
		})
	}
}

func TestAptGitAndTheShellReadWhatTheStepWrites(t *testing.T) {
	dir := t.TempDir()
	step := proxyStep()
	files := map[string]string{}
	for i, f := range step.Files {
		files[f.Path] = fmt.Sprintf("%s/%d", dir, i)
		if err := os.WriteFile(files[f.Path], f.Content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("env", "-i", "PATH="+os.Getenv("PATH"), "sh", "-c", ". "+files[shellProxy]+"; env").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range proxyEnvironment() {
		if !slices.Contains(strings.Split(string(out), "\n"), pair) {
			t.Errorf("the shell has no %s", pair)
		}
	}
	if _, err := exec.LookPath("apt-config"); err != nil {
		t.Skip(err)
	}
	earlier := dir + "/earlier"
	if err := os.WriteFile(earlier, []byte(`Acquire { http { Proxy "http://other:1"; Proxy::host "DIRECT"; Proxy-Auto-Detect "/bin/x"; }; https::Proxy::h "DIRECT"; };`), 0o644); err != nil {
		t.Fatal(err)
	}
	config := dir + "/config"
	if err := os.WriteFile(config, []byte(fmt.Sprintf("Dir::Etc::parts \"/nonexistent\"; Dir::Etc::main \"/nonexistent\";\n#include %q;\n#include %q;\n", earlier, files[aptProxy])), 0o644); err != nil {
		t.Fatal(err)
	}
	ways := func() string {
		t.Helper()
		out, err := exec.Command("sh", "-c", "export APT_CONFIG="+config+"\n"+waysOut+"ways").Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if other := ways(); other != "" {
		t.Errorf("apt goes another way: %q", other)
	}
	for _, later := range []string{
		`Acquire::http::Proxy "DIRECT";`, `Acquire::https::Proxy::some.host "DIRECT";`, `acquire::http::proxy "http://127.0.0.1:31280";`,
		`Acquire::http::Proxy-Auto-Detect "/bin/x";`, `#clear Acquire::https::Proxy;`,
	} {
		if err := os.WriteFile(config, []byte(fmt.Sprintf("Dir::Etc::parts \"/nonexistent\"; Dir::Etc::main \"/nonexistent\";\n#include %q;\n%s\n", files[aptProxy], later)), 0o644); err != nil {
			t.Fatal(err)
		}
		if ways() == "" {
			t.Errorf("%s is not seen", later)
		}
	}
}

func TestTheSandboxHasTheWayOut(t *testing.T) {
	got := AgentEnvironment(SandboxConfig{})
	for _, pair := range proxyEnvironment() {
		if !slices.Contains(got, pair) {
			t.Errorf("the agent has no %s", pair)
		}
		if strings.ContainsAny(pair, " \"'%$\\") {
			t.Errorf("%s does not stand in a unit as it is", pair)
		}
	}
}
