# What a repair adds to the prelude: it keeps what it finds in a place of its
# own, $repair, from which it is taken back to exactly that. $repairs holds the
# places of all its steps and, in `id`, which repair they belong to.

# begin_repair ID: makes room, for this repair alone.
begin_repair() {
    [ "$(cat "$repairs/id" 2>/dev/null)" = "$1" ] && return
    rm -rf "$repairs" && mkdir -p -m 0700 "$repairs" && printf '%s' "$1" >"$repairs/id.part" &&
        mv -f "$repairs/id.part" "$repairs/id" || die "no room could be made for what the repair keeps"
}

# this_repair ID: whether there is anything of this repair's step to bring back.
this_repair() { [ "$(cat "$repairs/id" 2>/dev/null)" = "$1" ] && [ -e "$repair/kept" ]; }

# unchanged KEPT PATH: the same kind, content, mode and owner.
unchanged() {
    [ "$(stat -c '%F %a %u:%g' "$1" 2>/dev/null)" = "$(stat -c '%F %a %u:%g' "$2" 2>/dev/null)" ] || return 1
    if [ -L "$1" ]; then [ "$(readlink "$1")" = "$(readlink "$2")" ]; elif [ -f "$1" ]; then cmp -s "$1" "$2"; fi
}

# bring_back: what `save` kept for the repair goes back to where it was. What is
# as it was already is left alone, for it may be what stood in the way.
bring_back() {
    [ ! -e "$repair/absent" ] || {
        while IFS= read -r gone; do
            [ -d "$gone" ] && [ ! -L "$gone" ] || rm -f -- "$gone" "$gone.clawarium" || die "$gone could not be removed"
        done <"$repair/absent"
        sort -r "$repair/absent" | while IFS= read -r gone; do
            [ ! -d "$gone" ] || [ -L "$gone" ] || rmdir -- "$gone" 2>/dev/null
        done
    }
    [ ! -d "$repair/files" ] || (
        cd "$repair/files" || exit 1
        find . -mindepth 1 -type d | while IFS= read -r kept; do
            [ -d "/$kept" ] || {
                rm -rf "/$kept.clawarium" && mkdir "/$kept.clawarium" && chown --reference="$kept" "/$kept.clawarium" &&
                    chmod --reference="$kept" "/$kept.clawarium" && mv -T "/$kept.clawarium" "/$kept"
            } || exit 1
        done || exit 1
        find . ! -type d | while IFS= read -r kept; do
            [ ! -e "/$kept.clawarium" ] || rm -f "/$kept.clawarium" # of a change that was cut off
            unchanged "$kept" "/$kept" && continue
            cp -aT "$kept" "/$kept.clawarium" && mv -fT "/$kept.clawarium" "/$kept" || { rm -f "/$kept.clawarium"; printf '%s\n' "${kept#.} could not be put back" >&2; exit 1; }
        done
    ) || die "not all that was there before could be put back"
}

# flags OPTIONS: a mount's own options, each said outright.
flags() {
    for pair in ro:rw nosuid:suid nodev:dev noexec:exec; do
        case ,$1, in *,"${pair%:*}",*) printf ',%s' "${pair%:*}" ;; *) printf ',%s' "${pair#*:}" ;; esac
    done
}

# keep_mount NAME PATH, and mount_back NAME PATH UNIT: how something is mounted.
keep_mount() { findmnt -rn -o SOURCE,FSTYPE,VFS-OPTIONS "$2" | tail -n 1 >"$repair/mount.$1"; }
mount_back() {
    read -r source type options <"$repair/mount.$1" || {
        ! mountpoint -q "$2" || umount "$2" 2>/dev/null || { systemctl stop "$3" 2>/dev/null; umount "$2"; } || die "$2 is in use"
        return
    }
    now=$(findmnt -rn -o SOURCE,FSTYPE,VFS-OPTIONS "$2" | tail -n 1)
    [ "$now" = "$source $type $options" ] && return
    case $now in
    "$source $type "*) mount -o "remount,bind$(flags "$options")" "$2" ;;
    *)
        [ -z "$now" ] || umount "$2" 2>/dev/null || { systemctl stop "$3" 2>/dev/null; umount "$2"; }
        mount -t "$type" -o "${options%%,*}" "$source" "$2" && mount -o "remount,bind$(flags "$options")" "$2"
        ;;
    esac || die "$2 could not be mounted as it was"
}
