package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// This file checks values that point somewhere: addresses, networks and files.

// addressProblem refuses what is not scheme://host[:port][/path]. Nothing before
// an @ and nothing after a ? or # is let in, since that is where secrets are
// carried; and neither is ever quoted.
func (k *key) addressProblem(path, s string, h Host) *Problem {
	t := &text.T().Plan
	at := func(what, hint string) *Problem {
		p := k.problem(h, s, what, hint)
		p.Key = path
		return p
	}
	shown := mask(s)
	example := k.schemes[0] + "://example.org"
	if k.path == "network.proxy" {
		example += ":3128"
	}
	refused := fmt.Sprintf(t.NotAllowed, path, shown, k.allowed(h))
	if strings.Contains(s, "@") {
		return at(fmt.Sprintf(t.Userinfo, path, shown), t.UserinfoHint)
	}
	u, err := url.Parse(s)
	if err != nil || !slices.Contains(k.schemes, u.Scheme) || !strings.HasPrefix(s, u.Scheme+"://") || !hostname(u.Hostname()) || !port(u) {
		return at(refused, fmt.Sprintf(t.AddressHint, example))
	}
	bare := u.Scheme + "://" + u.Host
	proxyPath := k.path == "network.proxy" && u.Path != "" && u.Path != "/"
	if strings.ContainsAny(s, "?#") || proxyPath {
		return at(fmt.Sprintf(t.AddressExtra, path, shown), fmt.Sprintf(t.AddressOnlyHint, bare))
	}
	if strings.ContainsAny(s, " \\\"<>^`{|}") {
		return at(refused, fmt.Sprintf(t.AddressHint, example))
	}
	return nil
}

// hostname accepts an IP address or a name of letters, digits, hyphens, dots and
// underscores; international names are written in their ASCII form.
func hostname(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	if s == "" || len(s) > 253 {
		return false
	}
	for _, label := range strings.Split(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range label {
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
				return false
			}
		}
	}
	return true
}

func port(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.Atoi(u.Port())
	return err == nil && n >= 1 && n <= 65535
}

// subnetProblem refuses what is not a private IPv4 network (RFC 1918) of a size
// that holds the host and the guest and wastes no more than a /24.
func (k *key) subnetProblem(s string, h Host) *Problem {
	if s == Auto {
		return nil
	}
	t := &text.T().Plan
	hint := fmt.Sprintf(t.SubnetHint, k.path, "192.168.77.0/24")
	net, err := netip.ParsePrefix(s)
	if err != nil || !net.Addr().Is4() || !net.Addr().IsPrivate() || net.Bits() < subnetBitsLow || net.Bits() > subnetBitsHigh {
		return k.refused(h, s, hint)
	}
	if net != net.Masked() {
		hint = fmt.Sprintf(t.SubnetHint, k.path, net.Masked())
		return k.problem(h, s, fmt.Sprintf(t.NotMask, k.path, s), hint)
	}
	return nil
}

// authoritiesAtMost is how much of a file of certificates is looked at; Debian's
// whole set is 220 kB.
const authoritiesAtMost = 4 << 20

func (k *key) fileProblem(s string, h Host) *Problem {
	t := &text.T().Plan
	shown := mask(s)
	wrong := func(what, hint string) *Problem {
		return k.problem(h, s, fmt.Sprintf(what, k.path, shown), hint)
	}
	if !filepath.IsAbs(s) {
		whole := s
		if rest, ok := strings.CutPrefix(s, "~/"); ok {
			if home, err := os.UserHomeDir(); err == nil {
				whole = filepath.Join(home, rest)
			}
		}
		if abs, err := filepath.Abs(whole); err == nil {
			whole = abs
		}
		return wrong(t.NotAbsolute, fmt.Sprintf(t.AbsoluteHint, whole))
	}
	info, err := os.Stat(s)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return wrong(t.NotReadable, t.ReadableHint)
	case err != nil:
		return wrong(t.NotThere, fmt.Sprintf(t.ThereHint, s))
	case !info.Mode().IsRegular():
		return wrong(t.NotFile, t.FileHint)
	}
	f, err := os.Open(s)
	if err != nil {
		return wrong(t.NotReadable, t.ReadableHint)
	}
	defer f.Close()
	if k.path != "network.ca" {
		return nil
	}
	// This file is copied into the guest, so it must hold certificates and no key.
	pem, err := io.ReadAll(io.LimitReader(f, authoritiesAtMost))
	switch {
	case err != nil:
		return wrong(t.NotReadable, t.ReadableHint)
	case bytes.Contains(pem, []byte("PRIVATE KEY-----")):
		return wrong(t.SecretFile, t.SecretFileHint)
	case !bytes.Contains(pem, []byte("-----BEGIN CERTIFICATE-----")) && !bytes.Contains(pem, []byte("-----BEGIN TRUSTED CERTIFICATE-----")):
		return wrong(t.NotPEM, t.PEMHint)
	}
	return nil
}
