"""Proof that the ledger obeys its rules, and that balances, points days and boards are what it says.

Each check compares both sides within one statement, hence at one moment, so a site may be verified while it is used.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Max, Min, OuterRef, Q, Sum
from redis.exceptions import RedisError

from community.members.models import Member
from community.points import capping, periods
from community.points.boards import live, totals
from community.points.models import JOINED, SITE, Entry
from community.points.recount import DAYS, PARAMETERS

MOST_DETAILS = 100
LOOKS = 5  # at a place that differs: what was just published may be under way
PAUSE = 0.3  # seconds between them
Detail = dict[str, Any]

_BALANCES = """
SELECT m.id, m.points_total, coalesce(e.total, 0)
FROM members_member m LEFT JOIN (SELECT member_id, sum(granted) AS total FROM points_entry GROUP BY 1) e
  ON e.member_id = m.id
WHERE m.points_total <> coalesce(e.total, 0) ORDER BY 1
"""
_DAYS = f"""
SELECT member_id, scope, day::text, coalesce(d.points, 0), coalesce(l.points, 0)
FROM points_pointsday d FULL JOIN ({DAYS}) l USING (scope, day, member_id)
WHERE coalesce(d.points, 0) <> coalesce(l.points, 0) ORDER BY 1, 2, 3
"""  # noqa: S608 (our own text)


@dataclass
class Proof:
    entries: int
    members: int
    differences: int = 0
    details: list[Detail] = field(default_factory=list)  # the first hundred
    boards: bool = False  # whether Redis answered, so that its boards were compared

    def add(self, found: Iterable[Detail]) -> None:
        for detail in found:
            self.differences += 1
            if len(self.details) < MOST_DETAILS:
                self.details.append(detail)


def verify(*, boards: bool = True) -> Proof:
    proof = Proof(Entry.objects.count(), Member.objects.count())
    for check in (_joined, _rules, _reversals, _uncapped, _capped, _balances, _days):
        proof.add(check())
    if boards:
        try:
            proof.add(_boards())
            proof.boards = True
        except RedisError:
            proof.boards = False
    return proof


def _joined() -> Iterator[Detail]:
    joined = Entry.objects.filter(rule__name=JOINED, member=OuterRef("pk"))
    for pk in Member.objects.filter(~Exists(joined)).order_by("pk").values_list("pk", flat=True):
        yield {"kind": "joined", "member": pk}


def _rules() -> Iterator[Detail]:
    """An award's raw points and pool are those of its version of the rule."""
    wrong = Entry.objects.awards().filter(~Q(raw=F("rule__points")) | ~Q(pool=F("rule__pool")))
    for pk, member, raw, points in wrong.order_by("pk").values_list("pk", "member", "raw", "rule__points"):
        yield {"kind": "rule", "entry": pk, "member": member, "raw": raw, "expected": points}


def _reversals() -> Iterator[Detail]:
    """A reversal has the negative of what it reverses, and its member, rule, day, pool and scopes."""
    same = ("member", "rule", "day", "pool", "scopes")
    like = Q(raw=-F("reversal_of__raw"), **{name: F(f"reversal_of__{name}") for name in same})
    wrong = Entry.objects.filter(~like, reversal_of__isnull=False)
    for pk, member in wrong.order_by("pk").values_list("pk", "member"):
        yield {"kind": "reversal", "entry": pk, "member": member}


def _uncapped() -> Iterator[Detail]:
    wrong = Entry.objects.filter(~Q(granted=F("raw")), pool="")
    for pk, member, granted, raw in wrong.order_by("pk").values_list("pk", "member", "granted", "raw"):
        yield {"kind": "granted", "entry": pk, "member": member, "granted": granted, "expected": raw}


def _capped() -> Iterator[Detail]:
    """With one cap a pool's day grants the lesser of it and the raw sum; other days are gone through one by one."""
    pools = Entry.objects.filter(~Q(pool="")).order_by().values_list("member", "day", "pool")
    sums = pools.annotate(total=Sum("granted"), wanted=Sum("raw"), low=Min("rule__cap"), high=Max("rule__cap"))
    within = Q(low=F("high")) & (Q(wanted__lte=F("high"), total=F("wanted")) | Q(wanted__gt=F("high"), total=F("high")))
    for member, day, pool in sums.exclude(within).values_list("member", "day", "pool"):
        entries = Entry.objects.of_pool(member, day, pool)
        granted = entries.aggregate(n=Sum("granted"))["n"]
        wanted = capping.granted_sum(entries.standing().order_by("at", "pk").values_list("raw", "rule__cap"))
        if granted != wanted:
            detail = {"member": member, "day": str(day), "pool": pool, "granted": granted, "expected": wanted}
            yield {"kind": "cap", **detail}


def _balances() -> Iterator[Detail]:
    for member, balance, expected in _rows(_BALANCES):
        yield {"kind": "balance", "member": member, "balance": balance, "expected": int(expected)}


def _days() -> Iterator[Detail]:
    for member, scope, day, points, expected in _rows(_DAYS, PARAMETERS):
        where = {"member": member, "scope": scope, "day": day}
        yield {"kind": "points_day", **where, "points": points, "expected": int(expected)}


def _boards() -> Iterator[Detail]:
    """Places that differ from PostgreSQL and go on doing so. Boards that Redis has not complete are shown to nobody."""
    shown = [periods.current(name) for name in periods.NAMES]
    for period, ready in zip(shown, live.is_ready([period.key for period in shown]), strict=True):
        if not ready:
            continue
        wanted, found = dict(totals.ranking(SITE, period).iterator()), live.everyone(period.key)
        suspects = sorted(pk for pk in wanted.keys() | found.keys() if wanted.get(pk, 0) != found.get(pk, 0))
        yield from _lasting(period, suspects)


def _lasting(period: periods.Period, suspects: Sequence[int]) -> Iterator[Detail]:
    for look in range(LOOKS):
        if not suspects:
            return
        if look:
            time.sleep(PAUSE)
        rows = totals.snapshot(list(suspects), [period])
        wanted = {pk: max(points, 0) for pk, _newest, points in rows}
        found = dict(zip(suspects, live.scores(period.key, suspects), strict=True))
        suspects = [pk for pk in suspects if wanted.get(pk, 0) != found[pk]]
    for pk in suspects:
        yield {"kind": "board", "member": pk, "board": period.key, "points": found[pk], "expected": wanted.get(pk, 0)}


def _rows(sql: str, parameters: dict[str, str] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
