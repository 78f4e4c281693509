"""`manage.py verify_points`: prove that ledger = balances = points days = boards. See docs/points.md."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from community.points.verifying import verify


class Command(BaseCommand):
    help = "Prove that the ledger obeys its rules and that balances and boards are what it says. Exit 1: they are not."

    def handle(self, *args: Any, **options: Any) -> None:
        proof = verify()
        if not proof.boards:
            self.stderr.write("Redis does not answer: its boards were not compared")
        found = {"entries": proof.entries, "members": proof.members, "differences": proof.differences}
        self.stdout.write(json.dumps({**found, "details": proof.details}))
        if proof.differences:
            sys.exit(1)
