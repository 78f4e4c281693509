"""Who takes part, who is held back, and which variation each member draws: by hashes of the campaign's seed.

The hash is that of experiments (bucketing, version 2), so that a member's draws are recomputed from the campaign alone;
the planner's SQL asks the same of PostgreSQL (campaigns_bucket). Each question has a seed of its own, for draws by one
seed would not be independent.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from experiments.bucketing import bucket
from experiments.models import Holdout
from growth.campaigns.models import Allocation, Campaign

WHOLE = 10_000


@dataclass(frozen=True)
class Draw:
    """How one variation is drawn: from `edges` on begins the next, in 1/10,000 of the hash of `seed` and member."""

    seed: str
    edges: tuple[int, ...]

    def index(self, member_id: int) -> int:
        return bisect_right(self.edges, number(self.seed, member_id))

    @property
    def shares(self) -> list[float]:
        bounds = (0, *self.edges, WHOLE)
        return [(high - low) / WHOLE for low, high in zip(bounds, bounds[1:], strict=False)]


@dataclass(frozen=True)
class Allotment:
    """All that decides a member's arm. Of a bandit, `uniform` (of the slice that `slice_seed` draws) stands outside the
    allocation and draws equally for ever; `propensities` are over both, before it is known who is in the slice."""

    coverage: int
    holdout: int
    seed: str
    draw: Draw
    equal: Draw
    uniform: int = 0
    allocation: int | None = None
    held_globally: tuple[str, str, int] | None = None  # key, seed, share

    @property
    def propensities(self) -> list[float]:
        share = self.uniform / WHOLE
        return [
            share * equal + (1 - share) * own for equal, own in zip(self.equal.shares, self.draw.shares, strict=True)
        ]


@dataclass(frozen=True)
class Arm:
    held: str  # "": gets its message; else "campaign", or "global:<key of the holdout>"
    variation: int
    propensity: float
    uniform: bool  # of a bandit: drawn outside its allocation


def arm(campaign: Campaign, member_id: int, *, allotment: Allotment | None = None) -> Arm | None:
    """The member's arm as things stand; None for those whom coverage leaves out. The twin of the planner's SQL, which
    also leaves out who lacks a channel where variations differ by it (rows.TAKES_PART)."""
    by = allotment or allotted(campaign)
    if number(by.seed + ":c", member_id) >= by.coverage:
        return None
    uniform = number(by.seed + ":u", member_id) < by.uniform
    variation = (by.equal if uniform else by.draw).index(member_id)
    return Arm(_held(by, member_id), variation, by.propensities[variation], uniform)


def allotted(campaign: Campaign) -> Allotment:
    """How its arms are drawn now. A stopped test draws the winner for everybody; who is held back, stays."""
    weights: Sequence[float] = list(campaign.variations.order_by("index").values_list("weight", flat=True))
    equal = Draw(campaign.seed + ":v", edges([1] * len(weights)))
    allocation = None
    if campaign.winner is not None:
        weights = [float(index == campaign.winner) for index in range(len(weights))]
    elif campaign.allotment == Campaign.Allotment.BANDIT:
        allocation = campaign.allocations.order_by("number").last()
        weights = allocation.weights if allocation else [1] * len(weights)
    return Allotment(
        coverage=campaign.coverage,
        holdout=campaign.holdout,
        seed=campaign.seed,
        draw=Draw(_seed(campaign, allocation), edges(weights)),
        equal=equal if allocation else Draw(equal.seed, edges(weights)),
        uniform=round(allocation.uniform * WHOLE) if allocation else 0,
        allocation=allocation.pk if allocation else None,
        held_globally=global_holdout(campaign),
    )


def edges(weights: Sequence[float]) -> tuple[int, ...]:
    """Where the second and each later variation begins, in 1/10,000."""
    total = sum(weights)
    if not weights or total <= 0:
        raise ValueError("no variation has a weight")
    return tuple(round(WHOLE * begun / total) for begun in list(accumulate(weights))[:-1])


def number(seed: str, member_id: int) -> int:
    """The member's number by this seed, in 1/10,000."""
    return round((bucket(seed, str(member_id), 2) or 0) * WHOLE)


def _seed(campaign: Campaign, allocation: Allocation | None) -> str:
    return f"{campaign.seed}:v:{allocation.number}" if allocation else f"{campaign.seed}:v"


def _held(by: Allotment, member_id: int) -> str:
    if by.held_globally:
        key, seed, share = by.held_globally
        if number(seed, member_id) < share:
            return f"global:{key}"
    return "campaign" if number(by.seed + ":h", member_id) < by.holdout else ""


def global_holdout(campaign: Campaign) -> tuple[str, str, int] | None:
    """The holdout from everything new that stood when the campaign began: it is kept for all its time, also when the
    holdout ends, for nobody changes sides. Before the start: the one that stands."""
    began = campaign.changes.filter(act="launched").order_by("pk").values_list("at", flat=True).first()
    found = Holdout.objects.filter(team=None, started_at__isnull=False, hash_attribute__in=["id", "member"])
    if began is None:
        found = found.filter(frozen_at=None, ended_at=None)
    else:
        found = found.filter(started_at__lte=began).exclude(frozen_at__lte=began).exclude(ended_at__lte=began)
    one = found.order_by("pk").last()
    return (one.key, one.seed, one.share) if one else None
