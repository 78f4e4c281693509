"""Places on disk for the embedded servers: who owns them, how long a socket's path may be, the lock."""

import fcntl
import hashlib
import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET_PATH_MAX = 107  # sockaddr_un.sun_path holds 108 bytes, the last of them zero
SURVIVES_REBOOT = Path("/var/tmp")  # noqa: S108 - directories made there are checked for their owner


class ServiceError(RuntimeError):
    """An embedded server could not be started; the message says why and what to do."""


def server_user() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as: it refuses root, who therefore lends it to `nobody`; else ourselves (None)."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def is_open(path: Path) -> bool:
    """Whether any user may walk to `path`, as far as it exists."""
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents) if step.exists())


def reachable_home(var_dir: Path) -> Path:
    """`var_dir`, or, where the user PostgreSQL runs as cannot walk there, a directory of its own outside."""
    if server_user() is None or is_open(var_dir):
        return var_dir
    return SURVIVES_REBOOT / f"fw-{_digest(var_dir)}"


def socket_directory(wanted: Path, socket_name: str) -> Path:
    """`wanted`, or a short directory in the temporary one where the socket's path would be too long."""
    if len(os.fsencode(wanted / socket_name)) <= SOCKET_PATH_MAX:
        return wanted
    return Path(tempfile.gettempdir()) / f"fw-{_digest(wanted)}"


def own_directory(path: Path, *, mode: int = 0o700, owner: pwd.struct_passwd | None = None) -> Path:
    """Make `path` with its missing parents, and refuse one that another user has put there."""
    uid, gid = (owner.pw_uid, owner.pw_gid) if owner else (os.geteuid(), os.getegid())
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
            message = f"{path} must be a directory of user {uid}; move it away or choose another VAR_DIR"
            raise ServiceError(message) from None
    else:
        path.chmod(mode)  # mkdir's mode is cut by the umask
        os.chown(path, uid, gid)
    return path


@contextmanager
def locked(var_dir: Path) -> Iterator[None]:
    """Hold the one lock of this VAR_DIR's servers; it falls with the process that holds it."""
    if not var_dir.exists():
        own_directory(var_dir, mode=0o755)
    with (var_dir / "services.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
