import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
from django.conf import settings

from config import supervisor
from config.supervisor import Program, Supervisor


def have_a_child() -> None:
    """A leader with one child, as a web server has."""
    subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"])


@pytest.fixture
def supervised(tmp_path, monkeypatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(supervisor, "PAUSE", 0.05)
    program = Program("family", have_a_child, tmp_path / "family.log")
    made = Supervisor([program], revive=list, say=lambda message: None)
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
    time.sleep(supervisor.PAUSE)
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_nothing_outlives_a_killed_supervisor(tmp_path):
    code = """
import pathlib, sys, time
from config.supervisor import Program, Supervisor
made = Supervisor([Program("sleeper", lambda: time.sleep(600), pathlib.Path(sys.argv[1]))], list, print)
made.start()
made.watch()
"""
    killed = subprocess.Popen([sys.executable, "-c", code, tmp_path / "sleeper.log"], cwd=settings.ROOT)
    wait_for(lambda: bool(psutil.Process(killed.pid).children()) and (tmp_path / "sleeper.pid").exists())
    sleeper = psutil.Process(int((tmp_path / "sleeper.pid").read_text()))
    time.sleep(0.1)
    killed.kill()
    killed.wait()
    wait_for(lambda: not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE)


def give_up() -> None:
    raise SystemExit(1)


def test_a_program_that_cannot_start_is_not_tried_in_a_tight_loop(tmp_path):
    program = Program("broken", give_up, tmp_path / "broken.log")
    said: list[str] = []
    made = Supervisor([program], revive=list, say=said.append)
    made.start()
    program.process.join()
    made.restart_dead()
    assert said == []
    made.stop()
