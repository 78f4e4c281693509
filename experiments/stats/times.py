"""The time until something happens, where for some units it has not yet.

The mean time of those to whom it happened is the ratio of two sums (`sums.ratio`: the times over how many), but an arm
that brings in slow units has it raised by doing good. The restricted mean counts all: it is the mean of
min(time, horizon), which needs no assumption about how the arms' curves lie (Royston & Parmar 2013,
doi:10.1186/1471-2288-13-152).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples import Floats, Sample, untold


def restricted_mean(times: Floats, happened: NDArray[np.bool_], horizon: float) -> Sample:
    """The area under the Kaplan–Meier curve up to `horizon`; of it `variance / n` is Greenwood's.

    `times` are until it happened or until the unit was last seen. Untold where the curve does not reach so far: the
    last unit was watched for less than the horizon, and waits.
    """
    if not len(times) or (times.max() < horizon and not happened[times == times.max()].all()):
        return untold(len(times))
    steps, at_risk, events = _table(times, happened & (times <= horizon))
    left = np.cumprod(1 - events / at_risk)
    widths = np.diff(np.append(steps, horizon))
    area = float((steps[0] if len(steps) else horizon) + left @ widths)
    after = np.cumsum((left * widths)[::-1])[::-1]
    staying = at_risk > events  # where none stays there is no area after
    shares = events[staying] / (at_risk * (at_risk - events))[staying]
    return Sample(len(times), area, len(times) * float(after[staying] ** 2 @ shares))


def _table(times: Floats, happened: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """The distinct times at which it happened, with the units still waiting just before and those it happened to."""
    steps, events = np.unique(times[happened], return_counts=True)
    at_risk = len(times) - np.searchsorted(np.sort(times), steps, side="left")
    return steps, at_risk.astype(float), events.astype(float)
