"""The points of imported history, as community.forum.earning gives them for what happens here, but set by set.

Every SELECT below gives (at, step, nth, rule, member, source_kind, source_id, topic, key). An entry's key is free of
the dump's names; that of an acceptance, or of a vote by a known voter, is the forum's own, so it can be undone here.
"""

from __future__ import annotations

from collections.abc import Sequence

from community.imports.core.work import Work
from community.points.models import JOINED, SITE

BEGINNING = f"""
    SELECT m.date_joined, 0, k.id, '{JOINED}', m.id, 'member', m.id, NULL::bigint, 'joined:' || m.id
    FROM known_member k JOIN members_member m ON m.id = k.ours WHERE k.fresh
    """
VOTES = """
    SELECT v.created_at, 1, k.id, CASE WHEN t.kind <> 'question' THEN 'post' WHEN p.number = 0 THEN 'question'
    ELSE 'answer' END || CASE WHEN v.value > 0 THEN '_upvoted' ELSE '_downvoted' END, p.author_id, 'post', p.id, t.id,
    CASE WHEN v.member_id IS NULL THEN 'import:vote:' || v.id ELSE 'vote:' || p.id || ':' || v.member_id END
    FROM known_vote k JOIN forum_vote v ON v.id = k.ours JOIN forum_post p ON p.id = v.post_id
    JOIN forum_topic t ON t.id = p.topic_id WHERE k.fresh AND NOT p.wiki
    """
ACCEPTED = """
    FROM accepted a JOIN forum_post p ON p.id = a.post JOIN forum_topic t ON t.id = a.topic
    WHERE NOT p.wiki AND p.author_id IS DISTINCT FROM t.author_id
    """
ACCEPTS = f"SELECT a.at, 1, a.nth, 'answer_accepted', p.author_id, 'post', p.id, t.id, 'accept:' || p.id {ACCEPTED}"
ASKERS = f"""
    SELECT a.at, 1, a.nth, 'accepted_answer', t.author_id, 'post', p.id, t.id, 'accept:' || p.id || ':asker'
    {ACCEPTED}
    """
ALL = (BEGINNING, VOTES, ACCEPTS, ASKERS)

# What a vote grants is what its pool's cap leaves after all before it on that day, granted here or in this run.
GRANTED = """
    CASE WHEN r.pool = '' THEN r.points ELSE greatest(0, least(r.points, r.cap - coalesce(old.granted, 0) -
    (sum(r.points) OVER (PARTITION BY e.member, e.day, r.pool ORDER BY e.at, e.step, e.nth
    ROWS UNBOUNDED PRECEDING) - r.points))) END
    """


def award(work: Work, sources: Sequence[str] = ALL) -> None:
    """Entries by the newest rules of the chosen set, and what is derived from them."""
    work.keep(
        "rule",
        """
        SELECT DISTINCT ON (name) id, name, points, pool, cap
        FROM points_rule WHERE set_id = %(rules)s ORDER BY name, version DESC
        """,
    )
    work.keep(
        "earned",
        f"""
        SELECT *, (at AT TIME ZONE %(zone)s)::date AS day
        FROM ({" UNION ALL ".join(sources)}) e (at, step, nth, rule, member, source_kind, source_id, topic, key)
        WHERE member IS NOT NULL
        """,
    )
    work.keep(
        "entered",
        f"""
        WITH new AS (
        INSERT INTO points_entry
        (member_id, rule_id, raw, granted, pool, source_kind, source_id, scopes, day, at, key)
        SELECT e.member, r.id, r.points, {GRANTED}, r.pool, e.source_kind, e.source_id,
        CASE WHEN t.id IS NULL THEN '{{}}' ELSE ARRAY(SELECT 'category:' || t.category_id UNION
        SELECT 'tag:' || tag FROM unnest(t.tag_ids) tag ORDER BY 1) END, e.day, e.at, e.key
        FROM earned e JOIN rule r ON r.name = e.rule LEFT JOIN forum_topic t ON t.id = e.topic
        LEFT JOIN (SELECT member_id, day, pool, sum(granted) AS granted FROM points_entry WHERE pool <> ''
        AND member_id IN (SELECT member FROM earned) GROUP BY 1, 2, 3) old
        ON old.member_id = e.member AND old.day = e.day AND old.pool = r.pool
        WHERE r.points <> 0 ORDER BY e.at, e.step, e.nth ON CONFLICT DO NOTHING
        RETURNING member_id, rule_id, granted, day, scopes) SELECT * FROM new
        """,
    )
    work.created["entries"] = work.one("SELECT count(*) FROM entered")
    _derive(work)


def _derive(work: Work) -> None:
    work.do(
        """
        UPDATE members_member m SET points_total = m.points_total + e.granted FROM (
        SELECT member_id, sum(granted) AS granted FROM entered GROUP BY 1) e WHERE m.id = e.member_id
        """
    )
    work.do(
        f"""
        INSERT INTO points_pointsday (scope, day, member_id, points)
        SELECT scope, e.day, e.member_id, sum(e.granted) FROM entered e JOIN rule r ON r.id = e.rule_id,
        unnest(array_append(e.scopes::text[], '{SITE}')) AS scope
        WHERE r.name <> '{JOINED}' AND e.granted <> 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (scope, day, member_id) DO UPDATE SET points = points_pointsday.points + excluded.points
        """
    )
