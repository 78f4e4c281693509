"""Which tables of Discourse we read, and which of their columns.

Source: the schema annotations of the models in discourse/discourse, app/models and plugins/discourse-solved. Tables and
columns come and go with its versions: what is optional here may be absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from community.imports.core.values import moment, small, text, whole

Row = dict[str, Any]
Parse = Callable[[str], Any]


def flag(value: str) -> bool:
    if value not in ("t", "f"):
        raise ValueError("neither t nor f")
    return value == "t"


@dataclass(frozen=True)
class Table:
    name: str
    required: Mapping[str, Parse]
    optional: Mapping[str, Parse] = field(default_factory=dict)
    key: str = "id"
    must_be: bool = False


ID = {"id": whole}
USERS = Table(
    "users", ID | {"username": text, "created_at": moment}, {"name": text, "last_seen_at": moment}, must_be=True
)
PROFILES = Table(
    "user_profiles", {"user_id": whole}, {"location": text, "website": text, "bio_raw": text}, key="user_id"
)
# The older column, of 2018 to 2024, hid when they were there as well.
OPTIONS = Table(
    "user_options", {"user_id": whole}, {"hide_profile": flag, "hide_profile_and_presence": flag}, key="user_id"
)
CATEGORIES = Table("categories", ID | {"name": text, "read_restricted": flag}, must_be=True)
CATEGORY_FIELDS = Table("category_custom_fields", ID | {"category_id": whole, "name": text}, {"value": text})
TAGS = Table("tags", ID | {"name": text})
TOPICS = Table(
    "topics",
    ID | {"title": text, "archetype": text, "created_at": moment, "bumped_at": moment},
    {"user_id": whole, "category_id": whole, "views": small, "closed": flag, "visible": flag, "deleted_at": moment},
    must_be=True,
)
TOPIC_TAGS = Table("topic_tags", ID | {"topic_id": whole, "tag_id": whole})
POSTS = Table(
    "posts",
    ID | {"topic_id": whole, "post_number": small, "raw": text, "created_at": moment, "post_type": small},
    {
        **{"user_id": whole, "reply_to_post_number": small, "deleted_at": moment, "hidden": flag, "user_deleted": flag},
        **{"wiki": flag, "version": small, "last_version_at": moment, "last_editor_id": whole},
    },
    must_be=True,
)
ACTIONS = Table(
    "post_actions",
    ID | {"post_id": whole, "user_id": whole, "post_action_type_id": small, "created_at": moment},
    {"deleted_at": moment},
)
BOOKMARKS = Table(
    "bookmarks",
    ID | {"user_id": whole, "created_at": moment},
    {"post_id": whole, "bookmarkable_id": whole, "bookmarkable_type": text},
)
# Accepted answers, as three generations of the plugin kept them.
TOPIC_FIELDS = Table("topic_custom_fields", ID | {"topic_id": whole, "name": text}, {"value": text})
SOLVED = Table(
    "discourse_solved_solved_topics", ID | {"topic_id": whole, "created_at": moment}, {"answer_post_id": whole}
)
ANSWERS = Table(
    "discourse_solved_topic_answers", ID | {"solved_topic_id": whole, "answer_post_id": whole, "created_at": moment}
)
BADGES = Table("badges", ID | {"name": text, "badge_type_id": small})
USER_BADGES = Table("user_badges", ID | {"badge_id": whole, "user_id": whole, "granted_at": moment})

TABLES = {
    table.name: table
    for table in (
        *(USERS, PROFILES, OPTIONS, CATEGORIES, CATEGORY_FIELDS, TAGS, TOPICS, TOPIC_TAGS, POSTS, ACTIONS),
        *(BOOKMARKS, TOPIC_FIELDS, SOLVED, ANSWERS, BADGES, USER_BADGES),
    )
}
