package host

import (
	"maps"
	"testing"
)

func TestUnitsAreReadAsSystemdShowsThem(t *testing.T) {
	got := unitsIn("Id=libvirtd.socket\nActiveState=inactive\nUnitFileState=enabled\n\n" +
		"Id=chrony.service\nActiveState=active\nUnitFileState=disabled\n\nId=ntp.service\nActiveState=inactive\nUnitFileState=\n")
	want := map[string]string{"libvirtd.socket": "enabled inactive", "chrony.service": "disabled active", "ntp.service": " inactive"}
	if !maps.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
