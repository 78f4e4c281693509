"""`manage.py import_stackexchange DIR [--rules SET] [--category NAME] [--source NAME]`: see docs/import.md."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from community.imports.core.progress import bar
from community.imports.stackexchange.importing import Outcome, Refused, import_dump
from community.imports.stackexchange.reading import DumpError
from community.points.boards import publishing

SOURCE_MAX = 60


class Command(BaseCommand):
    help = "Import a Stack Exchange data dump: members, topics, votes, points and events at their true times."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", metavar="DIR", type=Path, help="where Users.xml, Posts.xml, … are")
        parser.add_argument("--rules", metavar="SET", help="the rule set for points (default: the active one)")
        parser.add_argument("--category", metavar="NAME", help="the category of its topics, made where there is none")
        parser.add_argument("--source", metavar="NAME", help="what the origin is called (default: DIR's name)")

    def handle(self, *, directory: Path, **options: Any) -> None:
        began = time.monotonic()
        try:
            outcome = self.run(directory, **options)
        except (DumpError, Refused) as error:
            raise CommandError(str(error), returncode=2) from error
        publishing.rebuild()
        self.stdout.write(json.dumps(_report(outcome, time.monotonic() - began)))

    def run(
        self, directory: Path, *, source: str | None, rules: str | None, category: str | None, **_options: Any
    ) -> Outcome:
        source = source or directory.resolve().name
        if not 0 < len(source) <= SOURCE_MAX:
            raise Refused(f"the name of the origin must have 1 to {SOURCE_MAX} characters; give one by --source")
        # A faulty dump is told in one line, so the bar of the check is for terminals only, and wiped.
        with bar(disable=None, leave=False) as checking, bar() as importing:
            return import_dump(
                directory, source=source, rules=rules, category=category, checking=checking, importing=importing
            )


def _report(outcome: Outcome, seconds: float) -> dict[str, Any]:
    return {
        **outcome.accepted,
        "created": outcome.created,
        "skipped": outcome.skipped,
        "rows": outcome.rows,
        "seconds": round(seconds, 1),
    }
