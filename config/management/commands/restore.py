"""manage.py restore DIR [--force]: bring back what `backup` wrote. See docs/operations.md."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import backups


class Command(BaseCommand):
    help = "Replace the database by a backup's, add its uploads, rebuild Redis. Stop web, workers and beat before."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", metavar="DIR", type=Path)
        parser.add_argument("--force", action="store_true", help="replace the content that this site has")

    def handle(self, *args: Any, directory: Path, force: bool, **options: Any) -> None:
        began = time.monotonic()
        try:
            restored = backups.restore(directory, force=force)
        except backups.BackupError as error:
            raise CommandError(str(error), returncode=1 if isinstance(error, backups.Differs) else 2) from error
        self.stdout.write(json.dumps({**restored.summary(), "seconds": round(time.monotonic() - began, 1)}))
