package checks

// The fingerprint of what stands around a machine. A round of drills says something
// about now only while the same walls stand.

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// wallParts are what the fingerprint is made of.
var wallParts = []part{ofLive, ofNetwork, ofFilter, ofBridge, ofQemu, ofWarden}

// starts is how often something was connected to a network: no part of its form.
var starts = regexp.MustCompile(` connections='\d+'`)

// wallsOf is the fingerprint: of the card, network and filter as they are in force,
// of the process that is the machine, and of the warden with its policy.
func wallsOf(e Evidence) string {
	var cards []string
	for _, card := range domain(e.Libvirt.Live.Value).at("devices").all("interface") {
		cards = append(cards, card.attr("type"), cardSource(card), card.at("mac").attr("address"),
			card.at("filterref").attr("filter"), card.at("target").attr("dev"), card.at("port").attr("isolated"))
	}
	w, bridge := e.Host.Warden.Value, e.Host.Bridge.Value
	bridge.Knock = KnockUnclear // says nothing of their form
	data, err := json.Marshal([]any{
		e.Subject.UUID, cards, starts.ReplaceAllString(e.Libvirt.Network.Value, ""), e.Libvirt.Filter.Value, bridge,
		// Forwards to elsewhere come and go, and are K4's.
		before(e.Host.Rules.IPv4.Value.Lines, "*nat"), before(e.Host.Rules.IPv6.Value.Lines, "*nat"), e.Host.Rules.Link.Value.Lines,
		e.Host.Qemu.Value.PID, netdevs(e.Host.Qemu.Value.Args),
		w.Running, w.PID, w.InForce,
	})
	if err != nil {
		return "" // strings, numbers and lists always marshal
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// before is the part of a list ahead of a line.
func before(lines []string, line string) []string {
	for i, l := range lines {
		if strings.TrimSpace(l) == line {
			return lines[:i]
		}
	}
	return lines
}

// drilled is the round that the findings rest on: the last one while it still says
// something, else a new one.
// A way out that was closed then and is open now was not tried.
func drilled(ask func(walls string) (Drills, error), last *Drills, anyway bool, walls string, open bool, now time.Time) Fact[Drills] {
	stale := StaleWalls
	if last != nil {
		age := now.Sub(last.When)
		switch {
		case last.Walls != walls || walls == "" || open && !last.Proxy:
		case age > DrillAge || age < -time.Minute:
			stale = StaleAge
		default:
			stale = ""
		}
	}
	if ask != nil && (anyway || last == nil || stale != "") {
		d, err := ask(walls)
		if err != nil {
			return unseen[Drills](err)
		}
		d.Stale = ""
		return seen(d)
	}
	if last == nil {
		return unseen[Drills](errors.New(text.T().Checks.Drills.NoRound))
	}
	d := *last
	d.Stale = stale
	return seen(d)
}
