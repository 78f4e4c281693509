"""What every command that imports does: the options, the bars, the one line of refusal, the report."""

from __future__ import annotations

import json
import time
from abc import abstractmethod
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from community.imports.core.progress import Progress, bar
from community.imports.core.running import Outcome, Refused
from community.points.boards import publishing
from events.commanding import PlainCommand
from events.importing.sealing import seal_many

SOURCE_MAX = 60


class ImportCommand(PlainCommand):
    """Of a file or directory `origin`, which the command names; `faults` is all that may be wrong with it."""

    faults: tuple[type[Exception], ...] = (Refused,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rules", metavar="SET", help="the rule set for points (default: the active one)")
        parser.add_argument("--category", metavar="NAME", help="the category of its topics, made where there is none")
        parser.add_argument("--source", metavar="NAME", help="what the origin is called (default: its own name)")

    @abstractmethod
    def bring(self, origin: Path, *, checking: Progress, importing: Progress, **options: Any) -> Outcome:
        """Check it and import it, with a bar for each. Raises one of `faults`."""

    def handle(self, *, origin: Path, **options: Any) -> None:
        began = time.monotonic()
        try:
            outcome = self._run(origin, **options)
        except self.faults as error:
            raise CommandError(str(error), returncode=2) from error
        publishing.rebuild()
        self.stdout.write(json.dumps(_report(outcome, time.monotonic() - began)))
        seal_many(outcome.created["events"])

    def _run(
        self, origin: Path, *, source: str | None, rules: str | None, category: str | None, **_options: Any
    ) -> Outcome:
        source = source or origin.resolve().name
        if not 0 < len(source) <= SOURCE_MAX:
            raise Refused(f"the name of the origin must have 1 to {SOURCE_MAX} characters; give one by --source")
        # A faulty dump is told in one line, so the bar of the check is for terminals only, and wiped.
        with bar(disable=None, leave=False) as checking, bar() as importing:
            given = {"source": source, "rules": rules, "category": category}
            return self.bring(origin, checking=checking, importing=importing, **given)


def _report(outcome: Outcome, seconds: float) -> dict[str, Any]:
    return {
        **outcome.accepted,
        "created": outcome.created,
        "skipped": outcome.skipped,
        "rows": outcome.rows,
        "seconds": round(seconds, 1),
    }
