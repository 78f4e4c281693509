from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.management.base import CommandError
from tqdm import tqdm

from events.commanding import PlainCommand
from events.importing import running
from events.importing.files import BadFile
from events.importing.sealing import seal_many


class Command(PlainCommand):
    help = "Bring the history of events of another system. What was brought before is not brought again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="FILE", type=Path, help=".csv (UTF-8, with a header) or .parquet")
        for name, told in (("unit", "who did it"), ("name", "what"), ("at", "when")):
            parser.add_argument(f"--{name}", metavar="COL", required=True, help=f"the column that says {told}")
        parser.add_argument(
            "--id", metavar="COL", default="", help="the column of the events' own ids, if there is one"
        )
        parser.add_argument("--declare", action="store_true", help="declare names that nobody has declared")
        parser.add_argument("--system", metavar="NAME", default="import", help="what the other system is called here")
        parser.add_argument("--tz", metavar="ZONE", default=settings.TIME_ZONE, help="of times without one")

    def handle(self, *, tz: str, **options: Any) -> None:
        given = {name: options[name] for name in ("path", "unit", "name", "at", "id", "system", "declare")}
        try:
            zone = _zone(tz)
            if not 0 < len(given["system"]) <= 60:
                raise BadFile("the name of a system has 1 to 60 characters")
            with tqdm(unit=" rows", file=sys.stderr) as bar:
                report = running.bring(running.Source(**given, zone=zone), progress=bar.update)
        except BadFile as error:
            raise CommandError(str(error), returncode=2) from error
        said = {"events": report.events, "units": report.units, "skipped": dict(sorted(report.skipped.items()))}
        self.stdout.write(json.dumps(said))
        seal_many(report.events)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a name may be no path, or that of a directory
        raise BadFile(f"there is no time zone {name!r}") from error
