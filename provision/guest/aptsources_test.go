package guest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTheHostsOfPackageSourcesAreNamesAlone(t *testing.T) {
	out := `http://Mirror.Example./debian/dists/trixie/InRelease
http://mirror.example/debian/dists/trixie-updates/InRelease
https://mirror.example/debian-security/dists/trixie-security/InRelease
https://me:word@other.example:8443/debian/dists/trixie/InRelease
mirror+https://lists.example/list/dists/trixie/InRelease
mirror+file:/etc/apt/mirrors/debian.list/dists/trixie/InRelease
file:/srv/debian/dists/trixie/InRelease
cdrom:[Debian]/dists/trixie/InRelease
https://listed.example/debian	priority:1
# https://commented.example/
http://10.0.0.1/debian
http://[2001:db8::1]/debian
http://0x7f.1/debian
http://127.1/debian
http://a_b.example/debian
http://*.example/debian
http://x.example:0/debian
http://x.example:99999/debian
http://` + strings.Repeat("a", 64) + `.example/
ftp://old.example/debian
http://
%zz
`
	want := []Source{
		{"listed.example", 443}, {"lists.example", 443}, {"mirror.example", 80}, {"mirror.example", 443}, {"other.example", 8443},
	}
	if got, err := aptHosts([]byte(out)); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	var many strings.Builder
	for i := range sourcesMost + 1 {
		fmt.Fprintf(&many, "http://h%d.example/\n", i)
	}
	if got, err := aptHosts([]byte(many.String())); err == nil {
		t.Errorf("%d hosts", len(got))
	}
}
