package guest

// This file: the step that shows the guest's programs the way out, which is the
// warden's port on the loopback. Nothing else leads out, so a program that does
// not look here gets nowhere; nothing is walled off by this step.
//
// Services get no variables from systemd: those that have business outside are
// the agent's sandbox, which sets them itself, and apt's, which reads its own.

import (
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// noProxy is what is reached without the proxy: the guest itself.
const noProxy = "localhost,127.0.0.1,::1"

// proxyEnvironment is how most programs are told, NAME=value each. There is no
// standard: some read the names in lower case, some in upper case.
func proxyEnvironment() []string {
	var all []string
	for _, name := range []string{"http_proxy", "https_proxy", "all_proxy"} {
		all = append(all, name+"="+layout.Proxy, strings.ToUpper(name)+"="+layout.Proxy)
	}
	return append(all, "no_proxy="+noProxy, "NO_PROXY="+noProxy)
}

// Places that are the step's alone. Of two settings in apt's directory the later
// one counts, by file name.
const (
	aptProxy   = "/etc/apt/apt.conf.d/zz-clawarium-proxy"
	shellProxy = "/etc/profile.d/clawarium-proxy.sh"
)

// aptProxies is how apt shows the setting.
const aptProxies = `Acquire::http::Proxy "` + layout.Proxy + `";
Acquire::https::Proxy "` + layout.Proxy + `";
`

// sharedProxies are files of which the step sets some lines and leaves the rest:
// path, section (empty: none), lines with | between them.
var sharedProxies = [][3]string{
	{"/etc/environment", "", strings.Join(proxyEnvironment(), "|")},
	{"/etc/gitconfig", "http", "\tproxy = " + layout.Proxy},
	{"/etc/pip.conf", "global", "proxy = " + layout.Proxy},
	{"/etc/npmrc", "", "proxy=" + layout.Proxy + "|https-proxy=" + layout.Proxy + "|noproxy=" + noProxy},
}

// waysOut defines `ways [FILE SECTION LINES]...`, which reads apt's configuration
// and says what of it leads elsewhere, and which files are not as they should be;
// and `merged FILE SECTION LINES`, which writes what the file should hold: the
// lines, in the place of any others of their keys, and all else. One program for
// all, because every one costs some 30 ms under emulation.
const waysOut = `
program='
    function key(line) {
        sub(/^[ \t]*(export[ \t]+)?/, "", line); sub(/[ \t]*[=:].*/, "", line)
        return tolower(line)
    }
    function merge(path, section, lines,   n, i, want, ours, block, line, name, inside, there, new) {
        n = split(lines, want, "|")
        for (i = 1; i <= n; i++) { ours[key(want[i])]; block = block want[i] "\n" }
        if (section == "") { inside = there = 1; new = block }
        while ((getline line <path) > 0) {
            have = have line "\n"
            if (line ~ /^[ \t]*\[/) {
                name = tolower(line); sub(/^[ \t]*\[[ \t]*/, "", name); sub(/[ \t]*\].*/, "", name)
                inside = section != "" && name == section
                new = new line "\n"
                if (inside && !there) { new = new block; there = 1 }
            } else if (!inside || !(key(line) in ours)) new = new line "\n"
        }
        return there ? new : new "[" section "]\n" block
    }
    BEGIN {
        for (i = 1; i < ARGC; i += 3) {
            have = ""; should = merge(ARGV[i], ARGV[i+1], ARGV[i+2])
            if (write) printf "%s", should
            else if (should != have) print ARGV[i]
        }
        ARGC = 1
        if (write) exit
    }
    tolower($0) ~ /^acquire::https?::proxy.* ".+";$/ {
        if (tolower($0) ~ /^acquire::https?::proxy "/ && index($0, "\"" proxy "\"")) apt++
        else print
    }
    END { if (!write && apt != 2) print "apt" }
'
ways() { apt-config dump | awk -v proxy=` + layout.Proxy + ` "$program" "$@"; }
merged() { awk -v write=1 "$program" "$@"; }
`

func proxyStep() Step {
	var profile strings.Builder
	profile.WriteString("# Written by clawarium: the one way out of this machine.\n")
	for _, pair := range proxyEnvironment() {
		profile.WriteString("export " + pair + "\n")
	}
	step := Step{
		ID: "guest-proxy",
		Files: []File{
			{aptProxy, 0o644, "root:root", []byte(`// Written by clawarium: the one way out of this machine. There is no other, so
// what was set before would lead nowhere.
#clear Acquire::http::Proxy;
#clear Acquire::https::Proxy;
#clear Acquire::http::Proxy-Auto-Detect;
#clear Acquire::https::Proxy-Auto-Detect;
` + aptProxies)},
			{shellProxy, 0o644, "root:root", []byte(profile.String())},
		},
		Apply: waysOut,
	}
	var paths, stats, all []string
	for _, f := range sharedProxies {
		of := f[0] + " " + quoteShell(f[1]) + " " + quoteShell(f[2])
		paths, stats, all = append(paths, f[0]), append(stats, "644 root:root regular file "+f[0]), append(all, of)
		step.Before += "save " + f[0] + "\n"
		step.Apply += "new=$(merged " + of + ") && [ -n \"$new\" ] || die '" + f[0] + " could not be read'\n" +
			"printf '%s\\n' \"$new\" | base64 | put 0644 root:root " + f[0] + "\n"
	}
	ways := "ways " + strings.Join(all, " ")
	step.Check = waysOut + `other=$(` + ways + `)
[ -z "$other" ] || no "not the one way out:" $other
same ` + quoteShell(strings.Join(stats, "\n")) + ` "$(stat -c '%a %U:%G %F %n' ` + strings.Join(paths, " ") + ` 2>/dev/null)"
if command -v git >/dev/null; then
    other=$(git config --system --get-all http.proxy)
    [ "$other" = ` + layout.Proxy + ` ] || no "git goes another way:" $other
fi
`
	// Others' files are only taken away when apt reads them after ours.
	step.Apply += `[ -z "$(` + ways + `)" ] || {
    for f in /etc/apt/apt.conf.d/* /etc/apt/apt.conf; do
        [ "$f" != ` + aptProxy + ` ] && grep -qis proxy "$f" && { save "$f"; rm -f "$f"; }
    done
    other=$(` + ways + `)
    [ -z "$other" ] || die "another setting stands in the way:" $other
}
`
	return step
}
