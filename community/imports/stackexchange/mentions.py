"""Mentions in comments. On Stack Exchange @name is the beginning of a display name, written without its spaces, of
somebody who takes part below the same post; here a link goes to a username.
"""

from __future__ import annotations

from community.imports.core.mentions import relink
from community.imports.core.work import Work

MENTIONED = """
    SELECT DISTINCT c.id, c.post, lower(m[1]) AS typed
    FROM staged_comment c, regexp_matches(c.html, ' class="mention">@([^<]*)</a>', 'g') AS m
    WHERE c.html LIKE '%%class="mention"%%'
    """
TAKING_PART = """
    SELECT DISTINCT p.post, k.ours AS member, lower(regexp_replace(u.name, '\\s', '', 'g')) AS name FROM (
    SELECT id AS post, author FROM staged_post UNION ALL SELECT id, editor FROM staged_post
    UNION ALL SELECT post, author FROM staged_comment) p
    JOIN staged_user u ON u.id = p.author JOIN known_member k ON k.id = u.id
    WHERE p.post IN (SELECT post FROM mentioned)
    """
# Whom a comment means: the one whose whole name it is, else the one whose name begins so; nobody where it could be two.
MEANT = """
    SELECT m.id, m.typed, CASE WHEN count(*) FILTER (WHERE t.name = m.typed) = 1
    THEN min(t.member) FILTER (WHERE t.name = m.typed) WHEN count(*) = 1 THEN min(t.member) END AS member
    FROM mentioned m JOIN taking_part t ON t.post = m.post AND starts_with(t.name, m.typed) GROUP BY m.id, m.typed
    """


def link_mentions(work: Work) -> None:
    work.keep("mentioned", MENTIONED)
    work.keep("taking_part", TAKING_PART)
    work.keep("meant", MEANT)
    relink(
        work,
        "staged_comment",
        "SELECT c.id, c.html, array_agg(m.typed), array_agg(u.username) FROM staged_comment c "
        "JOIN mentioned USING (id) LEFT JOIN meant m ON m.id = c.id AND m.typed = mentioned.typed "
        "LEFT JOIN members_member u ON u.id = m.member GROUP BY c.id, c.html",
    )
