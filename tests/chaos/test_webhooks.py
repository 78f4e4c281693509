"""200 events while the worker is killed with -9 again and again: each arrives, and a repetition has the same id."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from community.webhooks.models import Delivery, Endpoint
from tests import builders
from tests.webhooks.receiver import Handler, Receiver, receiving

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

EVENTS, KILLS = 200, 6


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def start(receiver: Receiver, directory: Path) -> "subprocess.Popen[bytes]":
    """A Celery worker with two processes and the beat, as its own process group."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.chaos.hook_settings",
        "CHAOS_DATABASE": str(connection.settings_dict["NAME"]),
        "CHAOS_REDIS_PREFIX": settings.REDIS_PREFIX,
        "CHAOS_RECEIVER": receiver.host,
    }
    options = ["--concurrency", "2", "--beat", "--schedule", str(directory / "schedule")]
    with (directory / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config.celery", "worker", *options],
            cwd=settings.ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_until(done, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "too slow"
        time.sleep(0.01)


@pytest.mark.usefixtures("servers")
def test_no_event_is_lost_however_often_the_worker_is_killed(receiver, tmp_path, record_property):
    dice = random.Random(7)
    endpoint = Endpoint.objects.create(name="Chaos", url=receiver.url, names=["topic_started"])
    author = builders.member("author")
    topics = [builders.question(author) for _ in range(EVENTS)]
    for _ in range(KILLS):
        worker = start(receiver, tmp_path)

        def kill_in_the_middle(to: Handler, group: int = worker.pid) -> None:
            os.killpg(group, signal.SIGKILL)  # the message is here, its answer is not there yet
            to.say(204)

        receiver.answers = [204] * dice.randrange(8) + [kill_in_the_middle]
        worker.wait(60)
        # What the dead worker held is given up for lost after a minute; no need to wait for each.
        Delivery.objects.filter(lease__isnull=False).update(due_at="2020-01-01T00:00:00Z")
    under_fire = len(receiver.taken)
    worker = start(receiver, tmp_path)
    try:
        wait_until(lambda: endpoint.deliveries.filter(state="delivered").count() == EVENTS, 90)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    said = {message.id: message.verified(endpoint.secret)["data"]["topic"]["id"] for message in receiver.taken}
    repeated = Counter(message.id for message in receiver.taken)
    record_property("repeated", repeated.total() - len(repeated))
    assert sorted(said.values()) == sorted(topic.pk for topic in topics)
    assert len(repeated) == EVENTS
    assert KILLS <= repeated.total() - len(repeated) <= KILLS * 2  # each kill repeats what was in the middle, no more
    assert under_fire < EVENTS, "the kills came too late to mean anything"
