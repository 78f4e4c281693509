"""The data's own health, of rows that came through the verbs: beacons, programs, imports, seals."""

import csv
import io
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.template.loader import render_to_string
from django.utils import timezone

from community.members.models import Member
from events.collecting import pages, programs
from events.collecting.reading import batch
from events.collecting.tasks import flush
from events.engine import reading
from events.lake import background
from events.models import FillMark
from events.record import event, record_all
from growth.reports.kinds import KINDS
from tests.events.collecting.conftest import FIREFOX, Browser
from tests.events.lake.holding import seal
from tests.growth.retention.told import Told, answer, asked, at

NOW = "2026-11-21T12:00Z"
YESTERDAY, TODAY = "2026-11-20", "2026-11-21"
VIEW = {"name": "page_viewed", "properties": {"path": "/tags/"}}


def found(**given):
    """The answer over what is in the database, now."""
    with reading() as reader:
        return KINDS["quality"].answer(asked("quality", **given), reader)


def shown(result, **given):
    kind = KINDS["quality"]
    return render_to_string(kind.template, {"kind": kind, "params": asked("quality", **given), "result": result})


def browse(day: str, *, views: int, headers: dict[str, str]) -> None:
    """Someone loads pages, and their browser tells of it, and of things that nobody has declared."""
    with time_machine.travel(f"{day}T10:00Z", tick=False):
        browser = Browser()
        for _ in range(views):
            browser.client.get("/tags/", headers={"User-Agent": FIREFOX} | headers)
        browser.sends(*[VIEW] * views, {"name": "made_up"}, headers=headers)
        browser.sends({"name": "clicked", "properties": {"selector": "a@example.org"}}, headers=headers)
        flush()
        pages.flush()


def program(unit: Member) -> None:
    """The same event twice under its id, one a day and a half late, one of no name."""
    programs.declare("paid", owner="shop")
    late = (timezone.now() - timedelta(hours=36)).isoformat()
    for sent in ([{"name": "paid", "id": "1"}], [{"name": "paid", "id": "1"}, {"name": "paid", "at": late}, {}]):
        programs.record(batch({"events": sent}), owner="shop", unit=unit.pk, now=timezone.now())


@pytest.fixture
def come(alice, tmp_path):
    """Events from all sides, at NOW."""
    with time_machine.travel(NOW, tick=False):
        history = tmp_path / "history.csv"
        history.write_text("who,what,when\nada,view,2024-03-01\nada,view,soon\n")
        browse(YESTERDAY, views=3, headers={})
        browse(TODAY, views=2, headers={})
        browse(TODAY, views=4, headers={"User-Agent": "Googlebot/2.1"})
        program(alice)
        call_command("import_events", str(history), "--unit", "who", "--name", "what", "--at", "when", "--declare")
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("come")
def test_what_came_from_outside_is_counted_by_source_and_reason():
    result = found(days=2)
    late = {"late_1h": 0, "late_1d": 0, "late_7d": 0}
    assert result["intake"] == [
        {"source": "beacon", "written": 5, "refused": 4, "duplicate": 0} | late,
        {"source": "api", "written": 2, "refused": 1, "duplicate": 1} | late | {"late_1d": 1},
        {"source": "import", "written": 1, "refused": 1, "duplicate": 0} | late,
    ]
    assert {row["outcome"]: row["count"] for row in result["reasons"]} == {
        "unknown_name": 3,
        "personal_data": 2,
        "bad_time": 1,
    }
    assert result["unknown"] == [
        {"name": "made_up", "source": "beacon", "total": 2},
        {"name": "", "source": "api", "total": 1},
    ]
    assert result["left_out"] == [{"outcome": "bot", "count": 6}]
    assert result["arrivals"] == [
        {"day": YESTERDAY, "written": 3, "refused": 2, "duplicate": 0, "state": "complete"},
        {"day": TODAY, "written": 4, "refused": 3, "duplicate": 1, "state": "partial"},
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("come")
def test_pages_that_the_site_has_shown_stand_beside_those_that_browsers_tell_of():
    others = {"bot": 0, "do_not_track": 0, "no_consent": 0}
    assert found(days=2)["pages"] == [
        {"day": YESTERDAY, "server": 3, "beacon": 3} | others | {"state": "complete"},
        {"day": TODAY, "server": 2, "beacon": 2} | others | {"bot": 4, "state": "partial"},
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("come")
def test_what_came_before_the_days_asked_about_is_not_counted():
    with time_machine.travel("2026-11-24T12:00Z", tick=False):
        assert found(days=3)["arrivals"] == found(days=9)["arrivals"][1:]
        assert found(days=2)["intake"] == found(days=1)["intake"]
        assert sum(row["written"] + row["refused"] for row in found(days=2)["intake"]) == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("come")
def test_the_page_shows_every_number_with_its_limit():
    html = shown(result := found(days=2), days=2)
    rows = [
        [re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    ]
    assert ["Browsers", "5", "4 (44.4 %)", "–", "0", "0", "0"] in rows
    assert ["Programs, by the API", "2", "1 (25.0 %)", "1 (25.0 %)", "0", "1", "0"] in rows
    assert ["Imports", "1", "1 (50.0 %)", "0 (0.0 %)", "history is always late"] in rows
    assert ["made_up", "Browsers", "2"] in rows
    assert [f"{TODAY} (not over yet)", "2", "2", "100.0 %", "4", "0", "0"] in rows
    assert ["page_viewed", "3", "–", "–", "no band yet", "0"] in rows
    for limit in ("1.0 % refused", "5.0 % that came again", "60.0 % to 120.0 %", "once there are 100", "15 minutes"):
        assert limit in html
    assert f"{result['lake']['waiting']} events wait, and nothing was ever sealed." in html


@pytest.mark.django_db
def test_with_nothing_at_all_the_page_says_so():
    html = shown(result := found())
    assert (result["volume"], result["findings"], result["lake"]["lag"]) == ([], [], None)
    assert "Nothing is out of order." in html
    assert "No event happened in these days" in html
    assert KINDS["quality"].charts({}, result) == []


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["UTC", "America/Sao_Paulo", "Pacific/Apia"])
def test_volume_is_counted_in_the_site_s_days_over_a_change_of_the_clock(settings, zone):
    settings.TIME_ZONE = zone
    start, step = at("2018-10-25T00:00"), timedelta(minutes=53)
    history = [Told(n % 7, "vote_cast" if n % 3 else "searched", start + n * step) for n in range(600)]
    as_of = at("2018-11-12T05:00")
    local = Counter((one.name, one.at.astimezone(ZoneInfo(zone)).date()) for one in history if one.at < as_of)
    result = answer("quality", history, as_of, days=10)["volume"]
    last = as_of.astimezone(ZoneInfo(zone)).date()
    days = [last - timedelta(days=back) for back in range(10, 0, -1)]
    assert [row["name"] for row in result] == ["searched", "vote_cast"]
    for row in result:
        assert row["first"] == start.astimezone(ZoneInfo(zone)).date().isoformat()
        assert [(date.fromisoformat(day["day"]), day["count"]) for day in row["days"]] == [
            (day, local[row["name"], day]) for day in days
        ]


def a_hundred_a_day(days: int, *, last: int) -> list[Told]:
    """Up to the day before TODAY, on which there are `last`."""
    midnight = at(f"{TODAY}T00:00")
    counts = dict.fromkeys(range(2, days + 1), 100) | {1: last}
    return [
        Told(n, "vote_cast", midnight - timedelta(days=back) + n * timedelta(minutes=5))
        for back, count in counts.items()
        for n in range(count)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "last", "state"),
    [(58, 64, "within"), (58, 63, "below"), (58, 144, "within"), (58, 145, "above"), (57, 0, "no_band")],
)
def test_a_day_is_held_against_the_weeks_before_it(days, last, state):
    result = answer("quality", a_hundred_a_day(days, last=last), datetime.fromisoformat(NOW), days=1)
    (volume,) = result["volume"]
    assert (volume["days"][-1]["day"], volume["days"][-1]["count"]) == (YESTERDAY, last)
    assert volume["days"][-1]["state"] == state
    assert [one["what"] for one in result["findings"] if one["what"] in ("above", "below")] == (
        [state] if state in ("above", "below") else []
    )


@pytest.mark.django_db
def test_charts_show_the_band_and_what_is_outside_it_first():
    quiet = [Told(1, "searched", one.at) for one in a_hundred_a_day(90, last=100)]
    loud = [Told(1, "vote_cast", one.at) for one in a_hundred_a_day(90, last=20)]
    result = answer("quality", quiet + loud, datetime.fromisoformat(NOW), days=3)
    first, second = KINDS["quality"].charts({}, result)
    assert (first.title, second.title) == ("vote_cast", "searched")
    assert [list(series.values) for series in first.series] == [[100, 100, 20], [64] * 3, [144] * 3]


@pytest.mark.django_db
def test_there_is_nobody_behind_these_numbers():
    with reading() as reader, pytest.raises(ValueError, match="no people"):
        KINDS["quality"].people(asked("quality"), {"day": TODAY}, reader)


@pytest.mark.django_db
@pytest.mark.usefixtures("come")
def test_the_command_prints_json_or_a_row_for_each_number(capsys):
    call_command("data_quality", "--days", "2")
    assert json.loads(capsys.readouterr().out)["intake"] == found(days=2)["intake"]
    call_command("data_quality", "--days", "2", "--format", "csv")
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["table", "of", "day", "what", "value"]
    assert ["intake", "beacon", "", "refused", "4"] in rows
    assert ["volume", "page_viewed", YESTERDAY, "count", "3"] in rows
    assert ["pages", "", TODAY, "bot", "4"] in rows
    assert ["unknown", "made_up", "", "total", "2"] in rows
    assert ["lake", "", "", "files", "0"] in rows


def write(count: int) -> None:
    record_all(event("vote_cast", unit=1, at=datetime(2026, 11, 1, tzinfo=UTC)) for _ in range(count))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_marks_tell_how_far_the_lake_and_its_tables_are(settings, tmp_path):
    settings.LAKE_URL = str(tmp_path / "lake")
    write(5)
    assert seal(background.seal) == 5
    write(3)
    result = found()
    lake = {key: result["lake"][key] for key in ("waiting", "hot_rows", "files", "small_files", "rows")}
    assert lake == {"waiting": 3, "hot_rows": 8, "files": 1, "small_files": 1, "rows": 5}
    assert 0 <= result["lake"]["lag"] < 60
    assert {row["behind"] for row in result["tables"]} == {0}
    assert seal() == 3  # and a worker that dies before it fills
    FillMark.objects.update(filled_at=timezone.now() - timedelta(minutes=16))
    result = found()
    assert [row["behind"] for row in result["tables"]] == [3] * len(result["tables"])
    assert Counter(one["what"] for one in result["findings"]) == {"sealing": 1, "behind": len(result["tables"])}
    assert result["lake"]["lag"] == pytest.approx(960, abs=30)
