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

// mergeLines defines `merged FILE SECTION LINES`: what the file is to hold, which
// is the lines, each in the place of any other of its key, and all else.
const mergeLines = `
merged() {
    awk -v section="$2" -v lines="$3" '
        function key(line) {
            sub(/^[ \t]*(export[ \t]+)?/, "", line); sub(/[ \t]*[=:].*/, "", line)
            return tolower(line)
        }
        function put(i) { for (i = 1; i <= n; i++) print want[i]; there = 1 }
        BEGIN {
            n = split(lines, want, "|")
            for (i = 1; i <= n; i++) ours[key(want[i])]
            inside = section == ""
            if (inside) put()
        }
        /^[ \t]*\[/ {
            name = tolower($0); sub(/^[ \t]*\[[ \t]*/, "", name); sub(/[ \t]*\].*/, "", name)
            inside = section != "" && name == section
            print
            if (inside && !there) put()
            next
        }
        inside && key($0) in ours { next }
        { print }
        END { if (!there) { print "[" section "]"; put() } }
    ' "$([ -f "$1" ] && printf %s "$1" || echo /dev/null)"
}
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
		Check: mergeLines,
		Apply: mergeLines,
	}
	for _, f := range sharedProxies {
		of := strings.Join([]string{f[0], quoteShell(f[1]), quoteShell(f[2])}, " ")
		step.Before += "save " + f[0] + "\n"
		step.Check += "merged " + of + " | cmp -s - " + f[0] + " || no '" + f[0] + " does not name the way out'\n"
		step.Apply += "new=$(merged " + of + ") && [ -n \"$new\" ] || die '" + f[0] + " could not be read'\n" +
			"printf '%s\\n' \"$new\" | base64 | put 0644 root:root " + f[0] + "\n"
	}
	effective := `
seen=$(apt-config dump | grep -iE '^acquire::https?::proxy.* ".+";$' | sort)
[ "$seen" = ` + quoteShell(strings.TrimSpace(aptProxies)) + ` ]`
	step.Check += `same '644 root:root regular file /etc/environment
644 root:root regular file /etc/gitconfig
644 root:root regular file /etc/pip.conf
644 root:root regular file /etc/npmrc' "$(stat -c '%a %U:%G %F %n' /etc/environment /etc/gitconfig /etc/pip.conf /etc/npmrc 2>/dev/null)"
` + strings.TrimSpace(effective) + ` || no "apt goes another way: $(echo $seen)"
if command -v git >/dev/null; then
    seen=$(git config --system --get-all http.proxy)
    [ "$seen" = ` + layout.Proxy + ` ] || no "git goes another way: $(echo $seen)"
fi
`
	// Others' files are only taken away when they are read after ours.
	step.Apply += strings.TrimSpace(effective) + ` || {
    for f in /etc/apt/apt.conf.d/* /etc/apt/apt.conf; do
        [ "$f" != ` + aptProxy + ` ] && grep -qis proxy "$f" && { save "$f"; rm -f "$f"; }
    done
` + strings.TrimSpace(effective) + ` || die "another setting of apt stands in the way: $(echo $seen)"
}
`
	return step
}
