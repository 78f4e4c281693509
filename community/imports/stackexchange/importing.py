"""The import as a whole: check every file, then write in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from community.imports.core import places, running, threads
from community.imports.core.progress import Progress
from community.imports.core.running import Outcome, Refused
from community.imports.core.work import Work
from community.imports.stackexchange import counting, mentions
from community.imports.stackexchange.checking import check
from community.imports.stackexchange.staging import stage

__all__ = ["Outcome", "Refused", "import_dump"]

_after = running.STEPS.index(threads.add_posts) + 1
STEPS = (*running.STEPS[:_after], mentions.link_mentions, *running.STEPS[_after:])


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
    rule_set = running.rule_set(rules)
    rows = check(directory, progress=checking)

    def parameters() -> dict[str, Any]:
        return {"source": source, "rules": rule_set.pk, "category": places.category_for(source, category)}

    def staging(work: Work) -> None:
        stage(work, directory)

    return running.run(
        staging,
        parameters=parameters,
        progress=importing,
        rows=rows,
        steps=STEPS,
        skipped=counting.SKIPPED,
    )
