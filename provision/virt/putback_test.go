package virt

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

const someDomain = `<domain type='kvm' id='3'><name>x</name><memory unit='KiB'>4096</memory>
<os><type arch='x86_64'>hvm</type></os>
<devices><disk type='file' device='disk'><source file='/c'/><target dev='vdc' bus='virtio'/><readonly/></disk>
<controller type='pci' index='0'/><controller type='pci' index='1'/></devices></domain>`

func TestDifferencesAreNamedByTheirPlace(t *testing.T) {
	for _, c := range []struct {
		name, old, replacement string
		want                   []string
	}{
		{"nothing", "", "", nil},
		{"order", "<controller type='pci' index='0'/><controller type='pci' index='1'/>", "<controller index='1' type='pci'/>\n  <controller type='pci' index='0'/>", nil},
		{"the number of a running machine", " id='3'", " id='4'", nil},
		{"firmware that the first start picked", "</type></os>", "</type><loader readonly='yes'>/fw</loader><nvram>/vars</nvram></os>", nil},
		{"a share", "</devices>", "<filesystem type='mount'><source dir='/home'/><target dir='h'/></filesystem></devices>", []string{"+ devices/filesystem type=mount", "+ devices/filesystem/source dir=/home", "+ devices/filesystem/target dir=h"}},
		{"no readonly", "<readonly/>", "", []string{"- devices/disk[vdc]/readonly"}},
		{"memory", "4096", "8192", []string{"+ memory unit=KiB 8192", "- memory unit=KiB 4096"}},
		{"another controller", "<controller type='pci' index='1'/>", "<controller type='usb' index='1'/>", []string{"+ devices/controller[1] index=1 type=usb", "- devices/controller[1] index=1 type=pci"}},
		{"a line that would steer a terminal", "<source file='/c'/>", "<source file='/c&#x202e;&#xA;x'/>", []string{"+ devices/disk[vdc]/source file=/c  x", "- devices/disk[vdc]/source file=/c"}},
	} {
		now := strings.Replace(someDomain, c.old, c.replacement, 1)
		if got, err := Differences(someDomain, now); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	with := strings.Replace(someDomain, "</type></os>", "</type><loader>/fw</loader></os>", 1)
	if got, err := Differences(with, strings.Replace(with, "/fw", "/evil", 1)); err != nil || len(got) != 2 {
		t.Errorf("other firmware: %q, %v", got, err)
	}
	was := strings.Replace(with, "<loader>", "<nvram>/v</nvram><loader>", 1)
	filled := strings.NewReplacer("<nvram>", "<nvram template='/t' format='raw'>", "<loader>", "<loader format='raw'>").Replace(was)
	if got, err := Differences(was, filled); err != nil || len(got) > 0 {
		t.Errorf("what the first start fills in: %q, %v", got, err)
	}
	for _, bad := range []string{"", "x", "<a>", "<a/><b/>", strings.Repeat("<a>", 100)} {
		if _, err := Differences(someDomain, bad); err == nil {
			t.Errorf("%q is a description", bad)
		}
	}
	many := strings.Replace(someDomain, "</devices>", strings.Repeat("<hostdev mode='x"+strings.Repeat("y", 500)+"'/>", 50)+"</devices>", 1)
	got, err := Differences(someDomain, many)
	if err != nil || len(got) != maxDifferences+1 || len(got[0]) > 2*maxDifference {
		t.Errorf("%d lines, %v", len(got), err)
	}
}

func TestADefinitionComesBackAsItWas(t *testing.T) {
	c, ctx := testConn(t), t.Context()
	define(t, c, "clawarium-tank", uuidA, Tag{Machine: "tank"}.xml())
	was, err := c.XML(ctx, "tank", true)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(was, "<currentMemory unit='KiB'>", "<title>meddled</title><currentMemory unit='KiB'>", 1)
	if changed == was {
		t.Fatal(was)
	}
	for range 2 {
		if err := c.PutBackDomain(ctx, "tank", uuidA, changed); err != nil {
			t.Fatal(err)
		}
	}
	now, err := c.XML(ctx, "tank", true)
	if d, _ := Differences(was, now); err != nil || !slices.Equal(d, []string{"+ title meddled"}) {
		t.Errorf("%v, %v", d, err)
	}
	if err := c.PutBackDomain(ctx, "tank", uuidA, was); err != nil {
		t.Fatal(err)
	}
	if now, err = c.XML(ctx, "tank", true); err != nil || now != was {
		t.Errorf("%v\n%s\n%s", err, was, now)
	}
	for name, err := range map[string]error{
		"another UUID":     c.PutBackDomain(ctx, "tank", uuidB, was),
		"another name":     c.PutBackDomain(ctx, "tank", uuidA, strings.Replace(was, "clawarium-tank", "mine", 1)),
		"no description":   c.PutBackDomain(ctx, "tank", uuidA, "x"),
		"another's domain": c.PutBackDomain(ctx, "other", uuidA, was),
	} {
		if err == nil {
			t.Errorf("%s is put back", name)
		}
	}
}

func TestANetworkComesBackAsItWasLiveAndForTheNextStart(t *testing.T) {
	c, ctx := testConn(t), t.Context()
	if d, err := c.NetworkDefinition(ctx, "tank"); d != nil || err != nil {
		t.Fatalf("%+v, %v", d, err)
	}
	s := NetworkSpec{Machine: "tank", UUID: uuidA, Plan: "p", HostIP: netip.MustParseAddr("10.213.0.1"), Bits: 29}
	if err := c.EnsureNetwork(ctx, s); err != nil {
		t.Fatal(err)
	}
	made, err := c.NetworkDefinition(ctx, "tank")
	if err != nil || made == nil || made.Live == "" || !made.Autostart {
		t.Fatalf("%+v, %v", made, err)
	}
	// The drift: forwarding for the next start, and live.
	meddled := NetworkDefinition{Autostart: false}
	meddled.Inactive = strings.Replace(made.Inactive, "<bridge ", "<forward mode='nat'/><bridge ", 1)
	meddled.Live = meddled.Inactive
	if meddled.Inactive == made.Inactive {
		t.Fatal(made.Inactive)
	}
	// The test driver tells a running network's two definitions not apart; the
	// real one is asked in the end-to-end test.
	for _, d := range []NetworkDefinition{meddled, {Inactive: meddled.Inactive, Live: meddled.Live, Autostart: true}, *made} {
		for range 2 {
			if err := c.PutBackNetwork(ctx, "tank", uuidA, d); err != nil {
				t.Fatal(err)
			}
		}
		is, err := c.NetworkDefinition(ctx, "tank")
		if err != nil {
			t.Fatal(err)
		}
		same := func(a, b string) bool {
			if a == "" || b == "" {
				return a == b
			}
			lines, err := Differences(a, b)
			return err == nil && len(lines) == 0
		}
		if !same(d.Inactive, is.Inactive) || !same(d.Live, is.Live) || d.Autostart != is.Autostart {
			t.Errorf("put back\n%+v\nis\n%+v", d, is)
		}
	}
	if err := c.PutBackNetwork(ctx, "tank", uuidB, *made); err == nil {
		t.Error("another UUID is put back")
	}
	if err := c.StopNetwork(ctx, "tank", uuidB); !errors.Is(err, ErrForeign) {
		t.Errorf("another UUID: %v", err)
	}
	for range 2 {
		if err := c.StopNetwork(ctx, "tank", uuidA); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := c.Network(ctx, "tank"); err != nil || n == nil || n.Active {
		t.Errorf("%+v, %v", n, err)
	}
	if err := c.StopNetwork(ctx, "absent", uuidA); err != nil {
		t.Error(err)
	}
}
