"""Whether a restarted experiment is free of its earlier phase, on the people whom both phases asked."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from events.commanding import PlainCommand
from events.engine import reading
from experiments.carryover import Check
from experiments.measuring.carrying import carry_over
from experiments.models import Experiment, MetricVersion


class Command(PlainCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("experiment", help="its key")

    def handle(self, *, experiment: str, **options: Any) -> None:
        asked = Experiment.objects.filter(key=experiment).first()
        if asked is None:
            raise CommandError(f"there is no experiment {experiment}", returncode=2)
        with reading(as_of=timezone.now()) as reader:
            found = carry_over(reader, asked)
        if found is None:
            raise CommandError(f"{experiment} was not restarted", returncode=2)
        metrics = MetricVersion.objects.select_related("metric").in_bulk(found.carried)
        told = {metrics[pk].metric.key: _told(check) for pk, check in found.carried.items()}
        phases = {"old": found.old, "new": found.new, "persons": found.persons}
        self.stdout.write(json.dumps({**phases, "spread": _told(found.spread), "carried": told}))


def _told(check: Check) -> dict[str, object]:
    return {"chi2": check.chi2, "df": check.df, "p": check.p, "alarming": check.is_alarming}
