"""The next allocation of a bandit, from what has matured; and which reports are computed anew."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from events.engine import reading
from experiments.models import MetricVersion
from experiments.report.material import SHARES
from growth.campaigns.models import Allocation, Campaign
from growth.campaigns.proving import bandit
from growth.campaigns.proving.arms import freeze
from growth.campaigns.proving.building import arms_of
from growth.campaigns.proving.draws import Drawn, periods
from growth.campaigns.proving.outcomes import goal_of

UNIFORM = 0.1
LONG = timedelta(days=45)  # after a campaign has ended, until its last windows have closed too
State = Campaign.State


def to_be_reported(now: datetime) -> QuerySet[Campaign]:
    """Those that send, and those that ended not long ago."""
    ended = Q(state__in=[State.FINISHED, State.CANCELLED], finished_at__gte=now - LONG)
    return Campaign.objects.filter(Q(state__in=[State.RUNNING, State.PAUSED]) | ended).order_by("pk")


def allocate_all(now: datetime) -> int:
    """Of bandits that run, whose test was not stopped; how many have a new allocation."""
    bandits = Campaign.objects.running().filter(allotment=Campaign.Allotment.BANDIT, test_stopped_at=None)
    return sum(allocate(campaign, now) is not None for campaign in bandits.order_by("pk"))


def allocate(campaign: Campaign, now: datetime) -> Allocation | None:
    """One more, once a day at most, and only where there is something learnt that the last one did not know. Before the
    first, and while an arm has few matured members, variations are drawn equally."""
    last = campaign.allocations.order_by("number").last()
    if last and timezone.localdate(last.since) >= timezone.localdate(now):
        return None
    evidence = _evidence(campaign, now)
    if not evidence or not bandit.is_learnt(evidence) or (last and last.evidence == evidence):
        return None
    number = last.number + 1 if last else 1
    seed = _seed(campaign, number)
    weights = bandit.weights(evidence, seed, uniform=UNIFORM)
    told = {"since": now, "weights": weights, "uniform": UNIFORM, "seed": seed, "evidence": evidence}
    with transaction.atomic():
        made, new = Allocation.objects.get_or_create(campaign=campaign, number=number, defaults=told)
    return made if new else None


def _evidence(campaign: Campaign, now: datetime) -> list[dict]:
    """[] where there is no goal that is one number of a member with a window that closes."""
    with reading(as_of=now) as reader:
        audience = freeze(campaign, now, zone=timezone.get_default_timezone_name()).audience
        goal = goal_of(reader, campaign, audience)
    if goal is None or goal.measure.window is None or goal.measure.kind not in MetricVersion.PLAIN or not len(audience):
        return []
    variations = list(campaign.variations.order_by("index"))
    found = periods(Drawn(campaign, audience, variations, arms_of(campaign, variations)), goal)
    return bandit.evidence_of(
        {number: period[1:] for number, period in found.items()},
        share=goal.measure.kind in SHARES,
        less_is_better=not goal.measure.higher_is_better,
    )


def _seed(campaign: Campaign, number: int) -> int:
    """The same whoever computes it; within PostgreSQL's bigint."""
    digest = hashlib.sha256(f"{campaign.seed}:{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
