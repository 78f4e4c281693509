"""Rows in line: what the buckets of provider and campaign have no token for gets a later time.

Held rows stand in the same line and wait where the others wait, but take nothing: else those held back would come
through where those to be sent to do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from growth.campaigns.sending import limits
from growth.campaigns.sending.carriers import bucket_of
from growth.campaigns.sending.plans import Plan
from growth.campaigns.sending.verdicts import Verdict, later


def pace(plans: Sequence[Plan], now: datetime) -> tuple[list[Plan], list[Verdict]]:
    """Those that may go now, and the others postponed."""
    wanted: dict[str, tuple[float, int]] = {}
    for plan in plans:
        for bucket, rate in _buckets(plan):
            wanted[bucket] = (rate, wanted.get(bucket, (0, 0))[1] + _tokens(plan))
    shares = {bucket: share for bucket, share in limits.take(wanted).items() if share.given < wanted[bucket][1]}
    used: Counter[str] = Counter()
    going, late = [], []
    for plan in plans:
        waits = [_wait(plan, shares[bucket], bucket, used) for bucket, _rate in _buckets(plan) if bucket in shares]
        if wait := max(waits, default=0.0):
            late.append(later(plan.delivery, now + timedelta(seconds=wait), "limit"))
        else:
            going.append(plan)
    return going, late


def _wait(plan: Plan, share: limits.Share, bucket: str, used: Counter[str]) -> float:
    """Seconds from now. Who has some tokens has all: else a member with many devices would never be written to."""
    before = used[bucket]
    used[bucket] += _tokens(plan)
    return 0.0 if before < share.given else share.wait(before - share.given)


def _tokens(plan: Plan) -> int:
    return 0 if plan.delivery.held else len(plan.targets)


def _buckets(plan: Plan) -> Iterator[tuple[str, float]]:
    for limited in (plan.provider, plan.delivery.campaign):
        if limited.per_second:
            yield bucket_of(limited), float(limited.per_second)
