"""When a campaign goes out: its occurrences, made one at a time, and each member's moment within one.

`Occurrence.at` is an instant; of a campaign at members' own clocks it is what those clocks show, written as UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

from community.members.models import Member
from growth.campaigns.devices.quiet import zone_named
from growth.campaigns.models import Campaign, Occurrence, Variation
from growth.campaigns.planning import clocks

Moment = tuple[str, int, datetime]  # time zone ("": the site's), index of the variation, when it is due


def begun(campaign: Campaign, now: datetime) -> bool:
    """Whether its time has come: at members' own clocks, that of the earliest."""
    if campaign.starts_at is None:
        return False
    if campaign.kind == Campaign.Kind.TRIGGERED:
        return campaign.starts_at <= now
    return opens(campaign, _written(campaign, _shown(campaign.starts_at))) <= now


def opens(campaign: Campaign, at: datetime) -> datetime:
    """When an occurrence is frozen: as its first member is due."""
    wall = wall_of(campaign, at)
    walls = [_at(wall, variation.at) for variation in campaign.variations.all() if variation.at]
    firsts = [one.replace(tzinfo=UTC) - clocks.EARLIEST for one in [*walls, *([wall] if campaign.local_time else [])]]
    return min([at, *firsts])


def add_first(campaign: Campaign) -> Occurrence | None:
    """Of a broadcast that begins; None of a triggered one, which has members' own instead."""
    if campaign.kind == Campaign.Kind.TRIGGERED or campaign.starts_at is None:
        return None
    at = _written(campaign, _shown(campaign.starts_at))
    return Occurrence.objects.get_or_create(campaign=campaign, number=0, defaults={"at": at})[0]


def add_next(campaign: Campaign, *, now: datetime) -> Occurrence | None:
    """The one after the last, once that is frozen; one that was frozen late stands for those missed meanwhile. None
    where it does not repeat, ends before, or there is one."""
    last = campaign.occurrences.order_by("number").last()
    if not campaign.repeat or last is None or last.frozen_at is None or campaign.starts_at is None:
        return None
    wall = clocks.following(
        _shown(campaign.starts_at),
        campaign.repeat,
        after=max(wall_of(campaign, last.at), wall_of(campaign, last.frozen_at)),
        now=wall_of(campaign, now),
    )
    at = _written(campaign, wall)
    if campaign.ends_at and at > campaign.ends_at:
        return None
    return Occurrence.objects.get_or_create(campaign=campaign, number=last.number + 1, defaults={"at": at})[0]


def moments(campaign: Campaign, occurrence: Occurrence, *, now: datetime) -> list[Moment]:
    """When members are due, by their zone and variation; zones that are not there are due as the site's is. Who is late
    by less than an hour is due at once, others the next day, unless there is an occurrence on that day anyway."""
    wall, wait = wall_of(campaign, occurrence.at), campaign.repeat != Campaign.Repeat.DAILY

    def due(variation: Variation, zone: ZoneInfo) -> datetime:
        return clocks.personal(_at(wall, variation.at), zone, now=now, wait=wait)

    return list(_by_zone(campaign, due, max(occurrence.at, now)))


def moments_from(campaign: Campaign, ready: datetime) -> list[Moment]:
    """The same of members who are ready at `ready`: of a triggered campaign, when its delay is over."""
    return list(_by_zone(campaign, lambda row, zone: clocks.upcoming(row.at or time(), zone, ready), ready))


def wall_of(campaign: Campaign, at: datetime) -> datetime:
    """What clocks show then: the site's, or UTC's of a campaign at members' own."""
    return at.astimezone(UTC).replace(tzinfo=None) if campaign.local_time else _shown(at)


def _by_zone(
    campaign: Campaign, due: Callable[[Variation, ZoneInfo], datetime], otherwise: datetime
) -> Iterator[Moment]:
    zones = {"": timezone.get_default_timezone_name()}
    rows = list(campaign.variations.order_by("index"))
    local = campaign.local_time and campaign.kind == Campaign.Kind.BROADCAST
    if local or any(row.at for row in rows):
        zones |= {zone: zone for zone in zones_of_members()}
    for row in rows:
        for name, key in zones.items():
            if local or row.at:
                yield name, row.index, due(row, zone_named(key))
            elif not name:
                yield name, row.index, otherwise


def zones_of_members() -> set[str]:
    found = Member.objects.order_by().values_list("time_zone", flat=True).distinct()
    return set(found) & available_timezones()


def _shown(at: datetime) -> datetime:
    """On the site's clock."""
    return at.astimezone(timezone.get_default_timezone()).replace(tzinfo=None)


def _written(campaign: Campaign, wall: datetime) -> datetime:
    if campaign.local_time:
        return wall.replace(tzinfo=UTC)
    return clocks.instant(wall, zone_named(timezone.get_default_timezone_name()))


def _at(wall: datetime, at: time | None) -> datetime:
    return datetime.combine(wall.date(), at) if at else wall
