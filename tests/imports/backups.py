"""Small Discourse backups, in the text that pg_dump writes, and the command run on them."""

import gzip
import io
import json
import tarfile
from io import StringIO
from itertools import count
from pathlib import Path

from django.core.management import call_command

WHEN = "2023-03-02 10:00:00.5"

# Tables with the columns of Discourse 3.4, those that we read not and a table that we do not know among them.
COLUMNS = {
    "badge_types": "id name created_at updated_at",
    "badges": "id name description badge_type_id grant_count created_at updated_at allow_title enabled system",
    "bookmarks": "id user_id name reminder_at created_at updated_at bookmarkable_id bookmarkable_type pinned",
    "categories": (
        "id name color topic_id topic_count created_at updated_at user_id slug description text_color read_restricted "
        "position parent_category_id"
    ),
    "category_custom_fields": "id category_id name value created_at updated_at",
    "discourse_solved_solved_topics": (
        "id topic_id answer_post_id accepter_user_id topic_timer_id created_at updated_at"
    ),
    "discourse_solved_topic_answers": "id solved_topic_id answer_post_id accepter_user_id created_at updated_at",
    "post_actions": (
        "id post_id user_id post_action_type_id deleted_at created_at updated_at deleted_by_id related_post_id "
        "staff_took_action deferred_by_id targets_topic agreed_at agreed_by_id deferred_at disagreed_at disagreed_by_id"
    ),
    "posts": (
        "id user_id topic_id post_number raw cooked created_at updated_at reply_to_post_number reply_count quote_count "
        "deleted_at off_topic_count like_count incoming_link_count bookmark_count score reads post_type sort_order "
        "last_editor_id hidden hidden_reason_id notify_moderators_count spam_count illegal_count inappropriate_count "
        "last_version_at user_deleted reply_to_user_id percent_rank notify_user_count like_score deleted_by_id "
        "edit_reason word_count version cook_method wiki baked_at baked_version hidden_at self_edits reply_quoted "
        "via_email raw_email public_version action_code locked_by_id image_upload_id outbound_message_id"
    ),
    "tags": (
        "id name created_at updated_at pm_topic_count target_tag_id description public_topic_count staff_topic_count"
    ),
    "topic_custom_fields": "id topic_id name value created_at updated_at",
    "topic_tags": "id topic_id tag_id created_at updated_at",
    "topics": (
        "id title last_posted_at created_at updated_at views posts_count user_id last_post_user_id reply_count "
        "featured_user1_id featured_user2_id featured_user3_id deleted_at highest_post_number like_count "
        "incoming_link_count category_id visible moderator_posts_count closed archived bumped_at has_summary archetype "
        "featured_user4_id notify_moderators_count spam_count pinned_at score percent_rank subtype slug deleted_by_id "
        "participant_count word_count excerpt pinned_globally pinned_until fancy_title highest_staff_post_number "
        "featured_link reviewable_score image_upload_id slow_mode_seconds bannered_until external_id locale"
    ),
    "user_badges": "id badge_id user_id granted_at granted_by_id post_id seq featured_rank created_at is_favorite",
    "user_options": (
        "user_id mailing_list_mode email_digests external_links_in_new_tab enable_quoting hide_profile_and_presence "
        "hide_profile hide_presence"
    ),
    "user_profiles": (
        "user_id location website bio_raw bio_cooked dismissed_banner_key bio_cooked_version views "
        "profile_background_upload_id card_background_upload_id granted_title_badge_id featured_topic_id"
    ),
    "users": (
        "id username created_at updated_at name last_posted_at active username_lower last_seen_at admin "
        "last_emailed_at trust_level approved approved_by_id approved_at previous_visit_at suspended_at suspended_till "
        "date_of_birth views flag_level ip_address moderator title uploaded_avatar_id locale primary_group_id "
        "registration_ip_address staged first_seen_at silenced_till group_locked_trust_level "
        "manual_locked_trust_level secure_identifier flair_group_id last_seen_reviewable_id required_fields_version "
        "seen_notification_id"
    ),
}
HEAD = """--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);

CREATE FUNCTION discourse_functions.raise_topics_readonly() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
  BEGIN
    RAISE EXCEPTION 'Discourse: topics is read only';
  END
$$;

"""


class Backup:
    """A backup in the making: each method adds a row and gives its id."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.rows: dict[str, list[dict[str, object]]] = {name: [] for name in COLUMNS}
        self.ids = count(11)
        self.add("users", id=-1, username="system", created_at=WHEN)
        self.category("General", id=1)

    def add(self, table: str, **values: object) -> int:
        pk = int(str(values["id"])) if "id" in values else next(self.ids)
        self.rows[table].append({"created_at": WHEN, "updated_at": WHEN, **values, "id": pk})
        return pk

    def user(self, username: str = "ada", **more: object) -> int:
        return self.add("users", username=username, username_lower=username.lower(), **more)

    def category(self, name: str, *, restricted: bool = False, **more: object) -> int:
        return self.add("categories", name=name, read_restricted=restricted, **more)

    def topic(self, author: int | None = None, raw: str = "Why does it hum?", **more: object) -> tuple[int, int]:
        """A topic with its opening post; both ids."""
        plain = {
            "title": "Why does it hum?",
            "category_id": 1,
            "archetype": "regular",
            "visible": True,
            "closed": False,
        }
        topic = self.add("topics", **{"user_id": author, "bumped_at": WHEN, "views": 7, **plain, **more})
        return topic, self.post(topic, author, raw, number=1)

    def post(
        self, topic: int, author: int | None = None, raw: str = "Because.", *, number: int = 2, **more: object
    ) -> int:
        plain = {
            "post_number": number,
            "post_type": 1,
            "hidden": False,
            "user_deleted": False,
            "wiki": False,
            "version": 1,
        }
        return self.add("posts", **{"topic_id": topic, "user_id": author, "raw": raw, "cooked": "", **plain, **more})

    def like(self, post: int, member: int, **more: object) -> int:
        return self.add("post_actions", **{"post_id": post, "user_id": member, "post_action_type_id": 2, **more})

    def tag(self, name: str, *topics: int) -> int:
        tag = self.add("tags", name=name)
        for topic in topics:
            self.add("topic_tags", topic_id=topic, tag_id=tag)
        return tag

    def solve(self, topic: int, post: int, **more: object) -> int:
        return self.add("discourse_solved_solved_topics", **{"topic_id": topic, "answer_post_id": post, **more})

    def sql(self) -> str:
        return HEAD + "".join(_copied(name, COLUMNS[name].split(), rows) for name, rows in self.rows.items())

    def write(self, name: str = "forum.sql.gz") -> Path:
        path = self.directory / name
        text = self.sql().encode()
        if name.endswith(".tar.gz"):
            with tarfile.open(path, "w:gz") as archive:
                _put(archive, "uploads/default/original/1X/a.png", b"no picture")
                _put(archive, "dump.sql.gz", gzip.compress(text))
        else:
            path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        return path


def _copied(name: str, columns: list[str], rows: list[dict[str, object]]) -> str:
    lines = ["\t".join(_written(row.get(column)) for column in columns) for row in rows]
    names = ", ".join(f'"{column}"' if column == "position" else column for column in columns)
    return f"COPY public.{name} ({names}) FROM stdin;\n" + "".join(f"{line}\n" for line in lines) + "\\.\n\n\n"


def _written(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def _put(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def run(path: Path, *options: str) -> dict:
    """What the command says on its last line. CommandError where it refuses."""
    out = StringIO()
    call_command("import_discourse", str(path), *options, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])
