"""The proof by night: what refreshes made of some experiments is what a rebuild makes, to the bit."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from experiments.measuring import refreshing, writing
from experiments.measuring.counting import NOBODY
from experiments.measuring.what import What, measured
from experiments.models import Refresh

CHECKED = 20  # experiments


class Differs(Exception):
    """Results are not what a rebuild makes of them: `manage.py refresh_experiments --rebuild` puts them right."""


def check(number: int = CHECKED, *, as_of: datetime | None = None) -> Refresh:
    """Refresh, then count some at random anew over the same events. Differs, which the refresh's row tells too."""
    with refreshing.running(as_of or timezone.now(), rebuilt=False) as row:
        what = measured()
        moment = refreshing.look(what, row.as_of, rebuild=False)
        row.events_hi = str(moment.mark)
        refreshing.measure(what, moment, row)
        some = _sampled(what, number)
        if some.phases:
            _compare(some, replace(moment, last=None, late=NOBODY))
    return row


def _sampled(what: What, number: int) -> What:
    keys = sorted(what.experiments)
    chosen = set(random.sample(keys, min(number, len(keys))))  # noqa: S311 - nothing secret
    return What(tuple(asked for asked in what.phases if asked.experiment in chosen), what.measures)


def _compare(what: What, moment: refreshing.Moment) -> None:
    passes = refreshing.count_all(what, moment)
    with transaction.atomic():
        writing.lay(passes)
        rows = writing.differences(passes[0][0].cells)
    if rows:
        raise Differs(f"{rows} rows of {len(what.phases)} phases are not what a rebuild makes")
