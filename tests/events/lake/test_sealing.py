"""Every committed event is in one file, once, as it was written."""

import json
import threading
from datetime import UTC, date, datetime

import psycopg
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from events import visitors
from events.context import Context
from events.engine import EVENTS, reading
from events.lake import lock, sealing, store
from events.models import Event, FillMark, LakeFile, LakeServer, Seal, VisitorLink
from events.record import record
from tests.events.lake.holding import START, facts, ids, in_files, in_table, seal, write

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
INSERT = """
INSERT INTO events_event
  (epoch_us, at, name, unit, person, object_kind, source, device, language, country, properties)
SELECT n, to_timestamp(0), 'shared', %s, %s, '', '', '', '', '', '{}' FROM generate_series(1, %s) n
"""


def another_connection() -> psycopg.Connection:
    place = connection.settings_dict
    return psycopg.connect(host=place["HOST"], user=place["USER"], dbname=place["NAME"])


def test_a_row_is_in_the_lake_as_it_is_in_the_table():
    odd = '"quoted", with a \n line, 漢字 and \\ backslash'
    context = Context(session=7, source="web", device="phone", language="zh-hans", country="DE")
    record("clicked", unit=5, object=("topic", 9), value=-0.1, context=context, selector=odd, position=None)
    record("signed_up", unit=-6, at=datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC))
    write(60)
    assert seal() == 62
    assert facts(in_files()) == facts(in_table())
    kept = {row["id"]: row for row in in_files()}
    for row in in_table():
        assert kept[row["id"]]["at"] == row["at"]
        assert json.loads(kept[row["id"]]["properties"]) == row["properties"]


def test_a_file_is_of_one_month_of_utc_sorted_and_described():
    write(100)  # over the end of March
    seal()
    assert [file.month for file in LakeFile.objects.order_by("month")] == [date(2026, 3, 1), date(2026, 4, 1)]
    for file in LakeFile.objects.all():
        found = pq.ParquetFile(store.located(file.path))
        rows = found.read().to_pylist()
        assert [(row["person"], row["epoch_us"], row["id"]) for row in rows] == sorted(
            (row["person"], row["epoch_us"], row["id"]) for row in rows
        )
        assert {row["at"].strftime("%Y-%m") for row in rows} == {f"{file.month:%Y-%m}"}
        assert file.rows == len(rows)
        assert (file.us_min, file.us_max) == (
            min(row["epoch_us"] for row in rows),
            max(row["epoch_us"] for row in rows),
        )
        assert (file.person_min, file.person_max) == (-3, 2)
        assert found.metadata.row_group(0).column(0).compression == "ZSTD"


def test_batches_follow_each_other_without_a_gap():
    for _ in range(3):
        write(5)
        assert seal() == 5
    seals = list(Seal.objects.order_by("pk"))
    assert [seal.tx_hi for seal in seals[:-1]] == [seal.tx_lo for seal in seals[1:]]
    assert seal() == 0
    assert Seal.objects.count() == 3


def test_a_reader_finds_each_event_once_before_and_after_the_seal():
    write(10)
    for _ in range(2):
        with reading() as reader:
            assert reader.records(EVENTS.agg(n=EVENTS.count(), ids=EVENTS.id.nunique())) == [{"n": 10, "ids": 10}]
        seal()


def test_what_commits_late_with_early_ids_is_not_passed_over():
    with another_connection() as late:
        late.execute(INSERT, [1, 1, 1])
        write(5)
        sealing.seal()
        assert Event.objects.count() == 5  # the other is not committed
    seal()
    assert ids(in_files()) == ids(in_table())
    assert Event.objects.count() == 6


def test_six_writers_lose_and_double_nothing_while_sealing_goes_on():
    def keep_writing(number: int) -> None:
        with another_connection() as writer:
            for turn in range(25):
                with writer.transaction(force_rollback=turn % 7 == number):
                    writer.execute(INSERT, [number, number, 1 + turn % 5])
                    writer.execute("SELECT pg_sleep(%s)", [0.002 * ((number + turn) % 4)])

    writers = [threading.Thread(target=keep_writing, args=[number]) for number in range(1, 7)]
    for thread in writers:
        thread.start()
    while any(thread.is_alive() for thread in writers):
        sealing.seal()
    seal()
    written = ids(in_table())
    assert len(written) > 300
    assert ids(in_files()) == written


def test_a_visitor_is_the_member_they_became():
    record("page_viewed", unit=-44)
    visitors.link(44, member=7, at=START)
    record("page_viewed", unit=-45)
    seal()
    assert {(row["unit"], row["person"]) for row in in_files()} == {(-44, 7), (-45, -45)}


def test_only_one_process_seals():
    with another_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [lock._KEY])
        with pytest.raises(lock.Busy):
            sealing.seal()
    with lock.holding(wait=True):
        pass  # the server has noticed that the other went
    assert sealing.seal() == 0


def test_a_counter_that_is_behind_is_refused():
    write(3)
    seal()
    Seal.objects.update(tx_hi="1000000000000")
    with pytest.raises(sealing.CounterBehind, match="manage.py restamp"):
        sealing.seal()
    with lock.holding():
        pass  # it was let go


def test_a_database_of_another_server_is_refused_until_restamp_however_far_the_counter_comes():
    write(3)
    seal()
    LakeServer.objects.update(identifier="another")
    visitors.link(44, member=7, at=timezone.now())
    write(4)
    end = Seal.objects.end()
    with connection.cursor() as cursor:  # they were written by a counter that had not come so far
        cursor.execute("UPDATE events_event SET tx = %s::xid8 WHERE tx >= %s::xid8", [str(end - 1), str(end)])
        cursor.execute("UPDATE events_visitorlink SET tx = %s::xid8", [str(end - 1)])
    with pytest.raises(sealing.CounterBehind, match=r"manage\.py restamp"):
        sealing.seal()
    call_command("restamp")
    assert seal() == 4
    assert ids(in_files()) == ids(in_table())
    assert int(VisitorLink.objects.get().tx) > end


def test_the_mark_moves_while_nothing_waits_and_stands_while_a_writer_holds_it_back():
    sealing.seal()
    first = FillMark.objects.get(pk="lake").filled_at
    sealing.seal()
    second = FillMark.objects.get(pk="lake").filled_at
    assert second > first
    with another_connection() as idle:
        (holding,) = idle.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        write(2)
        while FillMark.objects.of("lake") < holding:
            sealing.seal()
        stuck = FillMark.objects.get(pk="lake").filled_at
        sealing.seal()
        assert FillMark.objects.get(pk="lake").filled_at == stuck
    assert seal() == 2
    assert FillMark.objects.get(pk="lake").filled_at > stuck
