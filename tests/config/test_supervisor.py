import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config import supervisor
from config.supervisor import Program, Supervisor, end_marked

# A leader with one child, as a web server has.
FAMILY = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"


@pytest.fixture
def supervised(tmp_path, monkeypatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(supervisor, "POLL", 0.05)
    program = Program("family", [sys.executable, "-c", FAMILY], tmp_path / "family.log")
    made = Supervisor([program], {}, mark=str(tmp_path), revive=list, say=lambda message: None)
    made.start()
    wait_for(lambda: len(family(program)) == 2)
    yield made
    made.stop()


def family(program: Program) -> list[psutil.Process]:
    leader = psutil.Process(program.process.pid)
    return [leader, *leader.children(recursive=True)]


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_killed_program_starts_again_without_the_children_of_the_first(supervised):
    program = supervised.programs[0]
    leader, child = family(program)
    leader.kill()
    wait_for(lambda: not program.is_running())
    time.sleep(supervisor.POLL)
    supervised.restart_dead()
    assert program.is_running()
    assert program.process.pid != leader.pid
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_stopping_leaves_no_process(supervised):
    members = family(supervised.programs[0])
    supervised.stop()
    wait_for(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in members))


def test_a_stop_signal_ends_the_watch(supervised):
    threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGTERM]).start()
    supervised.watch()
    assert supervised.stopping
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_what_a_killed_supervisor_left_is_ended_by_the_next(tmp_path):
    orphan = subprocess.Popen([sys.executable, "-c", FAMILY], env={**os.environ, supervisor.MARK: str(tmp_path)})
    wait_for(lambda: bool(psutil.Process(orphan.pid).children()))
    child = psutil.Process(orphan.pid).children()[0]
    end_marked(str(tmp_path))
    orphan.wait(timeout=5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_program_that_cannot_start_is_not_tried_in_a_tight_loop(tmp_path):
    program = Program("broken", [sys.executable, "-c", "raise SystemExit(1)"], Path(tmp_path / "broken.log"))
    said: list[str] = []
    made = Supervisor([program], {}, mark=str(tmp_path), revive=list, say=said.append)
    made.start()
    program.process.wait()
    made.restart_dead()
    assert said == []
    made.stop()
