package guest

// This file: the NoCloud seed of the first boot, a small ISO image with the
// label cidata. It holds the keeper's public key and a host key that is good
// for one session (hostkey.go), so that nothing in it is worth stealing later.
// The guest sees it as a virtio disk: Debian's cloud kernel has no driver for
// a CD-ROM drive on SATA.

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// SessionAddress is the guest's address on QEMU's user network.
const SessionAddress = "10.0.2.15/24"

// keeperID is below 1000, where systemd-logind sees a system account and saves
// the user manager at every login, and beside layout.AgentID.
const keeperID = layout.AgentID - 1

// SeedConfig is what the seed says.
type SeedConfig struct {
	InstanceID string  // unique for every machine ever made: its UUID
	Hostname   string  // a DNS label
	KeeperKey  string  // one authorized_keys line
	HostKey    KeyPair // one-time
	MAC        string  // of the network card
	Address    string  // IPv4 with prefix length, static
}

var (
	hostname   = regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`)
	instanceID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*$`)
)

// The most bytes of each.
const (
	hostnameMost = 63
	instanceMost = 64
)

// validate names every value that cannot be, in one error.
func (c SeedConfig) validate() error {
	var bad []error
	refuse := func(field, value string) {
		bad = append(bad, &text.Fault{What: fmt.Sprintf(text.T().Guest.SeedValue, field, value), Hint: text.T().Guest.SeedValueHint})
	}
	if len(c.Hostname) > hostnameMost || !hostname.MatchString(c.Hostname) {
		refuse("hostname", c.Hostname)
	}
	if len(c.InstanceID) > instanceMost || !instanceID.MatchString(c.InstanceID) {
		refuse("instance-id", c.InstanceID)
	}
	if _, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(c.KeeperKey)); err != nil || len(options) > 0 || len(rest) > 0 || strings.ContainsAny(c.KeeperKey, "\r\n") {
		refuse("ssh_authorized_keys", c.KeeperKey)
	}
	if c.HostKey.Signer == nil {
		refuse("ssh_keys", "")
	}
	if mac, err := net.ParseMAC(c.MAC); err != nil || len(mac) != 6 {
		refuse("macaddress", c.MAC)
	}
	if p, err := netip.ParsePrefix(c.Address); err != nil || !p.Addr().Is4() {
		refuse("addresses", c.Address)
	}
	return errors.Join(bad...)
}

// SeedFiles returns the seed's files by name, as `setup --dry-run` shows them:
// the private half of the one-time key is in user-data.
func SeedFiles(c SeedConfig) (map[string][]byte, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	return seedFiles(map[string]string{
		"HOSTNAME": c.Hostname, "INSTANCE": c.InstanceID, "MAC": c.MAC, "ADDRESS": c.Address,
		"KEEPER": layout.Keeper, "KEEPER_ID": strconv.Itoa(keeperID), "KEEPER_KEY": c.KeeperKey,
		"HOST_KEY_PRIVATE": string(c.HostKey.Private), "HOST_KEY_PUBLIC": c.HostKey.Public,
	})
}

// seedFiles puts values into all three files, each as a JSON string: YAML reads it
// back as the same string whatever is in it.
func seedFiles(values map[string]string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range []string{"meta-data", "user-data", "network-config"} {
		data, err := fill(name+".tmpl", values, quoteYAML)
		if err != nil {
			return nil, err
		}
		files[name] = data
	}
	return files, nil
}

// placeholder is where a template of assets/guest wants a value.
var placeholder = regexp.MustCompile(`@[A-Z_]+@`)

// fill puts values into a template, each as written makes it, and looks at nothing
// twice. A name that has no value is an error.
func fill(template string, values map[string]string, written func(string) string) ([]byte, error) {
	var unknown []error
	out := placeholder.ReplaceAllStringFunc(string(asset(template)), func(name string) string {
		value, ok := values[strings.Trim(name, "@")]
		if !ok {
			unknown = append(unknown, fmt.Errorf("%s: there is no value for %s", template, name))
		}
		return written(value)
	})
	return []byte(out), errors.Join(unknown...)
}

func quoteYAML(s string) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // there is no string that it refuses
	quoted := strings.TrimSuffix(out.String(), "\n")
	// JSON may hold DEL and the C1 controls bare, YAML may not.
	for r := rune(0x7f); r <= 0x9f; r++ {
		quoted = strings.ReplaceAll(quoted, string(r), fmt.Sprintf(`\u%04x`, r))
	}
	return strings.ReplaceAll(quoted, "\ufeff", `\ufeff`)
}

// Seed returns the seed's image. The same values give the same bytes.
func Seed(c SeedConfig) ([]byte, error) {
	files, err := SeedFiles(c)
	if err != nil {
		return nil, err
	}
	return isoImage("cidata", files)
}
