package guest

// This file: the sandbox around everything that runs as the agent. There is one
// list of properties; the gateway's unit and the transient units of `shell` and
// `openclaw` are both made from it, so that they cannot drift apart.
//
// `systemd-analyze security` is the yardstick. What it would still like, and
// why it is not here: MemoryDenyWriteExecute breaks V8, which compiles at run
// time; PrivateNetwork would take the loopback that the gateway serves;
// ProcSubset=pid would hide the boot's id, by which OpenClaw tells its own
// processes from those of an earlier boot, and leave Node without processors;
// RestrictSUIDSGID has systemd answer openat2(2) with ENOSYS, without which
// OpenClaw takes no lock (a set-uid file is worth nothing to it anyway: what it
// can write is mounted nosuid, and it can gain no privileges).

import (
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// Property is one setting of systemd.exec(5) or systemd.resource-control(5),
// as it stands in a unit's [Service] section.
type Property struct{ Name, Value string }

// SandboxConfig is what the sandbox depends on.
type SandboxConfig struct {
	ExtraCA bool // the plan has certificate authorities of its own
}

// systemCA holds the guest's trust store, the extra authorities included.
const systemCA = "/etc/ssl/certs/ca-certificates.crt"

// Sandbox returns the properties in order. A name may occur more than once.
func Sandbox(c SandboxConfig) []Property {
	properties := []Property{
		{"User", layout.Agent},
		{"Group", layout.Agent},
		{"UMask", "0077"},
		{"WorkingDirectory", layout.Workspace},

		// Files: the whole system read-only, homes and clawarium's own out of
		// sight, and few places to write.
		{"ProtectSystem", "strict"},
		{"ProtectHome", "yes"},
		{"ReadWritePaths", layout.State},
		{"ReadWritePaths", layout.Cache},
		{"ReadWritePaths", layout.Outbox},
		{"ReadOnlyPaths", layout.Inbox},
		{"InaccessiblePaths", layout.Backups},
		{"InaccessiblePaths", "-" + layout.Own},
		{"InaccessiblePaths", "-/boot"},
		{"InaccessiblePaths", "-/etc/ssh"},
		{"InaccessiblePaths", "-/etc/sudoers.d"},
		{"InaccessiblePaths", "-/var/lib/cloud"},
		{"InaccessiblePaths", "-/var/log"},
		{"PrivateTmp", "yes"},
		{"PrivateDevices", "yes"},
		{"PrivateMounts", "yes"},
		{"PrivateIPC", "yes"},
		{"RemoveIPC", "yes"},

		// Rights: none, and no way to any.
		{"NoNewPrivileges", "yes"},
		{"CapabilityBoundingSet", ""},
		{"AmbientCapabilities", ""},
		{"SupplementaryGroups", ""},
		{"PrivateUsers", "yes"},
		{"RestrictNamespaces", "yes"},
		{"RestrictRealtime", "yes"},
		{"LockPersonality", "yes"},
		{"KeyringMode", "private"},

		// Kernel.
		{"ProtectKernelTunables", "yes"},
		{"ProtectKernelModules", "yes"},
		{"ProtectKernelLogs", "yes"},
		{"ProtectControlGroups", "yes"},
		{"ProtectClock", "yes"},
		{"ProtectHostname", "yes"},
		{"ProtectProc", "invisible"},
		{"SystemCallArchitectures", "native"},
		{"SystemCallFilter", "@system-service"},
		{"SystemCallFilter", "~@privileged @resources"},
		{"SystemCallErrorNumber", "EPERM"},

		// Network: the loopback alone. Netlink is how Node lists interfaces.
		{"RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"},
		{"IPAddressDeny", "any"},
		{"IPAddressAllow", "localhost"},
		// The way out is the warden's to offer, also while it is away.
		{"SocketBindDeny", strconv.Itoa(layout.ProxyPort)},

		// Resources: the machine stays able to answer SSH.
		{"MemoryMax", "85%"},
		{"TasksMax", "1024"},
		{"LimitNOFILE", "65536"},
		{"LimitCORE", "0"},
	}
	for _, pair := range AgentEnvironment(c) {
		properties = append(properties, Property{"Environment", pair})
	}
	return properties
}

// AgentEnvironment is the environment inside the sandbox, NAME=value each. No
// value holds a space or a secret.
func AgentEnvironment(c SandboxConfig) []string {
	environment := []string{
		"HOME=" + layout.Home,
		"PATH=" + layout.Code + "/.bin:/usr/local/bin:/usr/bin:/bin",
		"LANG=C.UTF-8",
		"OPENCLAW_NO_AUTO_UPDATE=1",
		"OPENCLAW_DISABLE_BONJOUR=1",
		"OPENCLAW_SERVICE_REPAIR_POLICY=external",
	}
	environment = append(environment, proxyEnvironment()...)
	if c.ExtraCA {
		environment = append(environment, "NODE_EXTRA_CA_CERTS="+systemCA, "SSL_CERT_FILE="+systemCA)
	}
	return environment
}

// gatewayUnit is the unit file of the gateway.
func gatewayUnit(c SandboxConfig) ([]byte, error) {
	var properties []string
	for _, p := range Sandbox(c) {
		properties = append(properties, p.Name+"="+p.Value)
	}
	return fill("gateway.service.tmpl", map[string]string{
		"HOME": layout.Home, "OUTBOX": layout.Outbox, "CODE": layout.Code, "NODE": layout.Node, "OPENCLAW": layout.OpenClaw,
		"PROPERTIES": strings.Join(properties, "\n"),
	}, func(s string) string { return s })
}

// AgentCommand is a command line for the keeper that runs argv as the agent in
// the sandbox, on a terminal or with plain pipes. It works whether or not the
// gateway runs, and ends with argv's exit status.
func AgentCommand(c SandboxConfig, terminal bool, argv ...string) string {
	words := []string{"exec", "sudo", "-n", "systemd-run", "--quiet", "--collect", "--wait", "--expand-environment=no", "--service-type=exec"}
	if terminal {
		words = append(words, "--pty")
	} else {
		words = append(words, "--pipe")
	}
	for _, p := range Sandbox(c) {
		words = append(words, quoteShell("--property="+p.Name+"="+p.Value))
	}
	words = append(words, "--")
	for _, arg := range argv {
		words = append(words, quoteShell(arg))
	}
	return strings.Join(words, " ")
}

// OpenClawCommand is AgentCommand for OpenClaw's own command line.
func OpenClawCommand(c SandboxConfig, terminal bool, args ...string) string {
	return AgentCommand(c, terminal, append([]string{layout.Node, layout.OpenClaw}, args...)...)
}

// ShellCommand is AgentCommand for an interactive shell.
func ShellCommand(c SandboxConfig) string {
	return AgentCommand(c, true, "/bin/bash", "--noprofile", "--norc", "-i")
}

func quoteShell(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
