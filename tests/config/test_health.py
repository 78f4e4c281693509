import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from config import health
from events.models import FillMark
from events.record import record


@pytest.fixture
def ask(client):
    return lambda: client.get("/healthz")


@pytest.mark.django_db
def test_it_is_ok_when_everything_is_up(ask):
    health.beat()
    answer = ask()
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["services"]["tasks"]["state"] == "up"


def test_postgresql_is_asked_with_the_options_that_the_site_has(monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "OPTIONS", {"sslmode": "whatever"})
    with pytest.raises(OperationalError, match="invalid sslmode"):
        health.check_postgresql()


@pytest.mark.django_db
def test_without_a_heartbeat_of_tasks_it_is_degraded(ask, redis_client, monkeypatch):
    assert ask().json()["services"]["tasks"] == {"state": "unknown"}
    health.beat()
    monkeypatch.setattr(health, "TASKS_LATE", 0)
    assert ask().json()["status"] == "degraded"


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_events_that_are_not_sealed_degrade_it(ask):
    health.beat()
    record("page_viewed", unit=1)
    for set_up, state in (("1 minute", "up"), ("16 minutes", "late")):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET applied = now() - %s::interval", [set_up])
        assert ask().json()["services"]["lake"]["state"] == state
    FillMark.objects.move("lake", 3, timezone.now() - timedelta(minutes=1))
    assert 60 <= ask().json()["services"]["lake"]["seconds_since_seal"] < 90
    assert ask().json()["status"] == "ok"
    FillMark.objects.move("lake", 3, timezone.now() - timedelta(minutes=16))
    assert ask().json()["services"]["lake"]["state"] == "late"
    assert ask().json()["status"] == "degraded"


@pytest.mark.django_db
def test_without_redis_it_is_degraded_but_serves(ask, settings, tmp_path):
    settings.REDIS_DATA_URL = f"unix://{tmp_path}/none.sock"
    answer = ask()
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["services"]["redis"]["state"] == "down"


@pytest.mark.django_db
def test_without_postgresql_it_is_503(ask, monkeypatch, tmp_path):
    monkeypatch.setitem(connections["default"].settings_dict, "HOST", str(tmp_path))
    answer = ask()
    assert answer.status_code == 503
    assert answer.json()["status"] == "down"
    assert answer.json()["services"]["redis"]["state"] == "up"


@pytest.mark.django_db
def test_a_server_that_accepts_and_says_nothing_does_not_hold_the_answer(ask, monkeypatch, settings, tmp_path):
    monkeypatch.chdir(tmp_path)  # a short path for the socket
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(".s.PGSQL.5432")
        silent.listen(8)
        monkeypatch.setitem(connections["default"].settings_dict, "HOST", str(Path.cwd()))
        monkeypatch.setattr(health, "TIME_LIMIT", 0.05)
        answer = ask()
    assert answer.status_code == 503
    assert answer.json()["services"]["postgresql"]["error"] == "TimeoutError"


@pytest.mark.django_db
def test_flags_that_are_no_longer_looked_for_degrade_it(ask, monkeypatch):
    health.beat()
    assert ask().json()["services"]["flags"] == {"state": "up"}
    monkeypatch.setattr(health.snapshot, "age", lambda: 61.5)
    assert ask().json()["services"]["flags"] == {"state": "late", "seconds_since_look": 61}
    assert ask().json()["status"] == "degraded"
