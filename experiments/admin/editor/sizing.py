"""How many units an experiment needs and how long it takes to get them: a fixed test and a sequential one side by side.

The baseline is what the primary metric was on the site lately (metrics/previewing.py), or what is typed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from experiments.metrics import previewing
from experiments.models import MetricPreview, MetricVersion

if TYPE_CHECKING:
    from experiments.stats.power import Aim, Prices

DAYS = 7
ONE = (MetricVersion.Kind.CONVERSION, MetricVersion.Kind.RETENTION)


class SizeForm(forms.Form):
    """What is typed in place of what the site's data say, in fields that may be empty."""

    mean = forms.FloatField(label=_("Baseline mean"), required=False)
    variance = forms.FloatField(label=_("Its variance"), required=False, min_value=0)
    daily = forms.FloatField(label=_("Units a day"), required=False, min_value=0)


@dataclass(frozen=True)
class Sizing:
    version: MetricVersion | None
    preview: MetricPreview | None
    mean: float | None
    variance: float | None
    daily: float | None
    effect: float | None
    weights: Sequence[int]  # control first
    prices: Prices | None = None
    mde: float | None = None  # with what comes in four weeks

    @property
    def waits(self) -> bool:
        return self.preview is not None and self.preview.state not in ("done", "failed") and self.mean is None


def sized(
    version: MetricVersion | None,
    typed: SizeForm,
    *,
    effect: float | None,
    alpha: float = 0.05,
    power: float = 0.8,
    weights: Sequence[int] = (1, 1),
) -> Sizing:
    from experiments.stats import power as pricing  # noqa: PLC0415 - SciPy, which web processes start without

    preview = previewing.ask(version) if version else None
    if preview:
        previewing.look(preview)
    body: dict[str, Any] = (preview and preview.body) or {}
    given = typed.cleaned_data if typed.is_valid() else {}
    mean = _first(given.get("mean"), body.get("mean"))
    variance = _first(given.get("variance"), _variance_of_share(version, mean), body.get("variance"))
    daily = _first(given.get("daily"), body["week"] / DAYS if body else None)
    found = Sizing(version, preview, mean, variance, daily, effect, weights)
    aim = _aim(found, alpha, power)
    if aim is None or variance is None or mean is None:
        return found
    prices = pricing.priced(aim, daily=daily or 0, weights=weights, window=_window(version))
    return replace(found, prices=prices, mde=_seen(found, aim))


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _variance_of_share(version: MetricVersion | None, mean: float | None) -> float | None:
    is_share = version is not None and version.kind in ONE and mean is not None and 0 < mean < 1
    return mean * (1 - mean) if mean is not None and is_share else None


def _aim(sizing: Sizing, alpha: float, power: float) -> Aim | None:
    from experiments.stats import power as pricing  # noqa: PLC0415 - as above

    if sizing.mean is None or not sizing.effect:
        return None
    asked: dict[str, Any] = {"alpha": alpha, "power": power, "tests": sum(weight > 0 for weight in sizing.weights[1:])}
    try:
        if sizing.version and sizing.version.kind in ONE:
            return pricing.share_aim(sizing.mean, sizing.effect, **asked)
        return pricing.mean_aim(sizing.mean, sizing.variance or 0, sizing.effect, **asked)
    except ValueError:
        return None


def _seen(sizing: Sizing, aim: Aim) -> float | None:
    """The effect that four weeks would find."""
    from experiments.stats import power as pricing  # noqa: PLC0415 - as above

    control, smallest = sizing.weights[0], min(weight for weight in sizing.weights[1:] if weight)
    alike = 2 * control * smallest / (control + smallest)  # arms of one size that tell as much as these two
    units = int((sizing.daily or 0) * 4 * DAYS * alike / sum(sizing.weights))
    return pricing.relative_mde(sizing.mean or 0, sizing.variance or 0, units, alpha=aim.level, power=aim.power)


def _window(version: MetricVersion | None) -> int:
    matures = version.matures_after if version else None
    return math.ceil(matures.total_seconds() / 86_400) if matures else 0
