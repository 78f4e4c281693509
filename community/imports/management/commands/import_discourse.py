"""`manage.py import_discourse FILE [--rules SET] [--category NAME] [--source NAME]`: see docs/import.md."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from community.imports.core.commanding import ImportCommand
from community.imports.core.progress import Progress
from community.imports.core.running import Outcome, Refused
from community.imports.discourse.importing import import_backup
from community.imports.discourse.opening import DumpError


class Command(ImportCommand):
    help = "Import a backup of Discourse: members, topics, likes, points and events at their true times."
    faults = (DumpError, Refused)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("origin", metavar="FILE", type=Path, help="backup.tar.gz, dump.sql.gz or dump.sql")
        super().add_arguments(parser)

    def bring(self, origin: Path, *, checking: Progress, importing: Progress, **options: Any) -> Outcome:
        return import_backup(origin, checking=checking, importing=importing, **options)
