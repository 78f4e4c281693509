"""`manage.py rebuild_derived [--check]`: the derived tables anew from the lake, or the proof that they need it not."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Make the derived tables anew from the lake. After a change of TIME_ZONE, say. --check: exit 1 if they differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="count the rows that differ; exit 1 if there are any")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        from events import derived  # noqa: PLC0415 - pyarrow and DuckDB are heavy, here and below
        from events.derived import rebuilding  # noqa: PLC0415
        from events.lake import lock  # noqa: PLC0415

        with lock.holding(wait=True):
            if check:
                derived.fill()
                found = rebuilding.check()
            else:
                found = rebuilding.rebuild()
        self.stdout.write(json.dumps({"differences": found} if check else {"rows": found}))
        if check and any(found.values()):
            sys.exit(1)
