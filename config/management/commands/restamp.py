"""`manage.py restamp`: bring transaction ids that another server has given below this one's counter. `restore` does it
by itself; this is for a database that was loaded by other means (docs/operations.md)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from config.backups.database import RESTAMP


class Command(BaseCommand):
    help = "Let events be sealed again after a database was loaded that another server had made. Stop the site first."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(RESTAMP.read_text())
