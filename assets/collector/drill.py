"""Attempts to get out of the machine, made for real from its inside.

Run as root with PARAMS put in front. It talks with the host by lines of JSON: for
each attempt it says what it sent, waits until the host has read its counters (one
byte on standard input; an r asks for the same once more), looks for an answer, and
goes on. In the end it prints one object with everything that came back.

Who plays: root is this process; the agent is a child of it with the agent's account
and nothing more, outside the service's own sandbox, so that what stops it is what
stands around the machine.

Out of the way for as long as it takes: the guest's own packet rules, if they can be
put back as they are, and that there is no route. A child in a session of its own puts
both back, whenever and however this program ends.
"""
import errno
import json
import os
import pwd
import select
import socket
import struct
import subprocess
import sys
import threading
import time

P = PARAMS  # noqa: F821  (put in front of this program)
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
PROTO = "76"  # marks what is ours among the routes
OPEN = "OPEN"
ETH_ALL = 3
OUTGOING = 4  # the kernel's word for a frame that leaves
BIND_TO_DEVICE = 25


def name_of(error):
    if isinstance(error, TimeoutError):
        return "timeout"
    number = getattr(error, "errno", None)
    if number == errno.ECONNREFUSED:
        return "refused"
    if number == errno.ETIMEDOUT:
        return "timeout"
    return errno.errorcode.get(number, type(error).__name__)


def run(*command, data=None, stderr=subprocess.DEVNULL):
    """What a command prints, or None when it fails or is not there."""
    try:
        p = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=stderr,
                           env=ENV, cwd="/", timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return p.stdout if p.returncode == 0 else None


def find_card():
    """The network card with the machine's address, else the only one."""
    cards = []
    for n in sorted(os.listdir("/sys/class/net")):
        if n == "lo":
            continue
        with open("/sys/class/net/%s/address" % n) as f:
            if f.read().strip().lower() == P["mac"].lower():
                return n
        cards.append(n)
    if len(cards) == 1:
        return cards[0]
    raise RuntimeError("no card %s" % P["mac"])


# --- out of the way, and back -----------------------------------------------

def routes(card, word):
    lines = ["route %s default via %s dev %s proto %s metric 7676" % (word, P["host"], card, PROTO)]
    if P["host6"]:
        lines += ["-6 neigh %s %s lladdr %s dev %s nud permanent" % (
            "replace" if word == "replace" else "del", P["host6"], P["hostMac"], card),
            "-6 route %s default via %s dev %s proto %s metric 7676" % (word, P["host6"], card, PROTO)]
    for line in lines:  # one by one: a kernel without IPv6 refuses the last two
        run("ip", *line.split())


def rules(stateless=False):
    out = run("nft", *(["-s"] if stateless else []), "list", "ruleset")
    return out if out and out.strip() else None


def way_back():
    """What puts the packet rules back in one transaction, with whatever is there by then
    gone in the same one; None when nft does not read them as they are. Rules of
    iptables-nft it lists with a warning and makes its own at best."""
    full = rules()
    if full is None or b"iptables-nft" in (run("nft", "list", "ruleset", stderr=subprocess.STDOUT) or b"iptables-nft"):
        return None
    data = b"flush ruleset\n" + full
    if b"# xt_" in full or run("nft", "-c", "-f", "-", data=data) is None:
        return None
    return data


class Aside:
    """Takes the guest's own walls out of the way. A child holds what is needed to
    put them back and waits for this program's end."""

    def __init__(self, card):
        self.before = rules(stateless=True)
        data = way_back() if self.before else None
        self.kept = self.before is not None and data is None
        ours, theirs = os.pipe()
        answer, told = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                os.close(theirs)
                os.close(answer)
                null = os.open("/dev/null", os.O_RDWR)
                for fd in (0, 1, 2):
                    os.dup2(null, fd)
                select.select([ours], [], [], P["limit"])  # readable at its end, too
                routes(card, "del")
                good = data is None or run("nft", "-f", "-", data=data) is not None
                os.write(told, b"y" if good else b"n")
            finally:
                os._exit(0)
        os.close(ours)
        os.close(told)
        self.line, self.answer = theirs, answer
        if data is not None:
            run("nft", "flush", "ruleset")
        routes(card, "replace")

    def back(self):
        """Whether everything is as it was."""
        os.close(self.line)
        self.line = None
        ready, _, _ = select.select([self.answer], [], [], 30)
        told = os.read(self.answer, 1) if ready else b""
        os.waitpid(self.pid, 0)
        left = run("ip", "route", "show", "proto", PROTO) or b""
        left += run("ip", "-6", "route", "show", "proto", PROTO) or b""
        if left.strip():
            return "route"
        if told != b"y" or not self.kept and rules(stateless=True) != self.before:
            return "rules"
        return ""


# --- the players ------------------------------------------------------------

class Player:
    """Makes the attempts of one account with ordinary sockets. begin sends and says
    how many frames that were; end says what came of it."""

    def __init__(self, card):
        self.card = card
        self.socket = None

    def begin(self, t):
        kind, to, port = t["kind"], t["to"], t["port"]
        six = ":" in to
        family = socket.AF_INET6 if six else socket.AF_INET
        self.error = None
        self.close()
        try:
            if kind == "tcp":
                self.socket = socket.socket(family, socket.SOCK_STREAM)
            elif kind == "udp":
                self.socket = socket.socket(family, socket.SOCK_DGRAM)
            else:
                self.socket = socket.socket(family, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP)
            s = self.socket
            s.setblocking(False)
            if not t["local"]:
                s.setsockopt(socket.SOL_SOCKET, BIND_TO_DEVICE, self.card.encode() + b"\0")
            where = (to, port, 0, socket.if_nametoindex(self.card)) if six else (to, port)
            if kind == "tcp":
                code = s.connect_ex(where)
                if code not in (0, errno.EINPROGRESS):
                    raise OSError(code, "")
            else:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                if six:
                    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, where[3])
                    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)  # or we answer ourselves
                else:
                    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
                data = bytes.fromhex(t["data"])
                if kind == "ping":
                    data = struct.pack("!BBHHH", 128 if six else 8, 0, 0, 0, 1) + data
                s.sendto(data, where)
            return 1
        except OSError as e:
            self.error = name_of(e)
            self.close()
            return 0

    def end(self, t):
        if self.error:
            return self.error
        s = self.socket
        try:
            write = [s] if t["kind"] == "tcp" else []
            read = [] if t["kind"] == "tcp" else [s]
            ready = select.select(read, write, [], t["wait"])
            if not ready[0] and not ready[1]:
                return "timeout"
            if t["kind"] == "tcp":
                code = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                return name_of(OSError(code, "")) if code else OPEN
            s.recv(2048)
            return OPEN
        except OSError as e:
            return name_of(e)
        finally:
            self.close()

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket = None

    def proxies(self, tries):
        """Conversations with the proxy, several at once, but those that are marked
        one after the other."""
        out = {}
        queue = [t for t in tries if not t["alone"]]

        def work():
            while queue:
                try:
                    t = queue.pop()
                except IndexError:
                    return
                out[t["id"]] = converse(t)
        workers = [threading.Thread(target=work, daemon=True) for _ in range(6)]
        for w in workers:
            w.start()
        for w in workers:
            w.join(P["limit"])
        for t in tries:
            if t["alone"]:
                out[t["id"]] = converse(t)
        return out


def converse(t):
    """Says each part and hears what comes back, as hexadecimal, or why it could not."""
    heard = []
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.settimeout(t["wait"])
    try:
        s.connect(("127.0.0.1", t["port"]))
    except OSError as e:
        s.close()
        return {"error": name_of(e), "heard": heard}
    error = ""
    with s:
        for part in t["say"]:
            got = b""
            end = time.monotonic() + t["wait"]
            try:
                s.sendall(bytes.fromhex(part))
                while len(got) < 1024:
                    left = end - time.monotonic()
                    if left <= 0:
                        error = "timeout"
                        break
                    s.settimeout(left)
                    more = s.recv(1024 - len(got))
                    if not more:
                        error = "closed"
                        break
                    got += more
                    if not got.startswith(b"HTTP/") or b"\r\n\r\n" in got:
                        break
            except OSError as e:
                error = name_of(e)
            heard.append(got.hex())
            if error:
                break
    return {"error": error, "heard": heard}


class Agent:
    """A Player in a child that has the agent's account and nothing more."""

    def __init__(self, card):
        account = pwd.getpwnam(P["agent"])
        self.line, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.line.close()
                os.setgroups([])
                os.setgid(account.pw_gid)
                os.setuid(account.pw_uid)
                os.chdir("/")
                for fd in (0, 1):
                    os.close(fd)
                self.serve(theirs, Player(card))
            finally:
                os._exit(0)
        theirs.close()
        self.file = self.line.makefile("rw")

    @staticmethod
    def serve(line, player):
        file = line.makefile("rw")
        file.write(json.dumps({"uid": os.getresuid(), "gid": os.getresgid(), "groups": os.getgroups()}) + "\n")
        file.flush()
        for request in file:
            word, t = json.loads(request)
            try:
                answer = getattr(player, word)(t)
            except Exception as e:
                answer = {"broke": "%s: %s" % (type(e).__name__, e)}
            file.write(json.dumps(answer) + "\n")
            file.flush()

    def hello(self):
        return json.loads(self.file.readline())

    def ask(self, word, t):
        self.file.write(json.dumps([word, t]) + "\n")
        self.file.flush()
        answer = json.loads(self.file.readline())
        if isinstance(answer, dict) and "broke" in answer:
            raise RuntimeError(answer["broke"])
        return answer

    def begin(self, t):
        return self.ask("begin", t)

    def end(self, t):
        return self.ask("end", t)

    def proxies(self, tries):
        out = self.ask("proxies", tries)
        return {int(k): v for k, v in out.items()}


class Frames:
    """Sends and hears frames on the card itself, past everything of the guest's."""

    def __init__(self, card):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ALL))
        self.socket.bind((card, ETH_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.setblocking(False)
        self.strays = []

    def send(self, frames, times):
        for _ in range(times):
            for frame in frames:
                self.socket.send(bytes.fromhex(frame))
        return times * len(frames)

    def hear(self, wait, of):
        """Whether something came in that answers: an ARP reply, or a packet from the
        address that was tried; that it says no is no answer. What else came in and is
        not our own session is kept."""
        end = time.monotonic() + wait
        answered = "timeout"
        while True:
            left = end - time.monotonic()
            ready, _, _ = select.select([self.socket], [], [], max(left, 0))
            if not ready:
                return answered
            frame, meta = self.socket.recvfrom(2048)
            if meta[2] == OUTGOING:
                continue
            what, source, no = describe(frame)
            if of and source == of:
                answered = "refused" if no else OPEN
            elif what and len(self.strays) < 40 and what not in self.strays and not (no and P["session"]):
                self.strays.append(what)
            if answered == OPEN or left <= 0:
                return answered


def describe(frame):
    """A frame in words, who sent it, and whether it says no. There are no words for the
    host's session with sshd and for its part in ARP."""
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == 0x0806 and len(frame) >= 42:
        op = struct.unpack("!H", frame[20:22])[0]
        sender = socket.inet_ntop(socket.AF_INET, frame[28:32])
        return None if sender == P["host"] else "arp %d %s" % (op, sender), "arp " + sender, False
    if kind == 0x0800 and len(frame) >= 34:
        head = (frame[14] & 15) * 4
        protocol, body = frame[23], frame[14 + head:]
        source = socket.inet_ntop(socket.AF_INET, frame[26:30])
    elif kind == 0x86dd and len(frame) >= 54:
        protocol, body = frame[20], frame[54:]
        source = socket.inet_ntop(socket.AF_INET6, frame[22:38])
    else:
        return "ethertype %04x" % kind, "", False
    if protocol in (6, 17) and len(body) >= 4:
        here = struct.unpack("!HH", body[:4])
        if protocol == 6 and here[1] == 22 and source == P["host"]:
            return None, "", False
        reset = protocol == 6 and len(body) > 13 and body[13] & 4 != 0
        return "%s %s %d > %d" % ("tcp" if protocol == 6 else "udp", source, here[0], here[1]), source, reset
    if protocol in (1, 58) and body:
        return ("%s %s type %d" % ("icmp" if protocol == 1 else "icmp6", source, body[0]), source,
                body[0] == (3 if protocol == 1 else 1))
    return "ip %s protocol %d" % (source, protocol), source, False


# --- the round --------------------------------------------------------------

def say(what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def wait_for_host():
    """The host has counted. Nothing comes when it has gone. Whether it wants the same
    once more."""
    ready, _, _ = select.select([0], [], [], 20)
    word = os.read(0, 1) if ready else b""
    if not word:
        raise RuntimeError("the host went away")
    return word == b"r"


def main():
    card = find_card()
    agent = Agent(card)
    who = agent.hello()
    frames = Frames(card)
    aside = Aside(card)
    answers, error = {}, ""
    try:
        players = {"agent": agent, "root": Player(card)}
        say({"ready": card, "agent": who})
        wait_for_host()
        for t in P["tries"]:
            if t["kind"] == "proxy":
                continue
            again = True
            while again:
                frames.hear(0, "")
                if t["kind"] == "raw":
                    sent = frames.send(t["frames"], t["times"])
                else:
                    sent = players[t["who"]].begin(t)
                say({"id": t["id"], "sent": sent})
                again = wait_for_host()
            if t["kind"] == "raw":
                answers[t["id"]] = {"answer": frames.hear(t["wait"], t["of"])}
            else:
                answers[t["id"]] = {"answer": players[t["who"]].end(t)}
        frames.hear(0.5, "")
        for name, player in players.items():
            mine = [t for t in P["tries"] if t["kind"] == "proxy" and t["who"] == name]
            if mine:
                answers.update(player.proxies(mine))
    except Exception as e:  # whatever it is, the walls go back first
        error = "%s: %s" % (type(e).__name__, e)
    left = aside.back()
    say({"done": True, "error": error[:300], "left": left,
         "firewall": "none" if aside.before is None else "kept" if aside.kept else "put back" if left != "rules" else "failed",
         "answers": answers, "strays": frames.strays})


main()
