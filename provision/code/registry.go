package code

// Where packages come from. Any registry will do, since every tarball is held
// against the lockfile; so the owner's own choice, made for npm, is respected.

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// DefaultRegistry is used when nobody chose one. It is linked in when a release
// is built: -ldflags "-X github.com/clawarium/clawarium/provision/code.DefaultRegistry=https://…".
var DefaultRegistry string

// systemNpmrc is npm's configuration for all users of a computer.
var systemNpmrc = []string{"/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc"}

// Registry picks the registry: the plan's value, else npm_config_registry in
// the environment, else the owner's npmrc, else the system's, else the one that
// was linked in. No token is read from any of them.
func Registry(planValue string, getenv func(string) string) (string, error) {
	t := &text.T().Code
	value := planValue
	if value == "" {
		value = npmSetting("registry", getenv)
	}
	if value == "" {
		value = DefaultRegistry
	}
	if value == "" {
		return "", &text.Fault{What: t.NoRegistry, Hint: t.NoRegistryHint}
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" {
		return "", &text.Fault{What: fmt.Sprintf(t.BadRegistry, value), Hint: t.BadRegistryHint}
	}
	if u.User != nil {
		return "", &text.Fault{What: fmt.Sprintf(t.RegistryPassword, u.Redacted()), Hint: t.BadRegistryHint}
	}
	return strings.TrimSuffix(value, "/"), nil
}

// RegistryCA returns the file of extra certificate authorities that npm is set
// to trust, or "": for owners behind a proxy of their company.
func RegistryCA(getenv func(string) string) string { return npmSetting("cafile", getenv) }

// npmSetting looks where npm looks, a project's npmrc excepted: which directory
// clawarium is started in must not decide where code comes from.
func npmSetting(key string, getenv func(string) string) string {
	for _, name := range []string{"npm_config_" + key, "NPM_CONFIG_" + strings.ToUpper(key)} {
		if v := getenv(name); v != "" {
			return v
		}
	}
	var files []string
	for _, name := range []string{"npm_config_userconfig", "NPM_CONFIG_USERCONFIG"} {
		if v := getenv(name); v != "" && len(files) == 0 {
			files = append(files, v)
		}
	}
	if home := getenv("HOME"); home != "" && len(files) == 0 {
		files = append(files, filepath.Join(home, ".npmrc"))
	}
	for _, file := range append(files, systemNpmrc...) {
		if v := npmrcValue(file, key, getenv); v != "" {
			return v
		}
	}
	return ""
}

var npmrcVariable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// npmrcValue reads one key of an npmrc file; "" when it is not there. Every
// other line, those with tokens among them, is skipped unread.
func npmrcValue(file, key string, getenv func(string) string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	found := ""
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), "=")
		if !ok || strings.TrimSpace(name) != key {
			continue
		}
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		found = npmrcVariable.ReplaceAllStringFunc(value, func(v string) string { return getenv(v[2 : len(v)-1]) })
	}
	return found
}
