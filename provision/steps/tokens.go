package steps

// Digests of the gateways' tokens, so that a machine with the token of another
// one is noticed (K6). A digest of 32 random bytes gives nothing away; the token
// itself never leaves its guest.

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/clawarium/clawarium/checks"
)

const tokenFile = "token.sha256"

// RememberToken keeps the digest that the guest reported.
func (e *Env) RememberToken(evidence checks.Evidence) error {
	token := evidence.Guest.Token
	if !token.OK || token.Value.SHA256 == "" {
		return nil
	}
	path := filepath.Join(e.dir, tokenFile)
	if old, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(old)) == token.Value.SHA256 {
		return nil
	}
	return writeFile(path, []byte(token.Value.SHA256+"\n"))
}

// otherTokens are the digests of the other machines of this host, by name.
func (e *Env) otherTokens() map[string]string {
	out := map[string]string{}
	entries, _ := os.ReadDir(filepath.Dir(e.dir))
	for _, entry := range entries {
		if entry.Name() == filepath.Base(e.dir) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(filepath.Dir(e.dir), entry.Name(), tokenFile))
		if err == nil {
			out[entry.Name()] = strings.TrimSpace(string(data))
		}
	}
	return out
}
