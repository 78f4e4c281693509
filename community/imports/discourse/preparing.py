"""A row of Discourse as it goes into its temporary table: columns in the order of staging.py."""

from __future__ import annotations

from community.forum import wording
from community.forum.text import heading
from community.imports.core.values import website
from community.imports.discourse.tables import Row
from community.members import names
from community.members.bios import bio_html

REGULAR, MODERATOR = 1, 2  # types of posts that are read as such; 3 tells of an act, 4 is a whisper among staff
SOLVED_HERE, ANSWER_FIELD = "enable_accepted_answers", "accepted_answer_post_id"


def user(row: Row) -> tuple:
    base = names.slug(row["username"])
    if len(base) < 2 or names.reserved(base):
        base = f"{base or 'user'}-{row['id']}"
    seen = row["last_seen_at"] or row["created_at"]
    return row["id"], row["username"].lower(), base, row["name"] or row["username"], row["created_at"], seen


def profile(row: Row) -> tuple:
    bio = row["bio_raw"] or ""
    return row["user_id"], row["location"] or "", website(row["website"] or ""), bio, bio_html(bio) if bio else ""


def option(row: Row) -> tuple | None:
    """Whoever hides their profile."""
    return (row["user_id"],) if row["hide_profile"] or row["hide_profile_and_presence"] else None


def category(row: Row) -> tuple:
    return row["id"], row["name"], row["read_restricted"]


def category_field(row: Row) -> tuple | None:
    return (row["category_id"],) if (row["name"], row["value"]) == (SOLVED_HERE, "true") else None


def tag(row: Row) -> tuple:
    return row["id"], row["name"][:40]


def topic(row: Row) -> tuple:
    title = row["title"]
    return (
        row["id"],
        row["user_id"],
        row["category_id"],
        row["archetype"],
        row["visible"] is not False,
        row["deleted_at"] is not None,
        row["created_at"],
        row["bumped_at"],
        row["closed"] is True,
        title,
        heading(title[: wording.TITLE_MAX]),
        wording.slug(title, "topic"),
        max(row["views"] or 0, 0),
    )


def topic_tag(row: Row) -> tuple:
    return row["topic_id"], row["tag_id"]


def post(row: Row) -> tuple:
    """Its text is rendered once it is known to come along."""
    gone = row["deleted_at"] is not None or row["user_deleted"] is True
    stays = row["post_type"] in (REGULAR, MODERATOR) and not gone and row["hidden"] is not True
    edited = row["last_version_at"] if (row["version"] or 1) > 1 else None
    return (
        row["id"],
        row["topic_id"],
        row["post_number"],
        row["user_id"],
        row["post_type"],
        gone,
        stays,
        row["created_at"],
        row["raw"] if stays else "",
        row["reply_to_post_number"],
        row["wiki"] is True,
        edited,
        row["last_editor_id"] if edited else None,
    )


def action(row: Row) -> tuple:
    kind = row["post_action_type_id"]
    return row["id"], row["post_id"], row["user_id"], kind, row["created_at"], row["deleted_at"] is not None


def bookmark(row: Row) -> tuple:
    """Since 2022 a bookmark may be on other things than posts."""
    on = row["bookmarkable_id"] if row["bookmarkable_type"] == "Post" else row["post_id"]
    return row["id"], on, row["user_id"], row["created_at"]


def topic_field(row: Row) -> tuple | None:
    value = row["value"] or ""
    good = row["name"] == ANSWER_FIELD and value.isascii() and value.isdecimal() and len(value) < 19
    return (row["topic_id"], int(value)) if good else None


def solved(row: Row) -> tuple:
    return row["id"], row["topic_id"], row["answer_post_id"], row["created_at"]


def answer(row: Row) -> tuple:
    return row["id"], row["solved_topic_id"], row["answer_post_id"], row["created_at"]


def badge(row: Row) -> tuple:
    kind = row["badge_type_id"]
    return row["id"], row["name"][:60], kind if kind in (1, 2, 3) else 3


def user_badge(row: Row) -> tuple:
    return row["id"], row["badge_id"], row["user_id"], row["granted_at"]
