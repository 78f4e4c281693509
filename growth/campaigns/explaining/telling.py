"""A delivery explained: how it ended, and each thing that led there, as its row says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from growth.campaigns.content.sources import SOURCES
from growth.campaigns.devices import wording
from growth.campaigns.explaining import outcomes
from growth.campaigns.models import Campaign, Delivery, Variation
from growth.segments.models import Segment


@dataclass(frozen=True)
class Explanation:
    outcome: str
    because: list[str]


def explain(delivery: Delivery, *, operator: bool = False) -> Explanation:
    """To the member, or with `operator` to those who run campaigns, who are told the campaign's own words too.

    `delivery` with its campaign and topic; times are in the active time zone."""
    topic = wording.named(delivery.campaign.topic)
    because = [*_whom(delivery, topic, operator), *_what(delivery, operator), *_when(delivery, operator)]
    if operator:
        because += _drawn(delivery)
    ended = outcomes.reason(delivery.reason, operator=operator)
    outcome = delivery.get_state_display() if operator else outcomes.outcome(delivery, topic=topic)
    return Explanation(str(outcome), [*because, *([ended] if ended else [])])


def _whom(delivery: Delivery, topic: str, operator: bool) -> Iterator[str]:
    why: dict[str, Any] = delivery.why
    cause = str(why.get("cause", ""))
    if cause.startswith("event:"):
        yield _("It answers something that the member did.") if operator else _("It answers something that you did.")
    elif cause.startswith("api:"):
        yield _("A program asked for it.")
    elif cause.startswith("segment:") and operator:
        yield _("The member came into the campaign's segment.")
    elif why.get("segment") and operator:
        yield _("The member was in the segment “%s” when the audience was frozen.") % _segment(why["segment"])
    elif why.get("segment") or cause:
        yield _("It goes to members for whom it may be of use; you were one of them.")
    else:
        yield _("It goes to every member.")
    if not operator:
        yield _("It is about “%s”, which you can turn off.") % topic


def _what(delivery: Delivery, operator: bool) -> Iterator[str]:
    chosen: dict[str, Any] = delivery.why.get("chosen") or {}
    if source := SOURCES.get(chosen.get("source", "")):
        topics = len(chosen.get("topics", ()))
        words = ngettext(
            "%(count)d topic was chosen for it: %(source)s.", "%(count)d topics were chosen for it: %(source)s.", topics
        )
        yield words % {"count": topics, "source": source.label}
    if operator and chosen.get("language"):
        yield _("Its text is that in the language %s.") % chosen["language"]


def _when(delivery: Delivery, operator: bool) -> Iterator[str]:
    yield _("Planned for: %s") % _moment(delivery.planned_at)
    if delivery.postponed and (said := outcomes.reason(delivery.postponed, operator=operator)):
        yield said
    caps: dict[str, str] = delivery.why.get("caps") or {}
    if operator and caps:
        day, week = (date_format(date.fromisoformat(caps[name])) for name in ("day", "week"))
        yield _("It counts for %(day)s and the week of %(week)s in the member's caps.") % {"day": day, "week": week}


def _drawn(delivery: Delivery) -> Iterator[str]:
    if holder := delivery.why.get("holdout"):
        yield outcomes.held_by(holder)
        if delivery.would_send is not None:
            yield _("It would have gone out.") if delivery.would_send else _("It would not have gone out.")
    if delivery.variation is not None and (name := _variation(delivery.campaign, delivery.variation)):
        chance = f"{100 * (delivery.propensity or 1):.3g} %"
        yield _("Its variation, drawn with a chance of %(chance)s: “%(name)s”.") % {"chance": chance, "name": name}
    if (winner := delivery.why.get("winner")) not in (None, delivery.variation):
        name = _variation(delivery.campaign, winner)
        yield _("The test had been stopped: “%s” was sent in its place.") % name


def _segment(key: str) -> str:
    """Its name; the key of one that is gone."""
    return Segment.objects.filter(key=key).values_list("name", flat=True).first() or key


def _variation(campaign: Campaign, index: int) -> str:
    return Variation.objects.filter(campaign=campaign, index=index).values_list("name", flat=True).first() or ""


def _moment(at: Any) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
