"""verify_lake finds what is missing, too much or other, and leaves no day out."""

import io
import json
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.db import connection

from events.lake import checks, compaction, cooling, store, verifying
from events.models import Event, FillMark, LakeDay, LakeFile, Seal
from tests.events.lake.holding import START, facts, in_files, in_table, seal, write

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _sealed(lake):
    write(50, start=START)
    seal()


def told() -> dict[str, object]:
    out = io.StringIO()
    call_command("verify_lake", stdout=out)
    return json.loads(out.getvalue())


def test_a_sound_lake_is_told_in_one_line():
    write(5)  # not sealed yet: nothing to compare
    assert told() == {"events": 50, "days": 3, "files": 2, "missing": [], "differences": []}


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM events_event WHERE id = (SELECT min(id) FROM events_event)",
        "UPDATE events_event SET value = 1.6 WHERE id = (SELECT min(id) FROM events_event)",
        "UPDATE events_event SET unit = 2 WHERE id = (SELECT min(id) FROM events_event)",
        "UPDATE events_event SET properties = '{\"a\": 1}' WHERE id = (SELECT min(id) FROM events_event)",
        "UPDATE events_event SET epoch_us = epoch_us + 1 WHERE id = (SELECT min(id) FROM events_event)",
        "DELETE FROM events_lakefile WHERE id = (SELECT min(id) FROM events_lakefile)",
    ],
)
def test_a_difference_is_found_on_its_day(harm, capsys):
    with connection.cursor() as cursor:
        cursor.execute(harm)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_lake")
    assert ended.value.code == 1
    found = json.loads(capsys.readouterr().out)
    assert found["differences"][0]["day"] == "2026-03-30"


def test_a_file_that_is_gone_or_cut_is_named():
    one, other = LakeFile.objects.order_by("path").values_list("path", flat=True)
    store.remove(one)
    with open(store.located(other), "ab") as file:
        file.write(b"more")
    proof = verifying.verify()
    assert proof.missing == [one, other]
    assert not proof.holds


def test_a_file_of_the_same_size_with_another_content_is_named():
    path = LakeFile.objects.order_by("path").values_list("path", flat=True)[0]
    with open(store.located(path), "r+b") as file:
        file.seek(100)
        byte = file.read(1)[0]
        file.seek(100)
        file.write(bytes([byte ^ 1]))
    proof = verifying.verify()
    assert proof.missing == [path]
    assert not proof.holds


def test_rows_leave_postgresql_when_they_are_old_read_and_proved(settings):
    settings.EVENT_READERS = []
    write(7, start=START)
    seal()
    Seal.objects.filter(pk=Seal.objects.order_by("pk").first().pk).update(sealed_at=START - timedelta(days=36))
    kept = facts(in_table())
    assert cooling.cool() == 50
    assert Event.objects.count() == 7
    assert sum(day.rows for day in LakeDay.objects.all()) == 50
    assert facts(in_files()) == kept
    assert told()["differences"] == []
    compaction.compact()
    assert told()["differences"] == []
    assert cooling.cool() == 0


def test_nothing_leaves_while_a_reader_or_a_derived_table_has_not_read_it(settings):
    Seal.objects.update(sealed_at=START - timedelta(days=36))
    settings.EVENT_READERS = ["tests.events.lake.test_verifying.nothing_read"]
    assert cooling.cool() == 0
    settings.EVENT_READERS = []
    FillMark.objects.move("personday", 3, START)
    assert cooling.cool() == 0
    FillMark.objects.move("personday", Seal.objects.end(), START)
    assert cooling.cool() == 50


def test_rows_leave_though_a_reader_stands_within_the_first_seal():
    first = Seal.objects.get()
    end = int(first.tx_hi)
    Seal.objects.update(tx_lo=str(end - 2), tx_hi=str(end + 1))
    cooling.leave(end, checks.of_table(f"tx < '{end}'::xid8"))
    assert not Event.objects.exists()
    assert Seal.objects.get().rows == 50


def nothing_read() -> int:
    return 0


def test_nothing_leaves_while_the_lake_differs(settings, caplog):
    settings.EVENT_READERS = []
    Seal.objects.update(sealed_at=START - timedelta(days=36))
    path = store.located(LakeFile.objects.order_by("path").first().path)
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)
    assert cooling.cool() == 0
    assert Event.objects.count() == 50
    assert "events stay in PostgreSQL" in caplog.text
