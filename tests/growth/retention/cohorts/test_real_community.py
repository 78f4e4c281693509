"""The cohorts of a real community: the command's JSON against the dump's XML, cell by cell."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from tests.growth.retention.cohorts.oracle import Oracle
from tests.growth.retention.told import asked

pytestmark = [pytest.mark.slow, pytest.mark.reference]
SIGNED_UP = {"start": "signed_up", "back": "active"}
ACTIVE = {"start": "active", "back": "active"}
QUESTIONS = [
    {**SIGNED_UP, "period": "week", "periods": 12, "as_of": "2018-09-01T00:00"},
    {**SIGNED_UP, "period": "week", "periods": 12, "as_of": "2018-07-18T12:34:56", "tz": "America/New_York"},
    {**SIGNED_UP, "period": "day", "periods": 31, "kind": "on_or_after", "as_of": "2018-06-15T01:00"},
    {**SIGNED_UP, "period": "month", "periods": 6, "rolling": True, "as_of": "2018-09-10T00:00"},
    {**SIGNED_UP, "period": "day", "kind": "bracket", "brackets": "0,1-3,4-7,1-28", "as_of": "2018-06-01T09:00"},
    {**ACTIVE, "period": "week", "periods": 26, "mode": "recurring", "tz": "Asia/Shanghai"},
    {**ACTIVE, "period": "week", "periods": 8, "mode": "recurring", "rolling": True, "as_of": "2018-08-01T00:00"},
    {"start": "answer_posted", "back": "answer_posted|comment_posted", "period": "day", "periods": 7},
    {**ACTIVE, "period": "month", "periods": 5, "mode": "first_ever", "since": "2018-04-10", "until": "2018-06-10"},
    {"start": "vote_received", "back": "vote_received", "period": "day", "periods": 3, "kind": "on_or_after"},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: " ".join(map(str, question.values())))
def test_every_cell_is_as_the_dump_tells(quantumcomputing, question):
    given = asked("retention", **question)
    as_of = datetime.fromisoformat(given["as_of"] or "2018-10-01T00:00+00:00")
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    history = ((one.member, one.name, epoch + timedelta(microseconds=one.us)) for one in quantumcomputing.history)
    expected = Oracle(history, given, as_of.astimezone(UTC) if as_of.tzinfo else as_of.replace(tzinfo=UTC)).answer()
    assert len(expected["rows"]) > 2
    assert command({**question, "as_of": as_of.isoformat()}) == expected


def command(question: dict) -> dict:
    names = {"back": "return", "as_of": "as-of"}
    words = [f"--{names.get(name, name)}={value}" for name, value in question.items() if value is not True]
    out = StringIO()
    call_command("retention", *words, *(["--rolling"] if "rolling" in question else []), stdout=out)
    return json.loads(out.getvalue())
