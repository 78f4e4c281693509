"""What is published: what changed, under versions in the order of commits."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from experiments import payload, publishing, snapshot
from experiments.models import Edition, Environment, Flag, Publication
from tests.experiments import rows

pytestmark = pytest.mark.django_db


def version(environment: str = "production") -> int:
    return Edition.objects.get(environment__key=environment).version


def body(flag: Flag, environment: str = "production"):
    found = Publication.objects.filter(environment__key=environment, flag=flag.name).first()
    return found and found.body


def test_a_flag_is_published_where_it_is_live():
    staging = Environment.objects.create(key="staging", name="Staging")
    flag = rows.flag()
    publishing.publish([flag.pk])
    assert body(flag)["defaultValue"] is False
    assert body(flag, "staging") is None
    flag.environments.set([staging])
    publishing.publish([flag.pk])
    assert body(flag) is None
    assert body(flag, "staging")["defaultValue"] is False


def test_what_is_as_it_was_keeps_its_version():
    one, other = rows.flag(), rows.flag()
    publishing.publish([one.pk, other.pk])
    first = version()
    publishing.publish([one.pk, other.pk])
    assert version() == first
    Flag.objects.filter(pk=other.pk).update(off_value=True)
    publishing.publish([one.pk, other.pk])
    assert version() > first
    assert Publication.objects.get(flag=one.name).version == first
    assert Publication.objects.get(flag=other.name).version == version()


def test_one_and_true_and_a_float_are_three_values():
    flag = rows.flag(kind="number", off_value=1, on_value=1)
    publishing.publish([flag.pk])
    first = version()
    Flag.objects.filter(pk=flag.pk).update(off_value=1.0, on_value=1.0)
    publishing.publish([flag.pk])
    assert version() > first
    assert repr(body(flag)["defaultValue"]) == "1.0"


def test_versions_only_rise_though_the_clock_goes_back(monkeypatch):
    flag = rows.flag()
    publishing.publish([flag.pk])
    first = version()
    monkeypatch.setattr(publishing.time, "time_ns", lambda: 0)
    Flag.objects.filter(pk=flag.pk).update(off_value=True)
    publishing.publish([flag.pk])
    assert version() == first + 1


def test_the_environment_of_the_site_is_made_where_it_is_missing(settings):
    settings.EXPERIMENTS_ENVIRONMENT = "preview"
    publishing.publish([])
    assert version("preview") > 0
    assert Environment.objects.get(key="preview").name == "Preview"


def test_publishing_all_finds_what_was_changed_past_the_verbs():
    kept, renamed = rows.flag(), rows.flag("old")
    publishing.publish([kept.pk, renamed.pk])
    Flag.objects.filter(pk=renamed.pk).update(name="new")
    publishing.publish_all()
    assert Publication.objects.get(flag="old").body is None
    assert Publication.objects.get(flag="new").body is not None
    assert snapshot.refresh().program.flags.keys() == {kept.name, "new"}


def test_the_sweep_publishes_rules_that_have_begun_and_ended(monkeypatch):
    now = timezone.now()
    flag = rows.flag()
    rows.rule(flag, value=True, starts_at=now + timedelta(minutes=1), ends_at=now + timedelta(minutes=2))
    publishing.publish([flag.pk])
    assert body(flag)["rules"] == []
    for minutes, forces in ((1.5, 1), (2.5, 0)):
        at = now + timedelta(minutes=minutes)
        monkeypatch.setattr(publishing.timezone, "now", lambda at=at: at)
        publishing.sweep()
        assert len(body(flag)["rules"]) == forces


def test_the_sweep_rings_for_who_heard_nothing(redis_client, settings, django_capture_on_commit_callbacks):
    publishing.publish([rows.flag().pk])  # in a transaction that never ends here: no bell
    key = f"{settings.REDIS_PREFIX}flags:production"
    assert redis_client.get(key) is None
    publishing.sweep()
    assert int(redis_client.get(key)) == version()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_sweep_rings_for_nothing_that_is_not_committed(monkeypatch):
    flag, now = rows.flag(), timezone.now()
    rows.rule(flag, value=True, starts_at=now - timedelta(minutes=1))
    rung = []

    def ring(environment: str, version: int, **how: bool) -> None:
        with closing(connections.create_connection("default")) as other, other.cursor() as cursor:
            cursor.execute("SELECT version FROM experiments_edition")
            rung.append((version, *cursor.fetchone()))

    monkeypatch.setattr(publishing.bell, "ring", ring)
    publishing.sweep()
    assert len(rung) == 2
    assert all(told == committed for told, committed in rung)


def test_the_bell_rings_after_the_commit_and_never_lower(redis_client, settings, django_capture_on_commit_callbacks):
    key = f"{settings.REDIS_PREFIX}flags:production"
    with django_capture_on_commit_callbacks(execute=True):
        publishing.publish([rows.flag().pk])
        assert redis_client.get(key) is None
    assert int(redis_client.get(key)) == version()
    publishing.bell.ring("production", 5)
    assert int(redis_client.get(key)) == version()


def test_a_bell_without_redis_is_no_fault(settings, django_capture_on_commit_callbacks, caplog):
    settings.REDIS_DATA_URL = "unix:///nowhere.sock"
    with django_capture_on_commit_callbacks(execute=True):
        publishing.publish([rows.flag().pk])
    assert "no bell" in caplog.text


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_queries_does_not_grow_with_flags(count, django_assert_num_queries):
    flags = [rows.flag() for _ in range(count)]
    for flag in flags:
        rows.rule(flag, value=True)
        rows.rule(flag, experiment=rows.experiment(flag=flag))
    with django_assert_num_queries(10):
        assert len(payload.bodies([flag.pk for flag in flags], Environment.objects.get())) == count


def test_publishing_all_goes_in_steps_that_hold_up_nobody_for_long(monkeypatch):
    monkeypatch.setattr(publishing, "AT_A_TIME", 2)
    flags = [rows.flag() for _ in range(5)]
    publishing.publish_all()
    assert snapshot.refresh().program.flags.keys() == {flag.name for flag in flags}
    assert Publication.objects.filter(body__isnull=False).values("version").distinct().count() == 3
