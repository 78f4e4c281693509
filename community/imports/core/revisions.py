"""How posts came to read as they do: their revisions, from the post history where the dump has it."""

from __future__ import annotations

from community.forum.models import Revision
from community.imports.core.work import Work

# Kinds of rows of a post's history: the first text, an edit and a rollback of each.
TITLE, BODY, TAGS = (1, 4, 7), (2, 5, 8), (3, 6, 9)
FIRST = (1, 2, 3)


def add_revisions(work: Work) -> None:
    """A revision for each group of history rows of a new post, or one of the text as it is.

    A group says only what it changed; the rest is carried over from the group before. Its texts are Markdown, where
    the post itself is the HTML that the dump has rendered.
    """
    _group(work)
    told = work.insert(
        Revision,
        {
            "imported_from": "%(source)s",
            "imported_id": "f.id",
            "post_id": "f.post",
            "version": "f.version",
            "author_id": "m.ours",
            "created_at": "f.created",
            "title": "left(coalesce(f.title, ''), 200)",
            "tag_names": "coalesce(f.tags, '{}')",
            "format": "CASE WHEN f.body IS NULL THEN 'html' ELSE 'markdown' END",
            "body": "coalesce(f.body, p.body)",
            "summary": "f.comment",
        },
        """
        FROM filled_revision f JOIN forum_post p ON p.id = f.post LEFT JOIN known_member m ON m.id = f.author
        ORDER BY f.created, f.id
        """,
    )
    untold = work.insert(
        Revision,
        {
            "imported_from": "%(source)s",
            "post_id": "p.id",
            "version": "1",
            "author_id": "p.author_id",
            "created_at": "p.created_at",
            "title": "left(s.title, 200)",
            "tag_names": "s.tags",
            "format": "p.format",
            "body": "p.body",
        },
        """
        FROM known_post k JOIN forum_post p ON p.id = k.ours JOIN staged_post s ON s.id = k.id
        WHERE k.fresh AND NOT EXISTS (SELECT FROM filled_revision f WHERE f.post = k.ours) ORDER BY p.id
        """,
    )
    work.created["revisions"] = told + untold
    work.do(
        """
        UPDATE forum_post p SET version = f.newest FROM (SELECT post, max(version) AS newest FROM filled_revision
        GROUP BY post) f WHERE p.id = f.post AND f.newest > 1
        """
    )


def _group(work: Work) -> None:
    work.keep(
        "staged_revision",
        f"""
        SELECT k.ours AS post, min(h.id) AS id,
        min(h.created) AS created, max(h.author) AS author, max(h.comment) AS comment,
        bool_or(h.type IN {FIRST}) AS first,
        max(h.body) FILTER (WHERE h.type IN {TITLE}) AS title,
        max(h.body) FILTER (WHERE h.type IN {BODY}) AS body,
        max(h.body) FILTER (WHERE h.type IN {TAGS}) AS tags,
        row_number() OVER (PARTITION BY k.ours ORDER BY min(h.created), min(h.id)) AS version
        FROM staged_history h JOIN known_post k ON k.id = h.post
        WHERE k.fresh AND h.type IN {TITLE + BODY + TAGS} GROUP BY k.ours, h.revision
        """,
    )
    work.keep(
        "filled_revision",
        """
        SELECT post, id, created, author, comment, version,
        first_value(title) OVER (PARTITION BY post, titles ORDER BY version) AS title,
        first_value(body) OVER (PARTITION BY post, bodies ORDER BY version) AS body,
        regexp_split_to_array(nullif(trim(both '<>|' from first_value(tags) OVER
        (PARTITION BY post, taggings ORDER BY version)), ''), '><|\\|') AS tags
        FROM (SELECT *, count(title) OVER w AS titles, count(body) OVER w AS bodies, count(tags) OVER w AS taggings
        FROM staged_revision WINDOW w AS (PARTITION BY post ORDER BY version)) s
        """,
    )
