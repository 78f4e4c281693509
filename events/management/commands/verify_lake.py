"""`manage.py verify_lake`: prove that the lake holds the events that PostgreSQL holds and held (docs/analytics.md)."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Sum
from tqdm import tqdm

from events.models import LakeFile


class Command(BaseCommand):
    help = "Compare files and PostgreSQL by counts and checksums of each day (UTC). Exit 1: they differ."

    def handle(self, *args: Any, **options: Any) -> None:
        from events.lake.verifying import verify  # noqa: PLC0415 - pyarrow and DuckDB are heavy

        total = LakeFile.objects.standing().aggregate(rows=Sum("rows"))["rows"] or 0
        with tqdm(total=total, desc="events", unit="", unit_scale=True, disable=None) as bar:
            proof = verify(told=bar.update)
        differences = [
            {
                "day": one.day.isoformat(),
                "rows": one.found.rows,
                "wanted_rows": one.wanted.rows,
                "checksum": str(one.found.checksum),
                "wanted_checksum": str(one.wanted.checksum),
            }
            for one in proof.differences
        ]
        found = {"events": proof.rows, "days": proof.days, "files": proof.files, "missing": proof.missing}
        self.stdout.write(json.dumps({**found, "differences": differences}))
        if not proof.holds:
            sys.exit(1)
