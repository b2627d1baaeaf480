"""What clawarium's self-check looks at inside the guest.

Fed to `python3 -I -S -B -` as root, with PARAMS put in front; prints one JSON
object, in which each fact is {"ok": true, "value": ...} or {"ok": false, "err":
...}. It changes nothing that stays: the files by which it tries where the agent
can write are removed at once. It prints no secret: of the gateway's token only
length and kind, and the SHA-256 where it is too long to be guessed.

One process and few subprocesses: under emulation each costs tenths of a second.
"""
import errno
import grp
import hashlib
import json
import os
import pwd
import re
import socket
import stat
import subprocess
import sys

P = PARAMS  # noqa: F821  (put in front of this program)
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
MAX_PROCESSES = 1500
MAX_LISTENERS = 400


# What the other parts of this program add: commands that are started at once and
# asked later, and facts, each a function of what was seen before it ("properties"
# of the unit, "listening" sockets, "config" or None, "started" commands by name).
STARTS = []
MORE = []


def more(name):
    def keep(f):
        MORE.append((name, f))
        return f
    return keep


def read(path, limit=1 << 20):
    with open(path, "rb") as f:
        return f.read(limit).decode("utf-8", "replace")


def name_of(error):
    if isinstance(error, OSError) and error.errno:
        return errno.errorcode.get(error.errno, str(error.errno))
    return type(error).__name__


def start(*command):
    """Starts a command; its answer is asked for later, so that they overlap."""
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=ENV, cwd="/")
    except OSError as e:
        return RuntimeError("%s: %s" % (command[0], name_of(e)))


def finish(process, codes=(0,)):
    if isinstance(process, Exception):
        raise process
    try:
        out, err = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        raise RuntimeError("%s: no answer" % process.args[0])
    if process.returncode not in codes:
        raise RuntimeError("%s: exit %d: %s" % (process.args[0], process.returncode,
                                                err.decode("utf-8", "replace").strip()[:200]))
    return out.decode("utf-8", "replace")


# --- processes and sockets -------------------------------------------------

def status_of(pid):
    fields = {}
    for line in read("/proc/%d/status" % pid, 65536).splitlines():
        key, _, value = line.partition(":")
        fields[key] = value.strip()
    return fields


def exe_of(pid):
    try:
        return os.readlink("/proc/%d/exe" % pid)
    except OSError:
        return ""


def pids():
    return sorted(int(d) for d in os.listdir("/proc") if d.isdigit())


def processes():
    out = []
    for pid in pids()[:MAX_PROCESSES]:
        exe = exe_of(pid)
        try:
            uid = os.stat("/proc/%d" % pid).st_uid
            name = read("/proc/%d/comm" % pid, 64).strip()
        except OSError:
            continue  # it ended meanwhile
        if exe or pid == 1:  # kernel threads have no program
            out.append({"pid": pid, "uid": uid, "name": name, "exe": exe[:300]})
    return out


def address(hexed):
    """The kernel prints an address as 32-bit words in the machine's own order."""
    raw = b"".join(int(hexed[i:i + 8], 16).to_bytes(4, sys.byteorder) for i in range(0, len(hexed), 8))
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


def sockets():
    """Sockets that wait for anyone: TCP in LISTEN (0A), UDP with no peer (07)."""
    found = {}
    for protocol, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        try:
            lines = read("/proc/net/" + protocol, 4 << 20).splitlines()[1:]
        except FileNotFoundError:
            if protocol.endswith("6"):
                continue  # a kernel without IPv6
            raise
        for line in lines:
            f = line.split()
            if len(f) > 9 and f[3] == state:
                addr, _, port = f[1].rpartition(":")
                found.setdefault(f[9], []).append((protocol, address(addr), int(port, 16), int(f[7])))
    return found


def owners(inodes):
    """Which process holds which socket. systemd may hold one for another, so the
    one with the highest number wins."""
    out = {}
    for pid in pids():
        base = "/proc/%d/fd" % pid
        try:
            fds = os.listdir(base)
        except OSError:
            continue
        for fd in fds:
            try:
                target = os.readlink(base + "/" + fd)
            except OSError:
                continue
            if target.startswith("socket:[") and target[8:-1] in inodes:
                out[target[8:-1]] = pid
    return out


def listeners():
    found = sockets()
    held = owners(found)
    out = []
    for inode, group in found.items():
        pid = held.get(inode, 0)
        name, uid = "", None
        if pid:
            try:
                name = read("/proc/%d/comm" % pid, 64).strip()
                uid = os.stat("/proc/%d" % pid).st_uid
            except OSError:
                pass
        for protocol, addr, port, owner in group:
            out.append({"protocol": protocol, "address": addr, "port": port, "pid": pid,
                        "process": name, "uid": owner if uid is None else uid})
    out.sort(key=lambda s: (s["protocol"], s["port"], s["address"]))
    if len(out) > MAX_LISTENERS:
        raise RuntimeError("%d listeners" % len(out))
    return out


# --- SSH and accounts ------------------------------------------------------

def sshd_files():
    paths = ["/etc/ssh/sshd_config"]
    try:
        paths += ["/etc/ssh/sshd_config.d/" + n for n in sorted(os.listdir("/etc/ssh/sshd_config.d"))]
    except OSError:
        pass
    return paths


def start_sshd():
    """The effective configuration depends on who asks only where there is a Match
    block (or a file included from elsewhere, which may have one)."""
    accounts = ["root"]
    for path in sshd_files():
        try:
            body = read(path)
        except OSError:
            continue
        for line in body.splitlines():
            word = line.strip().lower()
            if word.startswith("match") or word.startswith("include") and "/etc/ssh/sshd_config.d/*.conf" not in word:
                accounts = ["root", P["keeper"], P["agent"], "anyone"]
    return {a: start("sshd", "-T", "-C", "user=%s,host=host,addr=192.0.2.1,laddr=192.0.2.2,lport=22" % a)
            for a in accounts}


WANTED = {"passwordauthentication", "kbdinteractiveauthentication", "permitemptypasswords", "permitrootlogin",
          "pubkeyauthentication", "hostbasedauthentication", "gssapiauthentication", "authenticationmethods",
          "allowusers", "allowgroups", "denyusers", "denygroups", "gatewayports", "allowtcpforwarding",
          "permittunnel", "x11forwarding", "allowagentforwarding", "usepam", "permituserenvironment",
          "authorizedkeysfile", "authorizedkeyscommand", "trustedusercakeys", "port", "listenaddress", "maxauthtries"}


def sshd(started):
    out = {}
    for account, process in started.items():
        config = {}
        for line in finish(process).splitlines():
            key, _, value = line.partition(" ")
            key = key.lower()
            if key in WANTED:
                config.setdefault(key, value.strip()[:300])
        out[account] = config
    return out


def account():
    me = pwd.getpwnam(P["agent"])
    locked = None
    for line in read("/etc/shadow").splitlines():
        f = line.split(":")
        if f[0] == P["agent"]:
            locked = f[1][:1] in ("!", "*")
    if locked is None:
        raise RuntimeError("no entry in /etc/shadow")
    groups = sorted(g.gr_name for g in grp.getgrall() if P["agent"] in g.gr_mem and g.gr_gid != me.pw_gid)
    if me.pw_gid < 1:
        groups.insert(0, "root")
    return {"uid": me.pw_uid, "gid": me.pw_gid, "home": me.pw_dir, "shell": me.pw_shell,
            "locked": locked, "groups": groups}


def sudo(process):
    if isinstance(process, RuntimeError) and "ENOENT" in str(process):
        return "%s is not allowed to run sudo: there is none" % P["agent"]
    text = finish(process, (0, 1))
    for line in text.splitlines():
        if "is not allowed to run sudo" in line or "may run the following" in line:
            return line.strip()[:200]
    return text.strip()[:200] or "no answer"


def keys():
    out = {}
    for p in pwd.getpwall():
        for name in (".ssh/authorized_keys", ".ssh/authorized_keys2"):
            try:
                body = read(os.path.join(p.pw_dir, name), 1 << 18)
            except OSError as e:
                if e.errno in (errno.ENOENT, errno.ENOTDIR):
                    continue
                raise
            n = sum(1 for line in body.splitlines() if line.strip() and not line.lstrip().startswith("#"))
            out[p.pw_name] = max(out.get(p.pw_name, 0), 0) + n
    return out


# --- the gateway -----------------------------------------------------------

PROPERTIES = ["LoadState", "ActiveState", "SubState", "MainPID", "User", "Group", "DynamicUser", "FragmentPath",
              "DropInPaths", "NeedDaemonReload", "ControlGroup", "NRestarts", "UMask", "NoNewPrivileges",
              "CapabilityBoundingSet", "AmbientCapabilities", "ProtectSystem", "ProtectHome", "ReadWritePaths",
              "ReadOnlyPaths", "InaccessiblePaths", "BindPaths", "PrivateTmp", "PrivateDevices", "PrivateUsers",
              "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups",
              "ProtectProc", "RestrictAddressFamilies", "RestrictNamespaces", "SystemCallArchitectures",
              "ExecMainStartTimestamp", "RootDirectory", "RootImage"]


def unit(process):
    out = {}
    for line in finish(process).splitlines():
        key, eq, value = line.partition("=")
        if eq:
            out[key] = value[:2000]
    return out


def unit_pids(properties):
    """All processes of the unit's control group, those of groups below it too."""
    group = properties.get("ControlGroup", "")
    found = set()
    if group:
        for top, _, files in os.walk("/sys/fs/cgroup" + group):
            if "cgroup.procs" in files:
                found.update(int(p) for p in read(top + "/cgroup.procs").split())
    main = int(properties.get("MainPID", "0") or 0)
    if main:
        found.add(main)
    return main, sorted(found)


def gateway(properties, listening):
    main, all_pids = unit_pids(properties)
    holders = {s["pid"] for s in listening if s["port"] == P["port"] and s["protocol"].startswith("tcp")}
    ours = os.stat("/proc/self/ns/mnt").st_ino
    out = []
    for pid in all_pids[:64]:
        try:
            f = status_of(pid)
            own = os.stat("/proc/%d/ns/mnt" % pid).st_ino != ours
        except OSError:
            continue  # it ended meanwhile
        out.append({"pid": pid, "main": pid == main, "name": f.get("Name", ""), "exe": exe_of(pid)[:300],
                    "uids": [int(n) for n in f["Uid"].split()], "gids": [int(n) for n in f["Gid"].split()],
                    "groups": [int(n) for n in f.get("Groups", "").split()],
                    "capEff": f["CapEff"], "capPrm": f["CapPrm"], "capBnd": f["CapBnd"],
                    "noNewPrivs": int(f["NoNewPrivs"]), "seccomp": int(f["Seccomp"]),
                    "ownMounts": own, "holdsListen": pid in holders})
    return out


def ready():
    with socket.create_connection(("127.0.0.1", P["port"]), timeout=10) as s:
        s.settimeout(10)
        s.sendall(b"GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        data = b""
        while len(data) < 65536:
            part = s.recv(8192)
            if not part:
                break
            data += part
    return data.partition(b"\r\n\r\n")[2].decode("utf-8", "replace").strip()[:500]


# --- OpenClaw's configuration ----------------------------------------------

VALUES = ["gateway.mode", "gateway.bind", "gateway.port", "gateway.tailscale.mode", "gateway.auth.mode",
          "gateway.terminal.enabled", "gateway.nodes.pairing.sshVerify", "gateway.nodes.pairing.autoApproveLocal",
          "session.dmScope", "tools.profile", "tools.fs.workspaceOnly", "tools.exec.security", "tools.exec.ask",
          "tools.elevated.enabled", "discovery.mdns.mode", "browser.enabled", "update.auto.enabled",
          "telemetry.enabled", "logging.file"]

# Switches whose names say that they take a protection away.
INSECURE = re.compile(r"^(dangerously|allowInsecure|allowUnsafe|insecure|skipAuth|noAuth|disable\w*Auth)", re.I)


def load_config():
    config = json.loads(read(P["config"], 4 << 20))
    if not isinstance(config, dict):
        raise RuntimeError("not an object")
    return config


def at(config, path):
    for key in path.split("."):
        if not isinstance(config, dict) or key not in config:
            return None
        config = config[key]
    return config


def insecure(value, path, out):
    if len(out) >= 50 or len(path) > 20:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            here = path + [str(key)[:60]]
            if INSECURE.match(str(key)) and inner not in (False, None, 0, "", [], {}, "off", "never"):
                out.append(".".join(here))
            insecure(inner, here, out)
    elif isinstance(value, list):
        for i, inner in enumerate(value[:200]):
            insecure(inner, path + [str(i)], out)


def config_facts(config):
    values = {}
    for path in VALUES:
        v = at(config, path)
        if isinstance(v, (str, int, float, bool)):
            values[path] = (v if isinstance(v, str) else json.dumps(v))[:200]
    flags = []
    insecure(config, [], flags)
    origins = at(config, "gateway.controlUi.allowedOrigins")
    if isinstance(origins, list) and "*" in origins:
        flags.append("gateway.controlUi.allowedOrigins")
    if at(config, "gateway.auth.allowTailscale") is True:
        flags.append("gateway.auth.allowTailscale")
    return {"values": values, "insecure": sorted(set(flags))}


def find_token(config, properties):
    """The token itself, and where it was found. It stays in this process."""
    value = at(config, "gateway.auth.token")
    where = "config"
    if isinstance(value, dict):  # a reference: {"source": "env"|"file", "id"|"path": ...}
        where, value = str(value.get("source", "")), str(value.get("id") or value.get("path") or "")
        if where == "file":
            return read(value, 4096).strip(), "file"
        value = "${%s}" % value
    if isinstance(value, str) and value:
        m = re.fullmatch(r"\$\{(\w+)\}", value)
        if not m:
            return value, where
        wanted = [m.group(1)]
    else:
        wanted = ["OPENCLAW_GATEWAY_TOKEN"]
    main = int(properties.get("MainPID", "0") or 0)
    if main:
        for entry in read("/proc/%d/environ" % main).split("\0"):
            key, _, v = entry.partition("=")
            if key in wanted and v:
                return v, "environment"
    return "", ""


def token_facts(config, properties):
    value, where = find_token(config, properties)
    if re.fullmatch(r"[0-9a-fA-F]*", value):
        alphabet, carries = "hex", len(value) // 2
    elif re.fullmatch(r"[A-Za-z0-9_+/=-]*", value):
        alphabet, carries = "base64", len(value.rstrip("=")) * 3 // 4
    else:
        alphabet, carries = "other", len(value) * 3 // 4
    mode = at(config, "gateway.auth.mode")
    out = {"mode": mode if isinstance(mode, str) else "", "where": where, "length": len(value),
           "bytes": carries, "alphabet": alphabet, "distinct": len(set(value))}
    if carries >= 24 and len(set(value)) >= 8:  # a weak one could be found from its hash
        out["sha256"] = hashlib.sha256(value.encode()).hexdigest()
    return out


# --- what can be written ---------------------------------------------------

def unescape(field):
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), field)


def mount_of(path):
    for line in reversed(read("/proc/self/mounts").splitlines()):
        f = line.split(" ")
        if len(f) > 3 and unescape(f[1]) == path:
            return unescape(f[0]), f[2], f[3].split(",")
    raise RuntimeError("nothing is mounted at %s" % path)


def try_create(directory):
    """Makes a file and takes it away: 'written' or the kernel's refusal."""
    path = os.path.join(directory, ".clawarium-canary-%s" % os.urandom(8).hex())
    left = False
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as e:
        return name_of(e), False
    try:
        os.write(fd, b"canary\n")
        result = "written"
    except OSError as e:
        result = name_of(e)
    finally:
        os.close(fd)
        try:
            os.unlink(path)
        except OSError:
            left = True
    return result, left


def code_disk():
    source, fs, options = mount_of(P["code"])
    device = os.path.realpath(source)
    if not stat.S_ISBLK(os.stat(device).st_mode):
        raise RuntimeError("%s is not a block device" % device)
    ro = read("/sys/class/block/%s/ro" % os.path.basename(device), 8).strip() == "1"
    # Linux lets root open a read-only device for writing and refuses the write.
    # What is written is what was read just before: were it let through, it would
    # still change nothing. A device that says it is writable is not tried at all.
    written = "not tried"
    if ro:
        try:
            fd = os.open(device, os.O_RDWR | os.O_CLOEXEC)
            try:
                os.pwrite(fd, os.pread(fd, 512, 0), 0)
                os.fsync(fd)
                written = "written"
            finally:
                os.close(fd)
        except OSError as e:
            written = name_of(e)
    created, _ = try_create(P["code"])
    return {"source": device, "fs": fs, "readOnly": "ro" in options, "deviceRO": ro,
            "write": written, "create": created}


def enter(pid):
    """Joins the mount namespace of pid, root directory included. The caller is a
    child made for it."""
    fd = os.open("/proc/%d/ns/mnt" % pid, os.O_RDONLY | os.O_CLOEXEC)
    if hasattr(os, "setns"):
        os.setns(fd, os.CLONE_NEWNS)
    else:  # before Python 3.12
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(fd, 0x00020000) != 0:  # CLONE_NEWNS
            raise OSError(ctypes.get_errno(), "setns")
    os.chdir("/")


def canaries_in(pid, uid, gid):
    enter(pid)
    out = []
    for inside, paths in ((False, P["outside"]), (True, P["inside"])):
        for path in paths:
            try:
                ro = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
            except OSError:
                ro = False
            out.append({"path": path, "inside": inside, "readOnly": ro, "result": "", "left": False})
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if os.getuid() == 0 or os.geteuid() == 0:
        raise RuntimeError("still root")
    for c in out:
        c["result"], c["left"] = try_create(c["path"])
    return out


def canaries(properties):
    pid = int(properties.get("MainPID", "0") or 0)
    if not pid:
        raise RuntimeError("the gateway has no process")
    # A gateway without a namespace of its own sees the file system as we do; the
    # attempts below then say what that means.
    me = pwd.getpwnam(P["agent"])
    if me.pw_uid == 0:
        raise RuntimeError("the agent's account is root")
    r, w = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(r)
        try:
            answer = {"ok": True, "value": canaries_in(pid, me.pw_uid, me.pw_gid)}
        except BaseException as e:
            answer = {"ok": False, "err": "%s: %s" % (name_of(e), e)}
        try:
            data = json.dumps(answer).encode()
            while data:
                data = data[os.write(w, data):]
        finally:
            os._exit(0)
    os.close(w)
    data = b""
    while True:
        part = os.read(r, 65536)
        if not part:
            break
        data += part
    os.close(r)
    os.waitpid(child, 0)
    answer = json.loads(data)
    if not answer["ok"]:
        raise RuntimeError(answer["err"])
    return answer["value"]


def environment():
    out = {"kernel": os.uname().release, "uptime": read("/proc/uptime", 64).split()[0]}
    for line in read("/etc/os-release", 8192).splitlines():
        key, _, value = line.partition("=")
        if key in ("ID", "VERSION_ID", "DEBIAN_VERSION_FULL"):
            out[key.lower()] = value.strip('"')[:80]
    return out


def main():
    report = {}

    def fact(name, f, *args):
        try:
            value = f(*args)
            report[name] = {"ok": True, "value": value}
            return value
        except Exception as e:  # one fact that cannot be had must not take the others with it
            report[name] = {"ok": False, "err": ("%s: %s" % (name_of(e), e))[:300]}
            return None

    started = {name: f() for name, f in STARTS}
    of_sshd = start_sshd()
    of_unit = start("systemctl", "show", "--no-pager", "-p", ",".join(PROPERTIES), P["unit"])
    of_sudo = start("sudo", "-n", "-l", "-U", P["agent"])

    listening = fact("listeners", listeners) or []
    fact("processes", processes)
    fact("account", account)
    fact("keys", keys)
    fact("environment", environment)
    fact("codeDisk", code_disk)
    properties = fact("unit", unit, of_unit) or {}
    fact("gateway", gateway, properties, listening)
    fact("canaries", canaries, properties)
    try:
        config, failed = load_config(), None
    except Exception as e:
        # The text of a parser's complaint can quote the file, so it is not passed on.
        config, failed = None, RuntimeError("%s: %s" % (P["config"], name_of(e)))

    def with_config(f, *args):
        if failed is not None:
            raise failed
        return f(config, *args)

    fact("config", with_config, config_facts)
    fact("token", with_config, token_facts, properties)
    fact("sshd", sshd, of_sshd)
    fact("sudo", sudo, of_sudo)
    fact("ready", ready)
    seen = {"properties": properties, "listening": listening, "config": config, "started": started}
    for name, f in MORE:
        fact(name, f, seen)
    json.dump(report, sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")

