"""manage.py receive_mail: a mail server pipes bounces and complaints here. See docs/campaigns.md, "Receipts"."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from growth.campaigns.receiving import returning


class Command(BaseCommand):
    help = "Read a bounce (RFC 3464) or complaint (RFC 5965) from standard input. Exit 75: to be tried again later."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(returning.MOST_BYTES)
        try:
            taken = returning.take(raw, timezone.now())
        except (returning.NotYet, OperationalError) as error:
            raise CommandError(str(error), returncode=os.EX_TEMPFAIL) from error
        self.stdout.write(f"{taken} receipts.")
