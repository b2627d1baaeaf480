package guest

// This file: the step that writes openclaw.json. The merge runs in the guest as
// the agent (assets/guest/config.py): the token is made there and never leaves,
// and root opens nothing in a directory that the agent can write.

func configStep(s Settings) Step {
	run := func(action string) string {
		return `{ printf '{"want":'; cat @PLACE@baseline.json; printf ',"last":'; cat @PLACE@applied.json 2>/dev/null || printf null; printf '}'; } |
    agent python3 -I -S -c "$(cat @PLACE@config.py)" ` + action + ` @CONFIG@`
	}
	step := Step{
		ID: "guest-config",
		Files: []File{
			{configPlace + "baseline.json", 0o600, "root:root", s.Config},
			{configPlace + "config.py", 0o600, "root:root", asset("config.py")},
		},
		Check: expand(`
[ -d @STATE@ ] || { no "@STATE@ is missing"; exit 1; }
[ -s @PLACE@config.py ] || { no "the baseline is missing"; exit 1; }
` + run("check") + ` || bad=1
`),
		Before: expand(`
[ -d @STATE@ ] && [ ! -L @STATE@ ] || die "@STATE@ is missing"
if [ ! -e "$prior/config" ] && [ ! -e "$prior/no-config" ]; then
    mkdir -p "$prior"
    if agent test -e @CONFIG@; then
        agent cat @CONFIG@ >"$prior/config.part" && mv "$prior/config.part" "$prior/config" || die "no copy of @CONFIG@ could be kept"
    else
        : >"$prior/no-config"
    fi
fi
`),
		Apply: expand(run("apply") + ` >/run/clawarium.changed || die "@CONFIG@ could not be written"
[ -s /run/clawarium.changed ] && restart_later
rm -f /run/clawarium.changed
cp @PLACE@baseline.json @PLACE@applied.part && mv -f @PLACE@applied.part @PLACE@applied.json || die "the baseline could not be kept"
`),
		// What is in the way of the earlier state is set aside, not deleted.
		Undo: expand(`
agent sh -c '[ ! -e "$1" ] || mv -f "$1" "$1.undone"' sh @CONFIG@
[ ! -e "$prior/config" ] || agent sh -c 'umask 077; cat >"$1.part" && mv -f "$1.part" "$1"' sh @CONFIG@ <"$prior/config" || die "@CONFIG@ could not be put back"
rm -f @PLACE@applied.json
`),
	}
	if len(s.Approvals) > 0 {
		step.Files = append(step.Files, File{configPlace + "exec-approvals.json", 0o600, "root:root", s.Approvals})
		step.Check += expand(`agent test -f @STATE@/exec-approvals.json || no "exec-approvals.json is missing"
`)
		step.Apply += expand(`agent sh -c '[ -f "$1" ] || { umask 077; cat >"$1.part" && mv -f "$1.part" "$1"; }' sh @STATE@/exec-approvals.json <@PLACE@exec-approvals.json || die "exec-approvals.json could not be written"
`)
	}
	return step
}
