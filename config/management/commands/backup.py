"""manage.py backup DIR: the database and the uploads, with a manifest. See docs/operations.md."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import backups


class Command(BaseCommand):
    help = "Write the whole community to a new directory, while the site runs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", metavar="DIR", type=Path)

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        began = time.monotonic()
        try:
            made = backups.back_up(directory)
        except backups.BackupError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps({**made.summary(), "seconds": round(time.monotonic() - began, 1)}))
