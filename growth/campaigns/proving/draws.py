"""What follows from how a campaign's members were drawn: whom a variation is compared with, a bandit's periods, the
runs of a factorial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from experiments.report import effects
from experiments.report.material import QUOTIENTS, SHARES, Arm
from growth.campaigns.models import Allocation, Campaign, Variation
from growth.campaigns.models.campaigns import WHOLE
from growth.campaigns.proving import bandit as thompson
from growth.campaigns.proving import factorial
from growth.campaigns.proving.arms import Audience, Flags, Ints
from growth.campaigns.proving.bandit import Period, Tally
from growth.campaigns.proving.lift import OUT, Frame, cells, compared
from growth.campaigns.proving.outcomes import Outcome

Body = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """`arms`: the holdout, then the variations, as 1 and on."""

    campaign: Campaign
    audience: Audience
    variations: Sequence[Variation]
    arms: Sequence[Arm]

    @property
    def is_bandit(self) -> bool:
        return self.campaign.allotment == Campaign.Allotment.BANDIT

    @property
    def allocations(self) -> list[Allocation]:
        return list(self.campaign.allocations.order_by("number"))


def beside_holdout(drawn: Drawn, frame: Frame, found: Sequence[Outcome], place: Ints, rows: Flags) -> list[Body]:
    """Each variation against those held back, all in one comparison. Where variations have times of their own, each has
    its own comparison with those held back who would have had it: their windows begin at the same hour. Of a bandit
    none: its arms are compared period by period."""
    if drawn.is_bandit or len(drawn.variations) < 2:
        return []
    if len({one.at for one in drawn.variations}) == 1:
        return [compared(frame, found, place, drawn.arms, within=rows)]
    own = drawn.audience.variation
    return [
        compared(
            frame,
            found,
            np.where(own != one.index, OUT, np.minimum(place, 1)),
            [Arm(0, "holdout", drawn.arms[0].name, drawn.arms[0].weight), Arm(1, one.key, one.name, WHOLE)],
            within=rows,
        )
        for one in drawn.variations
    ]


def expected(drawn: Drawn) -> list[float]:
    """Members by arm, as they should have been drawn; of a bandit, period by period."""
    if not drawn.is_bandit or not len(drawn.audience):
        return [float(arm.weight) for arm in drawn.arms]
    count, held = len(drawn.variations), drawn.campaign.holdout / WHOLE
    total = np.zeros(count + 1)
    shares = {one.number: propensities(one) for one in drawn.allocations}
    for number, members in zip(*np.unique(drawn.audience.period, return_counts=True), strict=True):
        drawn_by = np.array(shares.get(int(number), [1 / count] * count))
        total += members * np.array([held, *((1 - held) * drawn_by)])
    return [float(one) for one in total]


def propensities(allocation: Allocation) -> list[float]:
    count = len(allocation.weights)
    return [allocation.uniform / count + (1 - allocation.uniform) * weight for weight in allocation.weights]


def periods(drawn: Drawn, goal: Outcome) -> dict[int, Period]:
    """By number of the allocation (0: before the first), matured members of the holdout and of each variation."""
    place = np.where(drawn.audience.held, 0, drawn.audience.variation + 1)
    return {
        int(number): [
            Tally(cell.sums.n, cell.sums.y, cell.sums.yy)
            for cell in cells(goal, place, len(drawn.arms), goal.matured & (drawn.audience.period == number))
        ]
        for number in np.unique(drawn.audience.period)
    }


def bandit(drawn: Drawn, frame: Frame, goal: Outcome) -> Body | None:
    """{"allocations": [{"number", "since", "weights", "uniform", "members", "chances"}], "estimates": each variation
    against those held back, by period; "uniform": within the slice that stands outside"}. Null of what is no bandit, or
    whose goal is no one number of a member."""
    if not drawn.is_bandit or goal.measure.kind in QUOTIENTS:
        return None
    share, scale = goal.measure.kind in SHARES, goal.measure.scale
    found = list(periods(drawn, goal).values())
    place = np.where(drawn.audience.held, 0, drawn.audience.variation + 1)
    return {
        "allocations": [
            {
                "number": one.number,
                "since": one.since.isoformat(),
                "weights": one.weights,
                "uniform": one.uniform,
                "members": sum(row["members"] for row in one.evidence),
            }
            for one in drawn.allocations
        ],
        "periods": {"told": len(found), "standing": len(thompson.merged(found))},
        "estimates": [
            {"arm": arm.index, "name": arm.name, **_estimate(found, arm.index, share=share, scale=scale)}
            for arm in drawn.arms[1:]
        ],
        "uniform": compared(frame, [goal], place, drawn.arms, within=drawn.audience.uniform)
        if drawn.audience.uniform.any()
        else None,
    }


def _estimate(found: Sequence[Period], arm: int, *, share: bool, scale: float) -> Body:
    effect = thompson.estimate(found, arm, share=share)
    return {
        "n": sum(period[arm].n for period in found),
        "control_n": sum(period[0].n for period in found),
        "absolute": None if effect.absolute is None else effect.absolute / scale,
        "absolute_ci": effect.absolute_ci and [None if end is None else end / scale for end in effect.absolute_ci],
        "relative": effect.relative,
        "relative_ci": effect.relative_ci,
        "p": effect.p,
        "status": effect.status,
    }


def factors(drawn: Drawn, goal: Outcome) -> Body | None:
    """Main effects and interactions of the campaign's factors on the goal, among those to be sent to; null without."""
    told = drawn.campaign.factors
    if not told or drawn.is_bandit:
        return None
    runs = [one.levels for one in drawn.variations]
    arm = np.where(drawn.audience.held, OUT, drawn.audience.variation)
    samples = [effects.sample(goal.measure, cell) for cell in cells(goal, arm, len(runs), goal.matured)]
    try:
        contrasts, aliases = factorial.contrasts(told, runs, samples), factorial.aliases(told, runs)
    except ValueError as unsound:
        return {"unsound": str(unsound)}
    return {
        "contrasts": [_contrast(one) for one in contrasts],
        "aliases": [asdict(one) for one in aliases],
        "missing": factorial.missing(told, runs),
    }


def _contrast(one: factorial.Contrast) -> Body:
    effect = one.effect
    return {
        "term": list(one.term),
        "levels": list(one.levels),
        "aliased": [list(term) for term in one.aliased],
        "refused": one.refused and list(one.refused),
        "p_adjusted": one.p_adjusted,
        **(
            {name: getattr(effect, name) for name in ("absolute", "absolute_se", "absolute_ci", "p", "status")}
            if effect
            else {}
        ),
    }
