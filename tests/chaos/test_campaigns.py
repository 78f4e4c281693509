"""Two campaigns while senders, broker, push service and PostgreSQL are killed with -9, one after the other."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from config import services
from growth.campaigns.models.deliveries import NAMESPACE
from tests.chaos.stack import Stack, free_port

pytestmark = pytest.mark.chaos

MEMBERS = 1200
EVERY = 3  # seconds
KILLS: list[tuple[str, ...]] = [
    ("push service",),
    ("sender",),
    ("redis",),
    ("sender", "beat"),
    ("push service", "sender"),
    ("postgres",),
    ("sender", "beat"),
]
# What the dead sender held is given up for lost after a minute; no need to wait for it. Nor for the next attempt.
LEASES_ARE_OVER = "UPDATE campaigns_delivery SET due_at = now() - interval '1 s' WHERE state = 'leased'"
NOW = "UPDATE campaigns_delivery SET due_at = now() WHERE state = 'due' AND due_at > now()"


class PushService:
    """In a process of its own; its file keeps what it took, and told that it took, over its death."""

    def __init__(self, directory: Path) -> None:
        self.port, self.file = free_port(), directory / "taken"
        self.start()

    def start(self, *, silent: float = 0.02) -> None:
        """It takes a share of the messages without an answer, so that whoever is killed is in the middle of some."""
        command = [sys.executable, "-m", "tests.growth.campaigns.servers.webpush", str(self.port), str(self.file)]
        self.process = subprocess.Popen(command, cwd=settings.ROOT, stdout=subprocess.PIPE)
        assert self.process.stdout
        self.process.stdout.readline()  # it says where it is, once it is there
        told = json.dumps({"faults": ["silence"], "share": silent}).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/faults", told, timeout=5):
            pass

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def arrived(self) -> Counter[str]:
        """By message."""
        return Counter(line.split("\t")[1] for line in self.file.read_text().splitlines())


@pytest.fixture
def push_service(tmp_path) -> Iterator[PushService]:
    service = PushService(tmp_path)
    yield service
    service.kill()


class Senders(Stack):
    """Of a site only what sends: PostgreSQL, Redis, the sender, the beat, and what starts them again."""

    def start_sending(self, push_service: PushService) -> None:
        address = f"127.0.0.1:{push_service.port}"
        self.environment |= {"WEBHOOK_ALLOWED_HOSTS": address, "DJANGO_SETTINGS_MODULE": "config.settings"}
        command = [sys.executable, "-m", "tests.chaos.pushing", f"http://{address}", str(MEMBERS)]
        with (self.var_dir / "demo.log").open("wb") as log:
            self.demo = subprocess.Popen(command, cwd=settings.ROOT, env=self.environment, stdout=log, stderr=log)
        self.wait_until(lambda: "is ready" in self.said(), seconds=90)

    def stop(self) -> None:
        """At once: there is nothing here to be tidy for."""
        self.demo.kill()
        self.demo.wait()
        self.kill("sender", "beat")
        services.stop(self.var_dir)
        shutil.rmtree(self.var_dir)


@pytest.fixture
def stack(push_service) -> Iterator[Senders]:
    started = Senders()
    started.start_sending(push_service)
    yield started
    started.stop()


def hurt(stack: Stack, push_service: PushService, victims: tuple[str, ...]) -> None:
    if servers := [name for name in victims if name != "push service"]:
        stack.kill(*servers)
    if "push service" in victims:
        push_service.kill()
        push_service.start()
    if "sender" in victims:
        stack.wait_until(lambda: did(stack, LEASES_ARE_OVER), seconds=30)


def did(stack: Stack, statement: str) -> bool:
    """Whether PostgreSQL is there to do it."""
    try:
        stack.execute(statement)
    except psycopg.OperationalError:
        return False
    return True


def all_ended(stack: Stack) -> bool:
    open_rows = "SELECT count(*) FROM campaigns_delivery WHERE ended_at IS NULL"
    return did(stack, NOW) and stack.query(open_rows) == [(0,)]


def test_no_message_is_lost_and_none_doubled_beyond_its_campaigns_policy(stack, push_service, record_property):
    for victims in KILLS:
        time.sleep(EVERY)
        hurt(stack, push_service, victims)
    under_fire = push_service.arrived().total()
    push_service.kill()
    push_service.start(silent=0)
    stack.wait_until(lambda: did(stack, "UPDATE campaigns_campaign SET per_second = NULL"), seconds=30)
    stack.wait_until(lambda: all_ended(stack), seconds=60)

    arrived = push_service.arrived()
    rows = stack.query(
        "SELECT d.id, c.policy, d.held, d.state, count(a.id) FILTER (WHERE a.replaced) FROM campaigns_delivery d"
        " JOIN campaigns_campaign c ON c.id = d.campaign_id LEFT JOIN campaigns_attempt a ON a.delivery_id = d.id"
        " GROUP BY d.id, c.policy"
    )
    ended: dict[str, Counter[str]] = {"prefer-loss": Counter(), "prefer-duplicate": Counter()}
    for pk, policy, held, state, replaced in rows:
        ended[policy][state] += 1
        copies = arrived[str(uuid.uuid5(NAMESPACE, str(pk)))]
        assert held == (state == "held"), (pk, state)
        if held:
            assert copies == 0
        elif policy == "prefer-duplicate":
            assert state == "sent"
            assert 1 <= copies <= 1 + replaced
        else:
            assert state in ("sent", "unknown")
            assert replaced == 0
            assert copies == 1 if state == "sent" else copies <= 1

    record_property("ended", {policy: dict(states) for policy, states in ended.items()})
    record_property("replaced", sum(row[4] for row in rows))
    record_property("under_fire", under_fire)
    assert 0 < under_fire < arrived.total(), "the kills came too late to mean anything"
    assert ended["prefer-loss"]["unknown"] > 0, "nobody was killed in the middle"
    assert sum(row[4] for row in rows) > 0
    (sent,) = stack.query("SELECT count(*) FROM events_event WHERE name = 'message_sent'")[0]
    assert sent == sum(states["sent"] for states in ended.values())
    (real,) = stack.query("SELECT sum(count) FROM campaigns_capcount WHERE period = 'week'")[0]
    (virtual,) = stack.query(
        "SELECT sum(held.value::int) FROM campaigns_capcount, jsonb_each_text(virtual) held WHERE period = 'week'"
    )[0]
    assert real == sent + ended["prefer-loss"]["unknown"]
    assert virtual == sum(states["held"] for states in ended.values())
