"""What goes by the clock: campaigns begin, occurrences are frozen and followed by the next."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.core.exceptions import ValidationError

from events.lake import lock
from growth.campaigns.models import Campaign, Occurrence
from growth.campaigns.planning import acting, freezing, scheduling
from growth.campaigns.planning.sparing import each

_KEY = 0x66727A00_00000000  # "frz", and the occurrence
_AHEAD = timedelta(days=2)  # within which some member's clock shows it


def launch_due(now: datetime) -> int:
    """Begin what is approved and whose time has come; how many. What lacks something since is a draft again."""
    waiting = Campaign.objects.filter(state=Campaign.State.SCHEDULED, starts_at__lte=now + _AHEAD)
    due = [campaign for campaign in waiting if scheduling.begun(campaign, now)]
    return each(partial(_launch, now), due)


def freeze_due(now: datetime) -> int:
    """Freeze the occurrences whose time has come; how many rows. The next of a repetition is made once this one is."""
    waiting = Occurrence.objects.filter(frozen_at=None, campaign__state=Campaign.State.RUNNING, at__lte=now + _AHEAD)
    due = [row for row in waiting.select_related("campaign") if scheduling.opens(row.campaign, row.at) <= now]
    return each(partial(_freeze, now), due)


def repeat_due(now: datetime) -> int:
    """Make the next occurrence of what repeats; how many."""
    running = Campaign.objects.running().filter(kind=Campaign.Kind.BROADCAST).exclude(repeat="")
    return each(partial(_repeat, now), running)


def _launch(now: datetime, campaign: Campaign) -> bool:
    try:
        acting.launch(campaign, by=None, why="its time has come", now=now)
    except ValidationError as refused:
        campaign.refresh_from_db()
        if campaign.state == Campaign.State.SCHEDULED:  # else another worker was quicker
            acting.send_back(campaign, by=None, why=" ".join(refused.messages))
        return False
    return True


def _repeat(now: datetime, campaign: Campaign) -> bool:
    return scheduling.add_next(campaign, now=now) is not None


def _freeze(now: datetime, occurrence: Occurrence) -> int:
    """One worker at an occurrence: rows are made once anyway, but it would be twice the work."""
    try:
        with lock.holding(key=_KEY + occurrence.pk):
            return freezing.freeze(occurrence, now=now)
    except lock.Busy:
        return 0
