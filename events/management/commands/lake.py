"""`manage.py lake seal|compact|cool`: what the worker does by the clock, now. See docs/analytics.md."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

WORK = ("seal", "compact", "cool")


class Command(BaseCommand):
    help = "Seal events and go on with erasures, merge files, or leave old events to the lake alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("work", choices=WORK)

    def handle(self, *args: Any, work: str, **options: Any) -> None:
        from events.lake import background, compaction, cooling, lock, sealing  # noqa: PLC0415 - pyarrow and DuckDB are heavy

        began = time.monotonic()
        verbs = {"seal": background.seal_fill_erase, "compact": compaction.compact, "cool": cooling.cool}
        try:
            done = verbs[work]()
        except (lock.Busy, sealing.CounterBehind) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps({work: done, "seconds": round(time.monotonic() - began, 2)}))
