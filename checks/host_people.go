package checks

import (
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// The people who have a home on this host. Everything here takes the root of the
// file system, so that a tree of a test's own can stand in for it.

// person is an account with a home.
type person struct {
	name string
	home string // as the host names it
}

const maxPeople = 200

// people lists root, the accounts of persons in /etc/passwd (services too, when
// asked for), and whoever else has a directory below /home or /Users: not all
// accounts are in that file.
func people(root string, services bool) []person {
	var all []person
	seen := map[string]bool{}
	add := func(name, home string) {
		home = filepath.Clean(home)
		if seen[home] || len(all) >= maxPeople || !filepath.IsAbs(home) || home == "/" || home == "/nonexistent" {
			return
		}
		if info, err := os.Stat(filepath.Join(root, home)); err == nil && !info.IsDir() || os.IsNotExist(err) {
			return
		}
		seen[home] = true
		all = append(all, person{name, home})
	}
	data, _ := readSome(filepath.Join(root, "etc/passwd"), 1<<20)
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 7 {
			continue
		}
		uid, err := strconv.Atoi(f[2])
		if err == nil && (services || uid == 0 || uid >= 1000 && uid < 65534) {
			add(f[0], f[5])
		}
	}
	for _, parent := range []string{"/home", "/Users"} {
		entries, _ := os.ReadDir(filepath.Join(root, parent))
		for _, e := range entries {
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
				add(e.Name(), filepath.Join(parent, e.Name()))
			}
		}
	}
	if filepath.Clean(root) == "/" {
		if home, err := os.UserHomeDir(); err == nil {
			add(filepath.Base(home), home)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].home < all[j].home })
	return all
}

// readSome reads at most limit bytes of a regular file. A longer one, or one of
// another kind, is an error: half a file is not what it says.
func readSome(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path) // first: to open a pipe would wait for its other end
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrInvalid}
	}
	if info.Size() > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrInvalid}
	}
	return os.ReadFile(path)
}

// below lists the directories that a pattern with * names, under root, as the
// host names them.
func below(root, pattern string) []string {
	found, _ := filepath.Glob(filepath.Join(root, pattern))
	if len(found) > 500 {
		found = found[:500]
	}
	for i, f := range found {
		rel, err := filepath.Rel(root, f)
		if err != nil {
			rel = f
		}
		found[i] = filepath.Join("/", rel)
	}
	return found
}
