"""Places in caps: as one would count them by hand, and exact under a race."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from growth.campaigns.models import CapCount
from growth.campaigns.sending import caps
from growth.campaigns.sending.caps import REAL, Ask
from tests.growth.campaigns.sending import rows

MONDAY = date(2026, 11, 16)


@pytest.mark.parametrize("days", range(7))
def test_a_week_begins_on_monday(days):
    assert Ask(1, MONDAY + timedelta(days=days), holder=REAL, per_day=None, per_week=None).week == MONDAY


def by_hand(asks: list[Ask]) -> list[str]:
    """Each against all that were let through before it."""
    passed: list[Ask] = []
    answers = []
    for ask in asks:
        met = {REAL, ask.holder}
        before = [one for one in passed if one.member_id == ask.member_id and one.holder in met]
        day = sum(one.day == ask.day for one in before)
        week = sum(one.week == ask.week for one in before)
        full_day = ask.per_day is not None and day >= ask.per_day
        full_week = ask.per_week is not None and week >= ask.per_week
        answers.append("day" if full_day else "week" if full_week else "")
        if not answers[-1]:
            passed.append(ask)
    return answers


numbers = st.none() | st.integers(0, 3)
asked = st.tuples(st.integers(0, 2), st.integers(0, 9), st.sampled_from([REAL, REAL, 7, 8]), numbers, numbers)


@pytest.fixture
def three(db) -> list[int]:
    return [member.pk for member in rows.members(3)]


def test_they_are_taken_as_one_would_by_hand(three):
    @settings(max_examples=15)
    @given(st.lists(asked, max_size=12), st.integers(1, 12))
    def law(given_asks, size):
        asks = [Ask(three[who], MONDAY + timedelta(days=day), *rest) for who, day, *rest in given_asks]
        with transaction.atomic():
            batches = [asks[at : at + size] for at in range(0, len(asks), size)]
            assert [answer for batch in batches for answer in caps.take(batch)] == by_hand(asks)
            CapCount.objects.all().delete()

    law()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_let_through_as_many_as_the_cap_and_wait_in_no_circle():
    members = [member.pk for member in rows.members(20)]

    def work(number: int) -> int:
        order = members if number % 2 else members[::-1]
        with transaction.atomic():
            let = caps.take([Ask(pk, MONDAY, holder=REAL, per_day=3, per_week=None) for pk in order])
        connection.close()
        return let.count("")

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(12))) == 3 * len(members)
    assert set(CapCount.objects.values_list("count", flat=True)) == {3}
