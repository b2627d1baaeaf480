package images

import (
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
)

func TestEveryImageOfTheCatalogueIsPinned(t *testing.T) {
	c := Official()
	if u, err := url.Parse(c.Publisher); err != nil || u.Scheme != "https" {
		t.Errorf("publisher %q is not an https address", c.Publisher)
	}
	for _, arch := range []string{"amd64", "arm64"} {
		e, ok := c.For(arch)
		if !ok {
			t.Fatalf("no image for %s", arch)
		}
		if sum, err := hex.DecodeString(e.SHA512); err != nil || len(sum) != 64 || strings.ToLower(e.SHA512) != e.SHA512 {
			t.Errorf("%s: %q is not a SHA-512 in lower case", arch, e.SHA512)
		}
		if !strings.Contains(e.File, arch) || !strings.Contains(e.File, c.Release) {
			t.Errorf("%s: file %q is not of this release", arch, e.File)
		}
	}
	if _, ok := c.For("riscv64"); ok {
		t.Error("an architecture that is not offered was found")
	}
}

func TestTheRecipeNamesTheKernelOfItsArchitectureAndChangesItsHash(t *testing.T) {
	amd, arm := Build("amd64"), Build("arm64")
	if !strings.Contains(strings.Join(amd.Packages, " "), "linux-image-cloud-amd64") {
		t.Errorf("no kernel for amd64 in %q", amd.Packages)
	}
	if amd.Hash() == arm.Hash() {
		t.Error("two recipes, one hash")
	}
	changed := amd
	changed.Customize += "\n"
	if changed.Hash() == amd.Hash() {
		t.Error("a changed script left the hash as it was")
	}
}
