"""The report of one experiment, as it is now."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from experiments.report.composing import Body, compose
from experiments.report.gathering import gather


def build(experiment_id: int, as_of: datetime | None = None) -> Body | None:
    """None before it was started."""
    found = gather([experiment_id], as_of or timezone.now())
    return compose(found[0]).body if found else None
