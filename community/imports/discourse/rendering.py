"""The texts of the posts that come along, and of no others: it is they that take the time of an import."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from community.forum import indexing
from community.forum.text import render
from community.imports.core import staged
from community.imports.core.work import Work
from community.imports.discourse.quoting import markdown

BATCH = 500

# An opening is found by its topic's title and tags too.
TEXTS = """
    SELECT p.id, p.raw, CASE WHEN p.id = t.opening THEN t.title ELSE '' END,
    CASE WHEN p.id = t.opening THEN coalesce(g.names, '{}') ELSE '{}' END
    FROM their_post p JOIN kept_topic t ON t.id = p.topic LEFT JOIN tagged_topic g ON g.topic = t.id WHERE p.stays
    """


def render_posts(work: Work) -> None:
    work.make("rendered", "id bigint PRIMARY KEY, body text, html text, search tsvector")
    left = work.one("SELECT count(*) FROM their_post")
    with connection.connection.cursor(name="texts") as cursor:
        cursor.execute(TEXTS)
        while rows := cursor.fetchmany(BATCH):
            staged.fill(work, "rendered", staged.told(work, "posts", (_rendered(*row) for row in rows)))
            left -= len(rows)
    work.progress("posts", left)
    work.do("ANALYZE rendered")


def _rendered(pk: int, raw: str, title: str, tags: Sequence[str]) -> tuple[int, str, str, str]:
    body = markdown(raw)
    rendered = render(body, format="markdown")
    return pk, body, rendered.html, indexing.vector(title=title, tags=tags, plain=rendered.plain)
