"""What a campaign needs before it may go out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.names import is_declared
from experiments.measuring.what import final_after, is_summed
from growth.campaigns.content.validating import Serving, findings, serving
from growth.campaigns.models import Campaign, Variation
from growth.segments.models import Segment


def check(campaign: Campaign) -> None:
    """ValidationError by field, of all that is missing."""
    found: dict[str, list[str]] = {}
    for field, message in problems(campaign):
        found.setdefault(field, []).append(message)
    if found:
        raise ValidationError(found)


def problems(campaign: Campaign) -> Iterator[tuple[str, str]]:
    """(field, what is wrong), for whoever asks before."""
    variations = list(campaign.variations.select_related("provider").order_by("index"))
    if not campaign.channels:
        yield "channels", _("Choose at least one channel.")
    if not variations:
        yield "variations", _("It has no content: add a variation.")
    elif not any(variation.weight for variation in variations):
        yield "variations", _("Give at least one variation a weight.")
    if campaign.segment and campaign.segment.who == Segment.Who.VISITORS:
        yield "segment", _("Visitors cannot be reached, members can.")
    if campaign.starts_at and campaign.ends_at and campaign.ends_at <= campaign.starts_at:
        yield "ends_at", _("It ends before it starts.")
    remembered = cache(serving)
    for variation in variations:
        yield from _of_the_content(campaign, variation, remembered)
    yield from _of_the_trigger(campaign)
    yield from _of_the_goal(campaign)


def _of_the_content(campaign: Campaign, variation: Variation, remembered: Serving) -> Iterator[tuple[str, str]]:
    """What a provider would refuse of everybody, or of the member with the longest name."""
    for finding in findings(campaign, variation, serving=remembered):
        if finding.fatal:
            yield "variations", f"{variation.name}: {finding.says}"


def _of_the_trigger(campaign: Campaign) -> Iterator[tuple[str, str]]:
    if campaign.trigger == Campaign.Trigger.EVENT and not is_declared(campaign.trigger_event):
        yield "trigger_event", _("No event is named “%s”.") % campaign.trigger_event
    if campaign.trigger == Campaign.Trigger.SEGMENT and campaign.segment is None:
        yield "segment", _("Choose the segment that members enter.")
    elif campaign.trigger == Campaign.Trigger.SEGMENT and campaign.segment and not campaign.segment.refreshed_at:
        yield "segment", _("Nobody has counted it yet: all who are in it would seem to enter.")
    if campaign.kind == Campaign.Kind.TRIGGERED and campaign.repeat:
        yield "repeat", _("It is repeated by who enters; a broadcast is repeated by the clock.")


def _of_the_goal(campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Lift is found of sums over members, in a window that closes."""
    if campaign.goal and not is_summed(campaign.goal):
        words = _("“%s” is found of the members themselves, not of sums: lift cannot be told by it.")
        yield "goal", words % campaign.goal.metric
    elif campaign.goal and final_after(campaign.goal) is None:
        yield "goal", _("“%s” has no window, so its values are never final.") % campaign.goal.metric
