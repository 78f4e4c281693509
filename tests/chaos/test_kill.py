"""kill -9 of everything, one by one and together, under a running site with readers and a writer."""

import json
import time
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from config import demo
from tests.chaos.stack import Stack
from tests.chaos.traffic import traffic
from tests.chaos.visitor import Visitor


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    started = Stack()
    started.start()
    yield started
    children = psutil.Process(started.demo.pid).children(recursive=True)
    servers = [*started.victims("postgres"), *started.victims("redis")]
    started.stop()
    _, alive = psutil.wait_procs([*children, *servers], timeout=5)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


@pytest.fixture(scope="module")
def reply_to(stack) -> str:
    """Where one replies to a question of alice's."""
    alice = Visitor(stack.url)
    alice.sign_in("alice", demo.PASSWORD)
    alice.ask("/ask/")
    category = str(stack.query("SELECT id FROM forum_category ORDER BY id LIMIT 1")[0][0])
    question = {"title": "What survives a power cut?", "body": "The rows do. What else?"}
    status, address = alice.post("/ask/", kind="discussion", category=category, **question)
    assert status == 302
    return f"/t/{address.split('/')[2]}/reply/"


@pytest.fixture(scope="module")
def bob(stack) -> Visitor:
    visitor = Visitor(stack.url)
    visitor.sign_in("bob", demo.PASSWORD)
    return visitor


@pytest.mark.parametrize(
    "victims",
    [
        ("postgres",),
        ("redis",),
        ("web",),
        ("web workers",),
        ("worker",),
        ("postgres", "redis", "web", "worker"),
    ],
    ids=" and ".join,
)
def test_the_site_is_back_and_nothing_is_lost(stack, bob, reply_to, victims, record_property):
    with traffic(stack, bob, reply_to) as running:
        time.sleep(1)
        moment = stack.kill(*victims)
        time.sleep(6)
    down = running.down_after(moment)
    record_property("seconds_down", round(down, 2))
    assert down <= 3, stack.said()
    stored = {body for (body,) in stack.query("SELECT body FROM forum_post")}
    assert running.taken
    assert set(running.taken) <= stored
    stack.wait_until(lambda: work_is_done(stack) and tasks_run_again(stack, moment), seconds=30)


def tasks_run_again(stack: Stack, moment: float) -> bool:
    """Whether a heartbeat that beat sent after the moment has come through the broker and a worker."""
    with urllib.request.urlopen(f"{stack.url}/healthz", timeout=2) as answer:
        tasks = json.load(answer)["services"]["tasks"]
    return tasks["state"] == "up" and tasks["seconds_since_heartbeat"] < time.monotonic() - moment - 1


def work_is_done(stack: Stack) -> bool:
    waiting = "SELECT count(*) FROM notifications_mail WHERE sent_at IS NULL"
    return stack.query(waiting) == [(0,)]
