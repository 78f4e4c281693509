"""What others made of the posts: votes, accepted answers, bookmarks, bounties."""

from __future__ import annotations

from community.forum.models import Bookmark, Bounty, Vote
from community.imports.core.staged import ACCEPT, BOUNTY, DOWN, FAVOURITE, QUESTION, UP
from community.imports.core.work import Work

# A dump may date votes by the day; none came before its post.
VOTED_AT = "greatest(s.day, p.created)"


def add_votes(work: Work) -> None:
    """With their voter where the origin says whose they are; of two of one member for one post the first counts."""
    work.created["votes"] = work.insert_once(
        Vote,
        {
            "imported_id": "s.id",
            "post_id": "k.ours",
            "member_id": "m.ours",
            "value": f"CASE s.type WHEN {UP} THEN 1 ELSE -1 END",
            "created_at": VOTED_AT,
        },
        f"""
        FROM staged_vote s JOIN staged_post p ON p.id = s.post JOIN known_post k ON k.id = s.post
        LEFT JOIN known_member m ON m.id = s.member
        WHERE s.type IN ({UP}, {DOWN}) ORDER BY {VOTED_AT}, s.id
        """,
        into="known_vote",
        unless="",
    )


def add_bookmarks(work: Work) -> None:
    work.created["bookmarks"] = work.insert_once(
        Bookmark,
        {"imported_id": "s.id", "member_id": "m.ours", "post_id": "k.ours", "created_at": VOTED_AT},
        f"""
        FROM staged_vote s JOIN staged_post p ON p.id = s.post JOIN known_post k ON k.id = s.post
        JOIN known_member m ON m.id = s.member WHERE s.type = {FAVOURITE} ORDER BY {VOTED_AT}, s.id
        """,
        into="known_bookmark",
        unless="",
    )


def add_bounties(work: Work) -> None:
    work.created["bounties"] = work.insert_once(
        Bounty,
        {
            "imported_id": "s.id",
            "topic_id": "post.topic_id",
            "member_id": "m.ours",
            "amount": "s.amount",
            "offered_at": VOTED_AT,
        },
        f"""
        FROM staged_vote s JOIN staged_post p ON p.id = s.post JOIN known_post k ON k.id = s.post
        JOIN forum_post post ON post.id = k.ours JOIN known_member m ON m.id = s.member WHERE s.type = {BOUNTY}
        ORDER BY {VOTED_AT}, s.id
        """,
        into="known_bounty",
    )


def accept_answers(work: Work) -> None:
    """`accepted`: the acceptances that come with this run, dated by their vote, else by the answer.

    An older topic whose older answer is not accepted stays so: its asker may have taken it back here.
    """
    work.keep(
        "accepted",
        f"""
        SELECT q.id AS question, t.ours AS topic, p.id AS answer, a.ours AS post,
        coalesce(max(greatest(v.day, p.created)), p.created) AS at, coalesce(max(v.id), p.id) AS nth
        FROM staged_post q JOIN known_topic t ON t.id = q.id
        JOIN staged_post p ON p.id = q.accepted AND p.parent = q.id JOIN known_post a ON a.id = p.id
        JOIN forum_topic topic ON topic.id = t.ours
        LEFT JOIN staged_vote v ON v.post = p.id AND v.type = {ACCEPT}
        WHERE q.type = {QUESTION} AND (t.fresh OR a.fresh) AND topic.accepted_id IS NULL
        GROUP BY q.id, t.ours, p.id, p.created, a.ours
        """,
    )
    work.created["accepts"] = work.do(
        "UPDATE forum_topic t SET accepted_id = a.post, accepted_at = a.at FROM accepted a WHERE t.id = a.topic"
    )
