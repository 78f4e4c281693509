"""Phases: the stretches of an experiment within which nobody's variation changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from experiments.models import Experiment, Phase


def begin(experiment: Experiment, *, at: datetime, weights: Sequence[int], coverage: int, reason: str = "") -> Phase:
    """The next one, in the place of the one that lasts: a new seed, so that who was treated is spread over all arms;
    and what stuck is good no more."""
    last = experiment.phases.order_by("number").last()
    end(experiment, at=at)
    return Phase.objects.create(
        experiment=experiment,
        number=last.number + 1 if last else 1,
        bucket_version=last.bucket_version + 1 if last else 0,
        weights=list(weights),
        coverage=coverage,
        reason=reason,
        started_at=at,
    )


def end(experiment: Experiment, *, at: datetime) -> None:
    experiment.phases.current().update(ended_at=at)
