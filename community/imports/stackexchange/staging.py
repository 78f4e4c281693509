"""Pass 2, first half: the dump's rows, read and rendered one at a time, into temporary tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from community.imports.core import staged
from community.imports.core.work import Work
from community.imports.stackexchange import files, preparing
from community.imports.stackexchange.files import DumpFile, Row
from community.imports.stackexchange.reading import rows

STAGES: tuple[tuple[DumpFile, str, Callable[[Row], tuple]], ...] = (
    (files.USERS, "staged_user", preparing.user),
    (files.TAGS, "staged_tag", preparing.tag),
    (files.POSTS, "staged_post", preparing.post),
    (files.COMMENTS, "staged_comment", preparing.comment),
    (files.VOTES, "staged_vote", preparing.vote),
    (files.BADGES, "staged_badge", preparing.badge),
    (files.LINKS, "staged_link", preparing.link),
    (files.HISTORY, "staged_history", preparing.history),
)


def stage(work: Work, directory: Path) -> None:
    staged.make(work)
    for file, table, prepare in STAGES:
        prepared = (prepare(row) for _line, row in rows(directory, file))
        staged.fill(work, table, staged.told(work, file.name, prepared))
    staged.ready(work)
