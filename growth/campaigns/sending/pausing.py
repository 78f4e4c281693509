"""A campaign that providers refuse is paused, with the reason: what else it has would be refused too."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from growth.campaigns.channels.interface import Outcome
from growth.campaigns.models import Attempt, Campaign
from growth.campaigns.planning import acting
from growth.campaigns.sending.trying import Request

logger = logging.getLogger(__name__)

LAST, REFUSED = 50, 25  # so many members refused, of a campaign's last requests, are too many
WITHIN = timedelta(hours=1)


def pause_refused(requests: Sequence[Request], outcomes: Sequence[Outcome]) -> None:
    """Of the campaigns that were refused something, pause each whose provider refuses all, or refused too much."""
    refused: dict[int, tuple[Request, Outcome]] = {}
    for request, outcome in zip(requests, outcomes, strict=True):
        pk = request.plan.delivery.campaign_id
        counts = outcome.kind == "rejected" and request.plan.channel not in _chosen_by_members()
        if outcome.is_refusal or (counts and pk not in refused):
            refused[pk] = (request, outcome)
    for request, outcome in refused.values():
        campaign = request.plan.delivery.campaign
        if outcome.is_refusal or _refused(campaign) >= REFUSED:
            _pause(campaign, f"{request.sending.carrier.key}: {outcome.code or ''} {outcome.reason}")


def _refused(campaign: Campaign) -> int:
    """How many members, of its last requests with an answer: one with many devices shall not pause it for all."""
    since = timezone.now() - WITHIN
    answered = Attempt.objects.filter(delivery__campaign=campaign, at__gte=since).exclude(outcome="").order_by("-pk")
    told = answered.exclude(channel__in=_chosen_by_members()).values_list("outcome", "delivery__member")[:LAST]
    return len({member for outcome, member in told if outcome == Attempt.Outcome.REJECTED})


def _chosen_by_members() -> list[str]:
    """Channels whose addresses are anybody's, and what they answer nothing that a campaign is judged by."""
    return ["webhook"] if settings.WEBPUSH_HOSTS else ["webhook", "webpush"]


def _pause(campaign: Campaign, why: str) -> None:
    try:
        acting.pause(campaign, by=None, why=why)
    except ValidationError:  # it does not run any more
        logger.info("%s is not paused, though refused by %s", campaign.key, why)
