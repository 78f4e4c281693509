"""What a dump holds, by what becomes of it: the same at every run."""

from __future__ import annotations

from community.imports.stackexchange.files import ANSWER, QUESTION
from community.imports.stackexchange.people import SITE_USER
from community.imports.stackexchange.preparing import EXCERPT, WIKI
from community.imports.stackexchange.reactions import ACCEPT, BOUNTY, DOWN, FAVOURITE, UP
from community.imports.stackexchange.work import Work

ON_A_POST = "WHERE post IN (SELECT id FROM known_post)"
OF_A_MEMBER = "member IN (SELECT id FROM known_member)"
PERSONAL = f"({FAVOURITE}, {BOUNTY})"
USED = f"({ACCEPT}, {UP}, {DOWN}, {FAVOURITE}, {BOUNTY})"

ACCEPTED = {
    "members": f"SELECT count(*) FROM staged_user WHERE id <> {SITE_USER}",
    "topics": "SELECT count(*) FROM known_topic JOIN staged_post USING (id)",
    "answers": f"SELECT count(*) FROM known_post JOIN staged_post s USING (id) WHERE s.type = {ANSWER}",
    "comments": f"SELECT count(*) FROM staged_comment {ON_A_POST}",
    "badges": f"SELECT count(*) FROM staged_badge WHERE {OF_A_MEMBER}",
    "votes": f"SELECT count(*) FROM staged_vote {ON_A_POST} AND type IN ({UP}, {DOWN})",
    "tags": "SELECT count(*) FROM staged_tag",
}

# Each row is skipped for the first reason that holds: its kind, its post, its user.
SKIPPED = (
    f"SELECT 'site_user' FROM staged_user WHERE id = {SITE_USER}",
    f"SELECT CASE WHEN type IN ({EXCERPT}, {WIKI}) THEN 'tag_wiki' WHEN type = {ANSWER} THEN 'unknown_post' "
    f"ELSE 'post_type_' || type END FROM staged_post "
    f"WHERE type <> {QUESTION} AND id NOT IN (SELECT id FROM known_post)",
    "SELECT 'unknown_post' FROM staged_comment WHERE post NOT IN (SELECT id FROM known_post)",
    f"SELECT CASE WHEN type NOT IN {USED} THEN 'vote_type_' || type "
    "WHEN post NOT IN (SELECT id FROM known_post) THEN 'unknown_post' ELSE 'unknown_user' END FROM staged_vote "
    f"WHERE type NOT IN {USED} OR post NOT IN (SELECT id FROM known_post) "
    f"OR (type IN {PERSONAL} AND (member IS NULL OR member NOT IN (SELECT id FROM known_member)))",
    "SELECT 'unknown_user' FROM staged_badge WHERE member NOT IN (SELECT id FROM known_member)",
    "SELECT 'unknown_post' FROM staged_link WHERE post NOT IN (SELECT id FROM known_post) "
    "OR related NOT IN (SELECT id FROM known_post)",
    "SELECT 'unknown_post' FROM staged_history WHERE post NOT IN (SELECT id FROM known_post)",
)


def accepted(work: Work) -> dict[str, int]:
    return {name: work.one(sql) for name, sql in ACCEPTED.items()}


def skipped(work: Work) -> dict[str, int]:
    return dict(
        work.all(f"SELECT reason, count(*) FROM ({' UNION ALL '.join(SKIPPED)}) s (reason) GROUP BY 1 ORDER BY 1")
    )
