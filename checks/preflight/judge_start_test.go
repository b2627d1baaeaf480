package preflight

import (
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

// What starts libvirt with the computer is systemd; where it does not run, a fix that
// was called so would be missed after the next start.
func TestAStartThatEndsWithTheComputerIsCalledSo(t *testing.T) {
	defer text.Use(text.English)
	for _, lang := range []string{text.Chinese, text.English} {
		text.Use(lang)
		words := &text.T().Preflight
		for _, systemd := range []bool{true, false} {
			s := healthy()
			libvirtSays(&s, LibvirtDown)
			s.System.Value.Systemd, s.Libvirt.Value.Running = systemd, false
			got, title, hint := Judge(ofPlan(), s)[0], words.StartNow, words.StartNowHint
			if systemd {
				title, hint = words.Start, words.Down.Hint
			}
			if got.Fix == nil || got.Fix.Title != title || got.Hint != hint {
				t.Errorf("systemd %v: %+v %+v", systemd, got, got.Fix)
			}
		}
	}
}
