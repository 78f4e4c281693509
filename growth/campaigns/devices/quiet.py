"""Quiet hours: whose they are, and when those of now are over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from community.members.models import Member
from growth.campaigns.models import QuietHours

zone_named = cache(ZoneInfo)  # ZoneInfo itself keeps the last eight only


@dataclass(frozen=True)
class Hours:
    """From `since` up to `until` by the clocks of a zone, over midnight where they end before they begin."""

    since: time
    until: time
    zone: ZoneInfo

    def hold(self, now: datetime) -> bool:
        clock = now.astimezone(self.zone).time()
        if self.since <= self.until:
            return self.since <= clock < self.until
        return clock >= self.since or clock < self.until

    def end(self, now: datetime) -> datetime | None:
        """When the quiet hours of this moment are over, in UTC; None where there are none now. A time that clocks skip
        is as much later, and of one that they show twice it is the first that is still to come."""
        if not self.hold(now):
            return None
        local = now.astimezone(self.zone)
        day = local.date() + timedelta(days=local.time() >= self.until)
        ends = [datetime.combine(day, self.until, self.zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
        return next((end for end in ends if end > now), ends[-1])


def hours(member_ids: Collection[int]) -> Mapping[int, Hours]:
    """Of each of these members: their own, else the site's, by their own clocks. Two queries."""
    zones = dict(Member.objects.filter(pk__in=member_ids).values_list("pk", "time_zone"))
    rows = QuietHours.objects.filter(member__in=member_ids) | QuietHours.objects.filter(member=None)
    said = {row.member_id: (row.since, row.until) for row in rows}
    found = {}
    for pk, zone in zones.items():
        since, until = said.get(pk) or said.get(None) or (time(0), time(0))
        found[pk] = Hours(since, until, zone_named(zone or settings.TIME_ZONE))
    return found


@transaction.atomic
def keep(member: Member, *, since: time, until: time) -> None:
    """The member's own quiet hours from now on; equal ones are none."""
    QuietHours.objects.update_or_create(member=member, defaults={"since": since, "until": until})


def keep_the_sites(member: Member) -> None:
    QuietHours.objects.filter(member=member).delete()
