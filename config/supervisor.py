"""Keeps the demo's programs running: each in a process group of its own, started again when it ends."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

POLL = 1.0  # seconds; the end of a child is seen at once, that of a daemon at the next poll
GRACE = 10.0  # seconds between SIGTERM and SIGKILL
MARK = "FLYWHEEL_SUPERVISOR"


@dataclass
class Program:
    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self, environment: dict[str, str]) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C reaches the supervisor alone
            )
        self.started = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """To the leader, who ends its children; SIGKILL to the whole group, also when the leader is gone."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            elif self.is_running():
                self.process.send_signal(number)


@dataclass
class Supervisor:
    """`revive` starts what runs outside (the embedded servers) and names it; `say` tells the user."""

    programs: list[Program]
    environment: dict[str, str]
    mark: str
    revive: Callable[[], list[str]]
    say: Callable[[str], None]
    stopping: bool = field(default=False, init=False)

    def start(self) -> None:
        for program in self.programs:
            program.start(self._environment())

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
            # One that cannot start is tried again once a poll, not in a tight loop.
            if not program.is_running() and time.monotonic() - program.started >= POLL:
                program.signal(signal.SIGKILL)
                program.start(self._environment())
                self.say(f"{program.name} had ended and runs again; see {program.log}")

    def stop(self) -> None:
        """SIGTERM to all, SIGKILL to whatever is left after GRACE; nothing survives."""
        for program in self.programs:
            program.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while any(program.is_running() for program in self.programs) and time.monotonic() < deadline:
            time.sleep(0.05)
        for program in self.programs:
            program.signal(signal.SIGKILL)
            if program.process:
                program.process.wait()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment, MARK: self.mark}

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


def end_marked(mark: str) -> None:
    """Kill the programs that a supervisor with this mark left when it was killed itself."""
    left = list(_marked(mark))
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=5)


def _marked(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == mark:
                yield process
