"""Main effects and interactions of factors, from the arms of a factorial: contrasts of the arms' means. Pure.

In a full factorial every run stands once, so that the difference of the plain means of two levels over all runs is
the main effect, whatever the other factors are; its error is that of the saturated regression with HC2 (MacKinnon &
White 1985), its degrees of freedom are Welch–Satterthwaite's. Of a fraction some effects cannot be told from others:
the alias table says which (Box, Hunter & Hunter 2005, chapter 6), and what is aliased with a main effect is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import TOO_FEW, Difference, Effect, judged, relative_variance
from experiments.stats.families import holm
from experiments.stats.samples import Sample

Factors = Mapping[str, Sequence[str]]  # by name, its levels; the first is the one that others are compared with
Runs = Sequence[Mapping[str, str]]  # of each arm, the level of each factor
Term = tuple[str, ...]  # a factor, or two that interact
Matrix = NDArray[np.float64]
MEAN: Term = ("mean",)
NONE, WHOLE = 1e-9, 1 - 1e-9  # of a correlation


@dataclass(frozen=True, slots=True)
class Alias:
    """`degree`: the largest correlation between the two; 1 where nothing tells them apart."""

    term: Term
    other: Term
    degree: float


@dataclass(frozen=True, slots=True)
class Contrast:
    """`levels`: of the term's factors, against their first ones. `aliased`: other interactions that it may be as well.
    Refused, the effect is null: `refused` is the main effect (or the mean) that it cannot be told from."""

    term: Term
    levels: tuple[str, ...]
    effect: Effect | None
    p_adjusted: float | None = None
    aliased: tuple[Term, ...] = ()
    refused: Term | None = None


def check(factors: Factors, runs: Runs) -> None:
    """ValueError where a factor has less than two levels, a run names other factors or levels, or one stands twice."""
    for name, levels in factors.items():
        if len(set(levels)) < 2 or len(set(levels)) != len(levels):
            raise ValueError(f"{name} needs two levels or more, each once")
    for run in runs:
        if set(run) != set(factors) or any(level not in factors[name] for name, level in run.items()):
            raise ValueError("a run says a level of each factor")
    if len({tuple(sorted(run.items())) for run in runs}) < len(runs):
        raise ValueError("two runs are the same")


def missing(factors: Factors, runs: Runs) -> list[dict[str, str]]:
    """What a full factorial would have beside these runs."""
    every = (dict(zip(factors, levels, strict=True)) for levels in product(*factors.values()))
    return [run for run in every if run not in [dict(one) for one in runs]]


def terms(factors: Factors) -> list[Term]:
    """Main effects, then interactions of two."""
    return [*((name,) for name in factors), *combinations(factors, 2)]


def aliases(factors: Factors, runs: Runs) -> list[Alias]:
    """Every pair of terms that this design does not keep apart wholly; empty for a full factorial."""
    check(factors, runs)
    blocks = {term: _block(factors, runs, term) for term in terms(factors)}
    found = [Alias(term, MEAN, 1.0) for term, block in blocks.items() if not _is_whole(block)]
    for one, other in combinations(blocks, 2):
        degree = _correlation(blocks[one], blocks[other])
        if degree > NONE:
            found.append(Alias(one, other, 1.0 if degree > WHOLE else degree))
    return found


def contrasts(factors: Factors, runs: Runs, samples: Sequence[Sample], *, alpha: float = 0.05) -> list[Contrast]:
    """`samples`: by run. All that are told are one family, adjusted by Holm's method."""
    table = aliases(factors, runs)
    found = [
        _contrast(factors, runs, samples, term, levels, table, alpha)
        for term in terms(factors)
        for levels in product(*(factors[name][1:] for name in term))
    ]
    told = [(place, one.effect.p) for place, one in enumerate(found) if one.effect and one.effect.p is not None]
    adjusted = dict(zip([place for place, _ in told], holm([p for _, p in told]), strict=True))
    return [
        Contrast(one.term, one.levels, one.effect, adjusted.get(place), one.aliased, one.refused)
        for place, one in enumerate(found)
    ]


def _contrast(
    factors: Factors,
    runs: Runs,
    samples: Sequence[Sample],
    term: Term,
    levels: tuple[str, ...],
    table: Sequence[Alias],
    alpha: float,
) -> Contrast:
    others = [one.other if one.term == term else one.term for one in table if term in (one.term, one.other)]
    mains = [other for other in others if len(other) == 1]
    if mains:
        return Contrast(term, levels, None, refused=mains[0])
    if len(term) == 1:
        return Contrast(term, levels, _main(factors, runs, samples, term[0], levels[0], alpha), aliased=tuple(others))
    return Contrast(term, levels, _interaction(factors, runs, samples, term, levels, alpha), aliased=tuple(others))


def _main(factors: Factors, runs: Runs, samples: Sequence[Sample], name: str, level: str, alpha: float) -> Effect:
    before, after = (_at(runs, {name: one}) for one in (factors[name][0], level))
    if _too_few([samples[place] for place in (*before, *after)]):
        return TOO_FEW
    base, changed = (_mean([samples[place] for place in places]) for places in (before, after))
    given = Difference(
        absolute=changed.mean - base.mean,
        variance=changed.mean_variance + base.mean_variance,
        base=base.mean,
        base_variance=base.mean_variance,
        covariance=-base.mean_variance,
        relative_variance=relative_variance(base, changed),
        df=_df([(1 / len(places), samples[place]) for places in (before, after) for place in places]),
    )
    return judged(given, alpha=alpha)


def _interaction(
    factors: Factors, runs: Runs, samples: Sequence[Sample], term: Term, levels: tuple[str, ...], alpha: float
) -> Effect:
    """How the second's effect differs between two levels of the first. Absolute only."""
    first, second = ((factors[name][0], level) for name, level in zip(term, levels, strict=True))
    weighed: list[tuple[float, Sample]] = []
    for (a, one), (b, other) in product(enumerate(first), enumerate(second)):
        places = _at(runs, {term[0]: one, term[1]: other})
        weighed += [((1 if a == b else -1) / len(places), samples[place]) for place in places]
    if _too_few([sample for _, sample in weighed]):
        return TOO_FEW
    absolute = math.fsum(weight * sample.mean for weight, sample in weighed)
    variance = math.fsum(weight**2 * sample.mean_variance for weight, sample in weighed)
    return judged(Difference(absolute, variance, 0, 0, 0, None, _df(weighed)), alpha=alpha)


def _at(runs: Runs, levels: Mapping[str, str]) -> list[int]:
    return [place for place, run in enumerate(runs) if all(run[name] == level for name, level in levels.items())]


def _too_few(samples: Sequence[Sample]) -> bool:
    return not samples or min(one.n for one in samples) < 2 or math.isnan(math.fsum(one.mean for one in samples))


def _mean(samples: Sequence[Sample]) -> Sample:
    """The plain mean of the arms' means, with its variance."""
    n, count = sum(one.n for one in samples), len(samples)
    variance = math.fsum(one.mean_variance for one in samples) / count**2
    return Sample(n, math.fsum(one.mean for one in samples) / count, n * variance)


def _df(weighed: Sequence[tuple[float, Sample]]) -> float | None:
    parts = [(weight**2 * sample.mean_variance, sample.n) for weight, sample in weighed]
    whole = math.fsum(part for part, _ in parts)
    return whole**2 / math.fsum(part**2 / (n - 1) for part, n in parts) if whole else None


def _block(factors: Factors, runs: Runs, term: Term) -> Matrix:
    """The term's columns in a regression over the runs, each factor coded so that its levels sum to 0, less their
    means: what is left of it beside the mean."""
    block = np.ones((len(runs), 1))
    for name in term:
        levels = list(factors[name])
        coded = np.vstack([np.eye(len(levels) - 1), -np.ones(len(levels) - 1)])
        columns = coded[[levels.index(run[name]) for run in runs]]
        block = (block[:, :, None] * columns[:, None, :]).reshape(len(runs), -1)
    return block - block.mean(axis=0)


def _is_whole(block: Matrix) -> bool:
    return bool(np.linalg.matrix_rank(block) == block.shape[1])


def _correlation(one: Matrix, other: Matrix) -> float:
    """The largest canonical one."""
    bases = [_basis(block) for block in (one, other)]
    if not min(basis.shape[1] for basis in bases):
        return 0.0
    return float(np.linalg.svd(bases[0].T @ bases[1], compute_uv=False).max())


def _basis(block: Matrix) -> Matrix:
    left, sizes, _ = np.linalg.svd(block, full_matrices=False)
    return left[:, sizes > NONE * max(1.0, sizes.max(initial=0.0))]
