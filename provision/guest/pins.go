package guest

// This file: the pinned host keys of one machine, in the form of OpenSSH's
// known_hosts so that a person can use the file with ssh as well.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"golang.org/x/crypto/ssh"

	"github.com/clawarium/clawarium/assets/text"
)

// Pins is the file of a machine's pinned host keys: one line a key, all under
// one name. For use with ssh, give that name as HostKeyAlias.
type Pins struct {
	Path string // known_hosts in the machine's directory
	Name string // host name in the lines, e.g. clawarium-<machine>
}

// Keys reads the pinned keys, oldest first; none when the file does not exist.
// A line that is no key is a *text.Fault: a damaged pin is never skipped.
func (p Pins) Keys() ([]ssh.PublicKey, error) {
	data, err := os.ReadFile(p.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var keys []ssh.PublicKey
	for i, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		marker, hosts, key, _, _, err := ssh.ParseKnownHosts([]byte(line))
		if errors.Is(err, io.EOF) || err == nil && (marker != "" || !slices.Contains(hosts, p.Name)) {
			err = errors.New("not a plain line for " + p.Name)
		}
		if err != nil {
			return nil, &text.Fault{
				What: fmt.Sprintf(text.T().Guest.PinsUnreadable, p.Path, i+1),
				Hint: text.T().Guest.PinsHint, Err: err,
			}
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// Set replaces the pinned keys; the file changes whole or not at all and is on
// the disk when Set returns.
func (p Pins) Set(keys ...ssh.PublicKey) error {
	var file bytes.Buffer
	for _, key := range keys {
		fmt.Fprintf(&file, "%s %s", p.Name, ssh.MarshalAuthorizedKey(key))
	}
	if err := os.MkdirAll(filepath.Dir(p.Path), 0o700); err != nil {
		return err
	}
	return renameio.WriteFile(p.Path, file.Bytes(), 0o600, renameio.IgnoreUmask())
}

// Add pins a key beside those that are pinned.
func (p Pins) Add(key ssh.PublicKey) error {
	keys, err := p.Keys()
	if err != nil {
		return err
	}
	if containsKey(keys, key) {
		return nil
	}
	return p.Set(append(keys, key)...)
}

func containsKey(keys []ssh.PublicKey, key ssh.PublicKey) bool {
	return slices.ContainsFunc(keys, func(k ssh.PublicKey) bool {
		return bytes.Equal(k.Marshal(), key.Marshal())
	})
}
