"""What is asked of a report, from any side, comes to one canonical set of values."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from django.http import QueryDict

from growth.reports import forms
from growth.reports.forms import QuestionForm, moment, params, query
from tests.growth.reports.counting import CountingForm


def asked(**given: object) -> dict:
    form = CountingForm(given)
    assert form.is_valid(), form.errors
    return params(form)


@pytest.fixture(autouse=True)
def segments(monkeypatch):
    monkeypatch.setattr(forms, "_segments", [lambda: [("regulars", "Regulars")]])


def test_what_is_left_out_has_its_default():
    assert asked() == {
        "as_of": "",
        "event": "topic_started",
        "loud": False,
        "often": 1,
        "segment": "",
        "since": "",
        "tz": "UTC",
        "until": "",
    }


def test_an_address_and_json_ask_the_same():
    address = QueryDict("event=voted&often=3&loud=on&since=2026-01-05&tz=")
    form = CountingForm(address)
    assert form.is_valid()
    assert params(form) == asked(event="voted", often=3, loud=True, since="2026-01-05")


def test_one_moment_has_one_spelling():
    ways = ["2026-01-05", "2026-01-05T00:00", "2026-01-04T23:00:00Z", "2026-01-05T00:00:00+01:00"]
    assert {asked(since=way, tz="Europe/Berlin")["since"] for way in ways} == {"2026-01-05"}
    noon = asked(until="2026-01-05T12:00", tz="Europe/Berlin")["until"]
    assert noon == "2026-01-05T11:00:00+00:00"


def test_values_that_were_cleaned_once_stay_as_they_are():
    once = asked(
        since="2026-03-29", until="2026-03-29T05:30", as_of="2026-04-01", tz="Europe/Berlin", segment="regulars"
    )
    assert asked(**once) == once


def test_a_day_begins_when_its_zone_says():
    given = asked(since="2026-01-05", tz="Asia/Shanghai", until="2026-01-05T12:00:00Z")
    assert moment(given, "since") == datetime(2026, 1, 4, 16, tzinfo=UTC)
    assert moment(given, "until") == datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert moment(given, "as_of") is None


def test_a_midnight_that_a_clock_jumps_over_is_the_first_moment_of_that_day():
    given = asked(since="2026-03-29", tz="Asia/Beirut")
    assert moment(given, "since") == datetime(2026, 3, 28, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"since": "1969-12-31"}, "since"),
        ({"as_of": "2100-01-01T00:00"}, "as_of"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": "../../etc/passwd"}, "tz"),
        ({"tz": "Europe"}, "tz"),
        ({"segment": "nobody"}, "segment"),
        ({"since": "2026-01-05", "until": "2026-01-05"}, "until"),
        ({"often": "0"}, "often"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(given, field):
    form = CountingForm(given)
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_breakdowns_are_what_is_known_of_persons_and_the_segments():
    names = [name for name, _label in QuestionForm().fields["breakdown"].choices]
    assert names == [
        "", "source", "device", "language", "country", "join_method", "first_category", "segment:regulars",
    ]  # fmt: skip


def test_an_address_holds_what_differs_from_the_defaults_and_asks_the_same():
    given = asked(event="voted", loud=True, until="2026-01-05T12:00", tz="Asia/Shanghai")
    address = query(CountingForm, given)
    assert dict(parse_qsl(address)) == {
        "event": "voted", "loud": "True", "until": "2026-01-05T04:00:00+00:00", "tz": "Asia/Shanghai",
    }  # fmt: skip
    assert asked(**dict(parse_qsl(address))) == given
    assert query(CountingForm, asked()) == ""


def test_a_time_is_shown_as_text_and_a_day_in_a_calendar():
    form = QuestionForm({"since": "2026-01-05", "until": "2026-01-05T12:00:00+00:00"})
    assert 'type="date"' in str(form["since"])
    assert 'type="text"' in str(form["until"])
