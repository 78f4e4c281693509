"""The import as a whole: check every file, then write in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from community.imports.stackexchange import (
    counting,
    earnings,
    happenings,
    mentions,
    people,
    places,
    reactions,
    revisions,
    threads,
    totals,
)
from community.imports.stackexchange.checking import check
from community.imports.stackexchange.progress import Progress
from community.imports.stackexchange.staging import stage
from community.imports.stackexchange.work import Work
from community.points.models import RuleSet

# The keys of `created` in the order in which they are told.
CREATED = (
    *("members", "topics", "answers", "comments", "votes", "accepts", "bookmarks", "bounties", "badges", "tags"),
    *("links", "revisions", "entries", "events"),
)

STEPS = (
    people.add_members,
    places.add_tags,
    threads.add_topics,
    threads.add_posts,
    mentions.link_mentions,
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


def import_dump(
    directory: Path,
    *,
    source: str,
    rules: str | None = None,
    category: str | None = None,
    checking: Progress,
    importing: Progress,
) -> Outcome:
    """Import the Stack Exchange dump in `directory`; what has come from `source` before stays as it is.

    `rules` names a rule set (the active one unless given), `category` the category of its topics. DumpError or Refused,
    and then nothing has changed.
    """
    rule_set = _rule_set(rules)
    rows = check(directory, progress=checking)
    with transaction.atomic(), connection.cursor() as cursor:
        # Whole sets are joined here. Where the planner takes one for small, a nested loop would take hours for minutes.
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL enable_nestloop = off")
        # Of two imports at once the second waits here, and then finds what the first has brought.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('import_stackexchange', 0))")
        parameters = {
            "source": source,
            "rules": rule_set.pk,
            "zone": settings.TIME_ZONE,
            "category": places.category_for(source, category),
        }
        work = Work(cursor, parameters, importing)
        importing("", total=rows)
        stage(work, directory)
        for step in STEPS:
            importing(step.__name__.replace("_", " "))
            step(work)
        created = {name: work.created[name] for name in CREATED}
        return Outcome(rows, counting.accepted(work), created, counting.skipped(work))


def _rule_set(name: str | None) -> RuleSet:
    found = RuleSet.objects.filter(name=name) if name else RuleSet.objects.filter(active=True)
    rule_set = found.first()
    if rule_set is None:
        known = ", ".join(RuleSet.objects.values_list("name", flat=True))
        raise Refused(f"no rule set is called {name} (there are {known})" if name else "no rule set is active")
    return rule_set
