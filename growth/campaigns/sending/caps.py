"""How often a member is written to: places in a day and a week of their time zone, taken before a message goes out.

A row takes its places once, when it is let through, keeps them while it is tried again, and gives them back where in
the end nothing was sent. `why.caps` of the row says which it has.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from growth.campaigns.models import Delivery

Place = tuple[int, str, date]  # a member, "day" or "week", its first day
DAY, WEEK = "day", "week"
REAL = 0  # the holder of what is sent

# One order for all workers, so that they wait for each other and not in a circle. The rows stay locked until the
# caller's transaction ends: day and week are had together or not at all, and nobody counts in between.
LOCK = """
INSERT INTO campaigns_capcount (member_id, period, begins, count, virtual)
SELECT member, period, begins, 0, '{}'
FROM unnest(%(members)s::bigint[], %(periods)s::text[], %(begins)s::date[]) AS place(member, period, begins)
ORDER BY member, period, begins
ON CONFLICT (member_id, period, begins) DO UPDATE SET count = campaigns_capcount.count
RETURNING member_id, period, begins, count, virtual::text
"""
SET = """
UPDATE campaigns_capcount AS counted SET count = place.count, virtual = place.virtual
FROM unnest(
  %(members)s::bigint[], %(periods)s::text[], %(begins)s::date[], %(counts)s::integer[], %(virtuals)s::jsonb[]
) AS place(member, period, begins, count, virtual)
WHERE counted.member_id = place.member AND counted.period = place.period AND counted.begins = place.begins
"""


@dataclass(frozen=True)
class Ask:
    """A message that would go out on this day. `holder`: the campaign in whose holdout the member is, REAL for one that
    is sent. `per_day`, `per_week`: how many there may be with it, None for any."""

    member_id: int
    day: date
    holder: int
    per_day: int | None
    per_week: int | None

    @property
    def week(self) -> date:
        return self.day - timedelta(days=self.day.weekday())

    @property
    def places(self) -> tuple[tuple[Place, int | None], tuple[Place, int | None]]:
        return ((self.member_id, DAY, self.day), self.per_day), ((self.member_id, WEEK, self.week), self.per_week)

    @property
    def told(self) -> dict[str, Any]:
        """What `why.caps` says of one that was let through."""
        return {DAY: self.day.isoformat(), WEEK: self.week.isoformat()}


def take(asks: Sequence[Ask], *, back: Iterable[Delivery] = ()) -> list[str]:
    """For each, in this order, "" where it has its places now, else which cap it met: "day" or "week".

    A message meets what was really sent. One of a holdout meets the virtual ones of its own campaign too, which are
    what the member would have had of it; those of other campaigns it does not, for the members that it is compared with
    do not either. Before, places of the rows `back` are given back. Within a transaction, and once in it: places are
    locked in one order."""
    given = [(place, holder(row)) for row in back for place in _places(row)]
    had = _lock({place for place, _of in given} | {place for ask in asks for place, _cap in ask.places})
    for place, of in given:
        had[place][of] -= 1
    changed, answers = {place for place, _of in given}, []
    for ask in asks:
        full = [place[1] for place, cap in ask.places if cap is not None and _seen(had[place], ask.holder) >= cap]
        answers.append(full[0] if full else "")
        for place, _cap in ask.places if not full else ():
            had[place][ask.holder] += 1
            changed.add(place)
    _set({place: had[place] for place in changed})
    return answers


def holder(row: Delivery) -> int:
    return row.campaign_id if row.held else REAL


def _places(row: Delivery) -> Iterable[Place]:
    """Those that it has taken, of a member who is still there."""
    told = row.why.get("caps") or {}
    return [(row.member_id, period, date.fromisoformat(begins)) for period, begins in told.items() if row.member_id]


def _seen(had: Counter[int], holder: int) -> int:
    return had[REAL] + (had[holder] if holder != REAL else 0)


def _lock(places: Iterable[Place]) -> dict[Place, Counter[int]]:
    """By place, how many there are by holder."""
    if not (columns := _columns(places))["members"]:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, columns)
        return {
            (member, period, begins): Counter({REAL: count} | {int(one): n for one, n in json.loads(virtual).items()})
            for member, period, begins, count, virtual in cursor.fetchall()
        }


def _set(numbers: Mapping[Place, Counter[int]]) -> None:
    """The rows are locked, so what was read of them still stands."""
    if not numbers:
        return
    virtual = [{one: n for one, n in number.items() if one != REAL and n} for number in numbers.values()]
    columns = _columns(numbers)
    columns["counts"] = [number[REAL] for number in numbers.values()]
    columns["virtuals"] = [json.dumps(one) for one in virtual]
    with connection.cursor() as cursor:
        cursor.execute(SET, columns)


def _columns(places: Iterable[Place]) -> dict[str, list[Any]]:
    members, periods, begins = zip(*places, strict=True) if (places := list(places)) else ((), (), ())
    return {"members": list(members), "periods": list(periods), "begins": list(begins)}
