"""Who would have been spared under another cap."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from growth.campaigns.models import Delivery
from tests.growth.campaigns import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def send():
    campaign = builders.campaign()

    def made(member, *times: datetime, state="sent", **why) -> None:
        """One for each time that it was sent; `why` keeps the day that it counted for, if it says so."""
        for number, at in enumerate(times, Delivery.objects.count()):
            Delivery.objects.create(
                campaign=campaign, member=member, occurrence=number, state=state, ended_at=at, why=why,
                planned_at=at, due_at=at, expires_at=at + timedelta(days=1), held=state == "held",
            )  # fmt: skip

    return made


def replayed(capsys, cap, **bounds):
    call_command("replay_caps", cap=cap, format="json", **bounds)
    return json.loads(capsys.readouterr().out)


def days(*numbers: int, hour: int = 12) -> list[datetime]:
    return [datetime(2026, 11, number, hour, tzinfo=UTC) for number in numbers]


def test_a_week_is_the_calendars_and_begins_on_monday(send, alice, bob, capsys):
    send(alice, *days(16, 17, 18, 19, 22))  # Monday to Sunday
    send(bob, *days(21, 22, 23, 24))  # two in either week
    assert replayed(capsys, "3/week") == {
        "cap": "3/week",
        "members": 1,
        "messages": 5,
        "spared": 2,
        "rows": [{"member": alice.pk, "week": "2026-11-16", "messages": 5, "spared": 2}],
    }


def test_days_are_those_of_the_members_clock(send, alice, bob, capsys):
    alice.time_zone = "Asia/Shanghai"
    alice.save(update_fields=["time_zone"])
    for member in (alice, bob):
        send(member, *days(18, hour=15), *days(18, hour=17))  # 23 o'clock, and 1 o'clock of the next day in Shanghai
    assert [row["member"] for row in replayed(capsys, "1/day")["rows"]] == [bob.pk]


def test_it_counts_for_the_day_in_which_it_was_let_through(send, alice, capsys):
    """Settled after midnight, taken from the cap before."""
    send(alice, *days(18, 19, hour=0), caps={"day": "2026-11-18", "week": "2026-11-16"})
    assert replayed(capsys, "1/day")["rows"] == [{"member": alice.pk, "day": "2026-11-18", "messages": 2, "spared": 1}]


def test_only_what_was_sent_within_the_span_counts(send, alice, capsys):
    send(alice, *days(2, 3, 16, 17))
    send(alice, *days(16, 17), state="held")
    send(alice, *days(16, 17), state="capped")
    assert replayed(capsys, "1/week")["spared"] == 2
    assert replayed(capsys, "1/week", since="2026-11-09")["spared"] == 1
    assert replayed(capsys, "1/week", until="2026-11-02")["spared"] == 0


def test_people_read_a_line_each(send, alice, capsys):
    send(alice, *days(16, 17))
    call_command("replay_caps", cap="1/week")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{alice.pk}\t2026-11-16\t2\t-1", "1 members would have been spared 1 messages by 1/week."]


@pytest.mark.parametrize("cap", ["3", "x/week", "3/month", "0.5/day", ""])
def test_a_cap_that_is_none_is_one_line(cap):
    with pytest.raises(CommandError, match="a number a day or a week") as refused:
        call_command("replay_caps", cap=cap)
    assert refused.value.returncode == 2


@pytest.mark.parametrize("since", ["soon", "2026-02-31"])
def test_a_day_that_is_none_is_one_line(since):
    with pytest.raises(CommandError, match="is no day") as refused:
        call_command("replay_caps", cap="1/day", since=since)
    assert refused.value.returncode == 2
