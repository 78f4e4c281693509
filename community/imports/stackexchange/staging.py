"""Pass 2, first half: the dump's rows, read and rendered one at a time, into temporary tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from community.imports.stackexchange import files, preparing
from community.imports.stackexchange.files import DumpFile, Row
from community.imports.stackexchange.reading import rows
from community.imports.stackexchange.work import Work


@dataclass(frozen=True)
class Stage:
    file: DumpFile
    table: str
    columns: str
    prepare: Callable[[Row], tuple]


STAGES = (
    Stage(
        files.USERS,
        "staged_user",
        "id bigint, base text, name text, joined timestamptz, seen timestamptz, location text, website text, "
        "bio text, bio_html text",
        preparing.user,
    ),
    Stage(files.TAGS, "staged_tag", "id bigint, name text, excerpt_post bigint, wiki_post bigint", preparing.tag),
    Stage(
        files.POSTS,
        "staged_post",
        "id bigint, type int, parent bigint, accepted bigint, author bigint, created timestamptz, body text, "
        "html text, plain text, search tsvector, title text, slug text, tags text[], views int, edited timestamptz, "
        "editor bigint, active timestamptz, closed timestamptz, wiki boolean",
        preparing.post,
    ),
    Stage(
        files.COMMENTS,
        "staged_comment",
        "id bigint, post bigint, author bigint, created timestamptz, body text, html text, score int",
        preparing.comment,
    ),
    Stage(
        files.VOTES,
        "staged_vote",
        "id bigint, post bigint, type int, day timestamptz, member bigint, amount int",
        preparing.vote,
    ),
    Stage(
        files.BADGES,
        "staged_badge",
        "id bigint, member bigint, name text, at timestamptz, rank int, of_tag boolean",
        preparing.badge,
    ),
    Stage(
        files.LINKS,
        "staged_link",
        "id bigint, post bigint, related bigint, type int, created timestamptz",
        preparing.link,
    ),
    Stage(
        files.HISTORY,
        "staged_history",
        "id bigint, post bigint, type int, revision text, created timestamptz, author bigint, body text, comment text",
        preparing.history,
    ),
)


def stage(work: Work, directory: Path) -> None:
    for table in STAGES:
        work.make(f"{table.table}", f"{table.columns}")
        with work.cursor.copy(f"COPY {table.table} FROM STDIN") as copy:
            for _line, row in rows(directory, table.file):
                copy.write_row(table.prepare(row))
                work.progress(table.file.name, 1)
        # Temporary tables have no statistics until asked, and the plans of all that follows rest on them.
        work.do(f"CREATE UNIQUE INDEX ON {table.table} (id)")
        work.do(f"ANALYZE {table.table}")
