

# --- policies, versions, logs, patches --------------------------------------
import base64
import resource
import signal
import struct
import time

ROOT = P.get("root", "")  # of the file system; "" but in tests
MAX_LIST = 200
SECRET_NAME = re.compile(r"token|secret|password|passphrase|credential|api.?key|private", re.I)
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+~:-]{0,59}")


def regular(path, limit=1 << 20):
    """A file's bytes. It waits for no FIFO, reads no device and no more than limit."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    with open(fd, "rb") as f:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise RuntimeError("%s: not a regular file" % path[:200])
        data = f.read(limit + 1)
    if len(data) > limit:
        raise RuntimeError("%s: larger than %d bytes" % (path[:200], limit))
    return data


def maybe(path, limit=1 << 20):
    """The file as text, or None where there is none."""
    try:
        return regular(path, limit).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None


def entries(path):
    try:
        return sorted(os.listdir(path))[:2000]
    except (FileNotFoundError, NotADirectoryError):
        return []


def sub(value, *path):
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def objects(value):
    return value if isinstance(value, dict) else {}


def word(value, limit=40):
    """A value of a setting as a short word; never a whole text of someone's."""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str) and WORD.fullmatch(value):
        return value[:limit]
    return "" if value is None else "(other)"


def main_pid(seen):
    return int(seen["properties"].get("MainPID", "0") or 0)


ENVIRON = []


def environ(seen):
    """The environment of the gateway as it runs."""
    if not ENVIRON:
        pid, out = main_pid(seen), {}
        if pid:
            for entry in regular("/proc/%d/environ" % pid).decode("utf-8", "replace").split("\0"):
                key, eq, value = entry.partition("=")
                if eq:
                    out[key] = value
        ENVIRON.append(out)
    return ENVIRON[0]


def holds_include(value, depth=0):
    if depth > 40:
        return True
    if isinstance(value, dict):
        return "$include" in value or any(holds_include(v, depth + 1) for v in value.values())
    return isinstance(value, list) and any(holds_include(v, depth + 1) for v in value)


def effective(seen):
    """The configuration, when it is the one that the gateway goes by and all of it."""
    config = seen["config"]
    if config is None:
        raise RuntimeError("%s could not be read" % P["config"])
    if holds_include(config):
        raise RuntimeError("%s includes other files ($include), which are not looked at" % P["config"])
    state = os.path.dirname(P["config"])
    allowed = {"OPENCLAW_CONFIG_PATH": P["config"], "OPENCLAW_STATE_DIR": state,
               "OPENCLAW_HOME": os.path.dirname(state), "OPENCLAW_PROFILE": "default"}
    for name, value in allowed.items():
        if environ(seen).get(name, "") not in ("", "undefined", "null", value):
            raise RuntimeError("the gateway runs with another %s" % name)
    return config


# --- what is in the agent's own directories ----------------------------------
# Looked at by a child that has the agent's account and the service's own view of
# the files, so that a link of the agent's leads nowhere that it could not read.

def in_agent(seen, f, *args):
    me = pwd.getpwnam(P["agent"])
    if me.pw_uid == 0:
        raise RuntimeError("the agent's account is root")
    pid = main_pid(seen)
    try:
        import sqlite3  # noqa: F401  (by root, from where the agent has not been)
    except ImportError:
        pass  # said where it is needed
    r, w = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(r)
            signal.alarm(20)  # whatever the agent has laid there
            if pid:
                enter(pid)
            os.setgroups([])
            os.setresgid(me.pw_gid, me.pw_gid, me.pw_gid)
            os.setresuid(me.pw_uid, me.pw_uid, me.pw_uid)
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            answer = {"ok": True, "value": f(*args)}
        except BaseException as e:
            answer = {"ok": False, "err": ("%s: %s" % (name_of(e), e))[:200]}
        try:
            data = json.dumps(answer).encode()[:1 << 19]
            while data:
                data = data[os.write(w, data):]
        finally:
            os._exit(0)
    os.close(w)
    data = b""
    while len(data) <= 1 << 19:
        part = os.read(r, 65536)
        if not part:
            break
        data += part
    os.close(r)
    os.waitpid(child, 0)
    if not data:
        raise RuntimeError("no answer from the agent's directories")
    answer = json.loads(data)
    if not answer["ok"]:
        raise RuntimeError(answer["err"])
    return answer["value"]


def guarded(f, *args):
    try:
        return {"ok": True, "value": f(*args)}
    except Exception as e:
        return {"ok": False, "err": ("%s: %s" % (name_of(e), e))[:200]}


AGENT = []


def agents(seen, what):
    """One part of what the child saw; it runs once."""
    if not AGENT:
        AGENT.append(guarded(in_agent, seen, agent_view))
    view = AGENT[0]
    if not view["ok"]:
        raise RuntimeError(view["err"])
    part = view["value"][what]
    if not part["ok"]:
        raise RuntimeError(part["err"])
    return part["value"]


def agent_view():
    home, state = os.path.dirname(P["state"]), P["state"]
    return {"keys": guarded(public_keys_below, home), "database": guarded(database, state + "/state/openclaw.sqlite"),
            "models": guarded(agent_models, state), "dotenv": guarded(dotenv, state),
            "signs": guarded(signs_of_hosts, home), "stores": guarded(old_stores, state)}


def fingerprint(line):
    """SHA256:… of one line of a public key file, or ""."""
    fields = line.split()
    for i, kind in enumerate(fields[:-1]):
        if re.fullmatch(r"(ssh-|ecdsa-sha2-|sk-)[a-z0-9@.-]{1,60}", kind):
            try:
                blob = base64.b64decode(fields[i + 1], validate=True)
            except ValueError:
                return ""
            if blob[4:4 + len(kind)] != kind.encode():
                return ""
            return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return ""


def fingerprints(path):
    body = maybe(path, 1 << 16) or ""
    return [p for p in (fingerprint(line) for line in body.splitlines()[:100]) if p]


def public_keys_below(home):
    """*.pub below a home, and id_* files that are public halves under another name."""
    out, files, deadline = set(), 0, time.monotonic() + 3
    for top, dirs, names in os.walk(home):
        depth = top[len(home):].count("/")
        dirs[:] = [d for d in sorted(dirs) if d not in (".git", "node_modules")] if depth < 6 else []
        for name in sorted(names):
            files += 1
            if files > 20000 or time.monotonic() > deadline or len(out) >= MAX_LIST:
                raise RuntimeError("more files than are looked at for keys")
            if name.endswith(".pub") or name.startswith("id_"):
                try:
                    out.update(fingerprints(os.path.join(top, name)))
                except (OSError, RuntimeError):
                    continue
    return sorted(out)


def rows(db, query):
    return db.execute(query + " LIMIT 1000").fetchall()


def parsed(value):
    try:
        return json.loads(value) if isinstance(value, str) and len(value) < 1 << 20 else None
    except ValueError:
        return None


def database(path):
    """Pairing, approvals and what is known of updates, from OpenClaw's state database
    (docs/gateway/pairing.md, docs/tools/exec-approvals.md of the package). Names and
    numbers of people and devices stay where they are."""
    out = {"there": False, "nodes": [], "devices": 0, "allowed": {}, "anyone": [], "approvals": None,
           "newest": "", "newestChecked": "", "nodeOf": False}
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise RuntimeError("not a regular file")
    except (FileNotFoundError, NotADirectoryError):
        return out
    import sqlite3
    # With the gateway stopped there is no write-ahead log, and none must be made.
    mode = "mode=ro" if os.path.exists(path + "-wal") else "mode=ro&immutable=1"
    db = sqlite3.connect("file:%s?%s" % (path, mode), uri=True, timeout=2)
    deadline = time.monotonic() + 5
    db.set_progress_handler(lambda: time.monotonic() > deadline, 100000)
    db.execute("PRAGMA query_only=ON")
    db.execute("PRAGMA trusted_schema=OFF")
    out["there"] = True
    # A name that is a view is none of OpenClaw's, and what it would say nobody knows.
    tables = {name for name, kind in rows(db, "SELECT name, type FROM sqlite_master WHERE type = 'table'")}
    if "device_pairing_paired" in tables:
        for platform, role, roles, surface in rows(
                db, "SELECT platform, role, roles_json, node_surface_json FROM device_pairing_paired"):
            every = [role] + [r for r in (parsed(roles) or []) if isinstance(r, str)]
            if "node" in every or parsed(surface):
                out["nodes"].append(word(platform) or "unknown")
            if any(r in ("operator", "admin") for r in every):
                out["devices"] += 1
    if "channel_pairing_allow_entries" in tables:
        for channel, entry in rows(db, "SELECT channel_key, entry FROM channel_pairing_allow_entries"):
            name = word(channel)
            out["allowed"][name] = out["allowed"].get(name, 0) + 1
            if isinstance(entry, str) and entry.strip() == "*" and name not in out["anyone"]:
                out["anyone"].append(name)
    if "exec_approvals_config" in tables:
        for (raw,) in rows(db, "SELECT raw_json FROM exec_approvals_config"):
            out["approvals"] = approvals(parsed(raw))
    if "config_machine_state" in tables:
        for key, value in rows(db, "SELECT state_key, value_json FROM config_machine_state"
                                   " WHERE state_key IN ('update.checkState', 'nodeHost.config')"):
            value = parsed(value)
            if key == "nodeHost.config" and value:
                out["nodeOf"] = True
            if key == "update.checkState":
                newest, when = sub(value, "lastAvailableVersion"), sub(value, "lastCheckedAt")
                out["newest"] = newest if isinstance(newest, str) and VERSION.fullmatch(newest) else ""
                out["newestChecked"] = when if isinstance(when, str) and re.fullmatch(r"[0-9TZ:.+-]{1,40}", when) else ""
    db.close()
    return out


def approvals(document):
    """The policy of the execution host: what it says for all and for each agent."""
    scopes = [("defaults", sub(document, "defaults"))]
    scopes += [("agents.*", v) for v in objects(sub(document, "agents")).values()][:50]
    out = []
    for where, scope in scopes:
        scope = objects(scope)
        listed = scope.get("allowlist")
        out.append({"where": where, "security": word(scope.get("security")), "ask": word(scope.get("ask")),
                    "askFallback": word(scope.get("askFallback")), "autoAllowSkills": scope.get("autoAllowSkills") is True,
                    "allowed": len(listed) if isinstance(listed, list) else 0})
    return out


def old_stores(state):
    """What OpenClaw kept in files before it had a database, and would take over."""
    out = {"nodes": 0, "approvals": None}
    for name in ("nodes/paired.json", "devices/paired.json"):
        body = maybe(os.path.join(state, name))
        if body is None:
            continue
        paired = parsed(body)
        if isinstance(paired, dict):
            paired = list(paired.values())
        for p in paired if isinstance(paired, list) else []:
            kinds = [sub(p, "role")] + (p.get("roles") if isinstance(sub(p, "roles"), list) else [])
            if name.startswith("nodes") or "node" in kinds:
                out["nodes"] += 1
    body = maybe(os.path.join(state, "exec-approvals.json"))
    if body is not None:
        out["approvals"] = approvals(parsed(body))
    return out


def agent_models(state):
    """Base addresses in each agent's models.json, which win over the configuration
    (docs/gateway/config-tools/custom-providers.md of the package)."""
    out = []
    for agent in entries(os.path.join(state, "agents"))[:50]:
        body = maybe(os.path.join(state, "agents", agent, "agent", "models.json"), 4 << 20)
        if body is not None:
            listed = parsed(body) if len(body) < 1 << 20 else json.loads(body)
            if listed is None:
                raise RuntimeError("models.json of an agent is not JSON")
            out += provider_addresses(sub(listed, "providers"), "models.json")
    return out[:MAX_LIST]


def dotenv(state):
    """Addresses in OpenClaw's own .env files; no other value is kept."""
    out = {}
    for path in (os.path.join(state, ".env"), os.path.join(os.path.dirname(state), ".config/openclaw/gateway.env")):
        for line in (maybe(path) or "").splitlines():
            key, eq, value = line.strip().removeprefix("export ").partition("=")
            if eq and ADDRESS_NAME.search(key.strip()):
                out.setdefault(key.strip()[:100], value.strip().strip("'\""))
    return out


REMOTE = re.compile(r"^((?:qemu|xen|lxc|vbox|esx|vpx|ch|bhyve|hyperv)(?:\+[a-z]+)?)://(?:[^@/?#]*@)?([^/?#]*)", re.I)


def host_of(rest):
    return re.sub(r"[^0-9A-Za-z.:\[\]_-]", "?", rest)[:80]


def remote(name, value):
    """A sign if the value is a libvirt or docker address: scheme and host, no more."""
    m = REMOTE.match(value)
    if m:
        return "%s: libvirt address %s://%s" % (name, m.group(1).lower(), host_of(m.group(2)))
    m = re.match(r"^(tcp|ssh|unix|https?)://(?:[^@/?#]*@)?([^/?#]*)", value, re.I)
    if m and re.search(r"docker|container_?host|podman", name, re.I):
        return "%s: docker address %s://%s" % (name, m.group(1).lower(), host_of(m.group(2)))
    return ""


def signs_of_hosts(home):
    out = []
    body = maybe(os.path.join(home, ".ssh/config")) or ""
    hosts = sum(1 for line in body.splitlines() if re.match(r"\s*host\s+(?!\*\s*$)\S", line, re.I))
    if hosts:
        out.append(".ssh/config: %d hosts" % hosts)
    for name in (".config/libvirt/libvirt.conf", ".config/libvirt/virtqemud.conf"):
        for line in (maybe(os.path.join(home, name)) or "").splitlines():
            m = re.match(r"\s*uri_default\s*=\s*[\"']?([^\"']+)", line)
            if m:
                out.append(remote(name, m.group(1)) or name + ": a default address")
    contexts = entries(os.path.join(home, ".docker/contexts/meta"))
    if contexts:
        out.append(".docker/contexts: %d" % len(contexts))
    for name in (".kube/config", ".docker/machine"):
        if os.path.lexists(os.path.join(home, name)):
            out.append(name)
    return out


# --- public keys and ways back ------------------------------------------------

@more("publicKeys")
def public_keys(seen):
    out = set()
    for name in entries(ROOT + "/etc/ssh"):
        if name.startswith("ssh_host_") and name.endswith(".pub"):
            out.update(fingerprints(ROOT + "/etc/ssh/" + name))
    agent_home = os.path.dirname(P["state"])
    for p in pwd.getpwall():
        if p.pw_name == P["agent"] or (p.pw_dir + "/").startswith(agent_home + "/"):
            continue  # below, as the agent
        for name in entries(ROOT + os.path.join(p.pw_dir, ".ssh")):
            if name.endswith(".pub"):
                out.update(fingerprints(ROOT + os.path.join(p.pw_dir, ".ssh", name)))
    out.update(agents(seen, "keys"))
    return sorted(out)[:MAX_LIST]


def strings_in(value, path, out, depth=0):
    if depth > 30 or len(out) > 20000:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            strings_in(inner, path + [key if WORD.fullmatch(str(key)) else "*"], out, depth + 1)
    elif isinstance(value, list):
        for inner in value[:500]:
            strings_in(inner, path, out, depth + 1)
    elif isinstance(value, str):
        out.append((".".join(path), value))


@more("wayBack")
def way_back(seen):
    config, db, stores = effective(seen), agents(seen, "database"), agents(seen, "stores")
    out = ["paired node (%s)" % platform for platform in db["nodes"]]
    if stores["nodes"]:
        out.append("paired nodes in an old store: %d" % stores["nodes"])
    if db["nodeOf"]:
        out.append("this machine is a node of another gateway")
    if sub(config, "gateway", "mode") == "remote" or sub(config, "gateway", "remote", "url"):
        out.append("gateway.remote: another host's gateway")
    for scope, tools in tool_scopes(config):
        if sub(tools, "exec", "host") == "node" or sub(tools, "exec", "node"):
            out.append("%s.exec: commands run on a node" % scope)
    if sub(config, "agents", "defaults", "sandbox", "ssh", "target"):
        out.append("agents.defaults.sandbox.ssh: commands run on another host")
    if objects(sub(config, "cloudWorkers", "profiles")):
        out.append("cloudWorkers.profiles: commands run on other hosts")
    found = []
    strings_in(config, [], found)
    strings_in({k: v for k, v in environ(seen).items()}, ["environment"], found)
    for name, value in found:
        sign = remote(name, value)
        if sign:
            out.append(sign)
    for name, value in environ(seen).items():
        if name in ("SSH_AUTH_SOCK", "LIBVIRT_DEFAULT_URI", "VIRSH_DEFAULT_CONNECT_URI") and value:
            out.append("environment.%s is set" % name)
    for line in (maybe(ROOT + "/etc/libvirt/libvirt.conf") or "").splitlines():
        m = re.match(r"\s*uri_default\s*=\s*[\"']?([^\"']+)", line)
        if m:
            out.append(remote("/etc/libvirt/libvirt.conf", m.group(1)) or "/etc/libvirt/libvirt.conf: a default address")
    out += agents(seen, "signs")
    return sorted({s[:200] for s in out})[:MAX_LIST]


# --- who may talk --------------------------------------------------------------

# Below these, keys are people's and groups' own names, which are nobody's business.
NAMED = {"accounts", "groups", "guilds", "channels", "rooms", "teams", "topics", "direct", "dms", "users",
         "tools", "toolsBySender", "entries", "accessGroups", "allowFrom"}


def open_policies(value, path, counts, out, depth=0):
    """Settings that let anyone talk, in the parts that are switched on."""
    if depth > 20 or len(out) >= MAX_LIST or not isinstance(value, dict) or value.get("enabled") is False:
        return
    for key, inner in value.items():
        named = path and path[-1] in NAMED
        here = path + ["*" if named or not WORD.fullmatch(str(key)) else str(key)]
        low = str(key).lower()
        policy = low.endswith("policy") or low == "policy"
        if policy and isinstance(inner, str) and inner.lower() in ("open", "allowall", "everyone", "public", "anyone", "*"):
            out.append({"where": ".".join(here), "value": inner.lower()})
        lists = inner.values() if isinstance(inner, dict) and low.endswith(("allowfrom", "members")) else [inner]
        for listed in lists:
            if isinstance(listed, list) and (low.endswith("allowfrom") or low in ("users", "members")):
                counts[0] += len(listed)
                if any(isinstance(v, (str, int)) and str(v).strip() in ("*", "any", "everyone") for v in listed):
                    out.append({"where": ".".join(here), "value": "*"})
        open_policies(inner, here, counts, out, depth + 1)


@more("talk")
def talk(seen):
    config, db = effective(seen), agents(seen, "database")
    channels, found, counts = [], [], [0]
    for name, channel in objects(config.get("channels")).items():
        if not isinstance(channel, dict) or name == "modelByChannel":
            continue
        on = channel.get("enabled") is not False
        if name != "defaults":
            channels.append({"name": word(name), "on": on,
                             "dm": word(channel.get("dmPolicy") or sub(channel, "dm", "policy")),
                             "group": word(channel.get("groupPolicy"))})
        open_policies(channel, ["channels", word(name)], counts, found)
    for name in ("commands", "accessGroups"):
        open_policies(objects(config.get(name)), [name], counts, found)
    pairing = objects(sub(config, "gateway", "nodes", "pairing"))
    cidrs = pairing.get("autoApproveCidrs")
    return {"channels": channels[:50], "open": found, "listed": counts[0],
            "paired": sum(db["allowed"].values()), "pairedAnyone": db["anyone"][:20], "devices": db["devices"],
            "autoApproveLocal": word(pairing.get("autoApproveLocal")), "sshVerify": word(pairing.get("sshVerify")),
            "autoApproveCidrs": len(cidrs) if isinstance(cidrs, list) else int(cidrs is not None)}


# --- version ---------------------------------------------------------------------

def package_version(directory):
    version = json.loads(regular(directory + "/package.json"))["version"]
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        raise RuntimeError("package.json has no version")
    return version


def node_directory(code):
    """node_modules/.bin/node leads to the package that has it."""
    link = os.readlink(code + "/.bin/node")  # ../PACKAGE/bin/node
    return os.path.join(code, link.split("/")[1])


@more("version")
def version(seen):
    code, pid = P["code"], main_pid(seen)
    out = {"installed": package_version(code + "/openclaw"), "node": package_version(node_directory(code)),
           "pid": pid, "running": "", "runningNode": "", "sameDisk": False, "strays": [], "newest": "", "newestChecked": ""}
    disk = os.stat(code).st_dev
    if pid:
        inside = "/proc/%d/root%s" % (pid, code)
        try:
            out["running"] = package_version(inside + "/openclaw")
            out["runningNode"] = package_version(node_directory(inside))
            out["sameDisk"] = os.stat("/proc/%d/exe" % pid).st_dev == disk
        except (OSError, ValueError, KeyError, RuntimeError):
            pass  # the disk that it was started from is gone
    uid = pwd.getpwnam(P["agent"]).pw_uid
    for p in pids():
        try:
            if os.stat("/proc/%d" % p).st_uid != uid:
                continue
            exe = exe_of(p)
            name = os.path.basename(exe.removesuffix(" (deleted)"))
            if (name.startswith(("node", "bun", "deno", "openclaw")) and os.stat("/proc/%d/exe" % p).st_dev != disk
                    and b"openclaw" in regular("/proc/%d/cmdline" % p)):
                out["strays"].append({"pid": p, "exe": exe[:200]})
        except (OSError, RuntimeError):
            continue  # it ended meanwhile
    out["strays"] = out["strays"][:20]
    try:
        db = agents(seen, "database")
        out["newest"], out["newestChecked"] = db["newest"], db["newestChecked"]
    except RuntimeError:
        pass  # then nothing is known of a newer one, which is said
    return out


# --- logs ---------------------------------------------------------------------------

def send_marker():
    """A line in the journal that the host then looks for on its side."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    s.settimeout(5)
    try:
        s.connect("/run/systemd/journal/socket")
        s.send(b"PRIORITY=5\nSYSLOG_IDENTIFIER=clawarium-check\nMESSAGE=self-check marker %s\n" % P["marker"].encode())
    except OSError as e:
        return RuntimeError("journal: %s" % name_of(e))
    finally:
        s.close()
    return True


if P.get("marker"):
    STARTS.append(("marker", send_marker))
UNITS = ["systemd-journald.service", "apt-daily.timer", "apt-daily-upgrade.timer"]
STARTS.append(("units", lambda: start("systemctl", "show", "--no-pager", "-p",
                                      "Id,LoadState,ActiveState,UnitFileState,MainPID", *UNITS)))
SHOWN = []


def units(seen):
    if not SHOWN:
        found = {}
        for block in finish(seen["started"]["units"]).split("\n\n"):
            u = dict(line.partition("=")[::2] for line in block.splitlines())
            found[u.get("Id", "")] = {k: u.get(k, "")[:40] for k in ("LoadState", "ActiveState", "UnitFileState", "MainPID")}
        SHOWN.append(found)
    return SHOWN[0]


def acl_writers(path):
    """Accounts and groups to which an ACL gives the right to write."""
    try:
        data = os.getxattr(path, "system.posix_acl_access", follow_symlinks=False)
    except OSError:
        return []
    return [(tag, number) for tag, perm, number in struct.iter_unpack("<HHI", data[4:])
            if perm & 2 and tag in (0x02, 0x04, 0x08)]


def writable_by(path, uid, gids):
    s = os.lstat(path)
    if stat.S_ISLNK(s.st_mode):
        return False  # its own rights mean nothing; what it leads to is looked at by name
    listed = acl_writers(path)
    return (s.st_uid == uid or bool(s.st_mode & 0o002) or bool(s.st_mode & 0o020) and s.st_gid in gids and not listed
            or any(tag == 0x02 and n == uid or tag == 0x04 and s.st_gid in gids or tag == 0x08 and n in gids
                   for tag, n in listed))


@more("journal")
def journal(seen):
    unit = units(seen).get("systemd-journald.service", {})
    me = pwd.getpwnam(P["agent"])
    gids = {me.pw_gid} | {g.gr_gid for g in grp.getgrall() if P["agent"] in g.gr_mem}
    top, pid = ROOT + "/var/log/journal", int(unit.get("MainPID", "0") or 0)
    persistent = False
    if pid:
        for fd in os.listdir("/proc/%d/fd" % pid):
            try:
                persistent = persistent or os.readlink("/proc/%d/fd/%s" % (pid, fd)).startswith(top + "/")
            except OSError:
                continue
    open_to_agent, looked = [], 0
    paths = [ROOT + "/var/log", top]
    for directory in entries(top)[:20]:
        paths.append(os.path.join(top, directory))
        if os.path.isdir(paths[-1]):
            paths += [os.path.join(top, directory, name) for name in entries(paths[-1])]
    for path in paths[:1000]:
        try:
            looked += 1
            if writable_by(path, me.pw_uid, gids):
                open_to_agent.append(path[len(ROOT):][:200])
        except FileNotFoundError:
            continue  # rotated away meanwhile
    sent = seen["started"].get("marker")
    return {"load": unit.get("LoadState", ""), "active": unit.get("ActiveState", ""), "persistent": persistent,
            "looked": looked, "open": open_to_agent[:20], "sent": sent is True,
            "why": str(sent)[:200] if isinstance(sent, Exception) else ""}


# --- high-risk tools ---------------------------------------------------------------

def tool_scopes(config):
    """The places that say what the agent may use: for all, and for each agent."""
    out = [("tools", objects(config.get("tools")))]
    for i, agent in enumerate(objects(sub(config, "agents", "entries")).values()):
        if isinstance(agent, dict) and "tools" in agent:
            out.append(("agents.entries[%d].tools" % i, objects(agent.get("tools"))))
    for i, agent in enumerate(sub(config, "agents", "list") if isinstance(sub(config, "agents", "list"), list) else []):
        if isinstance(agent, dict) and "tools" in agent:  # as older versions had it
            out.append(("agents.list[%d].tools" % i, objects(agent.get("tools"))))
    out.append(("agents.defaults.tools", objects(sub(config, "agents", "defaults", "tools"))))
    return out[:50]


def words(value):
    """Names of tools: short words, groups and patterns."""
    return [v for v in value if isinstance(v, str) and re.fullmatch(r"[A-Za-z0-9_.:*?-]{1,60}", v)][:100] \
        if isinstance(value, list) else []


def length(value):
    return len(value) if isinstance(value, (list, dict)) else 0


def scope_of(where, tools):
    run = objects(tools.get("exec"))
    return {"where": where, "profile": word(tools.get("profile")), "allow": words(tools.get("allow")),
            "alsoAllow": words(tools.get("alsoAllow")), "deny": words(tools.get("deny")),
            "mode": word(run.get("mode")), "security": word(run.get("security")), "ask": word(run.get("ask")),
            "host": word(run.get("host")), "safeBins": length(run.get("safeBins")),
            "elevated": word(sub(tools, "elevated", "enabled")),
            "workspaceOnly": word(sub(tools, "fs", "workspaceOnly")),
            "patchWorkspaceOnly": word(sub(run, "applyPatch", "workspaceOnly"))}


def without_secrets(value, depth=0):
    if depth > 40:
        return None
    if isinstance(value, dict):
        return {k: "" if SECRET_NAME.search(k) and not isinstance(v, (dict, bool, int, float)) else without_secrets(v, depth + 1)
                for k, v in value.items()}
    if isinstance(value, list):
        return [without_secrets(v, depth + 1) for v in value]
    return value


@more("tools")
def tools(seen):
    config, db, stores = effective(seen), agents(seen, "database"), agents(seen, "stores")
    scopes = []
    for where, scope in tool_scopes(config):
        if scope or where == "tools":
            scopes.append(scope_of(where, scope))
        for kind in ("byProvider", "toolsBySender"):
            for inner in list(objects(scope.get(kind)).values())[:20]:
                if isinstance(inner, dict):
                    scopes.append(scope_of("%s.%s.*" % (where, kind), inner))
    bare = {k: v for k, v in config.items() if k not in ("meta", "wizard")}
    digest = hashlib.sha256(json.dumps(without_secrets(bare), sort_keys=True).encode()).hexdigest()
    return {"scopes": scopes[:100], "approvals": db["approvals"] or stores["approvals"] or [], "config": digest}


# --- patches -------------------------------------------------------------------------

def split_version(v):
    epoch, colon, rest = v.partition(":")
    if not colon:
        epoch, rest = "0", v
    upstream, dash, revision = rest.rpartition("-")
    return int(epoch) if epoch.isdigit() else 0, upstream if dash else rest, revision if dash else ""


def order(c):
    return -1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 256


def compare_part(a, b):
    """Debian's order of one part of a version (deb-version(7))."""
    i = j = 0
    while i < len(a) or j < len(b):
        while i < len(a) and not a[i].isdigit() or j < len(b) and not b[j].isdigit():
            x = order(a[i]) if i < len(a) and not a[i].isdigit() else 0
            y = order(b[j]) if j < len(b) and not b[j].isdigit() else 0
            if x != y:
                return -1 if x < y else 1
            i += i < len(a) and not a[i].isdigit()
            j += j < len(b) and not b[j].isdigit()
        m, n = i, j
        while i < len(a) and a[i].isdigit():
            i += 1
        while j < len(b) and b[j].isdigit():
            j += 1
        x, y = int(a[m:i] or 0), int(b[n:j] or 0)
        if x != y:
            return -1 if x < y else 1
    return 0


def compare_versions(a, b):
    x, y = split_version(a), split_version(b)
    if x[0] != y[0]:
        return -1 if x[0] < y[0] else 1
    return compare_part(x[1], y[1]) or compare_part(x[2], y[2])


def stanzas(text):
    for block in text.split("\n\n"):
        if block.startswith("Package: "):
            yield block


def field(block, name):
    at_name = block.find("\n" + name + ": ")
    if at_name < 0:
        return ""
    begin = at_name + len(name) + 3
    end = block.find("\n", begin)
    return block[begin:end if end >= 0 else len(block)].strip()


def unpacked(path):
    data = regular(path, 64 << 20)
    if path.endswith(".gz"):
        import gzip
        with gzip.open(path) as f:
            data = f.read(64 << 20)
    elif path.endswith(".xz"):
        import lzma
        data = lzma.LZMADecompressor().decompress(data, 64 << 20)
    elif not path.endswith("_Packages"):
        raise RuntimeError("%s: packed in a way that is not known" % os.path.basename(path))
    return data.decode("utf-8", "replace")


def pending(lists, installed):
    """Installed packages of which the security archive has a newer version."""
    out = {}
    for path in lists:
        for block in stanzas(unpacked(path)):
            name = block[9:block.find("\n")].strip()
            if name in installed:
                newer = field(block, "Version")
                if newer and compare_versions(installed[name], newer) < 0:
                    out[name] = newer
    return sorted(out)


def apt_settings():
    """Settings as apt would read them: its files in order, the last one wins."""
    paths = [ROOT + "/etc/apt/apt.conf.d/" + n for n in entries(ROOT + "/etc/apt/apt.conf.d")
             if "." not in n or n.endswith(".conf")] + [ROOT + "/etc/apt/apt.conf"]
    out = {}
    for path in paths:
        body = maybe(path)
        if body is None:
            continue
        body = re.sub(r"/\*.*?\*/", " ", body, flags=re.S)
        body = re.sub(r'("[^"\n]*")|//[^\n]*|^\s*#(?!clear\b)[^\n]*', lambda m: m.group(1) or " ", body, flags=re.M)
        stack, words_ = [], []
        for token in re.findall(r'"[^"]*"|[{};]|[^\s{};"]+', body)[:20000]:
            if token == "{":
                stack.append(words_[-1] if words_ else "")
                words_ = []
            elif token == "}":
                stack = stack[:-1]
                words_ = []
            elif token == ";":
                if words_ and words_[0] == "#clear":
                    prefix = "::".join(stack + words_[1:2]).lower()
                    out = {k: v for k, v in out.items() if not (k == prefix or k.startswith(prefix + "::"))}
                elif len(words_) > 1:
                    out["::".join([s for s in stack if s] + [words_[0]]).lower()] = words_[-1].strip('"')
                words_ = []
            else:
                words_.append(token)
    return out


def periodic(settings):
    wanted = ("enable", "update-package-lists", "unattended-upgrade")
    return {k: settings.get("apt::periodic::" + k, "")[:20] for k in wanted}


@more("patches")
def patches(seen):
    status = regular(ROOT + "/var/lib/dpkg/status", 32 << 20).decode("utf-8", "replace")
    begin = ("\n" + status).find("\nPackage: unattended-upgrades\n")
    block = status[max(begin, 0):].split("\n\n", 1)[0] if begin >= 0 else ""
    lists = [ROOT + "/var/lib/apt/lists/" + n for n in entries(ROOT + "/var/lib/apt/lists")
             if re.search(r"_Packages(\.[a-z0-9]+)?$", n)]
    security = [p for p in lists if re.search(r"[_-]security[_-]", p)]
    settings = apt_settings()
    out = {"installed": field(block, "Status") == "install ok installed", "settings": periodic(settings),
           "proxy": {k: settings.get("acquire::%s::proxy" % k, "")[:200] for k in ("http", "https")},
           "timers": {name: units(seen).get(name, {}) for name in UNITS[1:]},
           "lists": len(lists), "securityLists": len(security), "age": -1, "pending": [], "pendingCount": 0,
           "reboot": os.path.exists(ROOT + "/run/reboot-required"), "kernel": os.uname().release, "newestKernel": ""}
    if lists:
        stamps = []
        for path in ("/var/lib/apt/periodic/update-success-stamp", "/var/lib/apt/periodic/update-stamp",
                     "/var/lib/apt/lists", "/var/lib/apt/lists/partial"):
            try:
                stamps.append(os.stat(ROOT + path).st_mtime)
            except OSError:
                continue
        out["age"] = max(0, int(time.time() - max(stamps))) if stamps else -1
    if security:
        have = {}
        for b in stanzas(status):
            if field(b, "Status").endswith(" installed"):
                have[b[9:b.find("\n")].strip()] = field(b, "Version")
        names = pending(security, have)
        out["pending"], out["pendingCount"] = [n[:60] for n in names[:20]], len(names)
    kernels = [n[8:] for n in entries(ROOT + "/boot") if n.startswith("vmlinuz-")]
    for k in kernels:
        if not out["newestKernel"] or compare_versions(out["newestKernel"], k) < 0:
            out["newestKernel"] = k[:80]
    return out


# --- model endpoints -----------------------------------------------------------------

ADDRESS_NAME = re.compile(r"_(BASE_URL|API_BASE|API_BASE_URL|API_URL|API_HOST|BASE_PATH|ENDPOINT)$")
URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(?:[^@/?#]*@)?(\[[0-9A-Fa-f:.]+\]|[^:/?#]*)(?::(\d{1,5}))?(?:[/?#].*)?", re.S)


def address_of(where, provider, value, variables=None):
    """Scheme and host of an address; what else is in it can be a secret."""
    out = {"where": where[:120], "provider": word(provider), "scheme": "", "host": "", "port": 0}
    if isinstance(value, str) and value.strip():
        m = re.fullmatch(r"\s*\$\{(\w+)\}\s*", value)
        if m:
            value = (variables or {}).get(m.group(1), "")
            out["where"] += " (${%s})" % m.group(1)[:60]
        m = URL.fullmatch(value.strip())
        if m:
            host = m.group(2).lower()
            out["scheme"], out["port"] = m.group(1).lower()[:20], int(m.group(3) or 0)
            out["host"] = host if re.fullmatch(r"[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\]", host) else "(unreadable)"
        return out
    return out if value not in (None, "") else None


def provider_addresses(providers, prefix, variables=None):
    out = []
    for name, provider in list(objects(providers).items())[:100]:
        if not isinstance(provider, dict):
            continue
        out.append(address_of("%s.providers.%s.baseUrl" % (prefix, word(name)), name, provider.get("baseUrl"), variables))
        models = provider.get("models")
        for model in (models if isinstance(models, list) else [])[:500]:
            if isinstance(model, dict):
                out.append(address_of("%s.providers.%s.models[].baseUrl" % (prefix, word(name)), name, model.get("baseUrl"), variables))
    return [a for a in out if a]


@more("endpoints")
def endpoints(seen):
    config, variables = effective(seen), dict(environ(seen))
    block = objects(config.get("env"))
    for more_variables in (agents(seen, "dotenv"), objects(block.get("vars")), block):
        for key, value in more_variables.items():
            if isinstance(value, str):
                variables.setdefault(key, value)
    out = provider_addresses(sub(config, "models", "providers"), "models", variables)
    out += agents(seen, "models")
    for where, value, provider in (
            ("memory.search.remote.baseUrl", sub(config, "memory", "search", "remote", "baseUrl"),
             sub(config, "memory", "search", "provider")),):
        out.append(address_of(where, provider or "openai", value, variables))
    for agent in list(objects(sub(config, "agents", "entries")).values())[:50]:
        out.append(address_of("agents.entries.*.memory.search.remote.baseUrl",
                              sub(agent, "memory", "search", "provider") or "openai",
                              sub(agent, "memory", "search", "remote", "baseUrl"), variables))
    for kind in ("audio", "image", "video"):
        out.append(address_of("tools.media.%s.baseUrl" % kind, "", sub(config, "tools", "media", kind, "baseUrl"), variables))
    media = sub(config, "tools", "media", "models")
    for model in (media if isinstance(media, list) else [])[:50]:
        out.append(address_of("tools.media.models[].baseUrl", sub(model, "provider") or "", sub(model, "baseUrl"), variables))
    for name in sorted(variables):
        if ADDRESS_NAME.search(name) and re.fullmatch(r"[A-Z0-9_]{1,60}", name):
            out.append(address_of("environment " + name, ADDRESS_NAME.sub("", name).lower(), variables[name]))
    providers = objects(sub(config, "models", "providers"))
    return {"looked": 1 + len(providers), "addresses": [a for a in out if a][:MAX_LIST]}
