package guest

// This file: a step made again as part of a repair. What the step finds is kept
// in a place of the repair's own, beside what the first set-up kept, so that the
// repair can be taken back to exactly where it began, however it ended:
//
//	/var/lib/clawarium/repair/id          which repair all of it belongs to
//	/var/lib/clawarium/repair/STEP/kept   there once all is kept; nothing was changed before
//	/var/lib/clawarium/repair/STEP/…      files, and what cannot be copied, in words
//
// A step's own Undo is no way back for a repair: it leads to before the first
// set-up, and stops and unmounts what it needs to on the way.
//
// Exceptions, on purpose: the host key and the copies of the seed that
// guest-hostkey removes do not come back, for nobody wants them; neither does
// what was on a file system that was mounted over the code disk.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	guestfiles "github.com/clawarium/clawarium/assets/guest"
	"github.com/clawarium/clawarium/assets/layout"
)

// StepWatch is the ID of the step that a repair begins with in the guest: it
// remembers how the gateway runs and, when the repair is taken back, lets it run
// so again, after all else is as it was.
const StepWatch = "repair-watch"

const repairs = layout.Own + "/repair"

// keeping is what a step's repair keeps besides files, and how it goes back:
// before the files do, and after.
type keeping struct{ keep, back, settle string }

// keepings by step. A step without one has files only, and its Settle.
var keepings = map[string]keeping{
	StepWatch: {
		keep: `
systemctl show @UNIT@ -p ActiveState -p InvocationID >"$repair/was" || die "how the gateway runs could not be learned"
[ ! -e @RESTART@ ] || : >"$repair/restart"
`,
		settle: `
if [ -e "$repair/restart" ]; then restart_later; else rm -f @RESTART@; fi
runs() { case $1 in *ActiveState=active*|*ActiveState=activating*|*ActiveState=reloading*) ;; *) return 1 ;; esac; }
started() { printf '%s\n' "$1" | grep '^InvocationID='; }
was=$(cat "$repair/was") now=$(systemctl show @UNIT@ -p ActiveState -p InvocationID)
if ! runs "$was"; then
    ! runs "$now" || systemctl stop @UNIT@ || die "the gateway could not be stopped"
elif ! runs "$now" || [ "$(started "$was")" != "$(started "$now")" ]; then
    systemctl reset-failed @UNIT@ 2>/dev/null
    systemctl restart --no-block @UNIT@ || die "the gateway could not be started again"
    echo restarted
fi
`,
	},
	"guest-account": {
		// By what usermod can set, so that accounts that others add stay.
		keep: `
if getent passwd @AGENT@ >"$repair/passwd"; then
    id -Gn @AGENT@ >"$repair/groups" && id -gn @AGENT@ >"$repair/group" || die "the groups of @AGENT@ could not be learned"
fi
for account in @AGENT@ @KEEPER@ root; do
    while IFS=: read -r name hash rest; do
        [ "$name" = $account ] && printf '%s:%s\n' "$name" "$hash"
    done </etc/shadow
done >"$repair/shadow"
`,
		back: `
if [ ! -s "$repair/passwd" ]; then
    ! getent passwd @AGENT@ >/dev/null || userdel @AGENT@ || die "the account @AGENT@ could not be removed"
else
    others=
    for group in $(cat "$repair/groups"); do
        [ "$group" = "$(cat "$repair/group")" ] || others=$others,$group
    done
    usermod --gid "$(cat "$repair/group")" --groups "${others#,}" @AGENT@ || die "the groups of @AGENT@ could not be set back"
    if [ "$(getent passwd @AGENT@)" != "$(cat "$repair/passwd")" ]; then
        IFS=: read -r name x uid gid gecos home shell <"$repair/passwd"
        usermod --home "$home" --shell "$shell" --comment "$gecos" @AGENT@ || die "the account @AGENT@ could not be set back"
    fi
fi
while IFS=: read -r name hash; do
    while IFS=: read -r there now rest; do
        [ "$there" = "$name" ] && [ "$now" != "$hash" ] && { printf '%s:%s\n' "$name" "$hash" | chpasswd -e || die "the password of $name could not be set back"; }
    done </etc/shadow
done <"$repair/shadow"
`,
	},
	"guest-directories": {
		keep: `
for d in @HOME@ @STATE@ @WORKSPACE@ @CACHE@ @INBOX@ @OUTBOX@ @BACKUPS@ @OWN@; do
    if [ -e "$d" ]; then stat -c '%a %u:%g %n' "$d"; else printf 'absent - %s\n' "$d"; fi
done >"$repair/modes"
keep_mount home @HOME@
keep_mount outbox @OUTBOX@
`,
		// Nothing on the data disk is opened by root where the agent can write.
		back: `
mount_back outbox @OUTBOX@ @UNIT@
mount_back home @HOME@ @UNIT@
while read -r mode owner path; do
    if [ "$mode" = absent ]; then
        case $path in @WORKSPACE@) agent rmdir "$path" ;; *) rmdir "$path" ;; esac 2>/dev/null
    elif [ "$(stat -c '%a %u:%g' "$path" 2>/dev/null)" = "$mode $owner" ]; then
        :
    elif [ "$path" = @WORKSPACE@ ]; then
        agent chmod "$mode" "$path"
    elif [ -d "$path" ] && [ ! -L "$path" ]; then
        chown -h "$owner" "$path" && chmod "$mode" "$path" || die "$path: mode or owner could not be set back"
    fi
done <"$repair/modes"
`,
	},
	"guest-code": {
		keep: "keep_mount code @CODE@\n",
		back: "mount_back code @CODE@ @UNIT@\n",
	},
	"guest-config": {
		keep: `
keep "$repair" @PLACE@applied.json
if agent test -L @CONFIG@; then
    agent readlink @CONFIG@ >"$repair/config.link"
elif agent test -f @CONFIG@ && agent test -r @CONFIG@; then
    [ "$(agent stat -c %s @CONFIG@)" -le 16777216 ] || die "@CONFIG@ is larger than 16 MiB"
    agent cat @CONFIG@ >"$repair/config" && agent stat -c '%a %Y' @CONFIG@ >"$repair/config.mode"
elif agent test -e @CONFIG@; then
    : >"$repair/config.other"
else
    : >"$repair/config.absent"
fi || die "no copy of @CONFIG@ could be kept"
agent sh -c 'ls -d "$1".unreadable-* 2>/dev/null; :' sh @CONFIG@ >"$repair/aside"
agent test -e @STATE@/exec-approvals.json || : >"$repair/approvals.absent"
`,
		// What the step had set aside, because it was no JSON or no file, is moved
		// back; else the content is.
		back: `
agent sh -c 'ls -d "$1".unreadable-* 2>/dev/null; :' sh @CONFIG@ >"$repair/aside.now"
moved=
while IFS= read -r aside; do
    grep -qFx -e "$aside" "$repair/aside" || { agent rm -f @CONFIG@ && agent mv -nT "$aside" @CONFIG@ && moved=yes || die "@CONFIG@ could not be put back"; }
done <"$repair/aside.now"
if [ -n "$moved" ]; then
    :
elif [ -e "$repair/config.absent" ]; then
    agent rm -f @CONFIG@
elif [ -e "$repair/config.link" ]; then
    [ "$(agent readlink @CONFIG@)" = "$(cat "$repair/config.link")" ] || agent ln -sfnT "$(cat "$repair/config.link")" @CONFIG@
elif [ -e "$repair/config.mode" ]; then
    read -r mode time <"$repair/config.mode"
    [ "$(agent stat -c '%a %Y' @CONFIG@ 2>/dev/null)" = "$mode $time" ] && agent cat @CONFIG@ | cmp -s - "$repair/config" ||
        agent sh -c 'umask 077; cat >"$1.part" && chmod "$2" "$1.part" && touch -d "@$3" "$1.part" && mv -fT "$1.part" "$1"' sh @CONFIG@ "$mode" "$time" <"$repair/config"
fi || die "@CONFIG@ could not be put back"
[ ! -e "$repair/approvals.absent" ] || agent rm -f @STATE@/exec-approvals.json
# What a change that was cut off may have left half written.
rm -f @PLACE@applied.part
agent sh -c 'rm -f "$1.part" "$1".` + strings.Repeat("[0-9a-f]", 16) + `' sh @CONFIG@
`,
	},
	"guest-service": {
		// What systemd had not read is not read after the way back either.
		keep: `
[ "$(systemctl show @UNIT@ -P NeedDaemonReload)" != yes ] || : >"$repair/unread"
`,
		settle: `
[ -e "$repair/unread" ] || systemctl daemon-reload
`,
	},
	// The unit's running is for StepWatch to bring back.
	"guest-gateway": {settle: "systemctl daemon-reload\n"},
}

// WatchStep returns the step that a repair begins with in the guest. It changes
// nothing there, so nothing holds or fails to.
func WatchStep(deadline time.Duration) Step { return Step{ID: StepWatch, Deadline: deadline} }

var repairID = regexp.MustCompile(`^[0-9a-f]{16}$`)

// inRepair is the beginning of every script of a repair.
func (s Step) inRepair(id string) string {
	if !repairID.MatchString(id) {
		panic("repair " + id) // it becomes part of a script
	}
	return prelude(s.ID) + "repairs=" + repairs + " repair=" + repairs + "/" + s.ID + "\n" + string(guestfiles.Read("repair.sh"))
}

// RepairScript is a whole script that makes the step's change as part of the
// repair with that ID. It can be run again after whatever ended it.
func (s Step) RepairScript(id string) string {
	var b strings.Builder
	b.WriteString(s.inRepair(id))
	fmt.Fprintf(&b, "alone\nbegin_repair %s\nif [ ! -e \"$repair/kept\" ]; then\n", id)
	b.WriteString("rm -rf \"$repair\" && mkdir -p -m 0700 \"$repair\" || die \"no room could be made for what the repair keeps\"\n")
	b.WriteString("[ ! -d \"$prior\" ] || cp -a \"$prior\" \"$repair/prior\" || die \"what was there could not be kept\"\n")
	b.WriteString(expand(keepings[s.ID].keep))
	for _, f := range s.Files {
		fmt.Fprintf(&b, "keep \"$repair\" %s\n", quoteShell(f.Path))
	}
	// On the disk before anything changes, should the machine lose its power.
	b.WriteString(": >\"$repair/kept\" && sync -f \"$repair/kept\" || die \"what was there could not be kept\"\nfi\n")
	b.WriteString(s.changes())
	return b.String()
}

// BackScript is a whole script that takes the step back to what the repair with
// that ID found. It does nothing where the repair kept nothing.
func (s Step) BackScript(id string) string {
	k := keepings[s.ID]
	settle := k.settle
	if settle == "" {
		settle = s.Settle
	}
	return s.inRepair(id) + "alone\nthis_repair " + id + " || exit 0\n" + expand(k.back) + "bring_back\n" + expand(settle) + `
rm -rf "$prior"
[ ! -d "$repair/prior" ] || cp -a "$repair/prior" "$prior" || die "$prior could not be put back"
rm -f "$repair/kept" && rm -rf "$repair"
exit 0
`
}

// Repair makes one step's change as part of a repair, within its deadline, and
// waits for the gateway as Apply does.
func (s *Session) Repair(ctx context.Context, step Step, id string, r Reporter) error {
	ctx, cancel := context.WithTimeout(ctx, step.Deadline)
	defer cancel()
	if step.ID == "guest-hostkey" {
		_, err := s.Apply(ctx, step, r)
		return err
	}
	if _, err := s.Client.Root(ctx, step.RepairScript(id), nil); err != nil {
		return stepFault(step.ID, err)
	}
	if step.ID == "guest-gateway" {
		return WaitGateway(ctx, s.Client, r)
	}
	return nil
}

// Back takes one step back to what the repair found. It reports whether the
// gateway was started again on the way; that is not waited for.
func (s *Session) Back(ctx context.Context, step Step, id string) (restarted bool, err error) {
	if step.ID == "guest-hostkey" {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, step.Deadline)
	defer cancel()
	out, err := s.Client.Root(ctx, step.BackScript(id), nil)
	return strings.Contains(string(out), "restarted"), stepFault(step.ID, err)
}

// ForgetRepair deletes what a repair kept, once it stays.
func (s *Session) ForgetRepair(ctx context.Context) error {
	_, err := s.Client.Root(ctx, prelude("repair")+"alone\nrm -rf "+repairs+"\nexit 0\n", nil)
	return err
}

// RestartLater has the next start of the gateway be a new one, whatever runs.
func RestartLater(ctx context.Context, c *Client) error {
	_, err := c.Root(ctx, prelude("none")+"restart_later\n", nil)
	return err
}

// Sum is the SHA-256 of a file that a step wants, as FileSums returns it.
func (f File) Sum() string {
	sum := sha256.Sum256(f.Content)
	return hex.EncodeToString(sum[:])
}

// FileSums asks the machine for the SHA-256 of every file that the steps own; a
// file that is not there is left out. The machine may lie.
func FileSums(ctx context.Context, c *Client, steps []Step) (map[string]string, error) {
	var paths []string
	wanted := map[string]bool{}
	for _, s := range steps {
		for _, f := range s.Files {
			paths = append(paths, quoteShell(f.Path))
			wanted[f.Path] = true
		}
	}
	sums := map[string]string{}
	if len(paths) == 0 {
		return sums, nil
	}
	out, err := c.Root(ctx, "sha256sum "+strings.Join(paths, " ")+" 2>/dev/null\nexit 0\n", nil)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(out)) {
		if sum, path, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  "); ok && len(sum) == 64 && wanted[path] {
			sums[path] = sum
		}
	}
	return sums, nil
}
