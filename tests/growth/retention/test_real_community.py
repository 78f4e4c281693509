"""Lifecycle, active members and the wait for answers of a real community, against the dump's XML."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.core.management import call_command

from events.names import ACTIVE
from tests.growth.retention.test_lifecycle import counted, tallied
from tests.growth.retention.told import Told

pytestmark = [pytest.mark.slow, pytest.mark.reference]
AS_OF = "2018-09-01T00:00"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def command(name, **given):
    out = StringIO()
    call_command(name, *(f"--{key.replace('_', '-')}={value}" for key, value in given.items()), stdout=out)
    return json.loads(out.getvalue())


def told(community):
    return [Told(one.member, one.name, EPOCH + timedelta(microseconds=one.us)) for one in community.history]


@pytest.mark.parametrize(("period", "zone"), [("week", "UTC"), ("month", "America/New_York"), ("day", "Asia/Shanghai")])
def test_every_period_of_the_lifecycle_is_as_the_dump_tells(quantumcomputing, period, zone):
    as_of = datetime.fromisoformat(AS_OF).replace(tzinfo=UTC)
    expected = counted(tallied(told(quantumcomputing), as_of, event=ACTIVE, zone=zone, period=period))
    assert len(expected) > 5
    assert command("lifecycle", period=period, tz=zone, as_of=as_of.isoformat())["rows"] == expected


def test_every_day_has_the_active_members_that_the_dump_tells(quantumcomputing):
    days = {(one.person, one.at.date()) for one in told(quantumcomputing) if one.name in ACTIVE}
    rows = command("active_members", as_of=AS_OF)["rows"]
    assert len(rows) > 100
    for row in rows[:-1]:
        last = datetime.fromisoformat(row["day"]).date()
        counts = [len({who for who, day in days if last - timedelta(n) < day <= last}) for n in (1, 7, 30)]
        assert [row["dau"], row["wau"], row["mau"]] == counts


def test_the_questions_of_each_month_wait_as_long_as_the_dump_tells(quantumcomputing):
    """Asked years later, when nobody has just begun to wait, the median is that of the waits."""
    waits = waits_by_month(quantumcomputing.directory)
    (found,) = command("metrics", metric="first_answer", period="month", as_of="2030-01-01")["metrics"]
    assert len(waits) > 5
    for row in found["rows"][: len(waits)]:
        known = sorted(wait for wait in waits[row["period"]] if wait is not None)
        assert (row["numerator"], row["denominator"]) == (len(known), len(waits[row["period"]]))
        half = (row["denominator"] + 1) // 2
        assert row["value"] == (known[half - 1] // timedelta(seconds=1) if len(known) >= half else None)


def waits_by_month(directory):
    """First day of the month to how long each question waited for somebody else, None for ever."""
    members = {row.get("Id") for row in rows(directory, "Users")} - {"-1"}
    posts = list(rows(directory, "Posts"))
    first = defaultdict(list)
    for post in posts:
        if post.get("PostTypeId") == "2":
            first[post.get("ParentId")].append(
                (post.get("OwnerUserId"), datetime.fromisoformat(post.get("CreationDate")))
            )
    waits = defaultdict(list)
    for post in posts:
        asker, asked = post.get("OwnerUserId"), datetime.fromisoformat(post.get("CreationDate"))
        if post.get("PostTypeId") == "1" and asker in members:
            times = [at - asked for writer, at in first[post.get("Id")] if writer != asker]
            waits[asked.strftime("%Y-%m-01")].append(min(times, default=None))
    return waits


def rows(directory, name):
    return ElementTree.parse(directory / f"{name}.xml").getroot()
