"""The frozen audience of a campaign: each member once, with the arm and the due time of their first delivery.

Randomised per member, analysed per member: of a broadcast that repeats, or a member who enters again, the first
delivery says the arm and begins the windows. Staff are left out as from all analyses, and who is in the holdout from
everything: such a member was spared all other campaigns too, and would be compared with members who were not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from events.record import epoch_us
from experiments.bucketing import fnv32a
from growth.campaigns.models import Campaign
from growth.segments.models import Membership, Segment

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
AT_ONCE = 50_000  # rows
MOST_SEGMENTS = 12

FIRSTS = """
WITH firsts AS (
    SELECT DISTINCT ON (d.member_id) d.*, m.is_staff, m.time_zone
    FROM campaigns_delivery d JOIN members_member m ON m.id = d.member_id
    WHERE d.campaign_id = %(campaign)s AND d.step = 0
    ORDER BY d.member_id, d.planned_at, d.id)
SELECT f.member_id, (extract(epoch FROM f.planned_at) * 1000000)::bigint, f.held, coalesce(f.variation, 0),
    coalesce(f.would_send::int, -1), f.state = 'sent', f.delivered_at IS NOT NULL, f.opened_at IS NOT NULL,
    f.clicked_at IS NOT NULL,
    coalesce((SELECT t.channel FROM campaigns_attempt t WHERE t.delivery_id = f.id ORDER BY t.id LIMIT 1), f.channel),
    extract(hour FROM f.planned_at AT TIME ZONE coalesce(nullif(f.time_zone, ''), %(zone)s))::int,
    coalesce(a.number, 0), campaigns_bucket(%(slice)s, f.member_id::text) < %(uniform)s,
    (SELECT count(*) FROM campaigns_delivery s WHERE s.member_id = f.member_id AND s.state = 'sent'
        AND s.ended_at < f.planned_at AND s.ended_at >= f.planned_at - interval '28 days'),
    f.is_staff, coalesce(f.why->>'holdout', '') LIKE 'global:%%',
    f.planned_at >= %(as_of)s, coalesce(f.planned_at >= %(stopped)s, false)
FROM firsts f LEFT JOIN campaigns_allocation a ON a.id = f.allocation_id ORDER BY f.member_id"""


@dataclass(frozen=True)
class Audience:
    """By member, in their order. `variation`: also of those held back. `would_send`: 1 or 0, or -1 before their checks.
    `channel`: the first that reached them, or would have; "" where none. `hour`: of the due time on the member's clock.
    `period`: the number of the bandit's allocation, 0 before the first; `uniform`: in the slice that stands outside.
    `sends`: how many messages of any campaign they were sent in the 28 days before."""

    member: Ints
    due_us: Ints
    held: Flags
    variation: Ints
    would_send: Ints
    sent: Flags
    delivered: Flags
    opened: Flags
    clicked: Flags
    channel: NDArray[np.str_]
    hour: Ints
    period: Ints
    uniform: Flags
    sends: Ints

    def __len__(self) -> int:
        return len(self.member)


@dataclass(frozen=True)
class Frozen:
    audience: Audience
    left_out: dict[str, int]  # staff, erased (deliveries), global_holdout, later, after_test: why, and how many


TYPES: dict[str, Any] = {"channel": np.str_} | dict.fromkeys(
    ("held", "sent", "delivered", "opened", "clicked", "uniform"), np.bool_
)
REASONS = ("staff", "global_holdout", "later", "after_test")  # the first that applies


def freeze(campaign: Campaign, as_of: datetime, *, zone: str) -> Frozen:
    """Those who were due before `as_of`, and before the test was stopped: after it nobody is drawn any more. `zone`: of
    members who named none."""
    uniform = campaign.allocations.order_by("number").values_list("uniform", flat=True).last()
    told = {
        "campaign": campaign.pk,
        "as_of": as_of,
        "stopped": campaign.test_stopped_at,
        "zone": zone,
        "slice": fnv32a(campaign.seed + ":u"),
        "uniform": round((uniform or 0) * 10_000),
    }
    names = [field.name for field in fields(Audience)]
    parts: list[list[NDArray[Any]]] = [[np.zeros(0, TYPES.get(name, np.int64)) for name in names]]
    left_out = dict.fromkeys(REASONS, 0)
    for rows in _rows(FIRSTS, told):
        kept = []
        for *row, staff, globally, later, after in rows:
            why = next((why for why, so in zip(REASONS, (staff, globally, later, after), strict=True) if so), "")
            if why:
                left_out[why] += 1
            else:
                kept.append(row)
        columns = zip(*kept, strict=True) if kept else ()
        parts.append([np.array(one, TYPES.get(name, np.int64)) for name, one in zip(names, columns, strict=False)])
    left_out["erased"] = campaign.deliveries.filter(member=None, step=0).count()
    columns_of = zip(*(part for part in parts if part), strict=True)
    return Frozen(Audience(*(np.concatenate(column) for column in columns_of)), left_out)


def segments(audience: Audience) -> dict[str, Flags]:
    """By name, of the largest segments: who was in it at their due time."""
    found = {}
    for segment in Segment.objects.filter(size__gt=0).order_by("-size", "pk")[:MOST_SEGMENTS]:
        inside = np.zeros(len(audience), bool)
        rows = Membership.objects.filter(segment=segment).values_list("person", "entered_at", "left_at")
        for person, entered, left in rows.iterator(chunk_size=AT_ONCE):
            place = int(np.searchsorted(audience.member, person))
            if place < len(audience) and audience.member[place] == person:
                due = audience.due_us[place]
                inside[place] |= epoch_us(entered) <= due and (left is None or due < epoch_us(left))
        found[segment.name] = inside
    return found


def _rows(query: str, told: dict[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Many at once, by a cursor of the server: all of a million members would take a gigabyte."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, told)
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows
