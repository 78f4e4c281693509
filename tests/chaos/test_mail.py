"""200 mails while the worker is killed with -9, again and again: each arrives, none twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from community.members.models import Member
from community.notifications import letters, telling
from community.notifications.models import Mail, Notification
from tests.chaos.stack import free_port
from tests.notifications.post_office import PostOffice, Server

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

MAILS, RANDOM_KILLS, KILLS_AT_THE_END, KILLS_BEFORE = 200, 6, 3, 3


class Worker:
    """A Celery worker with two processes and the beat, as its own process group."""

    def __init__(self, port: int, directory: Path) -> None:
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.chaos.mail_settings",
            "CHAOS_DATABASE": str(connection.settings_dict["NAME"]),
            "CHAOS_REDIS_PREFIX": settings.REDIS_PREFIX,
            "CHAOS_MAIL_PORT": str(port),
        }
        self.directory = directory
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--concurrency", "2", "--beat", "--schedule", str(self.directory / "schedule")]
        with (self.directory / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config.celery", "worker", *options],
                cwd=settings.ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)

    def wait(self) -> None:
        assert self.process
        self.process.wait()


@pytest.fixture
def office() -> PostOffice:
    return PostOffice(seconds=0.05)  # as across a network: killed at the end, a worker has long committed


@pytest.fixture
def worker(office, tmp_path) -> Iterator[Worker]:
    with Server(office, free_port()) as port:
        worker = Worker(port, tmp_path)
        yield worker
        worker.kill()
        worker.wait()


def wait_until(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "too slow"
        time.sleep(0.005)


def start_and_kill(office: PostOffice, worker: Worker, moment: str, dice: random.Random) -> None:
    """Kill in the middle of a mail: at its recipient, at its end before the answer, or whenever the dice say."""
    before = len(office.taken)

    def kill(_mail: object) -> None:
        if len(office.taken) > before + dice.randrange(16):
            worker.kill()

    if moment != "random":
        setattr(office, moment, kill)
    worker.start()
    if moment == "random":
        wait_until(lambda: len(office.taken) > before, 30)
        time.sleep(dice.uniform(0, 0.8))
        worker.kill()
    worker.wait()
    office.at_recipient = office.at_end = lambda _mail: None


@pytest.mark.usefixtures("servers")
def test_each_mail_arrives_once_however_often_the_worker_is_killed(office, worker, record_property):
    dice = random.Random(7)
    reader = Member.objects.create_user("reader", "reader@example.org")
    for n in range(MAILS):
        actor = Member.objects.create_user(f"actor{n}")
        telling.tell("followed", to=[reader.pk], actor=actor, source=("member", actor.pk))
    moments = ["random"] * RANDOM_KILLS + ["at_end"] * KILLS_AT_THE_END + ["at_recipient"] * KILLS_BEFORE
    dice.shuffle(moments)
    for moment in moments:
        start_and_kill(office, worker, moment, dice)
    sent_under_fire = len(office.taken)
    worker.start()
    wait_until(lambda: not Mail.objects.filter(sent_at=None).exists(), 60)
    wait_until(lambda: len(set(office.ids)) == MAILS, 20)  # a mail is marked while the server still thinks about it
    time.sleep(1)  # for a second copy, if one is under way

    arrived = Counter(office.ids)
    record_property("kills", len(moments))
    record_property("sent_under_fire", sent_under_fire)
    record_property("doubled", arrived.total() - len(arrived))
    assert set(arrived) == {letters.message_id(row) for row in Notification.objects.all()}
    assert arrived.total() == MAILS
    assert sent_under_fire < MAILS, "the kills came too late to mean anything"
