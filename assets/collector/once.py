# How the collector is run in the machine. Its compilation takes longer there, under
# emulation, than all that it looks at: so it is done once after each start of the
# machine. What was compiled lies where only root can write, under the digest of what
# it was compiled from; it is gone with the next start.
import marshal
import os
import stat
import sys

PARAMS = @PARAMS@
SOURCE = @SOURCE@


def compiled(directory, name):
    place = os.path.join(directory, name)
    try:
        with open(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as f:
            info = os.fstat(f.fileno())
            if stat.S_ISREG(info.st_mode) and info.st_uid == 0 and not info.st_mode & 0o022:
                return marshal.loads(f.read())
    except (OSError, ValueError, EOFError, TypeError):
        pass
    code = compile(SOURCE, "collector", "exec")
    if os.path.isdir(@OWN@):  # this is a machine of ours
        part = "%s.%d" % (place, os.getpid())
        try:
            os.makedirs(directory, 0o700, exist_ok=True)
            for old in os.listdir(directory):
                if old.startswith("collector-"):
                    os.unlink(os.path.join(directory, old))
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as f:
                f.write(marshal.dumps(code))
            os.rename(part, place)
        except OSError:
            pass  # it is compiled again, then
    return code


exec(compiled(@DIRECTORY@, "collector-@DIGEST@." + sys.implementation.cache_tag))
