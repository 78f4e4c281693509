"""Points earned by what is written in bulk: entered set by set, by the Stack Exchange import's statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from community.imports.core import earnings
from community.imports.core.work import Work

COLUMNS = (
    "at timestamptz, step int, nth bigint, rule text, member bigint, source_kind text, source_id bigint, topic bigint,"
    " key text"
)


@dataclass(frozen=True)
class Deserved:
    """What `ledger.award` would be asked for; `topic` is the one on whose boards it counts."""

    at: datetime
    rule: str
    member_id: int
    source: tuple[str, int]
    key: str
    topic_id: int | None = None


def enter(work: Work, deserved: Sequence[Deserved]) -> None:
    """Write the entries, and what is derived from them; those given are in the order in which they were earned."""
    work.make("deserved", COLUMNS)
    with work.cursor.copy("COPY deserved FROM STDIN") as copy:
        for nth, one in enumerate(deserved):
            copy.write_row((one.at, 0, nth, one.rule, one.member_id, *one.source, one.topic_id, one.key))
    earnings.award(work, ["SELECT * FROM deserved"])
