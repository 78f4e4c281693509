"""The audience of an occurrence: a row for each member, held back or not, before anything is asked of caps, quiet hours
or devices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from growth.campaigns.models import Campaign, Delivery, Occurrence
from growth.campaigns.planning import allotting, scheduling
from growth.campaigns.planning.rows import PLAN, parameters
from growth.segments.models import Segment

SLICE = 10_000  # members in one statement, some half a second

_EVERYBODY = """
WITH audience AS MATERIALIZED (
  SELECT id AS member, %(occurrence)s AS occurrence, time_zone, '' AS cause FROM members_member
  WHERE is_active AND id > %(after)s ORDER BY id LIMIT %(slice)s
),"""
_OF_A_SEGMENT = """
WITH audience AS MATERIALIZED (
  SELECT member.id AS member, %(occurrence)s AS occurrence, time_zone, '' AS cause
  FROM segments_membership JOIN members_member member ON member.id = person
  WHERE segment_id = %(segment)s AND left_at IS NULL AND is_active AND person > %(after)s
  ORDER BY person LIMIT %(slice)s
),"""
_DONE = "SELECT (SELECT max(member) FROM audience), (SELECT count(*) FROM audience), (SELECT count(*) FROM made)"


def freeze(occurrence: Occurrence, *, now: datetime | None = None) -> int:
    """Make the rows of an occurrence that are not there yet; how many. Slice by slice in the order of members, each a
    transaction: what a killed worker or another one at the same time has done is found done. It stops where the
    campaign is paused or cancelled, and waits for a segment that nobody has counted yet."""
    now = now or timezone.now()
    campaign = Campaign.objects.select_related("segment").get(pk=occurrence.campaign_id)
    if occurrence.frozen_at or (campaign.segment and campaign.segment.refreshed_at is None):
        return 0
    _note_segment(occurrence, campaign.segment)
    values = _values(campaign, occurrence, now)
    made, after, more = 0, 0, True
    while more:
        if not Campaign.objects.running().filter(pk=campaign.pk).exists():
            return made
        last, count, new = _freeze_slice(values | {"after": after})
        made, after, more = made + new, last or after, count == SLICE
    _close(occurrence)
    return made


def _freeze_slice(values: dict[str, Any]) -> tuple[int | None, int, int]:
    """(the last member, how many there were, how many are new)."""
    audience = _OF_A_SEGMENT if values["segment"] else _EVERYBODY
    with connection.cursor() as cursor:
        cursor.execute(audience + PLAN + _DONE, values)
        return cursor.fetchone()


def _values(campaign: Campaign, occurrence: Occurrence, now: datetime) -> dict[str, Any]:
    why = {"segment": campaign.segment.key} if campaign.segment else {}
    allotment, moments = allotting.allotted(campaign), scheduling.moments(campaign, occurrence, now=now)
    return {
        **parameters(campaign, allotment, moments, why),
        "occurrence": occurrence.number,
        "segment": campaign.segment_id,
        "slice": SLICE,
    }


def _note_segment(occurrence: Occurrence, segment: Segment | None) -> None:
    if segment and occurrence.segment_version_id is None:
        occurrence.segment_version = segment.versions.first()
        occurrence.save(update_fields=["segment_version"])


def _close(occurrence: Occurrence) -> None:
    rows = Delivery.objects.filter(campaign=occurrence.campaign_id, step=0, occurrence=occurrence.number)
    occurrence.audience, occurrence.frozen_at = rows.count(), timezone.now()
    Occurrence.objects.filter(pk=occurrence.pk, frozen_at=None).update(
        audience=occurrence.audience, frozen_at=occurrence.frozen_at
    )
