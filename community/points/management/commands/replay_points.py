"""`manage.py replay_points`: who would have how many points under other rules. See docs/points.md."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from community.points.replaying import BadRules, Moved, read_rules, replay
from events.commanding import PlainCommand


class Command(PlainCommand):
    help = "Show who would move under another rule set. Nothing is written: replaying is a preview."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rules", required=True, metavar="NAME|FILE", help="a rule set, or a JSON file of rules")
        parser.add_argument("--dry-run", action="store_true", help="required: a replay is only a preview")
        parser.add_argument("--all", action="store_true", help="also members who do not move")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["dry_run"]:
            self._refuse("a replay is only a preview: add --dry-run")
        try:
            everyone = list(replay(read_rules(options["rules"])))
        except BadRules as error:
            self._refuse(str(error))
        moved = [member for member in everyone if member.now != member.then]
        shown = everyone if options["all"] else moved
        if options["format"] == "json":
            self.stdout.write(json.dumps({"moved": len(moved), "members": [asdict(member) for member in shown]}))
        else:
            self._print(shown, len(moved))

    def _print(self, members: list[Moved], moved: int) -> None:
        for member in sorted(members, key=lambda m: (m.now - m.then, m.member)):
            change = member.then - member.now
            self.stdout.write(f"member {member.member}: {member.now} -> {member.then} ({change:+d})")
        self.stdout.write(f"{moved} would move")

    def _refuse(self, message: str) -> None:
        self.stderr.write(message)
        sys.exit(2)
