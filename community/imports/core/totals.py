"""What is kept beside the rows for speed: scores, counts, the order of feeds and of answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from community.forum import ranking
from community.imports.core.work import Work

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_up(work: Work) -> None:
    _sum_votes(work)
    _count_comments(work)
    _sum_topics(work)
    _rank_posts(work)
    _rank_topics(work)
    _count_tags(work)


def _sum_votes(work: Work) -> None:
    """From all votes that the posts have, so that those cast here count too."""
    work.keep(
        "voted",
        """
        SELECT DISTINCT v.post_id AS post FROM known_vote k
        JOIN forum_vote v ON v.id = k.ours WHERE k.fresh
        """,
    )
    work.do(
        """
        UPDATE forum_post p SET up = v.up, down = v.down, score = v.up - v.down FROM (
        SELECT post_id, count(*) FILTER (WHERE value = 1) AS up, count(*) FILTER (WHERE value = -1) AS down
        FROM forum_vote WHERE post_id IN (SELECT post FROM voted) GROUP BY post_id) v WHERE p.id = v.post_id
        """
    )


def _count_comments(work: Work) -> None:
    work.do(
        """
        UPDATE forum_post p SET comment_count = c.standing FROM (
        SELECT post_id, count(*) AS standing FROM forum_comment WHERE deleted_at IS NULL AND hidden_at IS NULL
        AND post_id IN (SELECT c.post_id FROM known_comment k JOIN forum_comment c ON c.id = k.ours WHERE k.fresh)
        GROUP BY post_id) c WHERE p.id = c.post_id
        """
    )


def _sum_topics(work: Work) -> None:
    work.keep(
        "touched",
        """
        SELECT DISTINCT topic_id AS topic FROM forum_post
        WHERE id IN (SELECT ours FROM known_post WHERE fresh UNION SELECT post FROM voted)
        """,
    )
    work.do(
        """
        UPDATE forum_topic t SET score = p.score, last_number = p.last, reply_count = p.replies,
        active_at = greatest(t.active_at, p.newest) FROM (
        SELECT topic_id, max(score) FILTER (WHERE number = 0) AS score, max(number) AS last,
        max(created_at) AS newest,
        count(*) FILTER (WHERE number > 0 AND deleted_at IS NULL AND hidden_at IS NULL) AS replies
        FROM forum_post WHERE topic_id IN (SELECT topic FROM touched) GROUP BY topic_id) p WHERE t.id = p.topic_id
        """
    )


def _rank_posts(work: Work) -> None:
    """There are few different pairs of votes, so the verbs' formula is asked for each of them once."""
    pairs = work.all("SELECT DISTINCT up, down FROM forum_post WHERE id IN (SELECT post FROM voted)")
    _tabulate(work, "confidence", ((up, down, ranking.confidence(up, down)) for up, down in pairs))
    work.do(
        """
        UPDATE forum_post p SET confidence = c.value FROM confidence c
        WHERE p.up = c.one AND p.down = c.other AND p.id IN (SELECT post FROM voted)
        """
    )


def _rank_topics(work: Work) -> None:
    """Time is an addend of `ranking.hot`, so the rest of it is asked for each score and number of replies once."""
    pairs = work.all("SELECT DISTINCT score, reply_count FROM forum_topic WHERE id IN (SELECT topic FROM touched)")
    _tabulate(work, "warmth", ((score, replies, ranking.hot(score, replies, EPOCH)) for score, replies in pairs))
    work.do(
        f"""
        UPDATE forum_topic t SET hot = w.value + extract(epoch FROM t.created_at)::float /
        {ranking.STANDARD.hours * 3600} FROM warmth w
        WHERE t.score = w.one AND t.reply_count = w.other AND t.id IN (SELECT topic FROM touched)
        """
    )


def _tabulate(work: Work, table: str, rows: Iterable[tuple[int, int, float]]) -> None:
    work.make(table, "one int, other int, value float")
    with work.cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _count_tags(work: Work) -> None:
    work.keep(
        "tagged",
        """
        SELECT unnest(tag_ids) AS tag, count(*) AS topics FROM forum_topic
        WHERE id IN (SELECT ours FROM known_topic WHERE fresh) GROUP BY 1
        """,
    )
    work.do("SELECT id FROM forum_tag WHERE id IN (SELECT tag FROM tagged) ORDER BY id FOR NO KEY UPDATE")
    work.do("UPDATE forum_tag t SET topic_count = t.topic_count + g.topics FROM tagged g WHERE t.id = g.tag")
