"""What each member of the audience did after their due time: the goal, the guardrails, and harm that messages do.

The window begins at the due time, virtual for those held back, so it is the same question for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from django.utils.translation import gettext_noop

from events.engine import Reader
from events.names import NAMES, NO_ACT
from events.record import epoch_us
from experiments.measuring import what
from experiments.measuring.given import Given
from experiments.measuring.given import values as values_of
from experiments.measuring.reading import ANYTHING
from experiments.measuring.values import Values
from experiments.measuring.what import DAY, Kind, Series, is_summed
from experiments.models import MetricVersion
from experiments.report.gathering import measure_of
from experiments.report.material import GUARDRAIL, PRIMARY, Measure
from growth.campaigns.devices import consenting
from growth.campaigns.models import Campaign, Consent
from growth.campaigns.proving.arms import AT_ONCE, Audience, Flags

WEEK = timedelta(days=7)
MUTED, UNSUBSCRIBED, COMPLAINED, LATER = -1, -2, -3, -4  # versions of what every campaign is watched by
MARGINS = {MUTED: 0.01, UNSUBSCRIBED: 0.005, COMPLAINED: 0.001}  # shares of the members that are borne
RELATIVE = 0.02  # of what the campaign's own guardrails, and later retention, may lose
ACTS = Series(frozenset(NAMES) - NO_ACT, ANYTHING)


@dataclass(frozen=True)
class Outcome:
    """`counted`: how it is found in the events. `matured`: members whose window has closed; nobody's of a metric that
    has none."""

    measure: Measure
    counted: what.Measure
    values: Values
    matured: Flags


Asked = Sequence[tuple[Measure, what.Measure]]


def outcomes(reader: Reader, campaign: Campaign, audience: Audience) -> list[Outcome]:
    """The goal first, where there is one; then the campaign's guardrails, and those of every campaign."""
    asked = [*_chosen(campaign), *_built_in()]
    return [*_measured(reader, audience, asked), _muted(audience, epoch_us(reader.as_of))]


def goal_of(reader: Reader, campaign: Campaign, audience: Audience) -> Outcome | None:
    asked = [one for one in _chosen(campaign) if one[0].role == PRIMARY]
    return next(iter(_measured(reader, audience, asked)), None)


def _measured(reader: Reader, audience: Audience, asked: Asked) -> list[Outcome]:
    found = values_of(reader, Given(audience.member, audience.due_us), [counted for _, counted in asked])
    return [
        Outcome(measure, counted, values, _matured(audience, measure, epoch_us(reader.as_of)))
        for (measure, counted), values in zip(asked, found, strict=True)
    ]


def _chosen(campaign: Campaign) -> Asked:
    """A goal that is no sum over members (a quantile) cannot be compared by these sums: planning refuses it."""
    guards: list[MetricVersion] = list(campaign.guardrails.select_related("metric", "denominator"))
    rows = [(version, GUARDRAIL) for version in guards if version.pk != campaign.goal_id]
    if campaign.goal_id:
        goal = MetricVersion.objects.select_related("metric", "denominator").get(pk=campaign.goal_id)
        rows.insert(0, (goal, PRIMARY))
    return [
        (replace(measure_of(row), role=role, margin=RELATIVE if role == GUARDRAIL else 0.0), what.measure(row))
        for row, role in rows
        if is_summed(row)
    ]


def _built_in() -> Asked:
    return [
        _harm(UNSUBSCRIBED, gettext_noop("Unsubscribed within 7 days"), "unsubscribed"),
        _harm(COMPLAINED, gettext_noop("Called it spam within 7 days"), "complained"),
        (
            Measure(
                LATER, gettext_noop("Seen on day 7"), GUARDRAIL, Kind.RETENTION, RELATIVE, WEEK + timedelta(days=1)
            ),
            what.Measure(LATER, Kind.RETENTION, (ACTS,), None, day=7),
        ),
    ]


def _harm(key: int, name: str, event: str) -> tuple[Measure, what.Measure]:
    told = Measure(key, name, GUARDRAIL, Kind.CONVERSION, MARGINS[key], WEEK, higher_is_better=False)
    return told, what.Measure(key, Kind.CONVERSION, (Series(frozenset({event}), ANYTHING),), 7 * DAY)


def _muted(audience: Audience, as_of: int) -> Outcome:
    """Whoever said no to something within the week, and has not taken it back: consent is a member's last word."""
    measure, counted = _harm(MUTED, gettext_noop("Said no to messages within 7 days"), "unsubscribed")
    y = np.zeros(len(audience), np.int64)
    rows = Consent.objects.filter(allowed=False).exclude(source=consenting.BOUNCE).values_list("member", "at")
    for member, at in rows.iterator(chunk_size=AT_ONCE):
        place = int(np.searchsorted(audience.member, member))
        if place < len(audience) and audience.member[place] == member:
            said = epoch_us(at)
            y[place] |= int(audience.due_us[place] <= said < min(audience.due_us[place] + 7 * DAY, as_of))
    return Outcome(measure, counted, Values(y, np.zeros_like(y)), _matured(audience, measure, as_of))


def _matured(audience: Audience, measure: Measure, as_of: int) -> Flags:
    if measure.window is None:
        return np.zeros(len(audience), bool)
    return audience.due_us + measure.window // timedelta(microseconds=1) <= as_of
