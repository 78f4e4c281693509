"""Who is erased is in no file and in no table, and everybody else still is."""

from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from community.forum.leaving import leave
from events import belongings, derived, visitors
from events.derived import rebuilding
from events.lake import background, compaction, cooling, erasing, lock, sealing, verifying
from events.models import Erasure, Event, ExternalUnit, LakeFile, Seal, VisitorLink
from events.record import record
from tests.events.lake.holding import START, facts, ids, in_files, in_table, seal, write

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
VISITOR = 4_444_444_444


@pytest.fixture
def history(alice, bob, settings) -> None:
    """Events of alice, of the visitor she was, and of bob; some merged, some sealed, some not."""
    settings.EVENT_READERS = []
    write(40, units=[alice.pk, bob.pk, -VISITOR, -5])
    seal(background.seal)
    visitors.link(VISITOR, member=alice.pk, at=START)
    ExternalUnit.objects.create(system="old", external_id="a", visitor=VISITOR)
    write(40, units=[alice.pk, bob.pk, -VISITOR])
    seal(background.seal)
    compaction.compact()
    write(4, units=[alice.pk, bob.pk])


def of_all_files(lake) -> list[dict[str, object]]:
    """Rows of every file on the disk, whether the manifest names it or not."""
    return [row for path in lake.rglob("*.parquet") for row in pq.ParquetFile(path).read().to_pylist()]


def tables_that_name(units: list[int]) -> list[str]:
    """Tables of events with a column that holds one of the units."""
    found = []
    for model in apps.get_app_config("events").get_models():
        for name in {field.attname for field in model._meta.concrete_fields} & {"unit", "person", "visitor", "member"}:
            values = [abs(unit) if name in ("visitor", "member") else unit for unit in units]
            if model._default_manager.filter(**{f"{name}__in": values}).exists():
                found.append(f"{model.__name__}.{name}")
    return found


def test_no_file_and_no_table_holds_a_member_who_left(lake, history, alice, bob):
    others = facts(row for row in in_table() if row["unit"] not in (alice.pk, -VISITOR))
    leave(alice)
    seal(background.seal)
    erasure = Erasure.objects.get()
    assert sorted(erasure.units) == [-VISITOR, alice.pk]
    assert 0 <= 10 + 10 + 14 + 13 + 2 + 1 - erasure.events <= 2  # the lake may not have had the last two yet
    assert tables_that_name(erasure.units) == []
    assert facts(in_files()) | facts(in_table()) == others
    assert verifying.verify().holds
    with lock.holding():
        erasing.look_again(erasure, timezone.now() + erasing.LAST_LOOK_AFTER)
    assert not [row for row in of_all_files(lake) if row["unit"] in erasure.units]
    assert Erasure.objects.get().done_at


def test_what_is_derived_is_as_if_they_had_never_been(history, alice):
    leave(alice)
    seal(background.seal)
    with lock.holding():
        derived.fill()
        assert set(rebuilding.check().values()) == {0}


def test_what_came_late_is_found_by_the_last_look(history, alice):
    leave(alice)
    seal(background.seal)
    record("page_viewed", unit=alice.pk)  # out of a buffer, say
    seal()
    erasure = Erasure.objects.get()
    with lock.holding():
        erasing.look_again(erasure, timezone.now())
    assert not Erasure.objects.get().done_at
    assert tables_that_name(erasure.units) == []
    with lock.holding():
        erasing.look_again(erasure, timezone.now())
    assert Erasure.objects.get().done_at


def test_the_lake_verifies_though_rows_had_left_postgresql_before(history, alice, settings):
    Seal.objects.update(sealed_at=START - timedelta(days=36))
    assert cooling.cool() == 80 + 2
    leave(alice)
    seal(background.seal)
    assert verifying.verify().holds
    assert not [row for row in in_files() if row["unit"] in (alice.pk, -VISITOR)]


def test_a_leaving_that_is_rolled_back_erases_nobody(history, alice):
    before = ids(in_files())
    with pytest.raises(ZeroDivisionError):
        _leave_and_fail(alice)
    seal(background.seal)
    assert not Erasure.objects.exists()
    assert ids(in_files()) >= before


def _leave_and_fail(member) -> None:
    with transaction.atomic():
        leave(member)
        raise ZeroDivisionError


def test_an_erasure_that_stops_half_way_is_done_by_the_next_run(history, alice, monkeypatch):
    before = facts(in_files())
    leave(alice)
    monkeypatch.setattr(erasing, "let_go", lambda *_: 1 / 0)
    seal(background.seal)
    assert not Erasure.objects.get().erased_at
    assert facts(in_files()) >= before
    monkeypatch.undo()
    seal(background.seal)
    assert Erasure.objects.get().erased_at
    assert verifying.verify().holds


def test_an_erasure_that_fails_keeps_no_other_waiting(lake, monkeypatch, caplog):
    write(9, units=[-8, -9])
    failing, other = (Erasure.objects.create(units=[unit]) for unit in (-8, -9))
    let_go = erasing.let_go
    monkeypatch.setattr(erasing, "let_go", lambda one, files: 1 / 0 if one == failing else let_go(one, files))
    seal(background.seal)
    assert {row["unit"] for row in in_files()} == {-8}
    assert f"erasure {failing.pk} failed" in caplog.text


@pytest.mark.parametrize(
    ("module", "step", "fault"),
    [(sealing, "seal", sealing.CounterBehind), (derived, "fill", ZeroDivisionError)],
)
def test_erasures_go_on_though_sealing_or_filling_fails(module, step, fault, lake, monkeypatch):
    erasure = Erasure.objects.create(units=[-9], erased_at=timezone.now() - timedelta(days=1))

    def fail() -> None:
        raise fault

    monkeypatch.setattr(module, step, fail)
    with pytest.raises(fault):
        background.seal_fill_erase()
    erasure.refresh_from_db()
    assert erasure.done_at


def test_the_command_seals_fills_and_erases(lake):
    write(3, units=[-9])
    Erasure.objects.create(units=[-9])
    call_command("lake", "seal")
    assert not Event.objects.exists()
    assert Erasure.objects.get().erased_at


def test_who_was_everything_in_a_file_leaves_no_file(lake):
    write(5, units=[-9])
    seal(background.seal)
    Erasure.objects.create(units=[-9])
    seal(background.seal)
    assert not LakeFile.objects.standing().exists()
    assert not Event.objects.exists()
    assert verifying.verify().holds


def test_a_member_takes_their_events_along(history, alice):
    told = belongings.export(alice)
    assert len(told) == 10 + 10 + 14 + 13 + 2 + 1
    assert [row["at"] for row in told] == sorted(row["at"] for row in told)
    assert {type(row["properties"]) for row in told} == {dict}


def test_links_of_the_erased_are_gone_and_others_stay(history, alice, bob):
    visitors.link(55, member=bob.pk, at=START)
    leave(alice)
    seal(background.seal)
    assert list(VisitorLink.objects.values_list("visitor", flat=True)) == [55]
    assert not ExternalUnit.objects.exists()
