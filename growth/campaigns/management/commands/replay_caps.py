"""manage.py replay_caps --cap 3/week: who would have been spared under another cap, by the log of what was sent."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_date

from events.commanding import PlainCommand

CAP = re.compile(r"(\d{1,4})/(day|week)")

# A message counts for the day and the week of the member's clock in which it was let through. Its row keeps them; one
# that was sent without (brought from elsewhere, say) counts by when it was sent.
SPARED = """
SELECT member_id, begins, count(*) AS messages, count(*) - %(most)s AS spared
FROM (
  SELECT member_id, coalesce(
    (why -> 'caps' ->> %(period)s)::date,
    date_trunc(%(period)s, ended_at AT TIME ZONE coalesce(zone.name, %(zone)s))::date
  ) AS begins
  FROM campaigns_delivery delivery JOIN members_member member ON member.id = delivery.member_id
    LEFT JOIN pg_timezone_names zone ON zone.name = member.time_zone
  WHERE delivery.state = 'sent'
) AS sent
WHERE (%(since)s::date IS NULL OR begins >= %(since)s::date) AND (%(until)s::date IS NULL OR begins < %(until)s::date)
GROUP BY member_id, begins HAVING count(*) > %(most)s
ORDER BY begins, member_id
"""


class Command(PlainCommand):
    help = "Who would have been spared messages under another cap, a line for each member and period."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cap", required=True, help="3/week, or 1/day, of the member's calendar")
        parser.add_argument("--since", help="the first day that counts, of days or of weeks' Mondays")
        parser.add_argument("--until", help="the first that does not")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, cap: str, since: str | None, until: str | None, **options: Any) -> None:
        most, period = _read(cap)
        bounds = {"since": _day(since), "until": _day(until)}
        zone = timezone.get_default_timezone_name()
        rows = [*_spared({"most": most, "period": period, "zone": zone, **bounds})]
        total = {
            "cap": cap,
            "members": len({row["member"] for row in rows}),
            "messages": sum(row["messages"] for row in rows),
            "spared": sum(row["spared"] for row in rows),
        }
        if options["format"] == "json":
            self.stdout.write(json.dumps({**total, "rows": rows}))
            return
        for row in rows:
            self.stdout.write(f"{row['member']}\t{row[period]}\t{row['messages']}\t-{row['spared']}")
        self.stdout.write(f"{total['members']} members would have been spared {total['spared']} messages by {cap}.")


def _read(cap: str) -> tuple[int, str]:
    found = CAP.fullmatch(cap)
    if found is None:
        raise CommandError("--cap is a number a day or a week: 3/week, 1/day", returncode=2)
    return int(found[1]), found[2]


def _day(given: str | None) -> str | None:
    try:
        found = parse_date(given) if given else None
    except ValueError as error:
        raise CommandError(f"{given} is no day", returncode=2) from error
    if given and found is None:
        raise CommandError(f"{given} is no day like 2026-11-21", returncode=2)
    return given


def _spared(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(SPARED, values)
        for member, begins, messages, spared in cursor:
            yield {"member": member, values["period"]: begins.isoformat(), "messages": messages, "spared": spared}
