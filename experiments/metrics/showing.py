"""A preview as a page shows it: the answer in words, a picture of the values, what can be found and at what price."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.models import Metric

Body = Mapping[str, Any]

WIDTH, HEIGHT, GAP = 600, 150, 4  # of the picture
MINUTE, HOUR = 60, 3600
TEN_YEARS = 3650  # days
NONE = "–"


@dataclass(frozen=True)
class Bar:
    label: str
    units: int
    words: str
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class Shown:
    since: datetime  # of first acts
    until: datetime
    sentences: list[str]  # the first is the headline
    bars: list[Bar]
    effects: list[tuple[str, str, bool]]  # units per arm, the relative change that they find, whether a week has them
    prices: list[tuple[str, ...]]  # change; units per arm and days of a fixed test, and of a sequential one


def shown(body: Body, unit: str) -> Shown:
    """`unit`: one of Metric.Unit, that its values are shown in."""
    return Shown(
        since=datetime.fromisoformat(body["since"]),
        until=datetime.fromisoformat(body["until"]),
        sentences=_sentences(body, unit),
        bars=bars(body["bars"], unit),
        effects=[(whole(n), _change(effect), n == body["week"] // 2) for n, effect in body["mde"] if n],
        prices=[
            (_change(effect), whole(fixed), _days(fixed_days), whole(sequential), _days(days))
            for effect, fixed, fixed_days, sequential, days in body["prices"]
        ],
    )


def amount(value: float | None, unit: str) -> str:
    """Three figures or so."""
    if value is None:
        return NONE
    if unit == Metric.Unit.SHARE:
        return _("%(number)s %%") % {"number": _figures(value * 100)}
    if unit == Metric.Unit.SECONDS:
        return _time(value)
    return _figures(value)


def whole(value: float | None) -> str:
    return NONE if value is None else number_format(round(value), 0, force_grouping=True)


def _days(days: int | None) -> str:
    return _("over 10 years") if days is not None and days > TEN_YEARS else whole(days)


def _time(seconds: float) -> str:
    if abs(seconds) >= HOUR:
        return _("%(number)s h") % {"number": _figures(seconds / HOUR)}
    if abs(seconds) >= MINUTE:
        return _("%(number)s min") % {"number": _figures(seconds / MINUTE)}
    return _("%(number)s s") % {"number": _figures(seconds)}


def _figures(value: float) -> str:
    size = abs(value)
    if value == int(value) or size >= 100:  # noqa: PLR2004
        return whole(value)
    digits = 1 if size >= 10 else 2 if size >= 1 else 3  # noqa: PLR2004
    return number_format(round(value, digits), digits)


def _change(effect: float | None) -> str:
    return _("none, however large") if effect is None else amount(effect, Metric.Unit.SHARE)


def _sentences(body: Body, unit: str) -> list[str]:
    n, week = body["units"], body["week"]
    if not n:
        return [_("Nobody came in the four weeks looked at, so there is nothing to preview.")]
    units = ngettext("%(n)s unit", "%(n)s units", n) % {"n": whole(n)}
    if body["mean"] is None:
        return [_("%(units)s: too few to estimate it.") % {"units": units}]
    told = {
        "mean": amount(body["mean"], unit),
        "units": units,
        "positive": amount(body["positive"], Metric.Unit.SHARE),
        "deviation": amount(math.sqrt(body["variance"]), unit),
        "variance": f"{body['variance']:.3g}",
    }
    found = [
        _("Estimate: %(mean)s, from %(units)s.") % told,
        _("%(positive)s of the units have more than 0.") % told,
        _("A unit’s standard deviation is %(deviation)s, its variance %(variance)s.") % told,
    ]
    return found + _power(body, week) + _before(body["correlation"])


def _power(body: Body, week: int) -> list[str]:
    """What a week's people, half of them in each arm, let see."""
    effect = next((effect for size, effect in body["mde"] if size == week // 2), None)
    if not week or effect is None:
        return [_("With the people of one week (%(week)s) no change would be found.") % {"week": whole(week)}]
    told = {"week": whole(week), "effect": _change(effect)}
    return [_("With the people of one week (%(week)s), half in each arm, changes from %(effect)s on are found.") % told]


def _before(correlation: float | None) -> list[str]:
    if not correlation:
        return []
    share = amount(correlation**2, Metric.Unit.SHARE)
    return [_("%(share)s of the variance was there before the exposure; CUPED takes it out.") % {"share": share}]


def bars(found: Sequence[Sequence[Any]], unit: str) -> list[Bar]:
    """[low, high, units] each, as high as they have units."""
    if not found:
        return []
    most, total = max(units for *_ends, units in found), sum(units for *_ends, units in found)
    step = WIDTH / len(found)
    drawn = []
    for place, (low, high, units) in enumerate(found):
        height = HEIGHT * units / most
        words = _("%(values)s: %(units)s (%(share)s)") % {
            "values": _between(low, high, unit),
            "units": whole(units),
            "share": amount(units / total, Metric.Unit.SHARE),
        }
        drawn.append(
            Bar(_label(low, high, unit), units, words, place * step + GAP / 2, HEIGHT - height, step - GAP, height)
        )
    return drawn


def _label(low: float, high: float | None, unit: str) -> str:
    """Beneath a bar: its whole numbers, else where it begins."""
    if not _is_whole(low, high, unit) or high is None or high - low <= 1:
        return amount(low, unit)
    return f"{whole(low)}–{whole(high - 1)}"


def _between(low: float, high: float | None, unit: str) -> str:
    if high is None:
        return _("%(low)s and more") % {"low": amount(low, unit)}
    if low == high or _is_whole(low, high, unit):
        return _label(low, high, unit)
    return _("%(low)s to %(high)s") % {"low": amount(low, unit), "high": amount(high, unit)}


def _is_whole(low: float, high: float | None, unit: str) -> bool:
    return unit == Metric.Unit.NUMBER and not low % 1 and not (high or 0) % 1
