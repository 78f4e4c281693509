"""What a batch of messages is made of, read at once: a handful of queries, however many members there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from community.members.models import Member
from growth.campaigns.content import sources
from growth.campaigns.content.shapes import Content, read
from growth.campaigns.models import Campaign, Delivery, Entry, Variation

Campaigns = Mapping[int, Campaign]
Place = tuple[int, int | None, int]  # (campaign, member, which time)


class Reader(NamedTuple):
    pk: int
    username: str
    display_name: str
    points: int
    language: str


@dataclass(frozen=True)
class Batch:
    campaigns: Campaigns
    contents: Mapping[tuple[int, int], Content]  # by (campaign, index of the variation)
    readers: Mapping[int, Reader]  # active members alone
    entries: Mapping[Place, Mapping[str, Any]]  # of triggered campaigns: what a program gave
    found: Mapping[int, sources.Found]  # by campaign; nothing of those without a source


def gather(deliveries: Sequence[Delivery], now: datetime) -> Batch:
    wanted = {delivery.campaign_id for delivery in deliveries}
    campaigns = Campaign.objects.only("key", "kind", "priority", "source", "topic").in_bulk(wanted)
    return Batch(
        campaigns=campaigns,
        contents=_contents(campaigns),
        readers=readers({d.member_id for d in deliveries if d.member_id}),
        entries=_entries([d for d in deliveries if campaigns[d.campaign_id].kind == Campaign.Kind.TRIGGERED]),
        found=_found(deliveries, campaigns, now),
    )


def readers(member_ids: set[int]) -> dict[int, Reader]:
    rows = Member.objects.active().filter(pk__in=member_ids).values_list(*Reader._fields)
    return {row[0]: Reader(*row) for row in rows}


def _contents(campaigns: Campaigns) -> dict[tuple[int, int], Content]:
    rows = Variation.objects.filter(campaign__in=campaigns).values_list("campaign", "index", "content")
    return {(campaign, index): read(content) for campaign, index, content in rows}


def _entries(deliveries: Sequence[Delivery]) -> dict[Place, Mapping[str, Any]]:
    if not deliveries:
        return {}
    wanted = {(d.campaign_id, d.member_id, d.occurrence) for d in deliveries}
    entries = Entry.objects.filter(campaign__in={d.campaign_id for d in deliveries})
    rows = entries.filter(member__in={d.member_id for d in deliveries if d.member_id})
    values = rows.values_list("campaign", "member", "number", "data")
    return {place: data for *there, data in values if (place := tuple(there)) in wanted}


def _found(deliveries: Sequence[Delivery], campaigns: Campaigns, now: datetime) -> dict[int, sources.Found]:
    members: dict[int, set[int]] = defaultdict(set)
    for delivery in deliveries:
        if delivery.member_id and campaigns[delivery.campaign_id].source in sources.SOURCES:
            members[delivery.campaign_id].add(delivery.member_id)
    return {pk: sources.find(campaigns[pk].source, ids, now) for pk, ids in members.items()}
