"""What a rollout rests on: units so far, each with what it did until now, looked at every hour."""

import numpy as np
import pytest

from experiments.stats import guardrails, sequences
from experiments.stats.samples import proportion


def false_alarm(seed: int, *, looks: int = 96, hourly: int = 60, alpha: float = 0.05) -> bool:
    """Equal arms, in which a tenth come to an error at some time within three days of their coming."""
    random = np.random.default_rng(seed)
    n = looks * hourly
    arm, came = np.arange(n) % 2, np.arange(n) // hourly
    errs = np.where(random.random(n) < 0.1, came + random.integers(0, 72, n), 10**9)
    guard = guardrails.Guard(less_is_better=True, alpha=alpha)
    for hour in range(looks):
        counts = [(int((arm[came <= hour] == one).sum()), int(((errs <= hour) & (arm == one)).sum())) for one in (0, 1)]
        if sequences.may_start(min(units for units, _ in counts), max(positive for _, positive in counts)):
            found = guardrails.harmed(*(proportion(*told) for told in counts), guard, planned=5000)
            if found and found.harmed:
                return True
    return False


@pytest.mark.slow
def test_values_that_still_grow_raise_no_more_alarms_than_promised():
    alarms = sum(false_alarm(seed) for seed in range(300))
    assert alarms / 300 < 0.05
