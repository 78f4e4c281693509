from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

import experiments
from experiments import asked, snapshot
from experiments.flags import changing
from experiments.models import Flag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch):
    monkeypatch.setattr(asked, "names", set())
    monkeypatch.setattr(asked, "_due", 0.0)


@pytest.fixture
def flags():
    for name in ("asked", "silent"):
        changing.create(name, by=None)
    snapshot.refresh()


def ages():
    found = Flag.objects.values_list("name", "decided_at")
    return {name: at and round((timezone.now() - at) / timedelta(hours=1)) for name, at in found}


def test_flags_that_are_asked_for_are_noted_by_name(asks, alice, flags):
    experiments.peek(asks(alice), "asked")
    experiments.variation(asks(alice), "unknown")
    assert asked.names == {"asked"}
    assert asked.write() == 1
    assert ages() == {"asked": 0, "silent": None}
    assert asked.names == set()


def test_they_are_written_once_an_hour(asks, alice, flags, django_assert_num_queries):
    Flag.objects.update(decided_at=timezone.now() - timedelta(hours=3))
    experiments.peek(asks(alice), "asked")
    asked.write()
    assert ages() == {"asked": 0, "silent": 3}
    experiments.peek(asks(alice), "asked")
    assert asked.write() == 0


def test_the_thread_writes_when_it_is_time_and_survives_a_fault(asks, alice, flags, monkeypatch, caplog):
    monkeypatch.setattr(asked.connections, "close_all", lambda: None)

    def refuse():
        raise DatabaseError("away")

    experiments.peek(asks(alice), "asked")
    with monkeypatch.context() as patch:
        patch.setattr(asked, "write", refuse)
        asked.write_hourly()
    assert "away" in caplog.text
    asked.write_hourly()  # not yet due again
    assert ages()["asked"] is None
    monkeypatch.setattr(asked, "_due", 0.0)
    asked.write_hourly()
    assert ages()["asked"] == 0
