"""`manage.py import_stackexchange DIR [--rules SET] [--category NAME] [--source NAME]`: see docs/import.md."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from community.imports.core.commanding import ImportCommand
from community.imports.core.progress import Progress
from community.imports.core.running import Outcome, Refused
from community.imports.stackexchange.importing import import_dump
from community.imports.stackexchange.reading import DumpError


class Command(ImportCommand):
    help = "Import a Stack Exchange data dump: members, topics, votes, points and events at their true times."
    faults = (DumpError, Refused)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("origin", metavar="DIR", type=Path, help="where Users.xml, Posts.xml, … are")
        super().add_arguments(parser)

    def bring(self, origin: Path, *, checking: Progress, importing: Progress, **options: Any) -> Outcome:
        return import_dump(origin, checking=checking, importing=importing, **options)
