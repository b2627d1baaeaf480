package guest

// This file: where the guest's apt gets its packages from, as apt itself says.

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/clawarium/clawarium/assets/text"
)

// Source is a host that packages come from, by name.
type Source struct {
	Host string // lower case, no dot at the end
	Port int
}

// sourcesMost is how many hosts there may be: Debian's own image has one or two.
const sourcesMost = 32

// aptScript prints an address a line. Nothing is fetched: --print-uris stands for
// it. Debian's cloud images keep the addresses of their mirrors in files.
const aptScript = `
export LC_ALL=C
found=$(timeout 60 apt-get update --print-uris 2>/dev/null | sed -n "s/^'\([^']*\)'.*/\1/p" | head -n 5000)
printf '%s\n' "$found"
printf '%s\n' "$found" | sed -n 's,^mirror+file:/*\(.*\)/dists/.*,/\1,p' | sort -u | head -n 20 | while IFS= read -r list; do
    [ -f "$list" ] && head -c 20000 "$list"
done
exit 0
`

// AptHosts asks the guest for the hosts of its package sources, each once, in
// order. Sources that need no host, and those that have an address and no name,
// are left out. The guest may say what it likes: what comes is a list of names,
// not one to be trusted.
func AptHosts(ctx context.Context, c *Client) ([]Source, error) {
	out, err := c.Root(ctx, aptScript, nil)
	if err != nil {
		return nil, err
	}
	return aptHosts(out)
}

func aptHosts(out []byte) ([]Source, error) {
	seen := map[Source]bool{}
	for line := range bytes.Lines(out) {
		// In a list of mirrors an address may be followed by what it is good for.
		address, _, _ := strings.Cut(strings.TrimSpace(string(line)), "\t")
		if s, ok := sourceOf(address); ok {
			seen[s] = true
		}
	}
	if len(seen) > sourcesMost {
		return nil, &text.Fault{What: fmt.Sprintf(text.T().Guest.BadSources, fmt.Sprintf("%d > %d", len(seen), sourcesMost))}
	}
	list := make([]Source, 0, len(seen))
	for s := range seen {
		list = append(list, s)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return a.Host < b.Host || a.Host == b.Host && a.Port < b.Port
	})
	return list, nil
}

// hostName is a name by RFC 1123, with a last label that is no number, so that no
// form of an address passes.
var hostName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
})

// aptPorts are the ports of the ways that apt has of going out.
var aptPorts = map[string]int{"http": 80, "https": 443, "mirror": 80, "mirror+http": 80, "mirror+https": 443}

func sourceOf(address string) (Source, bool) {
	u, err := url.Parse(address)
	if err != nil {
		return Source{}, false
	}
	port, known := aptPorts[u.Scheme]
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			known = false
		}
	}
	return Source{host, port}, known && len(host) <= 253 && hostName().MatchString(host)
}
