"""The import of a Discourse backup as a whole: read it to its end, then write in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from community.imports.core import people, places, running, threads
from community.imports.core.progress import Progress
from community.imports.core.running import Outcome, Step
from community.imports.core.work import Work
from community.imports.discourse.checking import check
from community.imports.discourse.mentions import link_mentions
from community.imports.discourse.reshaping import SKIPPED, reshape
from community.imports.discourse.staging import stage


def steps() -> list[Step]:
    ordered = list(running.STEPS)
    ordered.insert(ordered.index(people.add_members) + 1, link_mentions)
    ordered.insert(ordered.index(threads.add_posts) + 1, threads.add_replies)
    return ordered


def import_backup(
    path: Path,
    *,
    source: str,
    rules: str | None = None,
    category: str | None = None,
    checking: Progress,
    importing: Progress,
) -> Outcome:
    """Import a backup of Discourse; what has come from `source` before stays as it is.

    `rules` names a rule set (the active one unless given); `category` takes all topics, which keep theirs unless given.
    DumpError or Refused, and then nothing has changed.
    """
    rule_set = running.rule_set(rules)
    rows = check(path, progress=checking)

    def parameters() -> dict[str, Any]:
        one = places.category_for(source, category) if category else None
        return {"source": source, "rules": rule_set.pk, "category": one}

    def staging(work: Work) -> None:
        stage(work, path)
        reshape(work)

    return running.run(staging, parameters=parameters, progress=importing, rows=rows, steps=steps(), skipped=SKIPPED)
