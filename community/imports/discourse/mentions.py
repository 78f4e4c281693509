"""Mentions in posts: @name is a username there, which may be another one here."""

from __future__ import annotations

from community.imports.core.mentions import relink
from community.imports.core.work import Work

MENTIONED = """
    SELECT DISTINCT p.id, lower(m[1]) AS typed
    FROM staged_post p, regexp_matches(p.html, ' class="mention">@([^<]*)</a>', 'g') AS m
    WHERE p.html LIKE '%%class="mention"%%'
    """
MEANT = """
    SELECT p.id, p.html, array_agg(m.typed), array_agg(here.username) FROM staged_post p
    JOIN mentioned m USING (id) LEFT JOIN their_user u ON u.username = m.typed
    LEFT JOIN known_member k ON k.id = u.id LEFT JOIN members_member here ON here.id = k.ours GROUP BY p.id, p.html
    """


def link_mentions(work: Work) -> None:
    work.keep("mentioned", MENTIONED)
    relink(work, "staged_post", MEANT)
