

# --- files whose content matters --------------------------------------------
#
# What the agent can write, root reads here: directories are opened one name at a
# time and no link is followed, files are opened without waiting (a FIFO would
# wait for ever) and looked at before they are read, and everything has an end:
# files, bytes, depth and time. Of a secret only its place, its kind and at most
# four characters leave the machine.
import base64
import datetime
import hmac
import itertools
import math
import time

KEPT_DIR = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
KEPT_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
KEPT_ETC = P.get("etc", "/etc")
KEPT_HOME = os.path.dirname(P["state"])


def kept_open(path):
    """A directory's descriptor; no part of its path may be a link."""
    if (path + "/").startswith(("/proc/", "/sys/", "/dev/")):
        raise OSError(errno.EINVAL, "no place for files")
    fd = os.open("/", KEPT_DIR)
    for name in path.strip("/").split("/"):
        if not name:
            continue
        try:
            inner = os.open(name, KEPT_DIR, dir_fd=fd)
        finally:
            os.close(fd)
        fd = inner
    return fd


def kept_read(fd, name, limit):
    """Up to limit bytes of a regular file in the directory fd, and what it is."""
    f = os.open(name, KEPT_FILE, dir_fd=fd)
    try:
        info = os.fstat(f)
        if not stat.S_ISREG(info.st_mode):
            raise RuntimeError("not a regular file")
        parts, left = [], limit
        while left > 0:
            part = os.read(f, min(left, 1 << 20))
            if not part:
                break
            parts.append(part)
            left -= len(part)
        return b"".join(parts), info
    finally:
        os.close(f)


def kept_file(path, limit):
    fd = kept_open(os.path.dirname(path))
    try:
        return kept_read(fd, os.path.basename(path), limit)
    finally:
        os.close(fd)


def kept_path(path, limit=300):
    """A path as it is printed: whatever looks like a secret in it is masked."""
    raw = os.fsencode(path)
    return kept_masked(raw).decode("utf-8", "replace")[:limit]


def kept_why(error):
    if isinstance(error, OSError):
        return name_of(error)
    return (str(error) or type(error).__name__)[:120]


class KeptLimits:
    """What one walk may take. What it could not look at is noted, not forgotten."""

    def __init__(self, entries, size, seconds, depth=16):
        self.entries, self.size, self.depth = entries, size, depth
        self.end = time.monotonic() + seconds
        self.out, self.more, self.hit = [], 0, ""

    def left(self, path, why):
        if len(self.out) < 12:
            self.out.append({"path": kept_path(path), "why": why})
        else:
            self.more += 1

    def spent(self):
        if not self.hit:
            if self.entries <= 0:
                self.hit = "files"
            elif self.size <= 0:
                self.hit = "bytes"
            elif time.monotonic() > self.end:
                self.hit = "time"
        return self.hit


def kept_entries(fd, limits):
    with os.scandir(fd) as it:
        found = list(itertools.islice(it, max(limits.entries, 0) + 1))
    return sorted(found, key=lambda e: e.name)


def kept_walk(fd, path, limits, enter=lambda path, entry: True, depth=0):
    """Yields (descriptor of the directory, its path, entry), in order of names, of
    everything below that is no directory. Ends early when the limits are spent."""
    try:
        entries = kept_entries(fd, limits)
    except OSError as e:
        limits.left(path, kept_why(e))
        return
    for entry in entries:
        limits.entries -= 1
        if limits.spent():
            return
        here = path + "/" + entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield fd, path, entry
            continue
        if not enter(path, entry):
            continue
        if depth >= limits.depth:
            limits.left(here, "depth")
            continue
        try:
            inner = os.open(entry.name, KEPT_DIR, dir_fd=fd)
        except OSError as e:
            limits.left(here, kept_why(e))
            continue
        try:
            yield from kept_walk(inner, here, limits, enter, depth + 1)
        finally:
            os.close(inner)


# --- what a secret looks like -------------------------------------------------

# GB 11643: region, date of birth, order, check character by ISO 7064 MOD 11-2.
KEPT_ID = re.compile(rb"[1-9](?<![0-9A-Za-z_].)(?<!\d[.-].)\d{5}([ -]?)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
                     rb"\1\d{3}[0-9Xx](?![0-9A-Za-z_])(?![.-]\d)")
KEPT_REGIONS = {int(n) for n in "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 "
                "61 62 63 64 65 71 81 82 83".split()}

# ISO/IEC 7812: digits in one piece, in fours, or as American Express prints them.
# Not a part of a longer number, a path, a decimal fraction or a table of numbers.
KEPT_CARD = re.compile(rb"[2-69](?<![0-9A-Za-z_/+].)(?<![0-9A-Za-z][.-].)"
                       rb"(?:\d{12,18}|(?<!\d{4}[ -].)\d{3}(?:([ -])\d{4}\1\d{4}\1\d{1,7}(?:\1\d{1,3})?(?![ -]\d{4}[ -]\d{4})"
                       rb"|([ -])\d{6}\2\d{4,5}))(?![0-9A-Za-z_/+=])(?![.-]\d)")
KEPT_CARD_WORD = re.compile(rb"card|visa|pan\b|debit|credit|bank|iban|account|\xe5\x8d\xa1|\xe9\x93\xb6\xe8\xa1\x8c|\xbf\xa8", re.I)
# Beginnings of numbers and the lengths that go with them, by the networks'
# published ranges. Ranges that anything else uses as well are left out.
KEPT_RANGES = (
    (340000, 349999, (15,)), (370000, 379999, (15,)),                      # American Express
    (300000, 305999, (14,)), (360000, 369999, (14,)), (380000, 399999, (14,)),  # Diners Club
    (352800, 358999, (16,)),                                               # JCB
    (400000, 499999, (13, 16, 19)),                                        # Visa
    (510000, 559999, (16,)), (222100, 272099, (16,)),                      # Mastercard
    (220000, 220499, (16, 19)),                                            # Mir
    (601100, 601199, (16, 19)), (644000, 659999, (16, 19)),                # Discover
    (620000, 629999, (16, 17, 18, 19)), (810000, 817199, (16, 19)),        # UnionPay
    (955880, 955889, (16, 19)), (603367, 603367, (18, 19)), (690755, 690755, (16, 19)),  # Chinese banks' own
    (501800, 501899, (16, 19)), (502000, 502099, (16, 19)), (503800, 503899, (16, 19)),  # Maestro
    (630400, 630499, (16, 19)), (675900, 675999, (16, 19)), (676100, 676399, (16, 19)),
)

KEPT_PEM = re.compile(rb"-----BEGIN ((?:RSA |DSA |EC |OPENSSH |ENCRYPTED |ANY )?PRIVATE KEY|PGP PRIVATE KEY BLOCK)-----")
KEPT_PUTTY = re.compile(rb"PuTTY-User-Key-File-[23]:[^\0]{1,4000}?Private-Lines:\s*\d+\s+([A-Za-z0-9+/=]{40,})")

# Each: what must be in the file at all, its shape, and what it is.
KEPT_KEYS = (
    (b"sk-ant-", rb"sk-ant-[a-z]{3,8}\d{0,2}-[A-Za-z0-9_-]{32,250}", "anthropic"),
    (b"sk-", rb"sk-(?!ant-)(?:proj-|svcacct-|admin-|or-v1-)?[A-Za-z0-9_-]{32,250}", "openai"),
    (b"KIA", rb"AKIA[0-9A-Z]{16}", "aws"),
    (b"ASIA", rb"ASIA[0-9A-Z]{16}", "aws"),
    (b"gh", rb"gh[pousr]_[A-Za-z0-9]{36,251}", "github"),
    (b"github_pat_", rb"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", "github"),
    (b"glpat-", rb"glpat-[A-Za-z0-9_-]{20,60}", "gitlab"),
    (b"AIza", rb"AIza[0-9A-Za-z_-]{35}", "google"),
    (b"xox", rb"xox[abeoprs]-(?:\d+-)?[0-9]{6,}-[0-9A-Za-z-]{16,250}", "slack"),
    (b"xapp-", rb"xapp-\d-[A-Z0-9]{6,}-\d{6,}-[0-9a-f]{32,}", "slack"),
    (b"_live_", rb"[sr]k_live_[0-9A-Za-z]{20,250}", "stripe"),
    (b"npm_", rb"npm_[A-Za-z0-9]{36}", "npm"),
    (b"hf_", rb"hf_[A-Za-z0-9]{34,40}", "huggingface"),
    (b"xai-", rb"xai-[A-Za-z0-9]{60,100}", "xai"),
    (b":AA", rb"\d{8,10}:AA[A-Za-z0-9_-]{33}", "telegram"),
    (b"LTAI", rb"LTAI[A-Za-z0-9]{16,26}", "alibaba"),
    (b"AKID", rb"AKID[A-Za-z0-9]{32}", "tencent"),
    (b".", rb"\.(?<=[0-9a-f]{32}\.)[A-Za-z0-9]{16}", "zhipu"),
)
KEPT_SHAPES = {}  # compiled when something in a file calls for it
KEPT_BEFORE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
KEPT_BEARER = re.compile(rb"(?i:authorization[\"']?\s{0,4}[:=]\s{0,4}[\"']?bearer)\s{1,4}([A-Za-z0-9._~+/-]{24,2000}=*)")
KEPT_DUMMY = re.compile(rb"example|xxxx|your|placeholder|redacted|dummy|sample|123456789|abcdefgh|0000000|\.\.\.", re.I)


def kept_entropy(value):
    """Bits a character."""
    counts = [value.count(c) for c in set(value)]
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)


def kept_random(value, bits=3.2):
    """Whether it looks made by a random source: not words, not a placeholder."""
    if KEPT_DUMMY.search(value) or kept_entropy(value) < bits:
        return False
    digits = sum(48 <= c <= 57 for c in value)
    upper = sum(65 <= c <= 90 for c in value)
    lower = sum(97 <= c <= 122 for c in value)
    return digits >= 3 or upper >= 3 and lower >= 3 and (digits > 0 or upper * 3 > lower)


def kept_luhn(digits):
    total = 0
    for i, c in enumerate(reversed(digits)):
        n = c - 48
        if i % 2:
            n = n * 2 - 9 if n > 4 else n * 2
        total += n
    return total % 10 == 0


def kept_is_id(value):
    v = value.replace(b" ", b"").replace(b"-", b"").upper()
    if int(v[:2]) not in KEPT_REGIONS:
        return False
    try:
        born = datetime.date(int(v[6:10]), int(v[10:12]), int(v[12:14]))
    except ValueError:
        return False
    if born > datetime.date.today():
        return False
    total = sum((c - 48) * w for c, w in zip(v[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)))
    return v[17:] == b"10X98765432"[total % 11:total % 11 + 1]


def kept_is_card(value, around):
    groups = re.split(rb"[ -]", value)
    digits, first = b"".join(groups), int(value[:4] + (groups[0][4:6] if len(groups) == 1 else groups[1][:2]))
    lengths = [n for low, high, ns in KEPT_RANGES if low <= first <= high for n in ns]
    if len(digits) not in lengths and len(groups) == 5 and len(groups[4]) == 3:
        digits = digits[:-3]  # the three digits from the back
    if len(digits) not in lengths or len(set(digits)) < 3 or not kept_luhn(digits):
        return False
    # In one piece and as long as bar codes and row numbers: believed beside a word.
    if len(groups) > 1 or len(digits) in (15, 16) or len(digits) == 19 and digits.startswith((b"62", b"9558")):
        return True
    return KEPT_CARD_WORD.search(around) is not None


def kept_is_pem(label, rest):
    """Whether what follows the first line is a key, not a mention of one."""
    rest = rest.replace(b"\\r", b"").replace(b"\\n", b"\n").partition(b"-----END")[0]
    lines = [line.strip(b" \t\r\"',>") for line in rest.split(b"\n")]
    encrypted = any(line.startswith(b"Proc-Type:") for line in lines)
    body = b"".join(line for line in lines if b":" not in line and not line.startswith(b"="))
    if len(body) < 64 or not re.fullmatch(rb"[A-Za-z0-9+/=]{64}", body[:64]):
        return False
    head = base64.b64decode(body[:64])
    if encrypted:
        return True
    if label.startswith(b"PGP"):
        return head[0] & 0x80 != 0
    if label.startswith(b"OPENSSH"):
        return head.startswith(b"openssh-key-v1\0")
    return head[0] == 0x30


def kept_is_bearer(value):
    parts = value.split(b".")
    if len(parts) == 3 and value.startswith(b"eyJ"):
        try:
            header = json.loads(base64.urlsafe_b64decode(parts[0] + b"=" * (-len(parts[0]) % 4)))
            return isinstance(header, dict) and "alg" in header and len(parts[2]) >= 16
        except ValueError:
            return False
    return kept_random(value, 3.8)


# --- seed phrases: words of BIP-39's English list, with its checksum ------------

KEPT_WORDS = {}
KEPT_RUN = re.compile(rb"(?<![A-Za-z])(?:[A-Za-z]{3,8}(?:[\s,;|\"'\[\]]{1,8}(?:\d{1,2}[.):]?[\s\"']{0,4})?)){11,}[A-Za-z]{3,8}(?![A-Za-z])")
KEPT_TOKEN = re.compile(rb"[A-Za-z]+")
KEPT_COUNTS = (24, 21, 18, 15, 12)
KEPT_LABELS = frozenset(b"seed phrase secret word key list".split())


def kept_words():
    if not KEPT_WORDS:
        KEPT_WORDS.update((word, i) for i, word in enumerate(P["words"].encode().split()))
    return KEPT_WORDS


def kept_checksum(indexes):
    bits = 0
    for i in indexes:
        bits = bits << 11 | i
    check = len(indexes) * 11 // 33
    entropy = bits >> check
    digest = hashlib.sha256(entropy.to_bytes(check * 4, "big")).digest()
    return digest[0] >> 8 - check == bits & (1 << check) - 1 and len(set(indexes)) > 3


def kept_phrases(run):
    """Phrases in a run of words of the list, each (offset, line, index): the words
    as they stand, behind what they may be called, line by line, or with a few other
    words before or after."""
    def holds(part):
        return len(part) in KEPT_COUNTS and kept_checksum([w[2] for w in part])

    if holds(run):
        return [run]
    labels = {KEPT_WORDS.get(word) for word in KEPT_LABELS}
    bare = list(itertools.dropwhile(lambda w: w[2] in labels, run))
    if holds(bare):
        return [bare]
    if len(run) in KEPT_COUNTS and len(bare) == len(run):
        return []
    lines = [list(g) for _, g in itertools.groupby(bare, key=lambda w: w[1])]
    paragraphs = []
    for line in lines:
        if paragraphs and line[0][1] - paragraphs[-1][-1][1] == 1:
            paragraphs[-1] += line
        else:
            paragraphs.append(list(line))
    whole = [part for part in lines + paragraphs if holds(part)]
    if whole or len(bare) > 28:
        return whole
    for n in KEPT_COUNTS:
        for part in (bare[:n], bare[-n:]):
            if len(bare) > n and holds(part):
                return [part]
    return []


def kept_seeds(data):
    for m in KEPT_RUN.finditer(data):
        words, run, line, at = kept_words(), [], 0, m.start()
        for token in itertools.chain(KEPT_TOKEN.finditer(data, m.start(), m.end()), (None,)):
            index = None
            if token is not None:
                line += data.count(b"\n", at, token.start())
                at = token.start()
                index = words.get(token.group().lower())
            if index is not None:
                run.append((at, line, index))
                continue
            if len(run) >= 12:
                for part in kept_phrases(run):
                    yield part[0][0], len(part)
            run = []


# --- looking for them -----------------------------------------------------------

def kept_mask(value, shortest=12):
    """At most two characters of each end."""
    text = value.decode("utf-8", "replace")
    return text[:2] + "…" + text[-2:] if len(text) >= shortest else "…"


# Of one file, more than these need not be found, and more first lines of private
# keys are not followed: a file that is full of either would take for ever.
KEPT_ENOUGH = 500


def kept_short(data, enough=KEPT_ENOUGH):
    """Secrets that lie in one line: (offset, end, kind, masked)."""
    found = []
    if b"\\" in data:  # a line break that is written out ends a number; the length stays
        data = data.replace(b"\\n", b"  ").replace(b"\\r", b"  ").replace(b"\\t", b"  ")
    for m in KEPT_ID.finditer(data):
        if len(found) >= enough:
            break
        if kept_is_id(m.group()):
            found.append((m.start(), m.end(), "identity", kept_mask(m.group())))
    for m in KEPT_CARD.finditer(data):
        if len(found) >= enough:
            break
        line = data[max(data.rfind(b"\n", 0, m.start()) + 1, m.start() - 120):m.end() + 60].split(b"\n")[0]
        if kept_is_card(m.group(), line):
            found.append((m.start(), m.end(), "card", kept_mask(m.group())))
    for need, shape, kind in KEPT_KEYS:
        if need not in data:
            continue
        if shape not in KEPT_SHAPES:
            KEPT_SHAPES[shape] = re.compile(shape + rb"(?![A-Za-z0-9_-])")
        for m in KEPT_SHAPES[shape].finditer(data):
            start = m.start() - (32 if kind == "zhipu" else 0)
            value = data[start:m.end()]
            if start and data[start - 1] in KEPT_BEFORE or KEPT_DUMMY.search(value) or len(found) >= enough:
                continue
            if kept_entropy(value) > 3 if kind == "aws" else kept_random(value, 3):
                found.append((start, m.end(), "key:" + kind, kept_mask(value)))
    if b"earer" in data or b"EARER" in data:
        for m in KEPT_BEARER.finditer(data):
            if len(found) < enough and kept_is_bearer(m.group(1)) and not any(a <= m.start(1) < b for a, b, _, _ in found):
                found.append((m.start(1), m.end(1), "bearer", kept_mask(m.group(1))))
    return found


def kept_wide(data):
    """Digits as Chinese input methods write them are digits too."""
    if b"\xef\xbc" in data:
        return re.sub(rb"\xef\xbc([\x90-\x99])", lambda m: bytes([m.group(1)[0] - 0x60]), data)
    return data


def kept_secrets_in(data, enough=KEPT_ENOUGH):
    """The text as it was looked through, (offset, kind, masked) of every secret in
    it, and whether it was looked through to its end."""
    data = kept_wide(data)
    found = [(a, kind, masked) for a, _, kind, masked in kept_short(data, enough)]
    if b"PRIVATE KEY" in data:
        for m in itertools.islice(KEPT_PEM.finditer(data), enough):
            if kept_is_pem(m.group(1), data[m.end():m.end() + 16384]):
                found.append((m.start(), "private-key", ""))
    headers = [m.start() for m in itertools.islice(re.finditer(b"PuTTY-User-Key-File-", data), enough)]
    found += [(at, "private-key", "") for at in headers if KEPT_PUTTY.match(data, at, at + 8192)]
    found += [(at, "seed", str(n)) for at, n in itertools.islice(kept_seeds(data), enough)]
    whole = max(data.count(b"-----BEGIN "), data.count(b"PuTTY-User-Key-File-")) <= enough
    return data, sorted(found), whole


KEPT_NAMED = re.compile(rb"(?i)((?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|credential)s?[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?"
                        rb"|(?:\xe5\xaf\x86\xe7\xa0\x81|\xe5\x8f\xa3\xe4\xbb\xa4)[ \t]{0,4}(?::|=|\xef\xbc\x9a)[ \t]{0,4})([^\s\"',;]{4,200})")


def kept_masked(data):
    """Text with everything that looks like a secret taken out of it."""
    every = len(data)
    data, found, _ = kept_secrets_in(data, every)
    for at, kind, _ in reversed(found):
        if kind == "private-key":
            end = data.find(b"-----END", at)
            end = data.find(b"-----", end + 8) + 5 if end >= 0 else len(data)
            data = data[:at] + b"[private key]" + data[max(end, at):]
        elif kind == "seed":
            end = data.find(b"\n\n", at)
            data = data[:at] + b"[seed phrase]" + (data[end:] if end >= 0 else b"")
    for a, b, _, masked in sorted(kept_short(data, every), reverse=True):
        data = data[:a] + masked.encode() + data[b:]
    return KEPT_NAMED.sub(rb"\1" + "…".encode(), data)


def kept_text(data):
    """The bytes of a text in an encoding in which ASCII is ASCII, or None."""
    head = data[:8192]
    if b"\0" not in head:
        return data
    for marks, encoding in (((b"\xff\xfe",), "utf-16-le"), ((b"\xfe\xff",), "utf-16-be")):
        if head.startswith(marks):
            return data[2:].decode(encoding, "replace").encode("utf-8", "replace")
    # Without a mark: of Latin letters and digits every other byte is zero.
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.3 * len(head) and even < 0.02 * len(head):
        return data.decode("utf-16-le", "replace").encode("utf-8", "replace")
    if even > 0.3 * len(head) and odd < 0.02 * len(head):
        return data.decode("utf-16-be", "replace").encode("utf-8", "replace")
    return None


def kept_workspaces(config, elsewhere=None):
    """The agents' working directories in its home, the default first."""
    out = [P["workspace"]]
    named = [at(config, "agents.defaults.workspace")]
    agents_of = at(config, "agents.entries")
    if isinstance(agents_of, dict):
        named += [entry.get("workspace") for entry in list(agents_of.values())[:20] if isinstance(entry, dict)]
    for path in named:
        path = kept_user_path(path)
        if not path or path in out:
            continue
        if path.startswith(KEPT_HOME + "/") and len(out) < 8:
            out.append(path)
        elif elsewhere is not None:
            elsewhere.append(path)
    return out


def kept_user_path(path):
    if not isinstance(path, str) or not path.strip() or "\0" in path or len(path) > 1000:
        return ""
    path = path.strip()
    if path == "~" or path.startswith("~/"):
        path = KEPT_HOME + path[1:]
    return os.path.normpath(path) if path.startswith("/") else ""


def kept_scan(roots, elsewhere=(), files=20000, each=8 << 20, size=64 << 20, seconds=10, most=40, per_file=6):
    begun = time.monotonic()
    limits = KeptLimits(files, size, seconds)
    out = {"roots": roots, "files": 0, "bytes": 0, "binaries": 0, "skipped": 0, "found": [], "more": 0}

    for path in elsewhere:
        limits.left(path, "outside")

    def add(path, line, kind, masked):
        if len(out["found"]) < most:
            out["found"].append({"path": kept_path(path), "line": line, "kind": kind, "masked": masked})
        else:
            out["more"] += 1

    def enter(path, entry):
        # Packages of others' code and git's packed objects are not where one keeps things.
        if entry.name == "node_modules" or entry.name == "objects" and path.endswith("/.git"):
            out["skipped"] += 1
            return False
        return True

    for root in roots:
        try:
            fd = kept_open(root)
        except OSError as e:
            limits.left(root, kept_why(e))
            continue
        try:
            for where, path, entry in kept_walk(fd, root, limits, enter):
                here = path + "/" + entry.name
                for _, _, kind, masked in kept_short(kept_wide(os.fsencode(entry.name))):
                    add(here, 0, kind, masked)
                if entry.is_symlink():
                    continue  # what it leads to is looked at where it is, or is not ours
                try:
                    data, info = kept_read(where, entry.name, min(each, max(limits.size, 1)))
                except (OSError, RuntimeError) as e:
                    if isinstance(e, OSError) and e.errno == errno.ENOENT:
                        continue
                    if isinstance(e, OSError) and e.errno != errno.ENXIO:
                        limits.left(here, kept_why(e))
                    continue  # a socket, a FIFO or a device holds no text
                limits.size -= len(data)
                out["files"] += 1
                out["bytes"] += len(data)
                text = kept_text(data)
                if text is None:
                    out["binaries"] += 1
                    continue
                text, found, whole = kept_secrets_in(text)
                if info.st_size > len(data) or not whole:
                    limits.left(here, "size")
                for n, (offset, kind, masked) in enumerate(found):
                    if n >= per_file:
                        out["more"] += len(found) - n
                        break
                    add(here, text.count(b"\n", 0, offset) + 1, kind, masked)
                if limits.spent():
                    break
        finally:
            os.close(fd)
        if limits.spent():
            break
    out["limit"] = limits.hit
    out["left"], out["moreLeft"] = limits.out, limits.more
    out["seconds"] = round(time.monotonic() - begun, 2)
    return out


def kept_outermost(paths):
    return [p for p in paths if not any(p != q and p.startswith(q + "/") for q in paths)]


@more("secrets")
def kept_secrets(seen):
    elsewhere = []
    roots = kept_workspaces(seen["config"], elsewhere) + [P["inbox"], P["outbox"]]
    return kept_scan(kept_outermost(roots), elsewhere)


KEPT_KEY_NAME = re.compile(r"(^|_)(API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|PAT)(_|$)")


def kept_key_names(environ):
    """Names of variables that hold a key in clear: by their name, or by the look of
    their value. A path, a reference or a switch is none."""
    out, looked = set(), 0
    for entry in environ.split(b"\0")[:2000]:
        name, eq, value = entry.partition(b"=")
        looked += bool(eq)
        if not eq or len(value) < 6 or value.startswith((b"/", b"${")):
            continue
        if KEPT_KEY_NAME.search(name.decode("utf-8", "replace").upper()) or kept_short(value):
            out.add(kept_path(name, 80))
    return {"looked": looked, "names": sorted(out)[:60]}


@more("keyNames")
def kept_environ(seen):
    main = int(seen["properties"].get("MainPID", "0") or 0)
    if not main:
        raise RuntimeError("the gateway has no process")
    with open("/proc/%d/environ" % main, "rb") as f:
        return kept_key_names(f.read(1 << 20))


# Code that package managers wrote, and the agent's own work: walled by the state
# directory's mode, and none of it is a store of secrets.
KEPT_LOOSE = ("npm", "npm-runtime", "git", "extensions", "tools", "skills", "plugin-skills", "hooks", "sandboxes")


def kept_modes(state, workspaces, entries=20000, seconds=4):
    """What below the state directory others than its owner may use."""
    limits = KeptLimits(entries, 1, seconds)
    out = {"looked": 0, "loose": [], "more": 0, "elsewhere": 0}

    def look(path, info):
        out["looked"] += 1
        mode = stat.S_IMODE(info.st_mode)
        if not mode & 0o077 or stat.S_ISLNK(info.st_mode):
            return
        below = path[len(state) + 1:].partition("/")[0]
        if below in KEPT_LOOSE or any(path.startswith(w + "/") for w in workspaces):
            out["elsewhere"] += 1
        elif len(out["loose"]) < 40:
            out["loose"].append({"path": kept_path(path), "mode": "%04o" % mode})
        else:
            out["more"] += 1

    def each(path, entry):
        try:
            look(path + "/" + entry.name, entry.stat(follow_symlinks=False))
        except OSError:
            pass  # gone meanwhile
        return True

    fd = kept_open(state)
    try:
        look(state, os.fstat(fd))
        for _, path, entry in kept_walk(fd, state, limits, each):
            each(path, entry)
    finally:
        os.close(fd)
    out["limit"], out["left"], out["moreLeft"] = limits.hit, limits.out, limits.more
    return out


@more("modes")
def kept_state_modes(seen):
    return kept_modes(P["state"], kept_workspaces(seen["config"]))


# --- what the agent loads: skills, plugins, hooks --------------------------------

def kept_tree(fd, path, limits, files=3000, size=16 << 20, depth=12):
    """One hash of everything below: names, kinds, modes, bytes, and where links lead."""
    own = KeptLimits(min(files, limits.entries), min(size, limits.size), max(limits.end - time.monotonic(), 0), depth)
    digest = hashlib.sha256()
    out = {"files": 0, "bytes": 0, "links": 0, "partial": ""}

    def put(kind, name, mode, content):
        name = os.fsencode(name)
        digest.update(b"%s %d %04o %d\0" % (kind, len(name), mode, len(content)) + name)
        digest.update(hashlib.sha256(content).digest())

    directories = []

    def enter(where, entry):
        directories.append((where + "/" + entry.name)[len(path) + 1:])
        return True

    for where, top, entry in kept_walk(fd, path, own, enter):
        name = (top + "/" + entry.name)[len(path) + 1:]
        try:
            info = entry.stat(follow_symlinks=False)
            mode = stat.S_IMODE(info.st_mode)
            if stat.S_ISLNK(info.st_mode):
                out["links"] += 1
                put(b"link", name, 0, os.fsencode(os.readlink(entry.name, dir_fd=where)))
            elif stat.S_ISREG(info.st_mode):
                data, _ = kept_read(where, entry.name, max(own.size, 0) + 1)
                own.size -= len(data)
                out["files"] += 1
                out["bytes"] += len(data)
                put(b"file", name, mode, data)
            else:
                put(b"other", name, mode, b"")
        except (OSError, RuntimeError) as e:
            own.left(top + "/" + entry.name, kept_why(e))
    for name in sorted(directories):
        put(b"dir", name, 0, b"")
    limits.entries -= out["files"] + out["links"]
    limits.size -= out["bytes"]
    out["partial"] = own.spent() or (own.out[0]["why"] if own.out else "")
    out["sha256"] = digest.hexdigest()
    return out


def kept_real_tree(path, limits):
    """The tree that a link leads to. The code disk's needs no hash of its own."""
    real = os.path.realpath(path)
    if (real + "/").startswith(P["code"] + "/"):
        return None
    if not real.startswith(KEPT_HOME + "/"):
        raise RuntimeError("outside")
    fd = kept_open(real)
    try:
        return kept_tree(fd, real, limits)
    finally:
        os.close(fd)


class KeptTrees:
    def __init__(self):
        self.limits = KeptLimits(30000, 96 << 20, 12, 8)
        self.roots, self.trees, self.more, self.known, self.entered = [], [], 0, set(), set()

    def add(self, kind, path, found, link=""):
        if path in self.known:
            return
        self.known.add(path)
        if len(self.trees) >= 200:
            self.more += 1
            return
        self.trees.append(dict(found, kind=kind, path=kept_path(path), link=kept_path(link)))

    def link(self, kind, path):
        target = ""
        try:
            target = os.readlink(path)
            found = kept_real_tree(path, self.limits)
        except (OSError, RuntimeError) as e:
            found = {"files": 0, "bytes": 0, "links": 0, "partial": kept_why(e), "sha256": ""}
        if found is None:
            return
        found["sha256"] = hashlib.sha256((target + "\0" + found["sha256"]).encode("utf-8", "replace")).hexdigest()
        self.add(kind, path, found, target)

    def one(self, kind, fd, path):
        self.add(kind, path, kept_tree(fd, path, self.limits))

    def skills(self, kind, fd, path, depth):
        """OpenClaw takes a directory with a SKILL.md for a skill, up to six levels down."""
        try:
            entries = kept_entries(fd, self.limits)
        except OSError as e:
            self.limits.left(path, kept_why(e))
            return
        if any(e.name == "SKILL.md" for e in entries):
            self.one(kind, fd, path)
            return
        for entry in entries:
            self.limits.entries -= 1
            if self.limits.spent():
                return
            here = path + "/" + entry.name
            if entry.is_symlink():
                if not os.path.isdir(here):
                    continue
                self.link(kind, here)
            elif entry.is_dir(follow_symlinks=False) and depth < 7:
                self.inner(self.skills, kind, fd, entry.name, here, depth + 1)

    def children(self, kind, fd, path, _depth):
        """Each directory, link or file directly below is loaded as one thing."""
        try:
            entries = kept_entries(fd, self.limits)
        except OSError as e:
            self.limits.left(path, kept_why(e))
            return
        for entry in entries:
            self.limits.entries -= 1
            if self.limits.spent():
                return
            here = path + "/" + entry.name
            if entry.is_symlink():
                self.link(kind, here)
            elif entry.is_dir(follow_symlinks=False):
                self.inner(lambda k, f, p, _: self.one(k, f, p), kind, fd, entry.name, here, 0)
            else:
                self.file(kind, fd, entry.name, here)

    def file(self, kind, fd, name, path):
        try:
            data, info = kept_read(fd, name, 16 << 20)
        except (OSError, RuntimeError) as e:
            self.limits.left(path, kept_why(e))
            return
        self.limits.size -= len(data)
        self.add(kind, path, {"files": 1, "bytes": len(data), "links": 0,
                              "partial": "size" if info.st_size > len(data) else "",
                              "sha256": hashlib.sha256(b"%04o\0" % stat.S_IMODE(info.st_mode) + data).hexdigest()})

    def inner(self, f, kind, fd, name, path, depth):
        try:
            inner = os.open(name, KEPT_DIR, dir_fd=fd)
        except OSError as e:
            self.limits.left(path, kept_why(e))
            return
        try:
            f(kind, inner, path, depth)
        finally:
            os.close(inner)

    def root(self, kind, path, f):
        if not path or path in self.entered:
            return
        self.entered.add(path)
        try:
            if os.path.islink(path):
                self.link(kind, path)
                return
            fd = kept_open(path)
        except OSError as e:
            if e.errno == errno.ENOTDIR and os.path.isfile(path):
                parent = kept_open(os.path.dirname(path))
                try:
                    self.file(kind, parent, os.path.basename(path), path)
                finally:
                    os.close(parent)
            elif e.errno != errno.ENOENT:
                self.limits.left(path, kept_why(e))
            return
        try:
            self.roots.append(kept_path(path))
            f(kind, fd, path, 0)
        finally:
            os.close(fd)


def kept_listed(config, path):
    value = at(config, path)
    return [kept_user_path(v) for v in value[:50]] if isinstance(value, list) else []


def kept_loaded(config):
    """Everything that OpenClaw loads from outside its package, by its documentation
    (docs/tools/skills.md, docs/gateway/config-extensions.md, docs/automation/hooks)."""
    trees, state = KeptTrees(), P["state"]
    agents_dir = state + "/agents"
    try:
        fd = kept_open(agents_dir)
        try:
            ids = [e.name for e in kept_entries(fd, trees.limits)][:50]
        finally:
            os.close(fd)
    except OSError:
        ids = []
    roots = [("skill", state + "/skills"), ("skill", KEPT_HOME + "/.agents/skills"),
             ("skill", state + "/skill-library"), ("skill", state + "/plugin-skills")]
    roots += [("skill", "%s/%s/agent/workshop-skills" % (agents_dir, name)) for name in ids]
    roots += [("plugin", state + "/extensions"), ("plugin", state + "/npm/projects"), ("plugin", state + "/git"),
              ("hook", state + "/hooks")]
    for workspace in kept_workspaces(config):
        roots += [("skill", workspace + "/skills"), ("skill", workspace + "/.agents/skills"),
                  ("plugin", workspace + "/.openclaw/extensions"), ("hook", workspace + "/hooks")]
    roots += [("skill", p) for p in kept_listed(config, "skills.load.extraDirs")]
    looked = len(roots)
    for kind, path in roots:
        trees.root(kind, path, trees.skills if kind == "skill" else trees.children)
    for kind, key in (("plugin", "plugins.load.paths"), ("hook", "hooks.internal.load.extraDirs")):
        for path in kept_listed(config, key):
            looked += 1
            trees.root(kind, path, lambda k, f, p, _: trees.one(k, f, p))
    policy = {}
    for path in KEPT_POLICY:
        v = at(config, path)
        if v is not None:
            policy[path] = json.dumps(v, ensure_ascii=False)[:120]
    left = trees.limits
    return {"looked": looked, "roots": trees.roots[:60], "trees": trees.trees, "more": trees.more, "policy": policy,
            "limit": left.spent(), "left": left.out, "moreLeft": left.more}


# What decides about installing more of them.
KEPT_POLICY = ["security.installPolicy.enabled", "security.installPolicy.targets", "skills.install.allowUploadedArchives",
               "skills.load.allowSymlinkTargets", "skills.workshop.autonomous.mode", "skills.workshop.approvalPolicy",
               "plugins.enabled", "plugins.allow"]


@more("skills")
def kept_skills(seen):
    if seen["config"] is None:
        raise RuntimeError("%s could not be read" % P["config"])
    return kept_loaded(seen["config"])


# --- settings and standing instructions --------------------------------------------

# Keys of openclaw.json that OpenClaw writes for itself and that decide nothing.
KEPT_VOLATILE = re.compile(r"(meta\.lastTouched\w*|meta\.migrations\..*|wizard\.(lastRun\w*|securityAcknowledgedAt)|\$schema"
                           r"|(.*\.)?(lastUsedAt|lastUsedCommand|lastResolvedPath|updatedAt|updatedAtMs|installedAt|resolvedAt))")
KEPT_SECRET_KEY = re.compile(r"token|secret|passw|passphrase|api_?-?key|private_?-?key|credential|cookie|authorization|webhook|^pin$", re.I)
KEPT_INSTRUCTIONS = ("AGENTS.md", "SOUL.md", "IDENTITY.md", "USER.md", "TOOLS.md", "HEARTBEAT.md", "BOOT.md", "BOOTSTRAP.md")
KEPT_TEXT = 8 << 10   # of one file
KEPT_TEXTS = 128 << 10  # of all
KEPT_LARGEST = 1 << 20


def kept_value(name, value, hide):
    """A setting as it is shown, and whether something of it is hidden."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value), False
    if isinstance(value, (int, float)):
        if hide and not re.search(r"tokens", name, re.I) or isinstance(value, int) and abs(value) >= 10 ** 8:
            return "…", True
        return json.dumps(value), False
    text = str(value)
    raw = text.encode("utf-8", "replace")
    if hide and not re.fullmatch(r"(\$\{\w+\}|off|none|token|password|pairing|env|file|exec)?", text):
        return '"…"', True
    if re.fullmatch(r"\+?[\d\s()-]{8,24}", text) or "@" in text:  # someone's number or address
        return json.dumps(kept_mask(raw, 8), ensure_ascii=False), True
    if len(raw) >= 24 and re.fullmatch(rb"[A-Za-z0-9_\-+=.:]+", raw) and kept_random(raw, 3.6):
        return '"…"', True
    masked = kept_masked(raw)
    shown = masked.decode("utf-8", "replace")
    return json.dumps(shown[:160] + ("…" if len(shown) > 160 else ""), ensure_ascii=False), masked != raw or len(shown) > 160


def kept_flatten(value, name, hide, out, depth=0):
    """Leaves of a JSON document by their dotted names: (shown, hidden, value)."""
    if len(out) >= 4000 or depth > 24 or KEPT_VOLATILE.fullmatch(name):
        return
    if isinstance(value, dict) and value:
        reference = "source" in value and "id" in value  # to a secret, not the secret
        for key in sorted(value, key=str):
            k = kept_masked(str(key).encode("utf-8", "replace")).decode("utf-8", "replace")[:80]
            inner = not reference and (KEPT_SECRET_KEY.search(k) is not None and not isinstance(value[key], dict)
                                       or name.rpartition(".")[2] in ("env", "headers", "vars", "credentials"))
            kept_flatten(value[key], (name + "." if name else "") + (json.dumps(k) if "." in k else k), inner, out, depth + 1)
    elif isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value):
        for i, v in enumerate(value[:200]):
            kept_flatten(v, "%s.%d" % (name, i), hide, out, depth + 1)
    elif isinstance(value, list):
        parts = [kept_value(name, v, hide) for v in value[:200]]
        more_of_it = len(value) > 200
        out[name] = ("[%s%s]" % (", ".join(p[0] for p in parts), ", …" if more_of_it else ""),
                     more_of_it or any(p[1] for p in parts), json.dumps(value))
    elif isinstance(value, dict):
        out[name] = ("{}", False, "")
    else:
        out[name] = kept_value(name, value, hide) + (json.dumps(value),)


def kept_document(document, key):
    """A JSON document as lines, without what changes by itself. What is hidden in a
    line gets a tag, by which a change of it is noticed: a keyed hash, the key being
    the gateway's own token, which cannot be guessed and never leaves the machine."""
    flat = {}
    kept_flatten(document, "", False, flat)
    lines, tags = [], {}
    for name in sorted(flat):
        shown, hidden, value = flat[name]
        name = name[:200]
        lines.append("%s = %s" % (name, shown))
        if hidden and key and name != "gateway.auth.token" and len(tags) < 100:
            tags[name] = hmac.new(key, (name + "\0" + value).encode("utf-8", "replace"), "sha256").hexdigest()[:12]
    return lines, tags


def kept_template(name):
    """What OpenClaw itself writes into a new workspace, from its package."""
    try:
        data, _ = kept_file(P["code"] + "/openclaw/docs/reference/templates/" + name, 1 << 18)
    except (OSError, RuntimeError):
        return None
    m = re.match(rb"---\r?\n.*?\r?\n---[ \t]*(?:\r?\n|$)", data, re.S)
    return data[m.end():].lstrip() if m else data


class KeptFiles:
    def __init__(self, key):
        self.key, self.files, self.more, self.texts, self.known = key, [], 0, KEPT_TEXTS, set()

    def add(self, kind, path, data=None, info=None, problem="", lines=None, **more_facts):
        if path in self.known:
            return
        self.known.add(path)
        if len(self.files) >= 250:
            self.more += 1
            return
        f = {"path": kept_path(path), "kind": kind, "problem": problem}
        if data is not None:
            f.update(sha256=hashlib.sha256(data).hexdigest(), size=len(data), lines=data.count(b"\n") + (data[-1:] not in (b"\n", b"")))
            if info is not None:
                f["mode"] = "%04o" % stat.S_IMODE(info.st_mode)
                if info.st_size > len(data):
                    f["problem"] = "size"
        if lines is not None:
            text = "\n".join(lines)
            limit = min(self.texts, KEPT_TEXT * (3 if kind == "settings" else 1))
            f["text"] = text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")
            f["cut"] = f["text"] != text
            self.texts -= len(f["text"].encode("utf-8"))
        f.update(more_facts)
        self.files.append(f)

    def read(self, kind, path, private=False):
        if path in self.known:
            return
        try:
            data, info = kept_file(path, KEPT_LARGEST)
        except (OSError, RuntimeError) as e:
            if isinstance(e, OSError) and e.errno in (errno.ENOENT, errno.ENOTDIR):
                return
            self.add(kind, path, problem="link" if isinstance(e, OSError) and e.errno == errno.ELOOP else kept_why(e))
            return
        if kind in ("settings", "policy"):
            self.document(kind, path, data, info)
            return
        facts = {}
        if kind == "instructions":
            facts["stock"] = data == kept_template(os.path.basename(path))
        lines = None
        if not private and b"\0" not in data:
            shown = kept_masked(data[:KEPT_TEXT * 2])
            if len(data) > KEPT_TEXT * 2:  # what the cut goes through may not be recognised
                shown, facts["cut"] = shown[:-2100], True
            lines = shown.decode("utf-8", "replace").splitlines()
        self.add(kind, path, data, info, lines=lines, **facts)

    def document(self, kind, path, data, info):
        try:
            document = json.loads(data)
        except ValueError:
            self.add(kind, path, problem="not JSON")
            return
        lines, tags = kept_document(document, self.key)
        canonical = "\n".join(lines).encode("utf-8", "replace")
        facts = {"tags": tags, "tagKey": hashlib.sha256(b"tags\0" + self.key).hexdigest()[:16] if self.key else ""}
        if b'"$include"' in data:
            facts["problem"] = "include"
        self.add(kind, path, canonical, None, lines=lines, mode="%04o" % stat.S_IMODE(info.st_mode), **facts)

    def directory(self, kind, path, pick):
        try:
            fd = kept_open(path)
        except OSError as e:
            if e.errno not in (errno.ENOENT, errno.ENOTDIR):
                self.add(kind, path, problem=kept_why(e))
            return
        try:
            with os.scandir(fd) as it:
                entries = sorted(itertools.islice(it, 2000), key=lambda e: e.name)
            for entry in entries:
                pick(entry, path + "/" + entry.name)
        finally:
            os.close(fd)

    def units(self, path, top=True):
        def pick(entry, here):
            if entry.is_symlink():
                target = os.readlink(here)
                # An enabled unit of the distribution's is a link to where its packages
                # put it, and comes and goes with them.
                if not os.path.normpath(os.path.join(path, target)).startswith(("/usr/lib/systemd/", "/lib/systemd/")):
                    self.add("unit", here, ("-> " + target).encode(), None, lines=["-> " + kept_path(target)])
            elif entry.is_dir(follow_symlinks=False):
                if top:
                    self.units(here, False)
            else:
                self.read("unit", here)
        self.directory("unit", path, pick)


def kept_files(config, token, properties, etc):
    # A weak key would let the tags be guessed.
    key = token.encode("utf-8", "replace")
    files = KeptFiles(key if len(key) >= 32 and len(set(key)) >= 8 else b"")
    files.read("settings", P["config"])
    files.read("policy", P["state"] + "/exec-approvals.json")
    for name in ("FragmentPath", "DropInPaths"):
        for path in properties.get(name, "").split()[:20]:
            if path.startswith(("/etc/", "/run/")):
                files.read("unit", path)
    files.units(etc + "/systemd/system")
    files.read("ssh", etc + "/ssh/sshd_config")
    files.directory("ssh", etc + "/ssh/sshd_config.d", lambda e, here: files.read("ssh", here))
    files.read("sudo", etc + "/sudoers")
    files.directory("sudo", etc + "/sudoers.d", lambda e, here: files.read("sudo", here))
    for workspace in kept_workspaces(config):
        for name in KEPT_INSTRUCTIONS:
            # What the owner is like is nobody's business but theirs: no text of USER.md.
            files.read("instructions", workspace + "/" + name, private=name == "USER.md")
    return {"files": files.files, "more": files.more}


@more("kept")
def kept_all(seen):
    token = ""
    if seen["config"] is not None:
        try:
            token = find_token(seen["config"], seen["properties"])[0]
        except (OSError, RuntimeError):
            pass
    return kept_files(seen["config"] or {}, token, seen["properties"], KEPT_ETC)


# --- what the agent remembers -------------------------------------------------------

def kept_memory(workspaces, most=400):
    """Names and hashes, no text: what the agent remembers is about its owner."""
    limits = KeptLimits(5000, 64 << 20, 4, 5)
    out = []

    def add(fd, path, name):
        try:
            data, info = kept_read(fd, name, 4 << 20)
        except (OSError, RuntimeError) as e:
            if not (isinstance(e, OSError) and e.errno == errno.ENOENT):
                limits.left(path + "/" + name, kept_why(e))
            return
        limits.size -= len(data)
        if info.st_size > len(data):
            limits.left(path + "/" + name, "size")
        if len(out) >= most:
            limits.left(path + "/" + name, "files")
            return
        out.append({"path": kept_path(path + "/" + name), "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data), "lines": data.count(b"\n")})

    for workspace in workspaces:
        try:
            fd = kept_open(workspace)
        except OSError as e:
            limits.left(workspace, kept_why(e))
            continue
        try:
            for name in ("MEMORY.md", "memory.md", "DREAMS.md", "dreams.md"):
                add(fd, workspace, name)
            try:
                inner = os.open("memory", KEPT_DIR, dir_fd=fd)
            except OSError as e:
                if e.errno != errno.ENOENT:
                    limits.left(workspace + "/memory", kept_why(e))
                continue
            try:
                for where, path, entry in kept_walk(inner, workspace + "/memory", limits, lambda _, entry: entry.name != ".git"):
                    if entry.name.endswith(".md"):
                        add(where, path, entry.name)
            finally:
                os.close(inner)
        finally:
            os.close(fd)
    out.sort(key=lambda f: f["path"])
    return {"roots": workspaces, "files": out, "limit": limits.spent(), "left": limits.out, "moreLeft": limits.more}


@more("memory")
def kept_memories(seen):
    return kept_memory(kept_workspaces(seen["config"]))
