"""`manage.py refresh_experiments`: measure all experiments now, and write their reports (docs/experiments.md)."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from events.commanding import PlainCommand
from events.lake import lock
from experiments.measuring import background
from experiments.models import Experiment


class Command(PlainCommand):
    help = "Bring the results of all running experiments up to date. The last line tells what was done, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="count all anew, not what has changed")
        parser.add_argument("--only", metavar="KEY", action="append", help="this experiment; may be given again")

    def handle(self, *, rebuild: bool, only: list[str] | None, **options: Any) -> None:
        start = time.perf_counter()
        try:
            row = background.refresh(rebuild=rebuild, only=_experiments(only) if only else None, tell=self._tell)
        except lock.Busy as busy:
            raise CommandError("another process is refreshing experiments; try again later", returncode=2) from busy
        told = {name: getattr(row, name) for name in ("experiments", "exposures", "cells", "rebuilt")}
        seconds = round(time.perf_counter() - start, 2)
        self.stdout.write(json.dumps({**told, "as_of": row.as_of.isoformat(), "seconds": seconds}))

    def _tell(self, share: float) -> None:
        self.stderr.write(f"{share:.0%} of the persons")


def _experiments(keys: list[str]) -> list[int]:
    found = dict(Experiment.objects.measured().filter(key__in=keys).values_list("key", "pk"))
    if missing := sorted(set(keys) - found.keys()):
        raise CommandError(f"no experiment that is measured has the key {missing[0]}", returncode=2)
    return list(found.values())
