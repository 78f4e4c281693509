"""Keeps the demo's programs running: each in a process group of its own, started again when it ends.

A program is forked from the supervisor, which has the site loaded, so one that was killed is back in a fraction of
the time that starting Python and importing the site would take.
"""

import contextlib
import ctypes
import multiprocessing
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkProcess
from pathlib import Path

from setproctitle import setproctitle

POLL = 0.5  # seconds; the end of a child is seen at once, that of a daemon at the next poll
PAUSE = 1.0  # seconds between two starts of a program that does not stay up
GRACE = 10.0  # seconds between SIGTERM and SIGKILL
PR_SET_PDEATHSIG = 1

forking = multiprocessing.get_context("fork")


@dataclass
class Program:
    """Something to run for ever, what it prints, and where the pid of its leader stands beside that."""

    name: str
    run: Callable[[], object]
    log: Path
    process: ForkProcess | None = None
    started: float = 0.0

    def start(self) -> None:
        self.process = forking.Process(target=self._become, args=[os.getpid()])
        self.process.start()
        self.started = time.monotonic()
        self.log.with_suffix(".pid").write_text(f"{self.process.pid}\n")

    def is_running(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def terminate(self) -> None:
        """Ask the leader, who ends its children."""
        if self.process and self.is_running():
            self.process.terminate()

    def kill(self) -> None:
        """The leader and all of its group, also what is left of one whose leader is gone."""
        if self.process and self.process.pid:
            if self.is_running():
                self.process.kill()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.join()

    def _become(self, supervisor: int) -> None:
        """In the child: leave the supervisor's terminal, signals and outputs behind, but not its fate."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        _die_with(supervisor)
        with open(os.devnull) as nothing, self.log.open("ab") as log:
            for descriptor, file in enumerate([nothing, log, log]):
                os.dup2(file.fileno(), descriptor)
        setproctitle(f"flywheel: {self.name}")
        self.run()


@dataclass
class Supervisor:
    """`revive` starts what runs outside (the embedded servers) and names it; `say` tells the user."""

    programs: list[Program]
    revive: Callable[[], list[str]]
    say: Callable[[str], None]
    stopping: bool = field(default=False, init=False)

    def start(self) -> None:
        for program in self.programs:
            program.start()

    def watch(self) -> None:
        """Until a stop signal comes, start again whatever ended."""
        with self._wakeup() as bell:
            while not self.stopping:
                select.select([bell], [], [], POLL)
                with contextlib.suppress(BlockingIOError):
                    os.read(bell, 512)
                if not self.stopping:
                    self.restart_dead()

    def restart_dead(self) -> None:
        for name in self.revive():
            self.say(f"{name} had ended and runs again")
        for program in self.programs:
            if not program.is_running() and time.monotonic() - program.started >= PAUSE:
                program.kill()
                program.start()
                self.say(f"{program.name} had ended and runs again; see {program.log}")

    def stop(self) -> None:
        """SIGTERM to all, SIGKILL to whatever is left after GRACE; nothing survives."""
        for program in self.programs:
            program.terminate()
        deadline = time.monotonic() + GRACE
        while any(program.is_running() for program in self.programs) and time.monotonic() < deadline:
            time.sleep(0.05)
        for program in self.programs:
            program.kill()

    @contextlib.contextmanager
    def _wakeup(self) -> Iterator[int]:
        """A descriptor that becomes readable when a signal arrives, so that nobody waits out the poll."""
        bell, rope = os.pipe()
        for end in (bell, rope):
            os.set_blocking(end, False)
        before = {number: signal.signal(number, self._on_stop) for number in stop_signals()}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        old_rope = signal.set_wakeup_fd(rope, warn_on_full_buffer=False)
        try:
            yield bell
        finally:
            signal.set_wakeup_fd(old_rope)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(bell)
            os.close(rope)

    def _on_stop(self, *_: object) -> None:
        self.stopping = True


def stop_signals() -> list[signal.Signals]:
    """What ends a demo; a closed terminal does not where `nohup` has said so."""
    hangup = [] if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else [signal.SIGHUP]
    return [signal.SIGINT, signal.SIGTERM, *hangup]


def _die_with(parent: int) -> None:
    """Where the kernel can (Linux), get SIGTERM when the supervisor is killed, so that nothing outlives it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # killed before we asked
            os._exit(1)
