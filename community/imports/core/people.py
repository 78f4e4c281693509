"""Members and their badges."""

from __future__ import annotations

from itertools import count

from community.imports.core.work import Work
from community.members.models import Award, Badge, Member

SITE_USER = -1


def add_members(work: Work) -> None:
    _name(work)
    work.created["members"] = work.insert_once(
        Member,
        {
            "imported_id": "s.id",
            "username": "s.username",
            "display_name": "left(s.name, 80)",
            # No password: nobody signs in until an admin hands the account over.
            "password": "'!' || replace(gen_random_uuid()::text, '-', '')",
            "bio": "s.bio",
            "bio_html": "s.bio_html",
            "location": "left(s.location, 100)",
            "website": "s.website",
            "profile_public": "s.public",
            "date_joined": "s.joined",
            "seen_at": "s.seen",
        },
        f"FROM staged_user s WHERE s.id <> {SITE_USER} ORDER BY s.id",
        into="known_member",
    )
    # As in the verbs: members before all other rows, in the order of ids, so that nobody waits for us in a circle.
    work.do(
        """
        SELECT id FROM members_member WHERE id IN (SELECT ours FROM known_member WHERE NOT fresh)
        ORDER BY id FOR NO KEY UPDATE
        """
    )


def _name(work: Work) -> None:
    """Give each newcomer a username of their own: theirs, theirs-17 with their id, theirs-17-2 and so on.

    The lowest id keeps a name that several would have; nobody gets one that is taken here.
    """
    work.do("ALTER TABLE staged_user ADD username text, ADD waits boolean")
    work.do(
        """
        UPDATE staged_user s SET username = base, waits = NOT EXISTS (SELECT FROM members_member m
        WHERE m.imported_from = %(source)s AND m.imported_id = s.id)
        """
    )
    for attempt in count(1):
        suffix = "'-' || s.id" if attempt == 1 else f"'-' || s.id || '-{attempt}'"
        renamed = work.do(
            f"""
            UPDATE staged_user s SET username = left(s.base, 40 - length({suffix})) || {suffix} FROM (
            SELECT id, username, row_number() OVER (PARTITION BY lower(username) ORDER BY id) AS nth
            FROM staged_user WHERE waits) same
            WHERE s.id = same.id AND (same.nth > 1 OR EXISTS (
            SELECT FROM members_member m WHERE lower(m.username) = lower(same.username)))
            """
        )
        if not renamed:
            return


def add_badges(work: Work) -> None:
    """Badges are shared by all sources, by name; an award is one source's."""
    work.insert(
        Badge,
        {"name": "min(s.name)", "rank": "s.rank", "of_tag": "s.of_tag"},
        "FROM staged_badge s GROUP BY lower(s.name), s.rank, s.of_tag ORDER BY min(s.id)",
    )
    work.created["badges"] = work.insert_once(
        Award,
        {"imported_id": "s.id", "member_id": "m.ours", "badge_id": "b.id", "created_at": "s.at"},
        """
        FROM staged_badge s JOIN known_member m ON m.id = s.member
        JOIN members_badge b ON lower(b.name) = lower(s.name) AND b.rank = s.rank AND b.of_tag = s.of_tag
        ORDER BY s.id
        """,
        into="known_award",
    )
