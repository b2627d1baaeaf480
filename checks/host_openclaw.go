package checks

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// What of OpenClaw is on the host itself: its state, a package, a program, a
// unit, a process. Other agents are not our business.

// OnHost is what was found of OpenClaw outside the machine.
type OnHost struct {
	Homes     int      `json:"homes"`     // that could be looked into
	Processes int      `json:"processes"` // that were seen
	Found     []Trace  `json:"found"`
	Unread    []string `json:"unread,omitempty"` // homes and places that could not be looked into
}

// Trace is one sign of OpenClaw.
type Trace struct {
	Kind string `json:"kind"` // state, package, program, unit or process
	Path string `json:"path"` // or, of a process, its number and program
}

// Kinds of traces; text has a word for each.
const (
	TraceState   = "state"
	TracePackage = "package"
	TraceProgram = "program"
	TraceUnit    = "unit"
	TraceProcess = "process"
)

const maxTraces = 100

// openClawNames are those that the package, its program and its services have
// and had: OpenClaw still looks for the second, its earlier name.
var openClawNames = []string{"openclaw", "clawdbot"}

// stateDirs are in a home.
var stateDirs = []string{".openclaw", ".clawdbot"}

// packageDirs hold globally installed packages; those without a leading slash
// are in a home.
var packageDirs = []string{
	"/usr/lib/node_modules", "/usr/local/lib/node_modules", "/opt/homebrew/lib/node_modules",
	"/opt/*/lib/node_modules", "/usr/local/share/npm/lib/node_modules",
	"lib/node_modules", ".local/lib/node_modules", ".npm-global/lib/node_modules", ".npm-packages/lib/node_modules",
	".nvm/versions/node/*/lib/node_modules", ".local/share/fnm/node-versions/*/installation/lib/node_modules",
	".asdf/installs/nodejs/*/lib/node_modules", ".local/share/mise/installs/node/*/lib/node_modules",
	".volta/tools/image/packages", ".bun/install/global/node_modules",
	".local/share/pnpm/global/*/node_modules", ".config/yarn/global/node_modules",
}

// programDirs are where programs are, besides PATH.
var programDirs = []string{
	"/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/opt/*/bin", "/snap/bin",
	"bin", ".local/bin", ".npm-global/bin", ".bun/bin", ".volta/bin", ".local/share/pnpm",
}

// unitDirs hold services of systemd and launchd.
var unitDirs = []string{
	"/etc/systemd/system", "/usr/lib/systemd/system", "/usr/local/lib/systemd/system", "/run/systemd/system",
	"/etc/systemd/user", "/usr/lib/systemd/user",
	"/Library/LaunchDaemons", "/Library/LaunchAgents",
	".config/systemd/user", ".local/share/systemd/user", "Library/LaunchAgents",
}

func findOnHost(root, proc string) (OnHost, error) {
	found := OnHost{Found: []Trace{}}
	seen := map[string]bool{} // by path without symbolic links, so that /lib and /usr/lib count once
	add := func(kind, path string) {
		real := path
		if r, err := filepath.EvalSymlinks(filepath.Join(root, path)); err == nil && kind != TraceProgram {
			real = r
		}
		if !seen[kind+real] && len(found.Found) < maxTraces {
			seen[kind+real] = true
			found.Found = append(found.Found, Trace{kind, path})
		}
	}
	unread := func(path string) {
		if !slices.Contains(found.Unread, path) && len(found.Unread) < maxTraces {
			found.Unread = append(found.Unread, path)
		}
	}
	// there says whether something is at path, which is as the host names it.
	there := func(path string) bool {
		_, err := os.Lstat(filepath.Join(root, path))
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !notADirectory(err) {
			unread(path)
		}
		return err == nil
	}

	places := func(list []string, homes []string, each func(dir string)) {
		for _, pattern := range list {
			if filepath.IsAbs(pattern) {
				for _, dir := range below(root, pattern) {
					each(dir)
				}
				continue
			}
			for _, home := range homes {
				for _, dir := range below(root, filepath.Join(home, pattern)) {
					each(dir)
				}
			}
		}
	}

	var homes []string
	for _, p := range people(root, false) {
		// To look for a name in a home, being let through it is enough.
		if _, err := os.Stat(filepath.Join(root, p.home, ".")); errors.Is(err, fs.ErrPermission) {
			unread(p.home)
			continue
		}
		if _, err := os.Lstat(filepath.Join(root, p.home, stateDirs[0])); errors.Is(err, fs.ErrPermission) {
			unread(p.home)
			continue
		}
		homes = append(homes, p.home)
		for _, name := range stateDirs {
			dir := filepath.Join(p.home, name)
			if !there(dir) {
				continue
			}
			// An empty directory is what an uninstaller leaves.
			if entries, err := os.ReadDir(filepath.Join(root, dir)); err != nil || len(entries) > 0 {
				add(TraceState, dir)
			}
		}
		if prefix := npmPrefix(filepath.Join(root, p.home, ".npmrc"), p.home); prefix != "" {
			for _, name := range openClawNames {
				if dir := filepath.Join(prefix, "lib/node_modules", name); there(dir) {
					add(TracePackage, dir)
				}
			}
		}
	}
	found.Homes = len(homes)

	places(packageDirs, homes, func(dir string) {
		for _, name := range openClawNames {
			if path := filepath.Join(dir, name); there(path) {
				add(TracePackage, path)
			}
		}
	})
	programs := programDirs
	if filepath.Clean(root) == "/" {
		for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
			if filepath.IsAbs(dir) && !slices.Contains(programs, dir) {
				programs = append(slices.Clip(programs), dir)
			}
		}
	}
	places(programs, homes, func(dir string) {
		for _, name := range openClawNames {
			if path := filepath.Join(dir, name); there(path) {
				add(TraceProgram, path)
			}
		}
	})
	places(unitDirs, homes, func(dir string) {
		entries, err := os.ReadDir(filepath.Join(root, dir))
		if err != nil {
			unread(dir)
		}
		for _, e := range entries {
			if isOpenClawUnit(e.Name()) {
				add(TraceUnit, filepath.Join(dir, e.Name()))
			}
		}
	})

	if err := eachProcess(proc, func(pid int, args []string) {
		found.Processes++
		if isOpenClaw(args) {
			add(TraceProcess, strconv.Itoa(pid)+" "+filepath.Base(args[0]))
		}
	}); err != nil {
		unread(proc)
	}
	if found.Homes == 0 && found.Processes == 0 {
		return OnHost{}, fs.ErrNotExist
	}
	return found, nil
}

// notADirectory tells a path that leads through a file.
func notADirectory(err error) bool {
	var p *fs.PathError
	return errors.As(err, &p) && strings.Contains(p.Err.Error(), "not a directory")
}

// npmPrefix is where npm installs for all of a user's shells, or "". Nothing
// else of .npmrc, which can hold tokens, is looked at.
func npmPrefix(file, home string) string {
	data, err := readSome(file, 64<<10)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		key, value, ok := strings.Cut(line, "=")
		if !ok || strings.TrimSpace(key) != "prefix" {
			continue
		}
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		for _, h := range []string{"~/", "${HOME}/", "$HOME/"} {
			if rest, ok := strings.CutPrefix(value, h); ok {
				return filepath.Join(home, rest)
			}
		}
		if filepath.IsAbs(value) {
			return filepath.Clean(value)
		}
	}
	return ""
}

// isOpenClawUnit tells a service by its name: openclaw-gateway.service,
// ai.openclaw.gateway.plist. Ours, which runs nothing of OpenClaw, carries our
// name first.
func isOpenClawUnit(name string) bool {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "clawarium") {
		return false
	}
	return slices.ContainsFunc(openClawNames, func(n string) bool { return strings.Contains(name, n) })
}

// isOpenClaw tells a process that runs OpenClaw from one that merely names it, as
// an editor or QEMU does: the program itself, or Node with OpenClaw's script.
func isOpenClaw(args []string) bool {
	if len(args) == 0 {
		return false
	}
	// OpenClaw renames its processes to openclaw, openclaw-gateway and the like.
	first, _, _ := strings.Cut(args[0], " ")
	program := filepath.Base(first)
	for _, name := range openClawNames {
		if program == name || strings.HasPrefix(program, name+"-") {
			return true
		}
	}
	if !slices.Contains([]string{"node", "nodejs", "bun", "deno"}, program) {
		return false
	}
	for _, arg := range args[1:] {
		if strings.HasPrefix(arg, "-") {
			continue
		}
		// The first that is no option is the script.
		base := strings.TrimSuffix(filepath.Base(arg), ".mjs")
		return slices.Contains(openClawNames, base) ||
			slices.ContainsFunc(openClawNames, func(n string) bool { return strings.Contains(arg, "node_modules/"+n+"/") })
	}
	return false
}

// ProcessTable is how every process is asked for where no file system shows them, as on
// macOS; nil on Linux.
var ProcessTable func(f func(pid int, args []string)) error

// eachProcess calls f with the number and the arguments of every process that
// has arguments. What ends meanwhile is left out.
func eachProcess(proc string, f func(pid int, args []string)) error {
	entries, err := os.ReadDir(proc)
	if err != nil {
		if ProcessTable != nil {
			return ProcessTable(f)
		}
		return err
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		data, err := os.ReadFile(filepath.Join(proc, entry.Name(), "cmdline"))
		if err != nil || len(data) == 0 || len(data) > cmdlineLimit {
			continue
		}
		f(pid, strings.Split(strings.TrimRight(string(data), "\x00"), "\x00"))
	}
	return nil
}
