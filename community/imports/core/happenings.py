"""The events of imported history, at their true times. What is recorded of whom: docs/metrics.md.

Every SELECT below gives (at, step, nth, name, unit, object_kind, object_id, value, properties). Events are written
in the order of time, within one moment by step and then by the dump's ids.
"""

from __future__ import annotations

from community.imports.core.work import Work

# Steps within one moment: 0 sign-up, 1 posts, comments and edits, 2 what comes of them, 3 votes of all kinds (a vote is
# often dated at its post's creation), 4 badges.

NO_MORE = "NULL::float, '{}'::jsonb"

PLACED = "JOIN forum_topic t ON t.id = p.topic_id JOIN forum_category g ON g.id = t.category_id"
NEW_POST = f"known_post k JOIN forum_post p ON p.id = k.ours AND k.fresh {PLACED}"
NEW_COMMENT = (
    f"known_comment k JOIN forum_comment c ON c.id = k.ours AND k.fresh JOIN forum_post p ON p.id = c.post_id {PLACED}"
)
IN_TOPIC = "NULL::float, jsonb_build_object('topic', t.id)"
IN_PLACE = "NULL::float, jsonb_build_object('category', g.slug, 'topic', t.id)"

SIGNED_UP = """
    SELECT m.date_joined, 0, k.id, 'signed_up', m.id, '', NULL::bigint, NULL::float,
    jsonb_build_object('method', 'import')
    FROM known_member k JOIN members_member m ON m.id = k.ours WHERE k.fresh
    """
TOPIC_STARTED = f"""
    SELECT p.created_at, 1, k.id, 'topic_started', p.author_id, 'topic', t.id, NULL::float,
    jsonb_build_object('kind', t.kind, 'category', g.slug) FROM {NEW_POST} WHERE p.number = 0
    """
ANSWER_POSTED = f"""
    SELECT p.created_at, 1, k.id, 'answer_posted', p.author_id, 'post', p.id, {IN_PLACE}
    FROM {NEW_POST} WHERE p.number > 0 AND t.kind = 'question'
    """
REPLY_POSTED = f"""
    SELECT p.created_at, 1, k.id, 'reply_posted', p.author_id, 'post', p.id, {IN_PLACE}
    FROM {NEW_POST} WHERE p.number > 0 AND t.kind <> 'question'
    """
ANSWER_RECEIVED = f"""
    SELECT p.created_at, 2, k.id, 'answer_received', t.author_id, 'post', p.id, {IN_TOPIC}
    FROM {NEW_POST} WHERE p.number > 0 AND t.author_id IS DISTINCT FROM p.author_id
    """
COMMENT_POSTED = (
    f"SELECT c.created_at, 1, k.id, 'comment_posted', c.author_id, 'post', p.id, {IN_PLACE} FROM {NEW_COMMENT}"
)
COMMENT_RECEIVED = f"""
    SELECT c.created_at, 2, k.id, 'comment_received', p.author_id, 'comment', c.id, {IN_TOPIC}
    FROM {NEW_COMMENT} WHERE p.author_id IS DISTINCT FROM c.author_id
    """
POST_EDITED = f"""
    SELECT r.created, 1, r.id, 'post_edited', m.ours, 'post', r.post, {NO_MORE}
    FROM staged_revision r JOIN known_member m ON m.id = r.author WHERE NOT r.first
    """
VOTE_CAST = """
    SELECT v.created_at, 3, k.id, 'vote_cast', v.member_id, 'post', v.post_id, v.value::float, '{}'::jsonb
    FROM known_vote k JOIN forum_vote v ON v.id = k.ours WHERE k.fresh
    """
VOTE_RECEIVED = """
    SELECT v.created_at, 3, k.id, 'vote_received', p.author_id, 'post', p.id, v.value::float, '{}'::jsonb
    FROM known_vote k JOIN forum_vote v ON v.id = k.ours JOIN forum_post p ON p.id = v.post_id WHERE k.fresh
    """
ANSWER_ACCEPTED = f"""
    SELECT a.at, 3, a.nth, 'answer_accepted', t.author_id, 'post', a.post, {NO_MORE}
    FROM accepted a JOIN forum_topic t ON t.id = a.topic
    """
ACCEPT_RECEIVED = f"""
    SELECT a.at, 3, a.nth, 'accept_received', p.author_id, 'post', a.post, {NO_MORE}
    FROM accepted a JOIN forum_post p ON p.id = a.post JOIN forum_topic t ON t.id = a.topic
    WHERE t.author_id IS DISTINCT FROM p.author_id
    """
BOOKMARKED = f"""
    SELECT b.created_at, 3, k.id, 'bookmarked', b.member_id, 'post', b.post_id, {NO_MORE}
    FROM known_bookmark k JOIN forum_bookmark b ON b.id = k.ours WHERE k.fresh
    """
BOUNTY_OFFERED = """
    SELECT b.offered_at, 3, k.id, 'bounty_offered', b.member_id, 'topic', b.topic_id, b.amount::float, '{}'::jsonb
    FROM known_bounty k JOIN forum_bounty b ON b.id = k.ours WHERE k.fresh
    """
BADGE_EARNED = f"""
    SELECT a.created_at, 4, k.id, 'badge_earned', a.member_id, 'badge', a.badge_id, {NO_MORE}
    FROM known_award k JOIN members_award a ON a.id = k.ours WHERE k.fresh
    """

ALL = (
    SIGNED_UP,
    TOPIC_STARTED,
    ANSWER_POSTED,
    REPLY_POSTED,
    ANSWER_RECEIVED,
    COMMENT_POSTED,
    COMMENT_RECEIVED,
    POST_EDITED,
    VOTE_CAST,
    VOTE_RECEIVED,
    ANSWER_ACCEPTED,
    ACCEPT_RECEIVED,
    BOOKMARKED,
    BOUNTY_OFFERED,
    BADGE_EARNED,
)


def record_events(work: Work) -> None:
    """An event whose unit is not known here is not recorded."""
    # A timestamptz is whole microseconds and `extract` makes a decimal number of it: exact. Of the two events of one
    # acceptance `answer_accepted` comes first, hence the names backwards.
    work.created["events"] = work.do(
        f"""
        INSERT INTO events_event (epoch_us, at, name, unit, person, object_kind, object_id, value,
        source, device, language, country, properties)
        SELECT (extract(epoch FROM at) * 1000000)::bigint, at, name, unit, unit, object_kind, object_id, value,
        'import', '', '', '', properties
        FROM ({" UNION ALL ".join(ALL)}) e (at, step, nth, name, unit, object_kind, object_id, value, properties)
        WHERE unit IS NOT NULL ORDER BY at, step, nth, name DESC
        """
    )
