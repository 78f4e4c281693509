"""Why a row of a dump does not come along."""

from __future__ import annotations

from community.imports.core.people import SITE_USER
from community.imports.core.staged import ACCEPT, ANSWER, BOUNTY, DOWN, FAVOURITE, QUESTION, UP
from community.imports.stackexchange.preparing import EXCERPT, WIKI

PERSONAL = f"({FAVOURITE}, {BOUNTY})"
USED = f"({ACCEPT}, {UP}, {DOWN}, {FAVOURITE}, {BOUNTY})"

# Each row is skipped for the first reason that holds: its kind, its post, its user.
SKIPPED = (
    f"SELECT 'site_user' FROM staged_user WHERE id = {SITE_USER}",
    f"""
    SELECT CASE WHEN s.type IN ({EXCERPT}, {WIKI}) THEN 'tag_wiki' WHEN s.type = {ANSWER} THEN 'unknown_post'
    ELSE 'post_type_' || s.type END FROM staged_post s LEFT JOIN known_post p USING (id)
    WHERE s.type <> {QUESTION} AND p.id IS NULL
    """,
    "SELECT 'unknown_post' FROM staged_comment s LEFT JOIN known_post p ON p.id = s.post WHERE p.id IS NULL",
    f"""
    SELECT CASE WHEN s.type NOT IN {USED} THEN 'vote_type_' || s.type WHEN p.id IS NULL THEN 'unknown_post'
    ELSE 'unknown_user' END FROM staged_vote s
    LEFT JOIN known_post p ON p.id = s.post LEFT JOIN known_member m ON m.id = s.member
    WHERE s.type NOT IN {USED} OR p.id IS NULL OR (s.type IN {PERSONAL} AND m.id IS NULL)
    """,
    "SELECT 'unknown_user' FROM staged_badge s LEFT JOIN known_member m ON m.id = s.member WHERE m.id IS NULL",
    """
    SELECT 'unknown_post' FROM staged_link s LEFT JOIN known_post p ON p.id = s.post
    LEFT JOIN known_post r ON r.id = s.related WHERE p.id IS NULL OR r.id IS NULL
    """,
    "SELECT 'unknown_post' FROM staged_history s LEFT JOIN known_post p ON p.id = s.post WHERE p.id IS NULL",
)
