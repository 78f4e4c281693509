"""Which rows a worker takes up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from growth.campaigns.models import Campaign, Delivery
from growth.campaigns.sending import claiming, limits, waiting
from growth.campaigns.sending.carriers import Carriers
from tests.growth.campaigns.sending import rows
from tests.growth.campaigns.sending.rows import NOON

pytestmark = pytest.mark.django_db


def claimed(now=NOON) -> list[Delivery]:
    found = Campaign.objects.in_bulk(waiting.ready(now))
    with transaction.atomic():
        return claiming.claim({pk: found[pk] for pk in waiting.ready(now)}, Carriers.load(), now)


def many(number: int, **fields) -> Campaign:
    campaign = rows.campaign(**fields)
    for member in rows.members(number):
        rows.due(campaign, member)
    return campaign


def test_the_urgent_come_first_then_those_who_wait_longest():
    low, normal, high = (many(1, priority=priority) for priority in (1, 2, 3))
    early = rows.campaign(priority=2)
    rows.due(early, rows.members(1)[0], at=NOON - timedelta(minutes=1))
    assert list(waiting.ready(NOON)) == [high.pk, early.pk, normal.pk, low.pk]


def test_a_large_campaign_leaves_room_for_a_small_one(monkeypatch):
    monkeypatch.setattr(claiming, "BATCH", 6)
    monkeypatch.setattr(claiming, "SMALLEST", 1)
    large, small = many(9), many(2)
    taken = [row.campaign_id for row in claimed()]
    assert {pk: taken.count(pk) for pk in (large.pk, small.pk)} == {large.pk: 3, small.pk: 2}


def test_no_more_is_claimed_than_fits_into_the_line(monkeypatch):
    monkeypatch.setattr(limits, "HORIZON", 2)
    provider = rows.provider(per_second=1)
    many(9, channels=["webpush"])
    assert len(claimed()) == 3  # one at once, two in line
    limits.take({f"provider:{provider.pk}": (1.0, 3)})
    assert claimed() == []


def test_what_is_not_due_is_left():
    campaign = rows.campaign()
    rows.due(campaign, rows.members(1)[0], at=NOON + timedelta(seconds=1))
    assert waiting.ready(NOON) == {}
    assert list(waiting.ready(NOON + timedelta(seconds=1))) == [campaign.pk]


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_row(monkeypatch):
    monkeypatch.setattr(claiming, "BATCH", 20)
    campaign = many(30)
    both_have = Barrier(2)

    def work(_number: int) -> set[int]:
        with transaction.atomic():
            taken = {row.pk for row in claiming.claim({campaign.pk: campaign}, Carriers.load(), NOON)}
            both_have.wait(5)
        connection.close()
        return taken

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(work, range(2))
    assert first.isdisjoint(second)
    assert len(first | second) == 30
