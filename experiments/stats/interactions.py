"""Whether two experiments on the same units change each other's effects."""

from __future__ import annotations

import math

from experiments.stats.effects import TOO_FEW, Difference, Effect, judged, welch_df
from experiments.stats.samples import Sample


def interaction(both: Sample, first: Sample, second: Sample, neither: Sample, *, alpha: float = 0.05) -> Effect:
    """(both − first) − (second − neither): the second's effect among the first's treated, less that among its control.

    Absolute only. The variance is the sum of the four cells' (that of the saturated regression with HC2 errors), the
    degrees of freedom are Welch–Satterthwaite's over them.
    """
    cells = (both, first, second, neither)
    absolute = (both.mean - first.mean) - (second.mean - neither.mean)
    if min(one.n for one in cells) < 2 or math.isnan(absolute):
        return TOO_FEW
    variance = sum(one.mean_variance for one in cells)
    return judged(Difference(absolute, variance, 0, 0, 0, None, welch_df(*cells)), alpha=alpha)
