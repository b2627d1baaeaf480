# Shared by every guest step. POSIX sh, run as root over SSH.
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 077
prior=$own/prior/$step
bad=0

# no WHY...: in a check, says what does not hold and goes on.
no() { printf '%s\n' "$*"; bad=1; }

# die WHY...: in a change, ends it.
die() { printf '%s\n' "$*" >&2; exit 1; }

# agent COMMAND...: as the agent. Root never opens a path that the agent could
# have replaced by a link.
agent() { setpriv --reuid "$agent" --regid "$agent" --clear-groups --inh-caps=-all --no-new-privs "$@"; }

# same WANT GOT: every line of WANT must be among GOT's.
same() {
    [ "$1" = "$2" ] && return
    printf '%s\n' "$1" | {
        bad=0
        while IFS= read -r line; do
            case "
$2
" in *"
$line
"*) ;; *) no "not so: $line" ;; esac
        done
        exit $bad
    } || bad=1
}

# alone: one change at a time, also when an earlier session was cut off and its
# script still runs.
alone() {
    exec 9>/run/clawarium.lock
    flock -w 600 9 || die "another change is under way in the machine"
}

# save PATH: keeps what is there now, once, for undo; and in a repair once more,
# in the repair's own place, for its own way back.
save() {
    keep "$prior" "$1"
    [ -z "$repair" ] || keep "$repair" "$1"
}

# keep PLACE PATH
keep() {
    [ -d "${2%/*}" ] || keep "$1" "${2%/*}"
    [ -e "$1/files$2" ] || [ -L "$1/files$2" ] && return
    [ -e "$1/absent" ] && while IFS= read -r gone; do
        [ "$gone" = "$2" ] && return
    done <"$1/absent"
    if [ -e "$2" ] || [ -L "$2" ]; then
        mkdir -p "$1/files${2%/*}" && rm -rf "$1/part" &&
            cp -aT "$2" "$1/part" && mv -T "$1/part" "$1/files$2"
    else
        mkdir -p "$1" && printf '%s\n' "$2" >>"$1/absent"
    fi || die "no copy of $2 could be kept"
}

# put MODE OWNER PATH: standard input becomes the file, whole or not at all.
put() {
    [ -d "${3%/*}" ] || mkdir -p -m 0755 "${3%/*}" || die "$3: no directory"
    base64 -d >"$3.clawarium" && chown "$2" "$3.clawarium" && chmod "$1" "$3.clawarium" &&
        mv -fT "$3.clawarium" "$3" || { rm -f "$3.clawarium"; die "$3 could not be written"; }
}

# restore: what save kept goes back to where it was.
restore() {
    [ -z "$repair" ] || { bring_back; return; }
    [ -e "$prior/absent" ] && {
        while IFS= read -r gone; do
            [ -d "$gone" ] && [ ! -L "$gone" ] || rm -f -- "$gone"
        done <"$prior/absent"
        # Directories only when nobody else has put anything there; children first.
        sort -r "$prior/absent" | while IFS= read -r gone; do
            [ ! -d "$gone" ] || [ -L "$gone" ] || rmdir -- "$gone" 2>/dev/null
        done
    }
    [ -d "$prior/files" ] && (cd "$prior/files" && find . ! -type d | while IFS= read -r kept; do
        mkdir -p "$(dirname "/$kept")" && cp -aT "$kept" "/$kept.clawarium" && mv -fT "/$kept.clawarium" "/$kept"
    done)
    return 0
}

# directory MODE OWNER PATH, whose parent the agent cannot write.
directory() {
    [ ! -L "$3" ] || die "$3 is a link"
    [ -d "$3" ] || mkdir -p -m 0700 "$3" || die "$3 could not be made"
    chown -h "$2" "$3" && chmod "$1" "$3" || die "$3: mode or owner could not be set"
}

# restart_later: the running gateway does not have what was changed.
restart_later() { mkdir -p -m 0700 /run/clawarium && : >/run/clawarium/restart; }
