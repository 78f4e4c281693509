"""`manage.py import_events`: what is taken, what is skipped and why, and that twice is once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from events.importing import sealing
from events.lake import background
from events.models import DeclaredEvent, Event, ExternalUnit, IntakeCount
from events.record import epoch_us

pytestmark = pytest.mark.django_db

HEAD = "who,what,when,number\n"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-21 12:00Z", tick=False):
        yield


@pytest.fixture
def bring(tmp_path, capsys) -> Callable[..., dict]:
    """Import the text of a CSV, or a file; the last line of what it says."""

    def run(given: str | Path, *options: str) -> dict:
        path = given if isinstance(given, Path) else tmp_path / "history.csv"
        if isinstance(given, str):
            path.write_text(HEAD + given)
        call_command("import_events", str(path), "--unit", "who", "--name", "what", "--at", "when", *options)
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    return run


def history() -> list[tuple[str, str, str]]:
    """(external id, name, time) of what is there, in order."""
    people = {-visitor: name for name, visitor in ExternalUnit.objects.values_list("external_id", "visitor")}
    rows = Event.objects.order_by("pk").values_list("unit", "name", "at")
    return [(people[unit], name, at.isoformat()) for unit, name, at in rows]


def test_each_unit_becomes_a_visitor_with_its_own_history(bring):
    said = bring(
        "ada,view,2024-03-01T10:00:00+01:00,\nbob,view,2024-02-01,\nada,buy,2024-03-01T09:00:00.5Z,\n", "--declare"
    )
    assert said == {"events": 3, "units": 2, "skipped": {}}
    assert history() == [
        ("bob", "view", "2024-02-01T00:00:00+00:00"),
        ("ada", "view", "2024-03-01T09:00:00+00:00"),
        ("ada", "buy", "2024-03-01T09:00:00.500000+00:00"),
    ]
    event = Event.objects.latest("pk")
    assert (event.source, event.person, event.epoch_us) == ("import", event.unit, epoch_us(event.at))
    assert set(DeclaredEvent.objects.values_list("name", "owner")) == {
        ("view", "import:import"),
        ("buy", "import:import"),
    }


def test_twice_is_once_and_what_is_new_is_added(bring):
    first = "ada,view,2024-03-01,\nada,view,2024-03-01,\n"
    assert bring(first, "--declare")["events"] == 2
    assert bring(first, "--declare") == {"events": 0, "units": 1, "skipped": {"duplicate": 2}}
    said = bring(first + "ada,view,2024-03-01,\nbob,view,2024-03-02,\n")
    assert said == {"events": 2, "units": 2, "skipped": {"duplicate": 2}}
    assert Counter(history())["ada", "view", "2024-03-01T00:00:00+00:00"] == 3


def test_an_id_says_what_is_the_same(bring):
    said = bring("ada,view,2024-03-01,7\nada,view,2024-03-01,8\nbob,buy,2024-03-05,7\n", "--declare", "--id", "number")
    assert (said["events"], said["skipped"]) == (2, {"duplicate": 1})
    assert [who for who, _what, _when in history()] == ["ada", "ada"]
    assert bring("ada,view,2024-04-01,8\nada,view,2024-03-01,9\n", "--id", "number")["events"] == 1


def test_another_system_has_people_and_ids_of_its_own(bring):
    rows = "ada,view,2024-03-01,7\n"
    assert bring(rows, "--declare", "--id", "number", "--system", "shop")["events"] == 1
    assert bring(rows, "--id", "number", "--system", "blog")["events"] == 1
    assert ExternalUnit.objects.values("visitor").distinct().count() == 2


def test_what_cannot_be_taken_is_skipped_by_reason(bring):
    said = bring(
        "ada,view,2024-03-01,\n,view,2024-03-01,\nada,,2024-03-01,\nada,view,soon,\nada,view,2027-01-01,\n"
        f"ada,Add To Cart,2024-03-01,\nada,active,2024-03-01,\n{'x' * 201},view,2024-03-01,\nada,view\n\n",
        "--declare",
    )
    assert said == {"events": 1, "units": 1, "skipped": {"bad_name": 3, "bad_time": 2, "bad_unit": 2, "future": 1}}
    assert IntakeCount.objects.get(source="import", outcome="future").count == 1
    assert IntakeCount.objects.get(source="import", name="view").count == 1


def test_without_declare_only_declared_names_are_taken(bring):
    said = bring("ada,view,2024-03-01,\nada,topic_started,2024-03-01,\n")
    assert said == {"events": 1, "units": 1, "skipped": {"unknown_name": 1}}
    assert not DeclaredEvent.objects.exists()


def test_a_time_without_a_zone_is_of_the_zone_given(bring):
    bring("ada,view,2024-07-01 12:00:00,\n", "--declare", "--tz", "Asia/Shanghai")
    assert history() == [("ada", "view", "2024-07-01T04:00:00+00:00")]


def test_parquet_says_the_same_as_csv(bring, tmp_path):
    path = tmp_path / "history.parquet"
    columns = {
        "who": pa.array([1.0, None, 3.0]),
        "what": pa.array(["view", "view", "buy"]).dictionary_encode(),
        "when": pa.array([1_709_283_600_000_001_999, 1, 1_709_283_600_000_002_000], pa.timestamp("ns", "UTC")),
        "number": pa.array([1, 2, 3]),
    }
    pq.write_table(pa.table(columns), path)
    assert bring(path, "--declare", "--id", "number") == {"events": 2, "units": 2, "skipped": {"bad_unit": 1}}
    at = "2024-03-01T09:00:00.00000"
    assert history() == [("1", "view", f"{at}1+00:00"), ("3", "buy", f"{at}2+00:00")]


def test_parquet_times_of_all_kinds(bring, tmp_path):
    for number, values in enumerate(
        [
            pa.array([datetime(2024, 3, 1)]),  # noqa: DTZ001
            pa.array([date(2024, 3, 1)]),
            pa.array(["2024-03-01T00:00:00"]),
            pa.array([datetime(2024, 3, 1, tzinfo=UTC)]),
        ]
    ):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(pa.table({"who": [f"u{number}"], "what": ["view"], "when": values}), path)
        bring(path, "--declare")
    assert {when for _who, _what, when in history()} == {"2024-03-01T00:00:00+00:00"}


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("s", "UTC"), pa.date32()])
def test_a_parquet_time_that_no_calendar_has_is_a_bad_time(kind, bring, tmp_path):
    path = tmp_path / "far.parquet"
    far = pa.array([2**31 - 1 if kind == pa.date32() else 2**62 if kind.unit == "us" else 2**40, 0]).cast(
        pa.int32() if kind == pa.date32() else pa.int64()
    )
    pq.write_table(pa.table({"who": ["a", "a"], "what": ["view"] * 2, "when": far.cast(kind)}), path)
    assert bring(path, "--declare") == {"events": 1, "units": 1, "skipped": {"bad_time": 1}}


def test_many_events_are_sealed_at_once(bring, monkeypatch):
    sealed = []
    monkeypatch.setattr(background, "seal", lambda: sealed.append(1) or 1 / 0)
    monkeypatch.setattr(sealing, "MANY", 2)
    bring("ada,view,2024-03-01,\n", "--declare")
    assert not sealed
    bring("ada,view,2024-03-02,\nada,view,2024-03-03,\n")
    assert sealed


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("who,what\n1,2\n", (), "has no column 'when'"),
        ("", (), "has no column 'who'"),
        ("who,what,when\n", ("--id", "number"), "has no column 'number'"),
        (b"who,what,when\n\xff,view,2024-01-01\n", (), "is not UTF-8"),
        ("who,what,when\n", ("--tz", "Mars/Olympus"), "no time zone"),
        ("who,what,when\n", ("--tz", "../etc"), "no time zone"),
        ("who,what,when\n", ("--tz", "America"), "no time zone"),
        ("who,what,when\n", ("--system", ""), "1 to 60"),
    ],
)
def test_a_bad_file_is_one_line_and_2(content, options, said, tmp_path, bring):
    path = tmp_path / "bad.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CommandError, match=said) as refused:
        bring(path, *options)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["nothing.csv", "nothing.parquet", "history.xlsx"])
def test_a_file_that_cannot_be_read_is_2(name, tmp_path, bring):
    with pytest.raises(CommandError) as refused:
        bring(tmp_path / name)
    assert refused.value.returncode == 2


def test_a_parquet_that_is_none_is_2(tmp_path, bring):
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(CommandError) as refused:
        bring(path)
    assert refused.value.returncode == 2


def test_a_fault_at_the_end_leaves_nothing(tmp_path, bring):
    path = tmp_path / "torn.csv"
    path.write_bytes(b"who,what,when\nada,view,2024-01-01\n\xff\xff")
    with pytest.raises(CommandError):
        bring(path, "--declare")
    assert not Event.objects.exists()
    assert not DeclaredEvent.objects.exists()
