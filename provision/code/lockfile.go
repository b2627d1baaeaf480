package code

// The lockfile: what npm writes, read strictly. Everything that is refused is
// reported at once, each with its package and version.

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// lockfile is what one code disk needs of an npm lockfile.
type lockfile struct {
	arch     string
	openclaw string // version
	node     string // version
	// packages in the order in which they are packed: by path.
	packages []*pkg
	// owned maps every package path of the lockfile, those of other platforms
	// included, to whether it comes inside its parent's tarball.
	owned map[string]bool
	// bundled packages that have bin links; their files come with the parent.
	bundled []*pkg
}

// pkg is one package at its place in the tree.
type pkg struct {
	path    string // below node_modules, as "a" or "@s/a" or "a/node_modules/b"
	name    string // in the registry; differs from the path for an npm alias
	version string
	sha512  string // hexadecimal, lower case; empty for a bundled package
	bin     map[string]string
}

func (p *pkg) String() string { return p.name + "@" + p.version }

// lockEntry is one value of "packages" in a lockfile.
type lockEntry struct {
	Name       string            `json:"name"`
	Version    string            `json:"version"`
	Resolved   string            `json:"resolved"`
	Integrity  string            `json:"integrity"`
	Link       bool              `json:"link"`
	Dev        bool              `json:"dev"`
	Optional   bool              `json:"optional"`
	Extraneous bool              `json:"extraneous"`
	InBundle   bool              `json:"inBundle"`
	OS         stringList        `json:"os"`
	CPU        stringList        `json:"cpu"`
	Libc       stringList        `json:"libc"`
	Bin        map[string]string `json:"bin"`
	Engines    json.RawMessage   `json:"engines"`
}

// stringList is a JSON string or list of strings; npm writes either.
type stringList []string

func (l *stringList) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*l = stringList{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(l))
}

// allows follows npm: any match admits, a "!" match excludes, a list of
// exclusions alone admits the rest.
func (l stringList) allows(value string) bool {
	admitted, onlyExclusions := false, true
	for _, v := range l {
		if v == "any" && len(l) == 1 {
			return true
		}
		if not, ok := strings.CutPrefix(v, "!"); ok {
			if not == value {
				return false
			}
			continue
		}
		onlyExclusions = false
		admitted = admitted || v == value
	}
	return admitted || onlyExclusions
}

// npmCPU is Node's name of each processor that a guest can have.
var npmCPU = map[string]string{"amd64": "x64", "arm64": "arm64"}

var (
	// These exclude whatever could leave a directory or an address.
	packageName    = regexp.MustCompile(`^(@[A-Za-z0-9~_-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*$`)
	packageVersion = regexp.MustCompile(`^[0-9][0-9A-Za-z.+-]*$`)
	binName        = regexp.MustCompile(`^[A-Za-z0-9_~@+-][A-Za-z0-9._~@+-]*$`)
)

const (
	modules     = "node_modules/"
	openclawPkg = "openclaw"
	nodePkg     = "node-linux-"
)

// parseLockfile reads a lockfile for one processor. The result holds what goes
// on the disk; the error joins one Fault for each thing that is refused.
func parseLockfile(data []byte, arch string) (*lockfile, error) {
	t := &text.T().Code
	cpu, ok := npmCPU[arch]
	if !ok {
		return nil, &text.Fault{What: fmt.Sprintf(t.UnknownArch, arch), Hint: t.UnknownArchHint}
	}
	var raw struct {
		Version  int                  `json:"lockfileVersion"`
		Packages map[string]lockEntry `json:"packages"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, &text.Fault{What: t.NotLockfile, Hint: t.RemakeHint, Err: err}
	}
	if raw.Version != 3 {
		return nil, &text.Fault{What: fmt.Sprintf(t.LockVersion, raw.Version), Hint: t.RemakeHint}
	}

	lock := &lockfile{arch: arch, owned: map[string]bool{}}
	var faults []error
	var noIntegrity, weak []string
	keys := make([]string, 0, len(raw.Packages))
	for key := range raw.Packages {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		e := raw.Packages[key]
		if key == "" || e.Dev || e.Extraneous {
			continue
		}
		p, err := newPkg(key, e)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		lock.owned[p.path] = e.InBundle
		if !e.OS.allows("linux") || !e.CPU.allows(cpu) || !e.Libc.allows("glibc") {
			if !e.Optional {
				faults = append(faults, &text.Fault{What: fmt.Sprintf(t.OtherPlatform, p, "linux/"+cpu), Hint: t.OtherPlatformHint})
			}
			continue
		}
		if e.InBundle {
			lock.bundled = append(lock.bundled, p)
			continue
		}
		switch p.sha512, err = parseIntegrity(e.Integrity); {
		case e.Integrity == "":
			noIntegrity = append(noIntegrity, p.String())
		case err != nil:
			weak = append(weak, p.String())
		}
		lock.packages = append(lock.packages, p)
		switch p.path {
		case openclawPkg:
			lock.openclaw = p.version
		case nodePkg + cpu:
			lock.node = p.version
		}
	}
	if len(noIntegrity) > 0 {
		faults = append(faults, &text.Fault{What: fmt.Sprintf(t.NoIntegrity, strings.Join(noIntegrity, ", ")), Hint: t.RemakeHint})
	}
	if len(weak) > 0 {
		faults = append(faults, &text.Fault{What: fmt.Sprintf(t.WeakIntegrity, strings.Join(weak, ", ")), Hint: t.RemakeHint})
	}
	for name, version := range map[string]string{openclawPkg: lock.openclaw, nodePkg + cpu: lock.node} {
		if version == "" {
			faults = append(faults, &text.Fault{What: fmt.Sprintf(t.LacksPackage, name), Hint: fmt.Sprintf(t.LacksPackageHint, name)})
		}
	}
	if lock.openclaw != "" && lock.node != "" {
		if err := nodeSuits(raw.Packages[modules+openclawPkg].Engines, lock); err != nil {
			faults = append(faults, err)
		}
	}
	// By path: the order of the tar stream, hence of the bytes on the disk.
	slices.SortFunc(lock.packages, func(a, b *pkg) int { return strings.Compare(a.path, b.path) })
	return lock, errors.Join(faults...)
}

// newPkg checks the place, name, version, origin and bins of one entry.
func newPkg(key string, e lockEntry) (*pkg, error) {
	t := &text.T().Code
	place, ok := strings.CutPrefix(key, modules)
	name := e.Name
	for _, part := range strings.Split(place, "/"+modules) {
		ok = ok && packageName.MatchString(part)
		if e.Name == "" {
			name = part // the last one
		}
	}
	if e.Link || !ok {
		return nil, &text.Fault{What: fmt.Sprintf(t.NotRegistry, key, e.Resolved), Hint: t.NotRegistryHint}
	}
	if !strictVersion(e.Version) || !packageName.MatchString(name) || !packageVersion.MatchString(e.Version) {
		return nil, &text.Fault{What: fmt.Sprintf(t.BadVersion, key, name, e.Version), Hint: t.RemakeHint}
	}
	p := &pkg{path: place, name: name, version: e.Version, bin: e.Bin}
	if e.Resolved != "" && !strings.HasSuffix(e.Resolved, p.address("")) || strings.HasPrefix(e.Resolved, "git") || strings.HasPrefix(e.Resolved, "file:") {
		return nil, &text.Fault{What: fmt.Sprintf(t.NotRegistry, p, e.Resolved), Hint: t.NotRegistryHint}
	}
	for name, target := range e.Bin {
		if !binName.MatchString(name) || path.IsAbs(target) || !isLocal(target) {
			return nil, &text.Fault{What: fmt.Sprintf(t.BadBin, p, name, target), Hint: t.DoNotUseHint}
		}
	}
	return p, nil
}

// address is where a registry serves the package's tarball.
func (p *pkg) address(registry string) string {
	return strings.TrimSuffix(registry, "/") + "/" + p.name + "/-/" + path.Base(p.name) + "-" + p.version + ".tgz"
}

// parseIntegrity returns the SHA-512 of a subresource-integrity string, which
// may list several hashes. Weaker ones alone are an error.
func parseIntegrity(s string) (string, error) {
	for _, field := range strings.Fields(s) {
		field, _, _ = strings.Cut(field, "?")
		encoded, ok := strings.CutPrefix(field, "sha512-")
		if !ok {
			continue
		}
		sum, err := base64.StdEncoding.DecodeString(encoded)
		if err == nil && len(sum) == 64 {
			return fmt.Sprintf("%x", sum), nil
		}
	}
	return "", errors.New("no sha512")
}

// nodeSuits holds Node's version against what OpenClaw says it needs.
func nodeSuits(engines json.RawMessage, lock *lockfile) error {
	t := &text.T().Code
	var e struct{ Node string }
	if json.Unmarshal(engines, &e) != nil || e.Node == "" {
		return nil // says nothing, or says it in npm's oldest form
	}
	suits, err := within(lock.node, e.Node)
	if err != nil {
		return &text.Fault{What: fmt.Sprintf(t.NodeUnsuitable, lock.node, lock.openclaw, e.Node), Hint: t.RemakeHint, Err: err}
	}
	if !suits {
		return &text.Fault{What: fmt.Sprintf(t.NodeUnsuitable, lock.node, lock.openclaw, e.Node), Hint: fmt.Sprintf(t.NodeUnsuitableHint, e.Node)}
	}
	return nil
}

// isLocal says whether a slash-separated relative path stays inside where it
// begins.
func isLocal(p string) bool {
	clean := path.Clean(p)
	return clean != "." && clean != ".." && !path.IsAbs(clean) && !strings.HasPrefix(clean, "../")
}
