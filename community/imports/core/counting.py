"""What came, by what becomes of it: the same at every run."""

from __future__ import annotations

from collections.abc import Iterable

from community.imports.core.people import SITE_USER
from community.imports.core.staged import ANSWER, DOWN, UP
from community.imports.core.work import Work

ACCEPTED = {
    "members": f"SELECT count(*) FROM staged_user WHERE id <> {SITE_USER}",
    "topics": "SELECT count(*) FROM staged_post JOIN known_topic USING (id)",
    "answers": f"SELECT count(*) FROM staged_post s JOIN known_post USING (id) WHERE s.type = {ANSWER}",
    "comments": "SELECT count(*) FROM staged_comment s JOIN known_post k ON k.id = s.post",
    "badges": "SELECT count(*) FROM staged_badge s JOIN known_member k ON k.id = s.member",
    "votes": (f"SELECT count(*) FROM staged_vote s JOIN known_post k ON k.id = s.post WHERE s.type IN ({UP}, {DOWN})"),
    "tags": "SELECT count(*) FROM staged_tag",
}


def accepted(work: Work) -> dict[str, int]:
    return {name: work.one(sql) for name, sql in ACCEPTED.items()}


def skipped(work: Work, reasons: Iterable[str]) -> dict[str, int]:
    """How many rows for each reason; every SELECT gives the reason of a row that was skipped."""
    return dict(
        work.all(f"SELECT reason, count(*) FROM ({' UNION ALL '.join(reasons)}) s (reason) GROUP BY 1 ORDER BY 1")
    )
