"""One import from its first row to its last: a transaction, which is whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from community.forum import visitors
from community.imports.core import counting, earnings, happenings, people, places, reactions, revisions, threads, totals
from community.imports.core.progress import Progress
from community.imports.core.work import Work
from community.points.models import RuleSet

Step = Callable[[Work], Any]

# The keys of `created` in the order in which they are told.
CREATED = (
    *("members", "topics", "answers", "comments", "votes", "accepts", "bookmarks", "bounties", "badges", "tags"),
    *("links", "revisions", "entries", "events"),
)
STEPS: tuple[Step, ...] = (
    people.add_members,
    places.add_tags,
    threads.add_topics,
    threads.add_posts,
    threads.add_comments,
    threads.add_links,
    reactions.add_votes,
    reactions.add_bookmarks,
    reactions.add_bounties,
    reactions.accept_answers,
    people.add_badges,
    revisions.add_revisions,
    totals.add_up,
    earnings.award,
    happenings.record_events,
)


class Refused(Exception):
    """The import cannot be: why, in one line."""


@dataclass(frozen=True)
class Outcome:
    rows: int
    accepted: dict[str, int]
    created: dict[str, int]
    skipped: dict[str, int]


def rule_set(name: str | None) -> RuleSet:
    """The one of this name, else the active one; Refused where there is none."""
    found = RuleSet.objects.filter(name=name) if name else RuleSet.objects.filter(active=True)
    chosen = found.first()
    if chosen is None:
        known = ", ".join(RuleSet.objects.values_list("name", flat=True))
        raise Refused(f"no rule set is called {name} (there are {known})" if name else "no rule set is active")
    return chosen


def run(
    stage: Step,
    *,
    parameters: Callable[[], dict[str, Any]],
    progress: Progress,
    rows: int,
    steps: Sequence[Step] = STEPS,
    skipped: Iterable[str],
) -> Outcome:
    """`stage` fills the staged tables, the steps write what is in them; `skipped` as counting.py takes it."""
    with transaction.atomic(), connection.cursor() as cursor:
        visitors.changing_everything()
        # Whole sets are joined here. Where the planner takes one for small, a nested loop would take hours for minutes.
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL enable_nestloop = off")
        # Of two imports at once the second waits here, and then finds what the first has brought.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('import', 0))")
        work = Work(cursor, {"zone": settings.TIME_ZONE, **parameters()}, progress)
        progress("", total=rows)
        stage(work)
        for step in steps:
            progress(step.__name__.replace("_", " "))
            step(work)
        created = {name: work.created.get(name, 0) for name in CREATED}
        return Outcome(rows, counting.accepted(work), created, counting.skipped(work, skipped))
