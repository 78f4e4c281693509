"""Pass 2, first half: the dump's rows, one at a time, into temporary tables of Discourse's own shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

from community.imports.core import staged
from community.imports.core.work import Work
from community.imports.discourse import preparing, tables
from community.imports.discourse.reading import rows
from community.imports.discourse.tables import Row, Table

Prepare = Callable[[Row], tuple | None]

STAGES: dict[str, tuple[str, str, Prepare]] = {
    tables.USERS.name: (
        "their_user",
        "id bigint, username text, base text, name text, joined timestamptz, seen timestamptz",
        preparing.user,
    ),
    tables.PROFILES.name: (
        "their_profile",
        "member bigint, location text, website text, bio text, bio_html text",
        preparing.profile,
    ),
    tables.OPTIONS.name: ("their_hidden", "member bigint", preparing.option),
    tables.CATEGORIES.name: ("their_category", "id bigint, name text, restricted boolean", preparing.category),
    tables.CATEGORY_FIELDS.name: ("their_solving_category", "category bigint", preparing.category_field),
    tables.TAGS.name: ("their_tag", "id bigint, name text", preparing.tag),
    tables.TOPICS.name: (
        "their_topic",
        "id bigint, author bigint, category bigint, archetype text, visible boolean, gone boolean, "
        "created timestamptz, bumped timestamptz, closed boolean, title text, title_html text, slug text, views int",
        preparing.topic,
    ),
    tables.TOPIC_TAGS.name: ("their_topic_tag", "topic bigint, tag bigint", preparing.topic_tag),
    tables.POSTS.name: (
        "their_post",
        "id bigint, topic bigint, number int, author bigint, type int, gone boolean, stays boolean, "
        "created timestamptz, raw text, answers int, wiki boolean, edited timestamptz, editor bigint",
        preparing.post,
    ),
    tables.ACTIONS.name: (
        "their_action",
        "id bigint, post bigint, member bigint, type int, at timestamptz, gone boolean",
        preparing.action,
    ),
    tables.BOOKMARKS.name: (
        "their_bookmark",
        "id bigint, post bigint, member bigint, at timestamptz",
        preparing.bookmark,
    ),
    tables.TOPIC_FIELDS.name: ("their_field_answer", "topic bigint, post bigint", preparing.topic_field),
    tables.SOLVED.name: ("their_solved", "id bigint, topic bigint, post bigint, at timestamptz", preparing.solved),
    tables.ANSWERS.name: ("their_answer", "id bigint, solved bigint, post bigint, at timestamptz", preparing.answer),
    tables.BADGES.name: ("their_badge", "id bigint, name text, rank int", preparing.badge),
    tables.USER_BADGES.name: (
        "their_award",
        "id bigint, badge bigint, member bigint, at timestamptz",
        preparing.user_badge,
    ),
}


def stage(work: Work, path: Path) -> None:
    for table, columns, _prepare in STAGES.values():
        work.make(table, columns)
    for found, group in groupby(rows(path), key=_table):
        table, _columns, prepare = STAGES[found.name]
        staged.fill(work, table, _prepared(work, found.name, prepare, (row for _table, _line, row in group)))
    for table, columns, _prepare in STAGES.values():
        work.do(f"CREATE INDEX ON {table} ({columns.split()[0]})")
        work.do(f"ANALYZE {table}")


def _table(row: tuple[Table, int, Row]) -> Table:
    return row[0]


def _prepared(work: Work, name: str, prepare: Prepare, group: Iterable[Row]) -> Iterator[tuple]:
    for row in group:
        if name != tables.POSTS.name:  # told when they are rendered, which takes the time
            work.progress(name, 1)
        if (prepared := prepare(row)) is not None:
            yield prepared
