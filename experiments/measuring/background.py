"""What the worker of the queue `analytics` does for experiments. What is left undone is found by the next run."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from events.lake import lock
from experiments.measuring import checking, refreshing
from experiments.measuring.counting import Tell, silent
from experiments.measuring.what import measured
from experiments.models import Experiment, Refresh
from experiments.report.refreshing import reports

logger = logging.getLogger(__name__)


def refresh(
    *,
    as_of: datetime | None = None,
    rebuild: bool = False,
    only: Collection[int] | None = None,
    tell: Tell = silent,
) -> Refresh:
    """Results, then the reports that are made of them. lock.Busy where another process is at it."""
    experiments = measured(only).experiments  # before: with its last refresh an experiment is measured no more
    row = refreshing.refresh(as_of=as_of, rebuild=rebuild, only=only, tell=tell)
    reports(experiments, row.as_of)
    return row


def refresh_by_the_clock() -> None:
    if Experiment.objects.measured().exists():
        try:
            refresh()
        except lock.Busy as busy:
            logger.info("not now: %s", busy)


def check_by_night() -> None:
    """It refreshes too, and may be the last to do so: there are reports of what it has found, whether it differs."""
    experiments, as_of = measured().experiments, timezone.now()
    if not experiments:
        return
    try:
        checking.check(as_of=as_of)
    except lock.Busy as busy:
        logger.info("not now: %s", busy)
        return
    except checking.Differs as differs:
        logger.error("%s", differs)
    reports(experiments, as_of)
