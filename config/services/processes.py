"""Looking at the servers' processes by what they are, since a pid alone may be a zombie's or another's."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from config.services.files import ServiceError


def pid_in(path: Path) -> int | None:
    """The pid on the first line of a pid file; None without one."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def is_running(pid: int | None, name: str, directory: Path) -> bool:
    """Whether `pid` is a living process called `name` that works in `directory`."""
    try:
        process = psutil.Process(pid) if pid else None
        return process is not None and _works_in(process, name, directory)
    except psutil.Error:
        return False


def working_in(name: str, directory: Path) -> Iterator[psutil.Process]:
    """Every living process called `name` that works in `directory`: a server and its children."""
    for process in psutil.process_iter():
        try:
            if _works_in(process, name, directory):
                yield process
        except psutil.Error:
            continue


def wait_until(done: Callable[[], bool], *, seconds: float, failure: str) -> None:
    """Poll `done`; raise ServiceError with `failure` when the time is over."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise ServiceError(failure)
        time.sleep(0.02)


def _works_in(process: psutil.Process, name: str, directory: Path) -> bool:
    if process.name() != name or process.status() == psutil.STATUS_ZOMBIE:
        return False
    return process.cwd() == str(directory.resolve())
