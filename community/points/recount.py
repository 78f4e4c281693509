"""Derive balances and points days anew from the ledger, set by set: after a bulk import, or to repair them."""

from django.db import connection, transaction

from community.points.boards import publishing
from community.points.models import JOINED, SITE

_BALANCES = """
UPDATE members_member m SET points_total = s.total
FROM (SELECT m.id, coalesce(sum(e.granted), 0) AS total
      FROM members_member m LEFT JOIN points_entry e ON e.member_id = m.id GROUP BY m.id) s
WHERE s.id = m.id AND m.points_total <> s.total
"""

# The sums that points_pointsday must hold; a day whose sum is nothing needs no row.
DAYS = """
SELECT scope, e.day, e.member_id, sum(e.granted) AS points
FROM points_entry e JOIN points_rule r ON r.id = e.rule_id, unnest(array_append(e.scopes::text[], %(site)s)) AS scope
WHERE r.name <> %(joined)s AND e.granted <> 0 GROUP BY 1, 2, 3
"""
PARAMETERS = {"site": SITE, "joined": JOINED}


def recount() -> None:
    """Make `Member.points_total` and PointsDay equal to the ledger, then the boards.

    Verbs lock their members before they write, so holding the members' table lets those under way finish and the
    next ones wait: nobody counts in between.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE members_member IN EXCLUSIVE MODE")
        cursor.execute(_BALANCES)
        cursor.execute("DELETE FROM points_pointsday")
        cursor.execute(f"INSERT INTO points_pointsday (scope, day, member_id, points) {DAYS}", PARAMETERS)  # noqa: S608
        transaction.on_commit(publishing.rebuild, robust=True)
