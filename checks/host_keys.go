package checks

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The keys that let somebody into accounts of this host. Fingerprints are
// computed here from the keys themselves, so that no program is needed.

// Logins are the authorised keys of this host.
type Logins struct {
	Accounts int       `json:"accounts"` // whose keys could be looked at
	Files    []KeyFile `json:"files"`
	Unread   []string  `json:"unread,omitempty"` // homes and files that could not be read
}

// KeyFile is one file of authorised keys.
type KeyFile struct {
	Path         string   `json:"path"`
	Fingerprints []string `json:"fingerprints"` // SHA256:…, as ssh-keygen -l prints
}

const (
	maxKeyFiles = 200
	maxKeys     = 2000 // in all
)

func findLogins(root string) (Logins, error) {
	found := Logins{Files: []KeyFile{}}
	patterns := keyFilePatterns(root, &found)
	total := 0
	for _, p := range people(root, true) {
		if _, err := os.Lstat(filepath.Join(root, p.home, ".ssh")); errors.Is(err, fs.ErrPermission) {
			found.Unread = append(found.Unread, p.home)
			continue
		}
		found.Accounts++
		for _, pattern := range patterns {
			path := strings.NewReplacer("%%", "%", "%h", p.home, "%u", p.name).Replace(pattern)
			if !filepath.IsAbs(path) {
				path = filepath.Join(p.home, path)
			}
			path = filepath.Clean(path)
			if slices.ContainsFunc(found.Files, func(f KeyFile) bool { return f.Path == path }) || len(found.Files) >= maxKeyFiles {
				continue
			}
			data, err := readSome(filepath.Join(root, path), 1<<20)
			switch {
			case errors.Is(err, fs.ErrNotExist), err != nil && notADirectory(err):
				continue
			case err != nil:
				if !slices.Contains(found.Unread, path) {
					found.Unread = append(found.Unread, path)
				}
				continue
			}
			keys := fingerprints(string(data), maxKeys-total)
			total += len(keys)
			found.Files = append(found.Files, KeyFile{path, keys})
		}
	}
	if found.Accounts == 0 && len(found.Unread) == 0 {
		return Logins{}, fs.ErrNotExist
	}
	return found, nil
}

// keyFilePatterns are the places of authorised keys: sshd's own, and what its
// configuration adds. A command that gives keys is noted as unread.
func keyFilePatterns(root string, found *Logins) []string {
	patterns := []string{".ssh/authorized_keys", ".ssh/authorized_keys2"}
	files := []string{"/etc/ssh/sshd_config"}
	files = append(files, below(root, "/etc/ssh/sshd_config.d/*.conf")...)
	for _, file := range files {
		data, err := readSome(filepath.Join(root, file), 1<<20)
		if errors.Is(err, fs.ErrPermission) {
			found.Unread = append(found.Unread, file)
		}
		for line := range strings.Lines(string(data)) {
			words := strings.Fields(strings.Replace(line, "=", " ", 1))
			if len(words) < 2 {
				continue
			}
			switch strings.ToLower(words[0]) {
			case "authorizedkeysfile":
				for _, w := range words[1:] {
					if w = strings.Trim(w, `"`); w != "none" && !slices.Contains(patterns, w) && len(patterns) < 20 {
						patterns = append(patterns, w)
					}
				}
			case "authorizedkeyscommand":
				if words[1] != "none" {
					found.Unread = append(found.Unread, "AuthorizedKeysCommand "+words[1])
				}
			}
		}
	}
	return patterns
}

// fingerprints are those of every key in a file of authorised keys, at most
// limit. A line is options, kind, key in base64, comment; options may hold
// spaces in quotes, so the key is found by what it is.
func fingerprints(file string, limit int) []string {
	all := []string{}
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || len(all) >= limit {
			continue
		}
		words := strings.Fields(line)
		for i := 1; i < len(words); i++ {
			blob, err := base64.StdEncoding.DecodeString(words[i])
			if err != nil || kindOf(blob) != words[i-1] {
				continue
			}
			sum := sha256.Sum256(blob)
			all = append(all, "SHA256:"+base64.RawStdEncoding.EncodeToString(sum[:]))
			break
		}
	}
	return all
}

// kindOf is the name that a public key begins with (RFC 4253, 6.6), or "".
func kindOf(blob []byte) string {
	if len(blob) < 4 {
		return ""
	}
	n := binary.BigEndian.Uint32(blob)
	if n == 0 || n > 64 || int(n) > len(blob)-4 {
		return ""
	}
	return string(blob[4 : 4+n])
}
