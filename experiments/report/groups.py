"""One metric in groups of units, each against its own control: what a drill-down says. Pure.

All groups of all arms are one family, adjusted by Holm's method: who looks at ten groups finds a difference in one of
two by chance. Whether an effect differs between groups at all is a question of its own (Cochran's Q over their absolute
effects; Cochran 1954): where it does not, the gain of the largest is luck beside the others'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from experiments.carryover import Check
from experiments.report.effects import sample
from experiments.report.material import Cell, Measure
from experiments.stats.effects import Effect, compare
from experiments.stats.families import holm
from experiments.stats.samples import Sample

MOST = 20  # groups; the smaller ones beyond are one, OTHERS
OTHERS = None

Name = str | None  # "" where it was not known
Cells = Mapping[tuple[Name, int], Cell]  # by group and variation


@dataclass(frozen=True, slots=True)
class Contrast:
    """An arm against the control of one group."""

    group: Name
    arm: int
    control: Sample
    treated: Sample
    effect: Effect
    p_adjusted: float | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """`units` by group, the largest first, OTHERS last; `contrasts` in that order, then by arm. `differ`: by arm, of
    the hypothesis that its effect is the same in all groups."""

    measure: Measure
    alpha: float
    units: Mapping[Name, int]
    contrasts: Sequence[Contrast]
    differ: Mapping[int, Check]

    def gain(self, one: Contrast) -> float | None:
        """Relative to the group's own control, turned so that more is better."""
        effect = one.effect.relative
        return effect if effect is None or self.measure.higher_is_better else -effect

    def most_gaining(self) -> Contrast | None:
        """Of those whose gain is believed after the correction, the largest; None where none is."""
        believed = [one for one in self.contrasts if one.p_adjusted is not None and one.p_adjusted < self.alpha]
        best = max(believed, key=lambda one: self.gain(one) or 0, default=None)
        return best if best and (self.gain(best) or 0) > 0 else None


def compared(cells: Cells, measure: Measure, *, arms: int, alpha: float = 0.05) -> Groups:
    """`arms` with control, which is 0."""
    cells = _gathered(cells)
    units = _units(cells)
    samples = {(name, arm): sample(measure, cells.get((name, arm), Cell())) for name in units for arm in range(arms)}
    return contrasted(samples, units, measure, alpha=alpha)


def contrasted(
    samples: Mapping[tuple[Name, int], Sample], units: Mapping[Name, int], measure: Measure, *, alpha: float
) -> Groups:
    """The same of samples by group and variation, of every group's every arm; `units` in the order that is told."""
    contrasts = [
        Contrast(name, arm, samples[name, 0], treated, compare(samples[name, 0], treated, alpha=alpha))
        for name in units
        for (group, arm), treated in samples.items()
        if group == name and arm
    ]
    arms = sorted({one.arm for one in contrasts})
    differ = {arm: _differ([one.effect for one in contrasts if one.arm == arm]) for arm in arms}
    return Groups(measure, alpha, units, _adjusted(contrasts), differ)


def gathered(units: Mapping[str, int]) -> dict[Name, list[str]]:
    """Which groups are told together: the largest by themselves, the others as OTHERS."""
    order = sorted(units, key=lambda name: (-units[name], name))
    others: dict[Name, list[str]] = {OTHERS: order[MOST:]} if order[MOST:] else {}
    return {**{name: [name] for name in order[:MOST]}, **others}


def _units(cells: Cells) -> dict[Name, int]:
    found: dict[Name, int] = defaultdict(int)
    for (name, _arm), cell in cells.items():
        found[name] += cell.sums.n
    return dict(sorted(found.items(), key=lambda one: (one[0] is OTHERS, -one[1], one[0] or "")))


def _gathered(cells: Cells) -> Cells:
    """The largest by themselves, the others together."""
    kept = list(_units(cells))[:MOST]
    found: dict[tuple[Name, int], Cell] = defaultdict(Cell)
    for (name, arm), cell in cells.items():
        key = name if name in kept else OTHERS, arm
        found[key] = found[key].plus(cell)
    return found


def _adjusted(contrasts: Sequence[Contrast]) -> list[Contrast]:
    told = {place: one.effect.p for place, one in enumerate(contrasts) if one.effect.p is not None}
    adjusted = dict(zip(told, holm([*told.values()]), strict=True))
    return [replace(one, p_adjusted=adjusted.get(place)) for place, one in enumerate(contrasts)]


def _differ(effects: Sequence[Effect]) -> Check:
    """A group in which nothing varies says nothing."""
    known = [(one.absolute, one.absolute_se**-2) for one in effects if one.absolute is not None and one.absolute_se]
    weight = sum(w for _effect, w in known)
    mean = sum(effect * w for effect, w in known) / weight if known else 0.0
    return Check(sum(w * (effect - mean) ** 2 for effect, w in known), max(0, len(known) - 1))
