"""The past of a community as every importer hands it over: temporary tables, and what their numbers mean.

Ids are the origin's. A topic goes by the id of its opening post. What an importer has no word of stays empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from community.imports.core.work import Work

QUESTION, ANSWER = 1, 2  # types of posts: an opening (of whichever kind), and what is below it
ACCEPT, UP, DOWN, FAVOURITE, BOUNTY = 1, 2, 3, 5, 8  # types of votes

TABLES = {
    "staged_user": (
        "id bigint, base text, name text, joined timestamptz, seen timestamptz, location text, website text, "
        "bio text, bio_html text, public boolean"
    ),
    "staged_tag": "id bigint, name text, excerpt_post bigint, wiki_post bigint",
    "staged_post": (
        "id bigint, type int, parent bigint, accepted bigint, author bigint, created timestamptz, body text, "
        "html text, plain text, search tsvector, title text, title_html text, slug text, tags text[], views int, "
        "edited timestamptz, editor bigint, active timestamptz, closed timestamptz, wiki boolean, "
        "kind text, format text, category bigint, reply_to bigint"
    ),
    "staged_comment": "id bigint, post bigint, author bigint, created timestamptz, body text, html text, score int",
    "staged_vote": "id bigint, post bigint, type int, day timestamptz, member bigint, amount int",
    "staged_badge": "id bigint, member bigint, name text, at timestamptz, rank int, of_tag boolean",
    "staged_link": "id bigint, post bigint, related bigint, type int, created timestamptz",
    "staged_history": (
        "id bigint, post bigint, type int, revision text, created timestamptz, author bigint, body text, comment text"
    ),
}


def make(work: Work) -> None:
    for table, columns in TABLES.items():
        work.make(table, columns)


def fill(work: Work, table: str, rows: Iterable[tuple]) -> None:
    with work.cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def ready(work: Work, tables: Iterable[str] = TABLES) -> None:
    """Temporary tables have no statistics until asked, and the plans of all that follows rest on them."""
    for table in tables:
        work.do(f"CREATE INDEX ON {table} (id)")
        work.do(f"ANALYZE {table}")


def told(work: Work, what: str, rows: Iterable[tuple]) -> Iterator[tuple]:
    """The rows, each told as it passes."""
    for row in rows:
        yield row
        work.progress(what, 1)
