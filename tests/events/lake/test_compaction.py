"""Merging files changes nothing that is read, but who a visitor is known to be."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from events import visitors
from events.engine import EVENTS, reading
from events.lake import compaction, linking, store, sweeping, verifying
from events.models import LakeFile, Seal
from events.record import record
from tests.events.lake.holding import START, facts, in_files, in_table, seal, write

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def seal_some(times: int = 3) -> None:
    for turn in range(times):
        write(60, start=START + timedelta(minutes=turn))
        seal()


def standing() -> list[LakeFile]:
    return list(LakeFile.objects.standing().order_by("month"))


def test_the_files_of_a_month_become_one_sorted_file_that_holds_the_same():
    seal_some()
    assert len(standing()) == 6
    assert compaction.compact() == 2
    assert [(file.level, file.rows) for file in standing()] == [(LakeFile.Level.MONTH, 144), (LakeFile.Level.MONTH, 36)]
    assert facts(in_files()) == facts(in_table())
    for file in standing():
        keys = [
            (row["person"], row["epoch_us"], row["id"]) for row in in_files() if row["at"].month == file.month.month
        ]
        assert keys == sorted(keys)
    assert compaction.compact() == 0


def test_old_files_stay_for_ten_minutes_for_those_who_read_them():
    seal_some()
    old = list(LakeFile.objects.values_list("path", flat=True))
    compaction.compact()
    assert all(store.size(path) for path in old)
    sweeping.sweep(timezone.now() + timedelta(minutes=9))
    assert all(store.size(path) for path in old)
    sweeping.sweep(timezone.now() + timedelta(minutes=11))
    assert [store.size(path) for path in old] == [None] * 6
    assert LakeFile.objects.count() == 2


def test_a_reader_that_began_before_the_swap_reads_on():
    seal_some()
    with reading() as reader:
        compaction.compact()
        assert reader.records(EVENTS.agg(n=EVENTS.count(), ids=EVENTS.id.nunique())) == [{"n": 180, "ids": 180}]


def test_files_are_told_of_links_and_written_anew_where_they_hold_the_visitor():
    record("page_viewed", unit=-44, at=START)
    record("page_viewed", unit=9, at=START + timedelta(days=40))
    seal()
    with_visitor, without = standing()
    visitors.link(44, member=7, at=START)
    record("page_viewed", unit=7, at=START + timedelta(days=40))
    seal()
    with_visitor.refresh_from_db()
    without.refresh_from_db()
    assert int(without.links_hi) >= Seal.objects.end() > int(with_visitor.links_hi)
    LakeFile.objects.update(made_at=timezone.now() - timedelta(days=2))
    compaction.compact()
    assert {(row["unit"], row["person"]) for row in in_files()} == {(-44, 7), (9, 9), (7, 7)}
    assert linking.settle(Seal.objects.end()) == set()


def test_a_reader_knows_of_a_link_before_the_files_do():
    record("page_viewed", unit=-44, at=START)
    seal()
    visitors.link(44, member=7, at=START)
    with reading() as reader:
        assert reader.records(EVENTS.select("person")) == [{"person": 7}]


def test_a_merge_that_loses_rows_is_refused(monkeypatch):
    seal_some()
    resolved = compaction.people.resolved
    monkeypatch.setattr(compaction.people, "resolved", lambda relation: f"{resolved(relation)} WHERE unit <> 2")
    with pytest.raises(compaction.Differs):
        compaction.compact()
    assert len(standing()) == 6
    assert facts(in_files()) == facts(in_table())


def test_what_the_manifest_does_not_name_is_swept_after_an_hour(lake):
    seal_some(1)
    foreign, kept = lake / "notes.parquet", lake / "events" / "readme.txt"
    rubbish, left = lake / "events" / "2026-03" / "0-1-0-rubbish.parquet", lake / ".making" / "left.parquet"
    for path in (foreign, kept, rubbish, left):
        path.write_bytes(b"?")
    sweeping.sweep(timezone.now())
    assert rubbish.exists()
    assert not left.exists()
    sweeping.sweep(timezone.now() + timedelta(minutes=61))
    assert [path.exists() for path in (foreign, kept, rubbish)] == [True, True, False]
    assert verifying.verify().holds


def test_months_of_long_ago_and_to_come_are_kept_apart():
    for year in (1970, 2011, 2060):
        record("page_viewed", unit=1, at=datetime(year, 12, 31, 23, 59, tzinfo=UTC))
    seal()
    assert [file.month.year for file in standing()] == [1970, 2011, 2060]
    assert facts(in_files()) == facts(in_table())
