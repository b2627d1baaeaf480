package checks

import (
	"testing"
)

// scoped changes what the configuration says for all agents.
func scoped(change func(*ToolScope)) func(*testing.T, *Evidence) {
	return func(_ *testing.T, e *Evidence) { change(&e.Guest.Tools.Value.Scopes[0]) }
}

// agentScoped adds what one agent's own part says.
func agentScoped(s ToolScope) func(*testing.T, *Evidence) {
	return func(_ *testing.T, e *Evidence) {
		s.Where = "agents.entries[0].tools"
		e.Guest.Tools.Value.Scopes = append(e.Guest.Tools.Value.Scopes, s)
	}
}

func addressed(a Address) func(*testing.T, *Evidence) {
	return func(_ *testing.T, e *Evidence) {
		e.Guest.Endpoints.Value.Addresses = append(e.Guest.Endpoints.Value.Addresses, a)
	}
}

func audited(a Audit) func(*testing.T, *Evidence) {
	return func(_ *testing.T, e *Evidence) {
		a.Config = e.Guest.Tools.Value.Config
		e.Host.Audit = seen(a)
	}
}

func timer(key, value string) func(*testing.T, *Evidence) {
	return func(_ *testing.T, e *Evidence) { e.Guest.Patches.Value.Timers["apt-daily-upgrade.timer"][key] = value }
}

var guestDamages = []damage{
	// K7
	{"dmPolicy=open", func(_ *testing.T, e *Evidence) {
		e.Guest.Talk.Value.Open = []Setting{{"channels.telegram.dmPolicy", "open"}}
	}, []ID{"K7"}},
	{"an asterisk in an account's allow list", func(_ *testing.T, e *Evidence) {
		e.Guest.Talk.Value.Open = []Setting{{"channels.telegram.accounts.*.allowFrom", "*"}}
	}, []ID{"K7"}},
	{"everyone is paired", func(_ *testing.T, e *Evidence) { e.Guest.Talk.Value.PairedAnyone = []string{"telegram"} }, []ID{"K7"}},
	{"whoever looks local is paired", func(_ *testing.T, e *Evidence) { e.Guest.Talk.Value.AutoApproveLocal = "true" }, []ID{"K7"}},
	{"the setting against that is gone", func(_ *testing.T, e *Evidence) { e.Guest.Talk.Value.AutoApproveLocal = "" }, []ID{"K7"}},
	{"pairing by SSH", func(_ *testing.T, e *Evidence) { e.Guest.Talk.Value.SSHVerify = "(other)" }, []ID{"K7"}},
	{"pairing by network", func(_ *testing.T, e *Evidence) { e.Guest.Talk.Value.AutoApproveCIDRs = 1 }, []ID{"K7"}},

	// K16
	{"old version", func(_ *testing.T, e *Evidence) {
		e.Guest.Version.Value.Installed, e.Guest.Version.Value.Running = "2026.1.29", "2026.1.29"
		e.Subject.OpenClaw = "2026.1.29"
	}, []ID{"K16"}},
	{"a version from before the last known hole was closed", func(_ *testing.T, e *Evidence) {
		e.Guest.Version.Value.Installed, e.Guest.Version.Value.Running = "2026.2.25-beta.1", "2026.2.25-beta.1"
		e.Subject.OpenClaw, e.Subject.Shipped, e.Guest.Version.Value.Newest = "2026.2.25-beta.1", "", "2026.2.25-beta.1"
	}, []ID{"K16"}},
	{"old process still running", func(_ *testing.T, e *Evidence) { e.Guest.Version.Value.SameDisk = false }, []ID{"K16"}},
	{"the process says another version", func(_ *testing.T, e *Evidence) { e.Guest.Version.Value.Running = "2026.9.5" }, []ID{"K16"}},
	{"another Node runs", func(_ *testing.T, e *Evidence) { e.Guest.Version.Value.RunningNode = "22.0.0" }, []ID{"K16"}},
	{"another version than was pinned", func(_ *testing.T, e *Evidence) { e.Subject.OpenClaw = "2026.9.5" }, []ID{"K16"}},
	{"OpenClaw from elsewhere", func(_ *testing.T, e *Evidence) {
		e.Guest.Version.Value.Strays = []Exe{{900, "/var/lib/openclaw/node"}}
	}, []ID{"K16"}},
	{"a newer version is known", func(_ *testing.T, e *Evidence) { e.Guest.Version.Value.Newest = "2026.10.1" }, []ID{"K16"}},
	{"a correction of this version is known", func(_ *testing.T, e *Evidence) { e.Guest.Version.Value.Newest = "2026.9.6-2" }, []ID{"K16"}},
	{"this clawarium brings a newer version", func(_ *testing.T, e *Evidence) { e.Subject.Shipped = "2026.11.2" }, []ID{"K16"}},

	// K18
	{"the forwarder is stopped", func(_ *testing.T, e *Evidence) { e.Host.Console.Value.Found = false }, []ID{"K18"}},
	{"the console goes to no file", func(_ *testing.T, e *Evidence) { e.Host.Console = seen(ConsoleLog{}) }, []ID{"K18"}},
	{"the console will go to no file", func(_ *testing.T, e *Evidence) { e.Host.Console.Value.Next = "" }, []ID{"K18"}},
	{"the console goes to a file from the next start on", func(_ *testing.T, e *Evidence) {
		e.Host.Console.Value.File, e.Host.Console.Value.Found = "", false
	}, []ID{"K18"}},
	{"the journal takes nothing", func(_ *testing.T, e *Evidence) {
		e.Host.Console.Value.Found = false
		e.Guest.Journal.Value.Sent, e.Guest.Journal.Value.Why = false, "ECONNREFUSED"
	}, []ID{"K18"}},
	{"journald is masked", func(_ *testing.T, e *Evidence) { e.Guest.Journal.Value.Load = "masked" }, []ID{"K18"}},
	{"the journal is volatile", func(_ *testing.T, e *Evidence) { e.Guest.Journal.Value.Persistent = false }, []ID{"K18"}},
	{"the agent can write to the journal", func(_ *testing.T, e *Evidence) {
		e.Guest.Journal.Value.Open = []string{"/var/log/journal/0/system.journal"}
	}, []ID{"K18"}},
	{"the agent writes in /var/log", func(t *testing.T, e *Evidence) {
		canary(t, e, "/var/log", func(c *Canary) { c.Result = "written" })
	}, []ID{"K10", "K18"}},

	// K20
	{"exec security=full, ask=off", scoped(func(s *ToolScope) { s.Security, s.Ask = "full", "off" }), []ID{"K20"}},
	{"exec mode=full", scoped(func(s *ToolScope) { s.Mode, s.Security, s.Ask = "full", "", "" }), []ID{"K20"}},
	{"nothing said of exec, so OpenClaw's default", scoped(func(s *ToolScope) { s.Security, s.Ask = "", "" }), []ID{"K20"}},
	{"commands from a list, where the preset has none", scoped(func(s *ToolScope) { s.Security = "allowlist" }), []ID{"K20"}},
	{"one agent may run anything", agentScoped(ToolScope{Mode: "full"}), []ID{"K20"}},
	{"one agent is asked less", agentScoped(ToolScope{Security: "allowlist", Ask: "on-miss"}), []ID{"K20"}},
	{"one agent has another profile", agentScoped(ToolScope{Profile: "coding"}), []ID{"K20"}},
	{"one agent is elevated", agentScoped(ToolScope{Elevated: "true"}), []ID{"K20"}},
	{"commands on a node", agentScoped(ToolScope{Host: "node"}), []ID{"K20"}},
	{"files outside the workspace for one agent", agentScoped(ToolScope{WorkspaceOnly: "false"}), []ID{"K20"}},
	{"a risky tool that no list denies", agentScoped(ToolScope{AlsoAllow: []string{"browser"}}), []ID{"K20"}},
	{"profile full", scoped(func(s *ToolScope) { s.Profile = "full" }), []ID{"K20"}},
	{"no profile, which is full", scoped(func(s *ToolScope) { s.Profile = "" }), []ID{"K20"}},
	{"elevated on", scoped(func(s *ToolScope) { s.Elevated = "true" }), []ID{"K20"}},
	{"elevated not switched off", scoped(func(s *ToolScope) { s.Elevated = "" }), []ID{"K20"}},
	{"a denied tool no longer denied", scoped(func(s *ToolScope) { s.Deny = s.Deny[1:] }), []ID{"K20"}},
	{"files outside the workspace", scoped(func(s *ToolScope) { s.WorkspaceOnly = "" }), []ID{"K20"}},
	{"silence counts as a yes", func(_ *testing.T, e *Evidence) {
		e.Guest.Tools.Value.Approvals[0].AskFallback = "full"
	}, []ID{"K20"}},
	{"OpenClaw's audit finds something critical", audited(Audit{Critical: 1, Findings: []AuditFinding{{"gateway.bind_no_auth", "critical"}}}), []ID{"K20"}},
	{"its sum says so, its list does not", audited(Audit{Critical: 2}), []ID{"K20"}},

	// K23
	{"a timer is masked", timer("LoadState", "masked"), []ID{"K23"}},
	{"a timer is disabled", timer("UnitFileState", "disabled"), []ID{"K23"}},
	{"a timer is stopped", timer("ActiveState", "inactive"), []ID{"K23"}},
	{"no unattended-upgrades", func(_ *testing.T, e *Evidence) { e.Guest.Patches.Value.Installed = false }, []ID{"K23"}},
	{"updates switched off in apt", func(_ *testing.T, e *Evidence) { e.Guest.Patches.Value.Settings["unattended-upgrade"] = "0" }, []ID{"K23"}},
	{"lists never read", func(_ *testing.T, e *Evidence) { e.Guest.Patches.Value.Settings["update-package-lists"] = "" }, []ID{"K23"}},
	{"apt goes another way", func(_ *testing.T, e *Evidence) { e.Guest.Patches.Value.Proxy["http"] = "http://10.0.0.1:3128" }, []ID{"K23"}},
	{"apt goes another way for https", func(_ *testing.T, e *Evidence) { delete(e.Guest.Patches.Value.Proxy, "https") }, []ID{"K23"}},
	{"everything periodic off", func(_ *testing.T, e *Evidence) { e.Guest.Patches.Value.Settings["enable"] = "0" }, []ID{"K23"}},
	{"a security update is missing", func(_ *testing.T, e *Evidence) {
		e.Guest.Patches.Value.Pending, e.Guest.Patches.Value.PendingCount = []string{"openssl"}, 1
	}, []ID{"K23"}},
	{"the old kernel runs", func(_ *testing.T, e *Evidence) { e.Guest.Patches.Value.NewestKernel = "6.12.118+deb13-cloud-amd64" }, []ID{"K23"}},
	{"a restart is due", func(_ *testing.T, e *Evidence) { e.Guest.Patches.Value.Reboot = true }, []ID{"K23"}},

	// K26
	{"a relay", addressed(Address{"models.providers.anthropic.baseUrl", "anthropic", "https", "claude.example.net", 0}), []ID{"K26"}},
	{"a relay whose name begins like the provider's", addressed(Address{"models.providers.openai.baseUrl", "openai", "https", "api.openai.com.example.net", 0}), []ID{"K26"}},
	{"the provider's host under another's name", addressed(Address{"models.providers.openai.baseUrl", "openai", "https", "api.deepseek.com", 0}), []ID{"K26"}},
	{"another provider's host under a name that clawarium gave", addressed(Address{"models.providers.deepseek-api.baseUrl", "deepseek-api", "https", "api.openai.com", 0}), []ID{"K26"}},
	{"a relay by the environment", addressed(Address{"environment OPENAI_BASE_URL", "openai", "https", "relay.example.net", 0}), []ID{"K26"}},
	{"a relay under a name of its own", addressed(Address{"models.providers.mine.baseUrl", "mine", "https", "relay.example.net", 0}), []ID{"K26"}},
	{"no encryption", addressed(Address{"models.providers.openai.baseUrl", "openai", "http", "api.openai.com", 0}), []ID{"K26"}},
	{"another port", addressed(Address{"models.providers.openai.baseUrl", "openai", "https", "api.openai.com", 8443}), []ID{"K26"}},
	{"a relay in the machine", addressed(Address{"models.providers.anthropic.baseUrl", "anthropic", "http", "127.0.0.1", 4000}), []ID{"K26"}},
	{"a host of the network", addressed(Address{"models.providers.ollama.baseUrl", "ollama", "http", "192.168.1.5", 11434}), []ID{"K26"}},
	{"an address that is none", addressed(Address{"models.providers.openai.baseUrl", "openai", "", "", 0}), []ID{"K26"}},
}

var guestNeeds = map[ID][]string{
	"K7":  {"guest.talk"},
	"K16": {"guest.version"},
	"K18": {"host.console", "host.warden", "host.stream", "guest.journal", "guest.canaries"},
	"K20": {"guest.tools"},
	"K23": {"guest.patches"},
	"K26": {"guest.endpoints", "host.warden"},
}
