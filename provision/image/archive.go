package image

// Where this computer's own packages come from: apt's sources and the few of its
// settings by which it reaches them. The image is built from the same place, and
// always against Debian's keyring, never as a trusted source.

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// keyring proves Debian's archives; it is named alike on the host and in the image.
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// source is one stanza or line of apt's sources.
type source struct {
	uris, suites, components []string
	signedBy                 string
}

// archive is what an image is built from.
type archive struct {
	main     string // address of the Debian archive
	updates  bool   // it has a suite <codename>-updates
	security string // address of the security archive; may be empty
}

// lines writes the archive as apt's sources for a codename.
func (a archive) lines(codename string) []string {
	line := func(address, suite string) string {
		return fmt.Sprintf("deb [signed-by=%s] %s %s main", keyring, address, suite)
	}
	all := []string{line(a.main, codename)}
	if a.updates {
		all = append(all, line(a.main, codename+"-updates"))
	}
	if a.security != "" {
		all = append(all, line(a.security, codename+"-security"))
	}
	return all
}

// hostArchive reads apt's sources below root ("/" outside tests).
func hostArchive(root string) (archive, error) {
	var all []source
	dir := filepath.Join(root, "etc/apt")
	files := []string{filepath.Join(dir, "sources.list")}
	for _, pattern := range []string{"*.list", "*.sources"} {
		more, _ := filepath.Glob(filepath.Join(dir, "sources.list.d", pattern))
		slices.Sort(more)
		files = append(files, more...)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if strings.HasSuffix(file, ".sources") {
			all = append(all, parseStanzas(string(data))...)
		} else {
			all = append(all, parseLines(string(data))...)
		}
	}
	var a archive
	for _, s := range all {
		if !slices.Contains(s.components, "main") {
			continue
		}
		for _, uri := range s.uris {
			address, ok := resolve(root, uri)
			if !ok || !isDebian(address, s.signedBy) {
				continue
			}
			security := strings.Contains(path.Base(strings.TrimRight(address, "/")), "security") ||
				slices.ContainsFunc(s.suites, func(s string) bool { return strings.HasSuffix(s, "-security") })
			switch {
			case security && a.security == "":
				a.security = address
			case !security && a.main == "":
				a.main = address
			}
			if !security && address == a.main && slices.ContainsFunc(s.suites, func(s string) bool { return strings.HasSuffix(s, "-updates") }) {
				a.updates = true
			}
		}
	}
	if a.main == "" {
		return a, &text.Fault{What: text.T().Image.NoDebianSources, Hint: text.T().Image.NoDebianHint}
	}
	return a, nil
}

// isDebian tells Debian's own archive from others that apt may use: by its
// keyring, or by the name that every mirror of it ends with.
func isDebian(address, signedBy string) bool {
	if strings.Contains(signedBy, "debian-archive") {
		return true
	}
	if signedBy != "" {
		return false
	}
	switch path.Base(strings.TrimRight(address, "/")) {
	case "debian", "debian-security":
		return true
	}
	return false
}

// resolve makes an address that stands in one line, following the list of
// mirrors that Debian's cloud images use.
func resolve(root, uri string) (string, bool) {
	if file, ok := strings.CutPrefix(uri, "mirror+file:"); ok {
		data, err := os.ReadFile(filepath.Join(root, filepath.Clean("/"+strings.TrimLeft(file, "/"))))
		if err != nil {
			return "", false
		}
		for line := range strings.Lines(string(data)) {
			if fields := strings.Fields(line); len(fields) > 0 && !strings.HasPrefix(fields[0], "#") {
				return resolve(root, fields[0])
			}
		}
		return "", false
	}
	u, err := url.Parse(uri)
	if err != nil || strings.ContainsAny(uri, " \t[]$(") {
		return "", false
	}
	switch u.Scheme {
	case "http", "https", "file":
		return strings.TrimRight(uri, "/"), true
	}
	return "", false
}

// parseLines reads the one-line format of sources.list(5).
func parseLines(data string) []source {
	var all []source
	for line := range strings.Lines(data) {
		line, _, _ = strings.Cut(line, "#")
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "deb")
		if !ok || rest == "" || (rest[0] != ' ' && rest[0] != '\t') {
			continue
		}
		var s source
		rest = strings.TrimSpace(rest)
		if strings.HasPrefix(rest, "[") {
			options, after, ok := strings.Cut(rest[1:], "]")
			if !ok {
				continue
			}
			for _, option := range strings.Fields(options) {
				if v, ok := strings.CutPrefix(strings.ToLower(option), "signed-by="); ok {
					s.signedBy = v
				}
			}
			rest = after
		}
		if f := strings.Fields(rest); len(f) >= 3 {
			s.uris, s.suites, s.components = f[:1], f[1:2], f[2:]
			all = append(all, s)
		}
	}
	return all
}

// parseStanzas reads the deb822 format of sources.list(5).
func parseStanzas(data string) []source {
	var all []source
	fields := map[string]string{}
	last := ""
	flush := func() {
		if slices.Contains(strings.Fields(fields["types"]), "deb") && !strings.EqualFold(strings.TrimSpace(fields["enabled"]), "no") {
			all = append(all, source{
				uris: strings.Fields(fields["uris"]), suites: strings.Fields(fields["suites"]),
				components: strings.Fields(fields["components"]), signedBy: strings.TrimSpace(fields["signed-by"]),
			})
		}
		fields, last = map[string]string{}, ""
	}
	for line := range strings.Lines(data) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.TrimSpace(line) == "":
			flush()
		case line[0] == ' ' || line[0] == '\t':
			fields[last] += "\n" + strings.TrimSpace(line)
		default:
			key, value, _ := strings.Cut(line, ":")
			last = strings.ToLower(strings.TrimSpace(key))
			fields[last] = value
		}
	}
	flush()
	return all
}

// reach are the settings of the host's apt that only say how to get to an archive
// and how old its list may be. None of them touches signatures.
var reach = []string{
	"acquire::http::proxy", "acquire::https::proxy", "acquire::https::cainfo", "acquire::https::capath",
	"acquire::check-valid-until", "acquire::check-date", "acquire::forceipv4", "acquire::forceipv6", "acquire::retries",
}

// hostSettings asks the host's apt for them, as lines of apt.conf(5).
func hostSettings(ctx context.Context, reporter Reporter) []string {
	var dump strings.Builder
	if run(ctx, quiet{reporter}, command{name: "apt-config", pkg: "apt", args: []string{"dump"}, stdout: &dump}) != nil {
		return nil
	}
	return pickSettings(dump.String())
}

// pickSettings keeps the settings that reach an archive, a proxy for one host
// included, and those that switch a proxy program off or on.
func pickSettings(dump string) []string {
	var all []string
	for line := range strings.Lines(dump) {
		line = strings.TrimSpace(line)
		key, value, ok := strings.Cut(line, " ")
		key = strings.ToLower(key)
		if !ok || value == `"";` {
			continue
		}
		if slices.Contains(reach, key) || strings.HasPrefix(key, "acquire::http::proxy::") || strings.HasPrefix(key, "acquire::https::proxy::") {
			all = append(all, strings.TrimSuffix(line, ";"))
		}
	}
	return all
}

// quiet keeps a program's output out of the log.
type quiet struct{ Reporter }

func (quiet) Log(string) {}
