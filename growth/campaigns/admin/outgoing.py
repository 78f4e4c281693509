"""The calendar of all that goes out: what went, what is planned, and the repeats that are to be expected."""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from growth.campaigns.models import Campaign, Occurrence
from growth.campaigns.planning import clocks, scheduling

State, Kind = Campaign.State, Campaign.Kind
WEEK = timedelta(days=7)
MOST = 400  # repeats that are looked through for one campaign: a daily one of a year
FAR = date(1970, 1, 2), date(2200, 1, 1)
TENTATIVE = (State.DRAFT, State.REVIEW)


@dataclass(frozen=True, order=True)
class Going:
    """`wall` is what clocks show, the site's or (`local`) each member's own; `audience` is known once it was frozen."""

    wall: datetime
    name: str
    campaign: Campaign
    audience: int | None = None
    expected: bool = False

    @property
    def tone(self) -> str:
        if self.campaign.state in TENTATIVE:
            return "tentative"
        return "expected" if self.expected else "gone" if self.audience is not None else "planned"


@dataclass(frozen=True)
class Day:
    day: date
    outside: bool  # of the month
    today: bool
    going: list[Going]


@require_safe
def outgoing(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("campaigns.view_campaign"):
        raise PermissionDenied
    weekly, today = request.GET.get("by") == "week", timezone.localdate()
    day = _day(request.GET.get("day", ""), today)
    weeks = [_week_of(day)] if weekly else Calendar().monthdatescalendar(day.year, day.month)
    since, until = weeks[0][0], weeks[-1][-1] + timedelta(days=1)
    by_day = _by_day(since, until)
    shown = [
        [Day(one, one.month != day.month and not weekly, one == today, by_day[one]) for one in week] for week in weeks
    ]
    before, after = (day - WEEK, day + WEEK) if weekly else _months_beside(day)
    context = {
        **admin.site.each_context(request),
        "title": _("Calendar of campaigns"),
        "weeks": shown,
        "names": [one.day for one in shown[0]],
        "day": day,
        "today": today,
        "weekly": weekly,
        "since": since,
        "until": until - timedelta(days=1),
        "before": before,
        "after": after,
        "through": _through(since, until),
        "is_empty": not any(one.going for week in shown for one in week),
    }
    return render(request, "admin/campaigns/outgoing.html", context)


def _by_day(since: date, until: date) -> dict[date, list[Going]]:
    found: dict[date, list[Going]] = defaultdict(list)
    for going in sorted([*_made(since, until), *_expected(since, until)], key=lambda one: (one.wall, one.campaign.pk)):
        found[going.wall.date()].append(going)
    return found


def _made(since: date, until: date) -> Iterator[Going]:
    """The occurrences there are. What clocks show is within a day of UTC's."""
    near = (_instant(since) - timedelta(days=1), _instant(until) + timedelta(days=1))
    rows = Occurrence.objects.filter(at__gte=near[0], at__lt=near[1]).exclude(campaign__state=State.CANCELLED)
    for row in rows.select_related("campaign"):
        wall = scheduling.wall_of(row.campaign, row.at)
        if since <= wall.date() < until:
            yield Going(wall, row.campaign.name, row.campaign, audience=row.audience)


def _expected(since: date, until: date) -> Iterator[Going]:
    """Of broadcasts with a time, what comes after the occurrences there are. What was missed is made up for once, and
    not on its day."""
    open_ = Campaign.objects.exclude(state__in=[State.FINISHED, State.CANCELLED])
    timed = open_.filter(
        kind=Kind.BROADCAST, starts_at__isnull=False, starts_at__lt=_instant(until) + timedelta(days=1)
    )
    now = _site(timezone.now())
    for campaign in timed.annotate(last=Max("occurrences__at")):
        first = _site(cast(datetime, campaign.starts_at))
        last = campaign.last and scheduling.wall_of(campaign, campaign.last)
        ends = campaign.ends_at and _site(campaign.ends_at)
        for wall in _walls(campaign, first, since):
            if wall.date() >= until or (ends and wall > ends):
                break
            if wall.date() >= since and (last is None or wall > last) and (wall == first or wall > now):
                yield Going(wall, campaign.name, campaign, expected=wall != first)


def _walls(campaign: Any, first: datetime, since: date) -> Iterator[datetime]:
    """Its times in order, from shortly before `since`."""
    if not campaign.repeat:
        yield first
        return
    span = {"daily": 1, "weekly": 7, "monthly": 31}[campaign.repeat]
    begin = max((since - first.date()).days // span - 1, 0)
    for n in range(begin, begin + MOST):
        yield clocks.nth(first, campaign.repeat, n)


def _through(since: date, until: date) -> list[Campaign]:
    """What goes out as members enter, at some time of these days."""
    ends = Q(ends_at=None) | Q(ends_at__gte=_instant(since))
    begins = Q(starts_at=None) | Q(starts_at__lt=_instant(until))
    open_ = Campaign.objects.filter(begins, ends, kind=Kind.TRIGGERED)
    return list(open_.filter(state__in=[State.SCHEDULED, State.RUNNING, State.PAUSED]).order_by(F("name")))


def _day(text: str, today: date) -> date:
    try:
        found = parse_date(text)
    except ValueError:
        return today
    return found if found and FAR[0] <= found <= FAR[1] else today


def _week_of(day: date) -> list[date]:
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def _months_beside(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)


def _instant(day: date) -> datetime:
    return clocks.instant(datetime.combine(day, datetime.min.time()), ZoneInfo(timezone.get_default_timezone_name()))


def _site(at: datetime) -> datetime:
    return timezone.localtime(at, timezone.get_default_timezone()).replace(tzinfo=None)
