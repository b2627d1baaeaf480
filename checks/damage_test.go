package checks

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/provision/plan"
)

// A check is only trusted with the damage that turns it red beside it. Each
// damage here is done to evidence in which everything holds, and names exactly
// the controls that must turn red; the others must stay as they were.

func good(t testing.TB) Evidence {
	t.Helper()
	data, err := os.ReadFile("testdata/good.json")
	if err != nil {
		t.Fatal(err)
	}
	e, err := ParseEvidence(data)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func statuses(e Evidence) map[ID]Status {
	m := map[ID]Status{}
	for _, f := range Judge(plan.Plan{}, e) {
		m[f.Control] = f.Status
	}
	return m
}

func with(status Status, e Evidence) []ID {
	var ids []ID
	for _, f := range Judge(plan.Plan{}, e) {
		if f.Status == status {
			ids = append(ids, f.Control)
		}
	}
	return ids
}

// swap replaces text in a definition and fails if it is not there, so that a
// damage cannot silently do nothing.
func swap(t *testing.T, f *Fact[string], old, replacement string) {
	t.Helper()
	if !strings.Contains(f.Value, old) {
		t.Fatalf("nothing to damage: no %q", old)
	}
	f.Value = strings.Replace(f.Value, old, replacement, 1)
}

func addDevice(t *testing.T, f *Fact[string], device string) {
	swap(t, f, "</devices>", device+"</devices>")
}

// codeDisk is the text of the code disk in a definition.
func codeDisk(t *testing.T, f *Fact[string], change func(string) string) {
	t.Helper()
	end := strings.Index(f.Value, "<serial>"+layout.CodeSerial+"</serial>")
	start := strings.LastIndex(f.Value[:max(end, 0)], "<disk ")
	if end < 0 || start < 0 {
		t.Fatal("nothing to damage: no code disk")
	}
	part := f.Value[start:end]
	changed := change(part)
	if changed == part {
		t.Fatal("nothing damaged in the code disk")
	}
	f.Value = f.Value[:start] + changed + f.Value[end:]
}

func canary(t *testing.T, e *Evidence, path string, change func(*Canary)) {
	t.Helper()
	for i := range e.Guest.Canaries.Value {
		if e.Guest.Canaries.Value[i].Path == path {
			change(&e.Guest.Canaries.Value[i])
			return
		}
	}
	t.Fatalf("nothing to damage: no attempt on %s", path)
}

// onGood is what a control is on good evidence: met, but for those that rest on
// the owner's word or have nothing to say about a machine that exists.
func onGood(id ID) Status {
	if s, ok := otherOnGood[id]; ok {
		return s
	}
	return Met
}

func TestEveryControlHoldsOnGoodEvidence(t *testing.T) {
	for _, f := range Judge(plan.Plan{}, good(t)) {
		if f.Status != onGood(f.Control) || len(f.Evidence) == 0 || len(f.Where) == 0 || f.Title == "" || f.Why == "" || len(f.Clauses) == 0 {
			t.Errorf("%s is %s:\n%s", f.Control, f.Status, strings.Join(f.Evidence, "\n"))
		}
	}
}

// damage is done to good evidence and names the controls that must turn red.
type damage struct {
	name string
	do   func(t *testing.T, e *Evidence)
	red  []ID
}

// damages of every control; those of a group of controls are in a file of its own.
var damages = slices.Concat(baseDamages, hostDamages, egressDamages, guestDamages, keptDamages)

func sshd(e *Evidence, key, value string) {
	for account := range e.Guest.Sshd.Value {
		e.Guest.Sshd.Value[account][key] = value
	}
}

var baseDamages = []damage{
	// K1
	{"virtiofs added, live", func(t *testing.T, e *Evidence) {
		addDevice(t, &e.Libvirt.Live, `<filesystem type='mount'><driver type='virtiofs'/><source dir='/home/me'/><target dir='me'/></filesystem>`)
	}, []ID{"K1"}},
	{"virtiofs added, for the next start", func(t *testing.T, e *Evidence) {
		addDevice(t, &e.Libvirt.Inactive, `<filesystem type='mount'><source dir='/home/me'/><target dir='me'/></filesystem>`)
	}, []ID{"K1"}},
	{"USB hostdev", func(t *testing.T, e *Evidence) {
		addDevice(t, &e.Libvirt.Inactive, `<hostdev mode='subsystem' type='usb'><source><vendor id='0x1050'/></source></hostdev>`)
	}, []ID{"K1"}},
	{"USB redirection", func(t *testing.T, e *Evidence) {
		addDevice(t, &e.Libvirt.Live, `<redirdev bus='usb' type='spicevmc'/>`)
	}, []ID{"K1"}},
	{"shared memory", func(t *testing.T, e *Evidence) {
		addDevice(t, &e.Libvirt.Live, `<shmem name='x'/>`)
	}, []ID{"K1"}},
	{"vsock", func(t *testing.T, e *Evidence) {
		addDevice(t, &e.Libvirt.Live, `<vsock model='virtio'><cid auto='yes'/></vsock>`)
	}, []ID{"K1"}},
	{"clipboard agent", func(t *testing.T, e *Evidence) {
		addDevice(t, &e.Libvirt.Live, `<channel type='qemu-vdagent'><source><clipboard copypaste='yes'/></source></channel>`)
	}, []ID{"K1", "K12"}},
	{"clipboard of a SPICE screen", func(t *testing.T, e *Evidence) {
		addDevice(t, &e.Libvirt.Live, `<graphics type='spice'/>`)
	}, []ID{"K1", "K12"}},
	{"a disk of the host", func(t *testing.T, e *Evidence) {
		addDevice(t, &e.Libvirt.Inactive, `<disk type='block' device='disk'><source dev='/dev/sda'/><target dev='vde'/></disk>`)
	}, []ID{"K1"}},
	{"a disk that is not ours", func(t *testing.T, e *Evidence) {
		addDevice(t, &e.Libvirt.Live, `<disk type='file' device='disk'><source file='/home/me/x.img'/><target dev='vde'/></disk>`)
	}, []ID{"K1"}},
	{"seclabel none", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Inactive, "</devices>", "</devices><seclabel type='none' model='dac'/>")
	}, []ID{"K1"}},
	{"relabel no", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Live, "relabel='yes'", "relabel='no'")
	}, []ID{"K1"}},
	{"foreign argument of QEMU", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Inactive, "<qemu:commandline>", "<qemu:commandline><qemu:arg value='-virtfs'/>")
	}, []ID{"K1"}},
	{"foreign environment of QEMU", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Inactive, "<qemu:commandline>", "<qemu:commandline><qemu:env name='LD_PRELOAD' value='/x.so'/>")
	}, []ID{"K1"}},
	{"QEMU override", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Live, "<qemu:commandline>", "<qemu:override/><qemu:commandline>")
	}, []ID{"K1"}},
	{"QEMU as root", func(_ *testing.T, e *Evidence) { e.Host.Qemu.Value.UIDs = []int{0, 0, 0, 0} }, []ID{"K1"}},
	{"a share on the process's command line alone", func(_ *testing.T, e *Evidence) {
		e.Host.Qemu.Value.Args = append(e.Host.Qemu.Value.Args, "-device", `{"driver":"vhost-user-fs-pci","tag":"me"}`)
	}, []ID{"K1"}},

	// K3
	{"bind=lan", func(_ *testing.T, e *Evidence) { e.Guest.Config.Value.Values["gateway.bind"] = "lan" }, []ID{"K3"}},
	{"listener on 0.0.0.0:19890", func(_ *testing.T, e *Evidence) {
		e.Guest.Listeners.Value = append(e.Guest.Listeners.Value, Listener{"tcp", "0.0.0.0", 19890, "node", 900, 994})
	}, []ID{"K3"}},
	{"UDP listener on every address", func(_ *testing.T, e *Evidence) {
		e.Guest.Listeners.Value = append(e.Guest.Listeners.Value, Listener{"udp6", "::", 5353, "node", 900, 994})
	}, []ID{"K3"}},
	{"the agent calls its program sshd", func(_ *testing.T, e *Evidence) {
		e.Guest.Listeners.Value = append(e.Guest.Listeners.Value, Listener{"tcp", "0.0.0.0", 22, "sshd", 900, 994})
	}, []ID{"K3"}},
	{"a guest that says nothing of an open port", func(_ *testing.T, e *Evidence) {
		e.Host.Connections["18789"] = seen(Open)
	}, []ID{"K3", "K13"}},

	// K5
	{"PasswordAuthentication yes", func(_ *testing.T, e *Evidence) { sshd(e, "passwordauthentication", "yes") }, []ID{"K5"}},
	{"keyboard-interactive", func(_ *testing.T, e *Evidence) { sshd(e, "kbdinteractiveauthentication", "yes") }, []ID{"K5"}},
	{"root may log in by key", func(_ *testing.T, e *Evidence) { sshd(e, "permitrootlogin", "prohibit-password") }, []ID{"K5"}},
	{"passwords for one account only", func(_ *testing.T, e *Evidence) {
		e.Guest.Sshd.Value[layout.Agent] = Sshd{}
		for k, v := range e.Guest.Sshd.Value["root"] {
			e.Guest.Sshd.Value[layout.Agent][k] = v
		}
		e.Guest.Sshd.Value[layout.Agent]["passwordauthentication"] = "yes"
	}, []ID{"K5"}},
	{"a key of root", func(_ *testing.T, e *Evidence) { e.Guest.Keys.Value["root"] = 1 }, []ID{"K5"}},
	{"frpc runs", func(_ *testing.T, e *Evidence) {
		e.Guest.Processes.Value = append(e.Guest.Processes.Value, Process{901, 994, "frpc", "/var/lib/openclaw/.openclaw/frpc"})
	}, []ID{"K5"}},
	{"cloudflared under another name", func(_ *testing.T, e *Evidence) {
		e.Guest.Processes.Value = append(e.Guest.Processes.Value, Process{901, 994, "x", "/usr/local/bin/cloudflared"})
	}, []ID{"K5"}},
	{"Tailscale funnel", func(_ *testing.T, e *Evidence) { e.Guest.Config.Value.Values["gateway.tailscale.mode"] = "funnel" }, []ID{"K5"}},

	// K6
	{"token 123456", func(_ *testing.T, e *Evidence) {
		e.Guest.Token.Value = Token{Mode: "token", Where: "config", Length: 6, Bytes: 3, Alphabet: "hex", Distinct: 6}
	}, []ID{"K6"}},
	{"token of one letter", func(_ *testing.T, e *Evidence) { e.Guest.Token.Value.Distinct = 1 }, []ID{"K6"}},
	{"no token", func(_ *testing.T, e *Evidence) { e.Guest.Token.Value = Token{Mode: "token"} }, []ID{"K6"}},
	{"mode none", func(_ *testing.T, e *Evidence) {
		e.Guest.Token.Value.Mode = "none"
		e.Guest.Config.Value.Values["gateway.auth.mode"] = "none"
	}, []ID{"K6"}},
	{"cloned token", func(_ *testing.T, e *Evidence) {
		e.Subject.Tokens = map[string]string{"twin": strings.ToUpper(e.Guest.Token.Value.SHA256)}
	}, []ID{"K6"}},
	{"insecure flag", func(_ *testing.T, e *Evidence) {
		e.Guest.Config.Value.Insecure = []string{"gateway.controlUi.allowInsecureAuth"}
	}, []ID{"K6"}},

	// K8
	{"docker group", func(_ *testing.T, e *Evidence) { e.Guest.Account.Value.Groups = []string{"docker"} }, []ID{"K8"}},
	{"docker group of the process alone", func(_ *testing.T, e *Evidence) {
		e.Guest.Gateway.Value[0].Groups = append(e.Guest.Gateway.Value[0].Groups, 998)
	}, []ID{"K8"}},
	{"User=root", func(_ *testing.T, e *Evidence) {
		e.Guest.Unit.Value["User"] = "root"
		e.Guest.Gateway.Value[0].UIDs = []int{0, 0, 0, 0}
	}, []ID{"K8"}},
	{"saved uid 0", func(_ *testing.T, e *Evidence) { e.Guest.Gateway.Value[1].UIDs = []int{994, 994, 0, 994} }, []ID{"K8"}},
	{"sudo", func(_ *testing.T, e *Evidence) {
		e.Guest.Sudo.Value = "User openclaw may run the following commands on tank:"
	}, []ID{"K8"}},
	{"a capability", func(_ *testing.T, e *Evidence) { e.Guest.Gateway.Value[1].CapEff = "0000000000000400" }, []ID{"K8"}},
	{"NoNewPrivs off", func(_ *testing.T, e *Evidence) { e.Guest.Gateway.Value[0].NoNewPrivs = 0 }, []ID{"K8"}},
	{"seccomp off", func(_ *testing.T, e *Evidence) { e.Guest.Gateway.Value[0].Seccomp = 0 }, []ID{"K8"}},
	{"a shell", func(_ *testing.T, e *Evidence) { e.Guest.Account.Value.Shell = "/bin/bash" }, []ID{"K8"}},
	{"a password", func(_ *testing.T, e *Evidence) { e.Guest.Account.Value.Locked = false }, []ID{"K8"}},

	// K10
	{"ReadWritePaths=/ in the unit", func(_ *testing.T, e *Evidence) { e.Guest.Unit.Value["ReadWritePaths"] = "/" }, []ID{"K10"}},
	{"ReadWritePaths=-/etc/", func(_ *testing.T, e *Evidence) { e.Guest.Unit.Value["ReadWritePaths"] += " -/etc/" }, []ID{"K10"}},
	{"ReadWritePaths with dots", func(_ *testing.T, e *Evidence) { e.Guest.Unit.Value["ReadWritePaths"] = layout.Home + "/../.." }, []ID{"K10"}},
	{"ReadWritePaths=/ in the running service alone", func(t *testing.T, e *Evidence) {
		canary(t, e, "/etc", func(c *Canary) { c.Result, c.ReadOnly = "EACCES", false })
	}, []ID{"K10"}},
	{"ProtectSystem=full", func(_ *testing.T, e *Evidence) { e.Guest.Unit.Value["ProtectSystem"] = "full" }, []ID{"K10"}},
	{"the agent writes in /opt", func(t *testing.T, e *Evidence) {
		canary(t, e, "/opt", func(c *Canary) { c.Result = "written" })
	}, []ID{"K10"}},
	{"the agent writes in backups", func(t *testing.T, e *Evidence) {
		canary(t, e, layout.Backups, func(c *Canary) { c.Result = "written" })
	}, []ID{"K10"}},
	{"the agent cannot write in its workspace", func(t *testing.T, e *Evidence) {
		canary(t, e, layout.Workspace, func(c *Canary) { c.Result = "EROFS" })
	}, []ID{"K10"}},

	// K11
	{"readonly dropped, live", func(t *testing.T, e *Evidence) {
		codeDisk(t, &e.Libvirt.Live, func(s string) string { return strings.Replace(s, "<readonly/>", "", 1) })
	}, []ID{"K11"}},
	{"readonly dropped, for the next start", func(t *testing.T, e *Evidence) {
		codeDisk(t, &e.Libvirt.Inactive, func(s string) string { return strings.Replace(s, "<readonly/>", "", 1) })
	}, []ID{"K11"}},
	{"the guest's root can write to the code disk", func(_ *testing.T, e *Evidence) {
		e.Guest.CodeDisk.Value.Write = "written"
	}, []ID{"K11"}},
	{"the guest's device is not read-only", func(_ *testing.T, e *Evidence) { e.Guest.CodeDisk.Value.DeviceRO = false }, []ID{"K11"}},
	{"the agent writes in its inbox", func(t *testing.T, e *Evidence) {
		canary(t, e, layout.Inbox, func(c *Canary) { c.Result = "written" })
	}, []ID{"K11"}},

	// K15
	{"a byte of the image flipped", flipped(BaseVolume), []ID{"K15"}},
	{"a byte of the cached image flipped", flipped(CachedImage), []ID{"K15"}},
	{"a byte of the code disk flipped", flipped(CodeVolume), []ID{"K15"}},
	{"a byte of the cached code disk flipped", flipped(CachedCode), []ID{"K15"}},
	{"manifest of another code disk", func(_ *testing.T, e *Evidence) {
		e.Host.Manifest.Value.SHA256 = strings.Repeat("0", 64)
	}, []ID{"K15"}},
	{"another code disk attached", func(t *testing.T, e *Evidence) {
		codeDisk(t, &e.Libvirt.Inactive, func(s string) string { return strings.Replace(s, "code-", "evil-", 1) })
	}, []ID{"K15"}},
	{"another image below the system disk", func(t *testing.T, e *Evidence) {
		swap(t, &e.Libvirt.Live, "/base-", "/evil-")
	}, []ID{"K15"}},
	{"the base volume is gone", func(_ *testing.T, e *Evidence) {
		e.Host.Digests[BaseVolume] = seen(DigestFound{Name: "x", Absent: true})
	}, []ID{"K15"}},
}

func TestEachDamageTurnsExactlyItsControlsRed(t *testing.T) {
	for _, damage := range damages {
		t.Run(damage.name, func(t *testing.T) {
			e := good(t)
			damage.do(t, &e)
			if red := with(NotMet, e); !slices.Equal(red, damage.red) {
				t.Errorf("red: %v, wanted %v", red, damage.red)
			}
			for id, status := range statuses(e) {
				if status != onGood(id) && !slices.Contains(damage.red, id) {
					t.Errorf("%s is %s, wanted as before", id, status)
				}
			}
			if got := Exit(Judge(plan.Plan{}, e)); got != ExitNotMet {
				t.Errorf("exit status %d", got)
			}
		})
	}
}

func flipped(of DigestOf) func(*testing.T, *Evidence) {
	return func(_ *testing.T, e *Evidence) {
		f := e.Host.Digests[of]
		f.Value.SHA256 = strings.Repeat("f", len(f.Value.SHA256))
		f.Value.SHA512 = strings.Repeat("f", len(f.Value.SHA512))
		e.Host.Digests[of] = f
	}
}

func TestSessionModeIsJudgedByTheForwardsOfTheProcess(t *testing.T) {
	session := func(netdev string) Evidence {
		e := good(t)
		e.Subject.System, e.Host.Connections = false, nil
		for i, a := range e.Host.Qemu.Value.Args {
			if a == "-netdev" {
				e.Host.Qemu.Value.Args[i+1] = netdev
			}
		}
		return e
	}
	for netdev, want := range map[string]Status{
		"user,id=clawarium0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22":                                        Met,
		"user,id=clawarium0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=tcp:127.0.0.1:18789-:18789":     NotMet,
		`{"type":"user","hostfwd":[{"str":"tcp:127.0.0.1:2222-:22"},{"str":"tcp::19890-:19890"}],"id":"net0"}`: NotMet,
		"user,id=clawarium0,restrict=on": NotChecked,
		"tap,fd=30,id=hostnet0":          NotChecked,
	} {
		if got := statuses(session(netdev))["K3"]; got != want {
			t.Errorf("%s: %s, wanted %s", netdev, got, want)
		}
	}
}

// needs says which facts each control cannot do without.
var needs = func() map[ID][]string {
	all := maps.Clone(baseNeeds)
	for _, more := range []map[ID][]string{hostNeeds, guestNeeds, keptNeeds} {
		maps.Copy(all, more)
	}
	return all
}()

var baseNeeds = map[ID][]string{
	"K1":  {"libvirt.live", "libvirt.inactive", "host.qemu"},
	"K3":  {"host.connections.18789", "host.connections.18791", "host.connections.19890", "host.drills", "guest.listeners", "guest.config"},
	"K5":  {"guest.sshd", "guest.keys", "guest.processes", "guest.config"},
	"K6":  {"guest.token", "guest.config"},
	"K8":  {"guest.account", "guest.sudo", "guest.gateway"},
	"K10": {"guest.unit", "guest.canaries"},
	"K11": {"libvirt.live", "libvirt.inactive", "guest.codeDisk", "guest.canaries"},
	"K15": {"libvirt.live", "libvirt.inactive", "host.manifest", "host.digests.cached image", "host.digests.base volume",
		"host.digests.cached code disk", "host.digests.code volume"},
}

func TestAFactThatIsMissingMeansNotCheckedAndNeverMet(t *testing.T) {
	for id, facts := range needs {
		for _, fact := range facts {
			for _, how := range []string{"gone", "failed", "null", "empty", "of another kind"} {
				e := without(t, fact, how)
				for got, status := range statuses(e) {
					switch needed := slices.Contains(needs[got], fact); {
					case got == id && how != "empty" && status != NotChecked:
						t.Errorf("%s %s: %s is %s", fact, how, got, status)
					case got == id && status == Met:
						t.Errorf("%s %s: %s is met", fact, how, got)
					case !needed && status != onGood(got):
						t.Errorf("%s %s: %s is %s, which does not need it", fact, how, got, status)
					}
				}
			}
		}
	}
}

// without takes one fact out of good evidence, by its JSON form.
func without(t *testing.T, fact, how string) Evidence {
	t.Helper()
	data, err := json.Marshal(good(t))
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	path := strings.Split(fact, ".")
	at := tree
	for _, key := range path[:len(path)-1] {
		at = at[key].(map[string]any)
	}
	last := path[len(path)-1]
	if _, ok := at[last]; !ok {
		t.Fatalf("no fact %s", fact)
	}
	switch how {
	case "gone":
		delete(at, last)
	case "failed":
		at[last] = map[string]any{"ok": false, "err": "EIO"}
	case "null":
		at[last] = map[string]any{"ok": true, "value": nil}
	case "of another kind":
		at[last] = map[string]any{"ok": true, "value": 7}
	case "empty":
		switch at[last].(map[string]any)["value"].(type) {
		case string:
			at[last] = map[string]any{"ok": true, "value": ""}
		case []any:
			at[last] = map[string]any{"ok": true, "value": []any{}}
		default:
			at[last] = map[string]any{"ok": true, "value": map[string]any{}}
		}
	}
	if data, err = json.Marshal(tree); err != nil {
		t.Fatal(err)
	}
	e, err := ParseEvidence(data)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestNoEvidenceMeansNotCheckedThroughout(t *testing.T) {
	for _, f := range Judge(plan.Plan{}, Evidence{}) {
		if f.Status != NotChecked || len(f.Evidence) == 0 || f.Hint == "" {
			t.Errorf("%s is %s with %d lines", f.Control, f.Status, len(f.Evidence))
		}
	}
	if got := Exit(nil); got != ExitNotChecked {
		t.Errorf("no finding at all: exit status %d", got)
	}
}
