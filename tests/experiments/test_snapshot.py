"""What a process has of the flags: loaded once, then only what is new; kept while servers are away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest
from django.conf import settings as site
from django.db import connection, connections
from django.utils import timezone

from experiments import publishing, snapshot
from experiments.evaluation import evaluate
from experiments.models import Edition, Flag, Holdout, Publication
from tests.experiments import rows

pytestmark = pytest.mark.django_db


def published(*flags):
    publishing.publish([flag.pk for flag in flags])
    return snapshot.refresh()


def value(flag, **attributes):
    return evaluate(snapshot.current().program, attributes, flag.name).value


def test_a_decision_asks_nobody(django_assert_num_queries):
    flag = rows.flag(everyone=True)
    published(flag)
    with django_assert_num_queries(0):
        assert value(flag) is True


def test_only_what_changed_is_compiled_anew():
    kept, changed = rows.flag(), rows.flag()
    before = published(kept, changed)
    Flag.objects.filter(pk=changed.pk).update(everyone=True)
    after = published(kept, changed)
    assert after.version > before.version
    assert after.program.flags[kept.name] is before.program.flags[kept.name]
    assert value(changed) is True
    assert snapshot.refresh() is after


def test_a_flag_that_leaves_is_unknown():
    flag = rows.flag()
    published(flag)
    flag.environments.clear()
    assert flag.name not in published(flag).program.flags
    assert evaluate(snapshot.current().program, {}, flag.name).source == "unknownFeature"


def test_phases_of_experiments_and_what_sticks_are_known():
    flag = rows.flag()
    asked = rows.experiment("copy")
    rows.rule(flag, experiment=asked)
    found = published(flag)
    assert (found.phases, found.sticky) == ({"copy": asked.phases.get().pk}, False)
    asked.fallback_attribute = "visitor"
    asked.save()
    assert published(flag).sticky is True


def test_holdouts_are_known_with_the_slice_that_is_measured_beside_them():
    measured = rows.experiment(kind="holdout")
    Holdout.objects.create(key="all", name="all", share=2_000, experiment=measured, started_at=timezone.now())
    (held,) = published().holdouts
    assert (held.phase, held.attribute, held.of) == (measured.phases.get().pk, "id", None)
    assert held.covers(["any"])
    assert not held.covers([])
    arms = [held.arm(str(unit)) for unit in range(5_000)]
    assert {arm: arms.count(arm) / 5_000 for arm in (0, 1, None)} == pytest.approx(
        {0: 0.2, 1: 0.2, None: 0.6}, abs=0.02
    )
    assert held.arm("") is None


def test_a_database_that_was_restored_is_loaded_anew():
    flag = rows.flag()
    before = published(flag)
    Edition.objects.update(version=before.version - 10)
    Publication.objects.update(version=before.version - 10)
    Publication.objects.filter(flag=flag.name).update(flag="restored")
    assert snapshot.refresh().program.flags.keys() == {"restored"}


def test_a_flag_that_cannot_be_read_does_not_keep_others_away(caplog):
    good, bad = rows.flag(), rows.flag()
    publishing.publish([good.pk, bad.pk])
    Publication.objects.filter(flag=bad.name).update(body={"defaultValue": 1, "rules": [{"filters": [{}], "force": 1}]})
    assert snapshot.refresh().program.flags.keys() == {good.name}
    assert f"flag {bad.name} cannot be read" in caplog.text


class TestTheThread:
    """A keeper of its own, and what each test leaves undone is done by hand: its turns are asked for one by one."""

    @pytest.fixture
    def keeper(self, monkeypatch):
        monkeypatch.setattr(connections, "close_all", lambda: None)  # the test's own, here
        return snapshot.Keeper()

    def test_it_looks_into_the_database_when_redis_tells_of_more(
        self, keeper, redis_client, django_capture_on_commit_callbacks, django_assert_num_queries
    ):
        with django_capture_on_commit_callbacks(execute=True):
            publishing.publish([rows.flag().pk])
        assert keeper._is_told()
        keeper._take_new()
        with django_assert_num_queries(0):
            assert not keeper._is_told()
        with django_capture_on_commit_callbacks(execute=True):
            publishing.publish([rows.flag().pk])
        assert keeper._is_told()

    def test_without_redis_it_asks_the_database_every_five_seconds(self, keeper, settings, monkeypatch):
        keeper._take_new()
        settings.REDIS_DATA_URL = "unix:///nowhere.sock"
        assert not keeper._is_told()
        later = time.monotonic() + snapshot.ASK_EVERY
        monkeypatch.setattr(snapshot.time, "monotonic", lambda: later)
        assert keeper._is_told()

    def test_a_version_that_was_heard_before_it_was_committed_is_loaded_once_it_is(self, keeper, redis_client):
        keeper._take_new()
        snapshot.bell.ring("production", keeper.kept.version + 10**15)
        assert keeper._is_told()
        keeper._take_new()
        assert keeper._is_told()

    def test_a_version_that_was_never_told_is_found_though_redis_answers(self, keeper, redis_client, monkeypatch):
        keeper._take_new()
        snapshot.bell.ring("production", keeper.kept.version)
        assert not keeper._is_told()
        later = time.monotonic() + snapshot.ASK_ANYWAY
        monkeypatch.setattr(snapshot.time, "monotonic", lambda: later)
        assert keeper._is_told()

    def test_a_fault_of_any_kind_does_not_end_it(self, keeper, monkeypatch, caplog):
        monkeypatch.setattr(snapshot.asked, "write_hourly", _broken)
        assert keeper._look() == snapshot.ASK_EVERY
        assert "flags are not looked for" in caplog.text

    def test_without_the_database_it_keeps_what_it_has(self, keeper, monkeypatch, caplog):
        flag = rows.flag()
        publishing.publish([flag.pk])
        keeper._take_new()
        monkeypatch.setattr(snapshot, "load", _broken)
        assert keeper._take_new() == snapshot.ASK_EVERY
        assert flag.name in keeper.kept.program.flags
        assert "flags stay as they are" in caplog.text


def _broken(*_given):
    raise OSError("no database")


class TestThereIsAThread:
    @pytest.fixture
    def started(self, monkeypatch):
        """How many were, each of which ends at once."""
        found = []
        monkeypatch.setattr(snapshot.Keeper, "_watch", lambda keeper: found.append(keeper))
        return found

    def test_though_the_process_has_loaded_before_it_asks(self, started, monkeypatch):
        keeper = snapshot.Keeper()
        monkeypatch.setattr(snapshot, "_keeper", keeper)
        snapshot.refresh()
        assert snapshot.current() is keeper.kept
        keeper._thread.join()
        assert started == [keeper]

    def test_once_more_when_it_has_died(self, started, monkeypatch):
        keeper = snapshot.Keeper()
        keeper.refresh()
        for _ in range(2):
            keeper.current()
            keeper._thread.join()
        assert started == [keeper, keeper]


def test_its_age_is_the_time_since_it_was_known_to_be_the_newest(redis_client, monkeypatch):
    monkeypatch.setattr(connections, "close_all", lambda: None)
    keeper = snapshot.Keeper()
    assert keeper.age is None
    keeper._take_new()
    snapshot.bell.ring("production", keeper.kept.version)
    start = time.monotonic()
    for later, hears in ((10, False), (20, True)):
        monkeypatch.setattr(snapshot.time, "monotonic", lambda at=start + later: at)
        if hears:
            assert not keeper._is_told()
        assert keeper.age == pytest.approx(0 if hears else later, abs=1)


def test_who_asks_first_in_a_process_without_servers_gets_nothing_and_no_fault(monkeypatch):
    monkeypatch.setattr(snapshot, "load", _broken)
    monkeypatch.setattr(snapshot, "_keeper", snapshot.Keeper())
    assert snapshot.current() is snapshot.NOTHING


PROCESS = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[2]
django.setup()
from experiments import snapshot
fork = os.fork()
while True:
    found = snapshot.current()
    body = found.bodies.get(sys.argv[1])
    line = ("parent" if fork else "child", body and body["defaultValue"], time.time())
    os.write(1, "{} {} {}\\n".format(*line).encode())  # whole lines: both write into one pipe
    time.sleep(0.02)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_change_is_seen_by_all_processes_within_a_second():
    flag = rows.flag(kind="string", off_value="before", on_value="on")
    publishing.publish([flag.pk])
    name = connection.settings_dict["NAME"]
    own = {**os.environ, "REDIS_PREFIX": site.REDIS_PREFIX}
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, flag.name, name],
        stdout=subprocess.PIPE,
        text=True,
        env=own,
        cwd=site.ROOT,
        start_new_session=True,
    ) as process:
        try:
            seen = set()
            for line in process.stdout:
                who, told, _at = line.split()
                seen |= {who} if told == "before" else set()
                if len(seen) == 2:
                    break
            Flag.objects.filter(pk=flag.pk).update(off_value="after")
            publishing.publish([flag.pk])
            changed, found = time.time(), {}
            for line in process.stdout:
                who, told, at = line.split()
                if told == "after":
                    found.setdefault(who, float(at) - changed)
                if len(found) == 2 or time.time() > changed + 10:
                    break
        finally:
            os.killpg(process.pid, 9)
    assert found.keys() == {"parent", "child"}
    assert max(found.values()) < 1, json.dumps(found)
