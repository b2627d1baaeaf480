package checks

import (
	"path"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// K5, remote access: into the guest by SSH with a key only, and no program that
// opens a way in from elsewhere.

// sshdWants is what the effective configuration must say, whoever asks to log in.
var sshdWants = []struct{ directive, value string }{
	{"passwordauthentication", "no"},
	{"kbdinteractiveauthentication", "no"},
	{"permitemptypasswords", "no"},
	{"permitrootlogin", "no"},
	{"pubkeyauthentication", "yes"},
	{"hostbasedauthentication", "no"},
	{"gssapiauthentication", "no"},
}

// tunnels are programs whose purpose is to make something reachable from outside.
var tunnels = []string{
	"frpc", "frps", "ngrok", "cloudflared", "tailscaled", "tailscale", "zerotier-one", "nps", "npc", "bore",
	"chisel", "rathole", "localtunnel", "lt", "sshuttle", "autossh", "gost", "nebula", "n2n", "edge",
	"wireguard-go", "openvpn", "netbird", "teamviewerd", "anydesk", "rustdesk", "todeskd", "sunloginclient",
	"oray", "phddns", "natapp", "hysteria", "xray", "v2ray", "sing-box",
}

func remoteAccess(l *look) {
	if by, ok := had(l, InGuest, l.t.SshdConfig, l.evidence.Guest.Sshd); ok {
		if len(by) == 0 {
			l.unknown(InGuest, l.t.CouldNotLook, l.t.SshdConfig, l.t.Empty)
		}
		for _, account := range sortedKeys(by) {
			l.sshd(account, by[account])
		}
	}

	if v, ok := had(l, InGuest, l.t.Config, l.evidence.Guest.Config); ok {
		switch mode := v.Values["gateway.tailscale.mode"]; {
		case len(v.Values) == 0:
			l.unknown(InGuest, l.t.CouldNotLook, l.t.Config, l.t.Empty)
		case mode == "off" || mode == "": // off is OpenClaw's default
			l.right(InGuest, l.t.TailscaleIs, "off")
		default:
			l.wrong(InGuest, l.t.TailscaleIs, mode)
		}
	}

	if keys, ok := had(l, InGuest, l.t.AuthorizedKeys, l.evidence.Guest.Keys); ok {
		others := false
		for _, account := range sortedKeys(keys) {
			if account != layout.Keeper && keys[account] > 0 {
				others = true
				l.wrong(InGuest, l.t.KeysOfOthers, account, keys[account])
			}
		}
		switch {
		case keys[layout.Keeper] == 0:
			// We came in with one, so a list without it is not a true list.
			l.unknown(InGuest, l.t.NoKeeperKey)
		case !others:
			l.right(InGuest, l.t.KeysFine, keys[layout.Keeper], layout.Keeper)
		}
	}

	processes, ok := had(l, InGuest, l.t.Processes, l.evidence.Guest.Processes)
	if !ok {
		return
	}
	if len(processes) == 0 {
		l.unknown(InGuest, l.t.CouldNotLook, l.t.Processes, l.t.Empty)
		return
	}
	before := len(l.wrongs)
	for _, p := range processes {
		names := []string{strings.ToLower(p.Name), strings.ToLower(path.Base(p.Exe))}
		if p.Exe != "" && slices.ContainsFunc(names, func(n string) bool { return slices.Contains(tunnels, n) }) {
			l.wrong(InGuest, l.t.TunnelRuns, p.Name, p.PID, p.Exe)
		}
	}
	if len(l.wrongs) == before {
		l.right(InGuest, l.t.NoTunnel, len(processes))
	}
}

func (l *look) sshd(account string, config Sshd) {
	before := len(l.wrongs) + len(l.unknowns)
	for _, w := range sshdWants {
		switch got := config[w.directive]; got {
		case w.value:
		case "":
			if w.directive != "gssapiauthentication" { // absent where sshd is built without it
				l.unknown(InGuest, l.t.SshdSilent, account, w.directive)
			}
		default:
			l.wrong(InGuest, l.t.SshdSays, account, w.directive, got, w.value)
		}
	}
	if len(l.wrongs)+len(l.unknowns) == before {
		l.right(InGuest, l.t.SshdFine, account)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
