# Holds OpenClaw's configuration to the baseline. Run as the agent:
#   config.py check|apply PATH  with {"want": …, "last": … or null} on standard input
# check prints what differs, by name and never by value, and exits 1 then.
# apply keeps the owner's additions and the token, which is made here and never
# leaves the machine. Lists called "deny" may be longer than wanted; what an
# earlier baseline set and this one does not is taken back unless it was edited.
import json, os, stat, sys

action, path = sys.argv[1:3]
job = json.load(sys.stdin)
want, last = job["want"], job["last"] or {}
MISSING = object()

# Set once and then the owner's (or OpenClaw's own) to change: who the agent is
# and which model it uses, not what it may do.
OWNERS = (("meta",), ("wizard",), ("plugins", "entries"), ("agents", "entries"), ("agents", "defaults", "model"))


def theirs(name, have, want, last):
    """Whether a value is kept although the baseline wants another."""
    return name in OWNERS and have is not MISSING and have is not None and (
        last is MISSING or last is None or not equal(have, last) or equal(last, want))


def equal(a, b):
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def differ(have, want, last, name=()):
    """Names of what the baseline wants and the configuration does not have."""
    if theirs(name, have, want, last):
        return
    if isinstance(want, dict):
        if not isinstance(have, dict):
            yield ".".join(name) or "(all)"
            return
        for key, value in want.items():
            old = last.get(key, MISSING) if isinstance(last, dict) else MISSING
            yield from differ(have.get(key, MISSING), value, old, name + (key,))
    elif isinstance(want, list) and name[-1:] == ("deny",) and isinstance(have, list):
        if any(v not in have for v in want):
            yield ".".join(name)
    elif have is MISSING or not equal(have, want):
        yield ".".join(name)


def stale(have, last, want, name=()):
    """Names of what an earlier baseline set, this one does not, and nobody edited."""
    if name in OWNERS or not (isinstance(have, dict) and isinstance(last, dict)):
        return
    for key, old in last.items():
        here = have.get(key, MISSING)
        new = want.get(key, MISSING) if isinstance(want, dict) else MISSING
        if here is MISSING:
            continue
        if isinstance(old, dict):
            yield from stale(here, old, new, name + (key,))
        elif new is MISSING and equal(here, old):
            yield name + (key,)
        elif key == "deny" and isinstance(new, list) and isinstance(here, list):
            if any(v in here and v not in new for v in old):
                yield name + (key,)


def merge(have, want, last, name=()):
    if theirs(name, have, want, last):
        return have
    if isinstance(want, dict):
        result = dict(have) if isinstance(have, dict) else {}
        for key, value in want.items():
            old = last.get(key) if isinstance(last, dict) else None
            result[key] = merge(result.get(key), value, old, name + (key,))
        return result
    if isinstance(want, list) and name[-1:] == ("deny",) and isinstance(have, list):
        old = last if isinstance(last, list) else []
        return want + [v for v in have if v not in want and v not in old]
    return want


def remove(have, name):
    for key in name[:-1]:
        have = have[key]
    if name[-1] != "deny" or not isinstance(have.get("deny"), list):
        have.pop(name[-1], None)


def token_of(have):
    for key in ("gateway", "auth", "token"):
        have = have.get(key) if isinstance(have, dict) else None
    return have if isinstance(have, str) and len(have) >= 32 else None


why, have = [], {}
try:
    info = os.lstat(path)
    if not stat.S_ISREG(info.st_mode):
        why.append("openclaw.json is not a regular file")
    elif stat.S_IMODE(info.st_mode) != 0o600:
        why.append("openclaw.json has mode %04o, not 0600" % stat.S_IMODE(info.st_mode))
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with open(fd, encoding="utf-8") as f:
        have = json.load(f)
    if not isinstance(have, dict):
        raise ValueError
except FileNotFoundError:
    why.append("openclaw.json is missing")
except (OSError, ValueError):
    why.append("openclaw.json is not plain JSON")
    have = {}
    if action == "apply":
        n = 1
        while os.path.lexists("%s.unreadable-%d" % (path, n)):
            n += 1
        os.rename(path, "%s.unreadable-%d" % (path, n))

if not why or have:
    why += ["%s differs" % name for name in differ(have, want, last)]
    why += ["%s is left from an earlier baseline" % ".".join(name) for name in stale(have, last, want)]
    if not token_of(have):
        why.append("gateway.auth.token is missing or too short")

if action == "check":
    print("\n".join(why))
    sys.exit(1 if why else 0)

if why:
    token = token_of(have) or os.urandom(32).hex()
    for name in list(stale(have, last, want)):
        remove(have, name)
    have = merge(have, want, last)
    have.setdefault("gateway", {}).setdefault("auth", {})["token"] = token
    temporary = "%s.%s" % (path, os.urandom(8).hex())
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(fd, "w", encoding="utf-8") as f:
        json.dump(have, f, indent=2, ensure_ascii=False)
        f.write("\n")
        f.flush()
        os.fsync(f.fileno())
    os.rename(temporary, path)
    print("changed")
