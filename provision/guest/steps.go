package guest

// This file: the steps in the guest, in order. First install and re-hardening
// run the same ones.

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	guestfiles "github.com/clawarium/clawarium/assets/guest"
	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// Settings is what the steps depend on.
type Settings struct {
	Config []byte // openclaw.json without a token, from Config
	CA     []byte // extra certificate authorities, PEM; empty means none
	// Approvals is OpenClaw's exec-approvals file, written as it is when it is
	// not there yet; empty means none.
	Approvals []byte
	// Stretch is how much slower than the wall the guest's work gets done: 1
	// with KVM, about 5 with the slow clock. Deadlines grow with it.
	Stretch float64
}

// Places that the steps own.
const (
	dataUnit    = "var-lib-openclaw.mount"
	outboxUnit  = "var-lib-openclaw-outbox.mount"
	codeUnit    = `opt-openclaw-node_modules.mount`
	units       = "/etc/systemd/system/"
	sshDropIn   = "/etc/ssh/sshd_config.d/00-clawarium.conf"
	caDirectory = "/usr/local/share/ca-certificates/"
	configPlace = layout.Own + "/config/"
	restartFlag = "/run/clawarium/restart"
)

// Steps returns the steps in order. It fails on a CA that is no certificate.
func Steps(s Settings) ([]Step, error) {
	ca, err := caStep(s)
	if err != nil {
		return nil, err
	}
	service, err := serviceStep(s)
	if err != nil {
		return nil, err
	}
	steps := []Step{
		hostKeyStep(), accountStep(), directoriesStep(), sshStep(), ca,
		codeStep(), configStep(s), service, proxyStep(), gatewayStep(),
	}
	for i := range steps {
		if steps[i].Deadline == 0 {
			steps[i].Deadline = time.Minute
		}
		steps[i].Deadline = time.Duration(float64(steps[i].Deadline) * max(s.Stretch, 1))
	}
	return steps, nil
}

func asset(name string) []byte { return guestfiles.Read(name) }

// expand replaces @NAME@ in a script.
func expand(script string, pairs ...string) string {
	pairs = append(pairs,
		"@AGENT@", layout.Agent, "@KEEPER@", layout.Keeper, "@ID@", fmt.Sprint(layout.AgentID),
		"@HOME@", layout.Home, "@STATE@", layout.State, "@WORKSPACE@", layout.Workspace,
		"@CACHE@", layout.Cache, "@INBOX@", layout.Inbox, "@OUTBOX@", layout.Outbox, "@BACKUPS@", layout.Backups,
		"@OWN@", layout.Own, "@CODE@", layout.Code, "@NODE@", layout.Node, "@OPENCLAW@", layout.OpenClaw,
		"@CONFIG@", layout.Config, "@UNIT@", layout.Unit, "@PORT@", fmt.Sprint(layout.GatewayPort),
		"@UNITS@", units, "@RESTART@", restartFlag, "@PLACE@", configPlace,
	)
	return strings.TrimPrefix(strings.NewReplacer(pairs...).Replace(script), "\n")
}

// managerOfKeeper is the service manager that systemd starts for an account at its
// first login and stops after its last. The keeper has no services, and under
// emulation the start takes half as long as a whole self-check.
var managerOfKeeper = fmt.Sprintf("%suser@%d.service", units, keeperID)

func accountStep() Step {
	return Step{
		ID: "guest-account",
		Check: expand(`
[ "$(readlink ` + managerOfKeeper + `)" = /dev/null ] || no "every login of @KEEPER@ starts a service manager"
account=$(getent passwd @AGENT@)
same "@AGENT@:x:@ID@:@ID@::@HOME@:/usr/sbin/nologin" "$account"
[ "$(id -Gn @AGENT@ 2>/dev/null)" = @AGENT@ ] || no "@AGENT@ is in groups other than its own: $(id -Gn @AGENT@ 2>&1)"
for account in @AGENT@ @KEEPER@ root; do
    while IFS=: read -r name hash rest; do
        [ "$name" = $account ] && case $hash in '!'*|'*'*) continue 2 ;; esac
    done </etc/shadow
    no "the password of $account is not locked"
done
grep -Eqs '^[[:space:]]*@AGENT@[[:space:]]|^[[:space:]]*(ALL|%@AGENT@|#@ID@)[[:space:]]' /etc/sudoers /etc/sudoers.d/* && no "@AGENT@ may use sudo"
`),
		Before: expand(`
getent passwd @AGENT@ >/dev/null || save /var/lib/clawarium.account
save ` + managerOfKeeper + `
`),
		// For undo it is enough to know whether the account was there: a saved
		// copy of the account files would take away what others added since.
		Apply: expand(`
ln -sfn /dev/null ` + managerOfKeeper + ` || die "the service manager of @KEEPER@ could not be left out"
getent group @AGENT@ >/dev/null || groupadd --gid @ID@ @AGENT@ || die "the group @AGENT@ could not be made"
if getent passwd @AGENT@ >/dev/null; then
    usermod --gid @AGENT@ --groups '' --home @HOME@ --shell /usr/sbin/nologin --comment '' @AGENT@ || die "the account @AGENT@ could not be set"
else
    useradd --system --uid @ID@ --gid @AGENT@ --no-create-home --home-dir @HOME@ --shell /usr/sbin/nologin @AGENT@ || die "the account @AGENT@ could not be made"
fi
[ "$(id -u @AGENT@):$(id -g @AGENT@)" = @ID@:@ID@ ] || die "@AGENT@ has another number than @ID@: rebuild the machine"
for account in @AGENT@ @KEEPER@ root; do
    while IFS=: read -r name hash rest; do
        [ "$name" = $account ] && case $hash in '!'*|'*'*) continue 2 ;; esac
    done </etc/shadow
    usermod --lock $account || die "the password of $account could not be locked"
done
for f in $(grep -Els '^[[:space:]]*@AGENT@[[:space:]]|^[[:space:]]*(ALL|%@AGENT@|#@ID@)[[:space:]]' /etc/sudoers /etc/sudoers.d/*); do
    save "$f"
    sed -Ei '/^[[:space:]]*@AGENT@[[:space:]]|^[[:space:]]*(ALL|%@AGENT@|#@ID@)[[:space:]]/d' "$f" || die "$f: sudo could not be taken away"
    case $f in /etc/sudoers.d/*) grep -q '[^[:space:]]' "$f" || rm -f "$f" ;; esac
done
`),
		Undo: expand(`
if grep -qsx /var/lib/clawarium.account "$prior/absent" && getent passwd @AGENT@ >/dev/null; then
    userdel @AGENT@ || die "the account @AGENT@ could not be removed"
    getent group @AGENT@ >/dev/null && groupdel @AGENT@
fi
`),
	}
}

// Other drop-ins of journald, and the test of one that would have a say in where
// the journal goes: of the same setting the last one counts, and ours comes early.
const (
	journalDropIns   = `/etc/systemd/journald.conf.d/*.conf /run/systemd/journald.conf.d/*.conf`
	overrulesJournal = `[ "$f" != /etc/systemd/journald.conf.d/clawarium.conf ] &&
        grep -Eqs '^[[:space:]]*(Storage|ForwardToConsole|TTYPath|MaxLevel(Console|Store))[[:space:]]*=' "$f"`
)

func directoriesStep() Step {
	return Step{
		ID: "guest-directories",
		Files: []File{
			{units + dataUnit, 0o644, "root:root", asset("data.mount")},
			{units + outboxUnit, 0o644, "root:root", asset("outbox.mount")},
			{"/etc/systemd/journald.conf.d/clawarium.conf", 0o644, "root:root", asset("journald.conf")},
			{"/etc/apt/apt.conf.d/zz-clawarium", 0o644, "root:root", asset("apt.conf")},
		},
		Check: expand(`
[ -L @UNITS@local-fs.target.wants/` + dataUnit + ` ] || no "@HOME@ is not mounted at boot"
[ -L @UNITS@local-fs.target.wants/` + outboxUnit + ` ] || no "@OUTBOX@ is not mounted at boot"
same "750 root:@AGENT@ directory @HOME@
700 @AGENT@:@AGENT@ directory @STATE@
700 @AGENT@:@AGENT@ directory @WORKSPACE@
700 @AGENT@:@AGENT@ directory @CACHE@
750 root:@AGENT@ directory @INBOX@
700 @AGENT@:@AGENT@ directory @OUTBOX@
700 root:root directory @BACKUPS@
700 root:root directory @OWN@" "$(stat -c '%a %U:%G %F %n' @HOME@ @STATE@ @WORKSPACE@ @CACHE@ @INBOX@ @OUTBOX@ @BACKUPS@ @OWN@ 2>/dev/null)"
mounted=' '
while read -r device where type options rest; do
    [ "$where" = @HOME@ ] && mounted=" $mounted home:,$options," && [ "$device" = "$(readlink -f /dev/disk/by-id/virtio-` + layout.DataSerial + `)" ] && mounted="$mounted data"
    [ "$where" = @OUTBOX@ ] && mounted=" $mounted outbox:,$options,"
done </proc/self/mounts
case $mounted in *' data'*) ;; *) no "the data disk is not mounted at @HOME@" ;; esac
for option in nodev nosuid; do
    case $mounted in *home:*,$option,*) ;; *) no "@HOME@ is mounted without $option" ;; esac
done
for option in nodev nosuid noexec; do
    case $mounted in *outbox:*,$option,*) ;; *) no "@OUTBOX@ is mounted without $option" ;; esac
done
[ -d /var/log/journal ] || no "the journal is not kept over a restart"
for f in ` + journalDropIns + `; do
    ` + overrulesJournal + ` && no "$f changes where the journal goes"
done
for unit in apt-daily.timer apt-daily-upgrade.timer systemd-journald.service; do
    for place in @UNITS@ /run/systemd/system/; do
        [ "$(readlink $place$unit)" = /dev/null ] && no "$unit is masked"
    done
done
for timer in apt-daily.timer apt-daily-upgrade.timer; do
    [ -L @UNITS@timers.target.wants/$timer ] || no "$timer is not enabled"
done
[ "$(systemctl is-active systemd-journald.service apt-daily.timer apt-daily-upgrade.timer | sort -u)" = active ] || no "the journal or a timer of updates is stopped"
`),
		Before: expand(`
[ -e @HOME@ ] || save @HOME@
save @UNITS@local-fs.target.wants/` + dataUnit + `
save @UNITS@local-fs.target.wants/` + outboxUnit + `
for f in ` + journalDropIns + `; do
    ` + overrulesJournal + ` && save "$f"
done
for unit in apt-daily.timer apt-daily-upgrade.timer; do
    save @UNITS@$unit
    save @UNITS@timers.target.wants/$unit
done
[ "$(readlink @UNITS@systemd-journald.service)" != /dev/null ] || save @UNITS@systemd-journald.service
`),
		// Only a disk on which nothing at all is recognised gets a file system:
		// what is on it is the one thing that must never be lost.
		Apply: expand(`
device=/dev/disk/by-id/virtio-` + layout.DataSerial + `
[ -b $device ] || udevadm settle -t 30
[ -b $device ] || die "the data disk is not attached"
mkdir -p -m 0700 @OWN@ && chown root:root @OWN@ && chmod 0700 @OWN@ || die "@OWN@ could not be made"
if ! mountpoint -q @HOME@; then
    seen=$(blkid -p -o export $device); status=$?
    case $status in
    2) mkfs.ext4 -q -L clawarium-data -m 1 -E nodiscard,lazy_itable_init=1,lazy_journal_init=1 $device || die "no file system could be made on the data disk" ;;
    0) case $seen in *TYPE=ext4*) ;; *) die "the data disk holds something else than ext4; it is left as it is" ;; esac ;;
    *) die "what is on the data disk is not clear; it is left as it is" ;;
    esac
fi
mkdir -p -m 0755 @HOME@ @UNITS@local-fs.target.wants || die "@HOME@ could not be made"
ln -sfn ../` + dataUnit + ` @UNITS@local-fs.target.wants/` + dataUnit + `
ln -sfn ../` + outboxUnit + ` @UNITS@local-fs.target.wants/` + outboxUnit + `
[ "$(systemctl show -P NeedDaemonReload ` + dataUnit + ` ` + outboxUnit + ` | sort -u)" = "
no" ] || systemctl daemon-reload
case $(findmnt -n -o OPTIONS @HOME@) in
'') systemctl start ` + dataUnit + ` ;;
*nosuid*nodev*|*nodev*nosuid*) ;;
*) mount -o remount,nodev,nosuid @HOME@ ;;
esac || die "the data disk could not be mounted"
[ "$(readlink -f "$(findmnt -n -o SOURCE @HOME@)")" = "$(readlink -f $device)" ] || die "something else than the data disk is mounted at @HOME@"
directory 0750 root:@AGENT@ @HOME@
directory 0700 @AGENT@:@AGENT@ @STATE@
directory 0700 @AGENT@:@AGENT@ @CACHE@
directory 0750 root:@AGENT@ @INBOX@
directory 0700 @AGENT@:@AGENT@ @OUTBOX@
directory 0700 root:root @BACKUPS@
agent sh -c '[ -d "$1" ] || mkdir -m 0700 "$1"; chmod 0700 "$1"' sh @WORKSPACE@ || die "@WORKSPACE@ could not be made"
case $(findmnt -n -o OPTIONS @OUTBOX@) in
'') systemctl start ` + outboxUnit + ` ;;
*noexec*) mount -o remount,bind,nodev,nosuid,noexec @OUTBOX@ ;;
*) mount -o remount,bind,nodev,nosuid,noexec @OUTBOX@ ;;
esac || die "@OUTBOX@ could not be mounted on itself"
unread=
for unit in apt-daily.timer apt-daily-upgrade.timer systemd-journald.service; do
    for place in @UNITS@ /run/systemd/system/; do
        [ "$(readlink $place$unit)" = /dev/null ] && rm -f $place$unit && unread=yes
    done
done
for timer in apt-daily.timer apt-daily-upgrade.timer; do
    [ ! -L @UNITS@timers.target.wants/$timer ] || continue
    mkdir -p -m 0755 @UNITS@timers.target.wants
    ln -sfn /usr/lib/systemd/system/$timer @UNITS@timers.target.wants/$timer && unread=yes
done
[ -z "$unread" ] || systemctl daemon-reload
[ "$(systemctl is-active apt-daily.timer apt-daily-upgrade.timer | sort -u)" = active ] ||
    systemctl start apt-daily.timer apt-daily-upgrade.timer || die "the timers of updates could not be started"
for f in ` + journalDropIns + `; do
    ` + overrulesJournal + ` && rm -f "$f"
done
mkdir -p -m 2755 /var/log/journal
systemctl restart systemd-journald || die "the journal could not be set"
`),
		Undo: expand(`
systemctl stop @UNIT@ 2>/dev/null
umount @OUTBOX@ 2>/dev/null
umount @HOME@ 2>/dev/null
mountpoint -q @HOME@ && die "@HOME@ is in use"
`),
		Settle: "systemctl daemon-reload\nsystemctl restart systemd-journald\n",
	}
}

func sshStep() Step {
	// What `sshd -T` must say, which is the configuration as it takes effect.
	var want []string
	for line := range strings.Lines(string(asset("sshd.conf"))) {
		line = strings.TrimSpace(line)
		key, value, _ := strings.Cut(line, " ")
		switch key = strings.ToLower(key); {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case key == "kerberosauthentication": // not built into Debian's
			continue
		}
		want = append(want, key+" "+value)
	}
	check := `
effective=$(sshd -T -C user=@KEEPER@,host=localhost,addr=127.0.0.1 2>&1)
same ` + quoteShell(strings.Join(want, "\n")) + ` "$effective"
`
	return Step{
		ID:    "guest-ssh",
		Files: []File{{sshDropIn, 0o644, "root:root", asset("sshd.conf")}},
		Check: expand(check),
		// The first value that sshd reads is the one that counts: ours must be
		// read before any other.
		Apply: expand(`
first=$(grep -Ev '^[[:space:]]*(#|$)' /etc/ssh/sshd_config | head -n 1)
if [ "$first" != 'Include /etc/ssh/sshd_config.d/*.conf' ]; then
    save /etc/ssh/sshd_config
    { echo 'Include /etc/ssh/sshd_config.d/*.conf'; grep -v '^Include /etc/ssh/sshd_config.d/\*.conf$' /etc/ssh/sshd_config; } >/etc/ssh/sshd_config.clawarium &&
        chmod 0644 /etc/ssh/sshd_config.clawarium && mv -f /etc/ssh/sshd_config.clawarium /etc/ssh/sshd_config || die "/etc/ssh/sshd_config could not be written"
fi
for f in /etc/ssh/sshd_config.d/*.conf; do
    [ "$f" = ` + sshDropIn + ` ] && break
    save "$f"; rm -f "$f"
done
if ! why=$(sshd -t 2>&1); then
    restore
    die "sshd does not accept the configuration: $why"
fi
` + check + `
[ $bad = 0 ] || die "another setting of sshd stands in the way"
systemctl reload ssh.service || die "sshd did not read its configuration again"
`),
		Settle: "sshd -t && systemctl reload ssh.service\n",
	}
}

func caStep(s Settings) (Step, error) {
	step := Step{ID: "guest-ca", Deadline: 3 * time.Minute}
	var marks []string // one line of each that no other certificate has
	rest := bytes.TrimSpace(s.CA)
	for len(rest) > 0 {
		block, after := pem.Decode(rest)
		if block == nil || block.Type != "CERTIFICATE" {
			return Step{}, &text.Fault{What: text.T().Guest.BadCA, Hint: text.T().Guest.BadCAHint}
		}
		data := pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes})
		lines := strings.Split(strings.TrimSpace(string(data)), "\n")
		marks = append(marks, lines[len(lines)-2])
		step.Files = append(step.Files, File{fmt.Sprintf("%sclawarium-%d.crt", caDirectory, len(step.Files)+1), 0o644, "root:root", data})
		rest = bytes.TrimSpace(after)
	}
	var keep strings.Builder
	for _, f := range step.Files {
		keep.WriteString(f.Path + "|")
	}
	others := `for f in ` + caDirectory + `clawarium-*.crt; do
    case $f in ` + keep.String() + `'` + caDirectory + `clawarium-*.crt') continue ;; esac
`
	step.Check = others + "    no \"$f is not in the plan\"\ndone\n"
	for i, mark := range marks {
		step.Check += fmt.Sprintf("grep -qFx %s %s || no 'certificate authority %d is not in the trust store'\n", quoteShell(mark), systemCA, i+1)
	}
	// Rebuilding the trust store takes seconds, so only when it matters.
	step.Apply = "changed=" + map[bool]string{true: "yes", false: "no"}[len(marks) > 0] + "\n" + others + `    save "$f"; rm -f "$f"; changed=yes
done
[ $changed = no ] || update-ca-certificates >/dev/null || die "the trust store could not be rebuilt"
` + "[ $changed = no ] || restart_later\n"
	step.Settle = "update-ca-certificates >/dev/null\n"
	return step, nil
}

func codeStep() Step {
	return Step{
		ID:    "guest-code",
		Files: []File{{units + codeUnit, 0o644, "root:root", asset("code.mount")}},
		Check: expand(`
[ -L @UNITS@local-fs.target.wants/` + codeUnit + ` ] || no "@CODE@ is not mounted at boot"
mounted=
while read -r device where type options rest; do
    [ "$where" = @CODE@ ] && mounted="$device $type ,$options,"
done </proc/self/mounts
case $mounted in
"$(readlink -f /dev/disk/by-id/virtio-` + layout.CodeSerial + `) squashfs "*) ;;
*) no "the code disk is not mounted at @CODE@" ;;
esac
for option in ro nodev nosuid; do
    case $mounted in *,$option,*) ;; *) no "@CODE@ is mounted without $option" ;; esac
done
[ -x @NODE@ ] || no "@NODE@ is missing"
[ -f @OPENCLAW@ ] || no "@OPENCLAW@ is missing"
`),
		Before: expand("[ -e @CODE@ ] || save @CODE@\nsave @UNITS@local-fs.target.wants/" + codeUnit + "\n"),
		Apply: expand(`
device=/dev/disk/by-id/virtio-` + layout.CodeSerial + `
[ -b $device ] || udevadm settle -t 30
[ -b $device ] || die "the code disk is not attached"
mkdir -p -m 0755 ${code:=@CODE@} @UNITS@local-fs.target.wants && chmod 0755 /opt/openclaw || die "@CODE@ could not be made"
ln -sfn ../` + codeUnit + ` @UNITS@local-fs.target.wants/` + codeUnit + `
[ "$(systemctl show -P NeedDaemonReload ` + codeUnit + `)" = no ] || systemctl daemon-reload
source=$(findmnt -n -o SOURCE @CODE@)
if [ -n "$source" ] && [ "$(readlink -f "$source")" != "$(readlink -f $device)" ]; then
    systemctl stop @UNIT@ 2>/dev/null
    umount @CODE@ || die "something else is mounted at @CODE@ and in use"
    source=
fi
if [ -z "$source" ]; then systemctl start ` + codeUnit + `; else mount -o remount,ro,nodev,nosuid @CODE@; fi || die "the code disk could not be mounted"
[ -x @NODE@ ] && [ -f @OPENCLAW@ ] || die "the code disk does not hold Node and OpenClaw"
`),
		Undo: expand(`
systemctl stop @UNIT@ 2>/dev/null
mountpoint -q @CODE@ && { umount @CODE@ || die "@CODE@ is in use"; }
`),
		Settle: "systemctl daemon-reload\n",
	}
}

func serviceStep(s Settings) (Step, error) {
	unit, err := gatewayUnit(SandboxConfig{ExtraCA: len(s.CA) > 0})
	if err != nil {
		return Step{}, err
	}
	return Step{
		ID:    "guest-service",
		Files: []File{{units + layout.Unit, 0o644, "root:root", unit}},
		Check: expand(`
shown=$(systemctl show @UNIT@ -p LoadState,NeedDaemonReload,FragmentPath,DropInPaths,User,NoNewPrivileges,ProtectSystem,ProtectHome,PrivateUsers,CapabilityBoundingSet,AmbientCapabilities,ReadWritePaths,IPAddressDeny)
same "LoadState=loaded
NeedDaemonReload=no
FragmentPath=@UNITS@@UNIT@
DropInPaths=
User=@AGENT@
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateUsers=yes
CapabilityBoundingSet=
AmbientCapabilities=
ReadWritePaths=@STATE@ @CACHE@ @OUTBOX@" "$shown"
denied=" $(printf '%s\n' "$shown" | sed -n 's/^IPAddressDeny=//p') "
case $denied in *' ::/0 '*) ;; *) no "the unit may send to any IPv6 address" ;; esac
case $denied in *' 0.0.0.0/0 '*) ;; *) no "the unit may send to any IPv4 address" ;; esac
`),
		Before: expand(`
meddled=
for f in @UNITS@@UNIT@.d /run/systemd/system/@UNIT@.d; do
    [ -e $f ] && { save $f; rm -rf $f; meddled=yes; }
done
old=$([ -e @UNITS@@UNIT@ ] && sha256sum <@UNITS@@UNIT@)
`),
		Apply: expand(`
# A unit that systemd has not read yet needs no reload, which costs seconds here.
case $(systemctl show @UNIT@ -p LoadState,NeedDaemonReload | sort) in
"LoadState=loaded
NeedDaemonReload=no") ;;
*) systemctl daemon-reload || die "systemd did not read its units again" ;;
esac
# What runs may have been started under what is gone now.
[ "$old" = "$(sha256sum <@UNITS@@UNIT@)" ] && [ -z "$meddled" ] || restart_later
`),
		Undo:   expand("systemctl stop @UNIT@ 2>/dev/null\n"),
		Settle: "systemctl daemon-reload\n",
	}, nil
}
