"""What becomes of a Discourse backup, and of one that is not as it must be."""

import gzip
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError

from community.forum import voting
from community.forum.models import Bookmark, Category, Post, Tag, Topic, Vote
from community.imports.discourse.quoting import markdown
from community.members.models import Award, Member
from community.points.models import Entry
from community.points.verifying import verify
from events.models import Event
from tests.imports.backups import WHEN, Backup, run

pytestmark = pytest.mark.django_db
AT = datetime(2023, 3, 2, 10, 0, 0, 500000, tzinfo=UTC)


@pytest.fixture
def backup(tmp_path) -> Backup:
    return Backup(tmp_path)


def counts() -> list[int]:
    return [
        model.objects.count() for model in (Member, Topic, Post, Vote, Bookmark, Award, Entry, Event, Category, Tag)
    ]


def community(backup: Backup) -> None:
    """A little of everything."""
    ada, bob = backup.user("Ada", name="Ada Lovelace"), backup.user("bob")
    topic, opening = backup.topic(ada, closed=True)
    answer = backup.post(topic, bob, "Try **this**, @ada", created_at="2023-03-03 09:00:00")
    backup.solve(topic, answer, created_at="2023-03-04 09:00:00")
    talk, _first = backup.topic(bob, 'Hello [quote="Ada, post:1"]Why?[/quote]', title="A talk")
    second = backup.post(talk, ada, number=2)
    backup.post(talk, bob, number=3, reply_to_post_number=2, version=2, last_version_at="2023-03-05 08:00:00")
    backup.like(answer, ada, created_at="2023-03-06 08:00:00")
    backup.like(second, bob)
    backup.tag("gates", topic, talk)
    backup.add("bookmarks", user_id=bob, bookmarkable_id=opening, bookmarkable_type="Post")
    backup.add("user_profiles", user_id=ada, location="London", website="https://ada.example.org", bio_raw="I *count*.")
    badge = backup.add("badges", name="Nice Reply", badge_type_id=3)
    backup.add("user_badges", badge_id=badge, user_id=bob, granted_at=WHEN)


@pytest.mark.parametrize("name", ["forum.sql", "forum.sql.gz", "forum.tar.gz"])
def test_a_backup_comes_whole_however_it_is_packed(backup, name):
    community(backup)
    report = run(backup.write(name))
    created = report["created"]
    assert [created[key] for key in ("members", "topics", "answers", "votes", "accepts")] == [2, 2, 3, 2, 1]
    assert [created[key] for key in ("bookmarks", "badges", "tags", "revisions")] == [1, 1, 1, 5]
    assert report["skipped"] == {"system_user": 1}


def test_a_second_run_creates_nothing(backup):
    community(backup)
    path = backup.write()
    run(path)
    before = counts()
    assert not any(run(path)["created"].values())
    assert counts() == before


def test_a_later_backup_adds_what_is_new(backup):
    community(backup)
    run(backup.write(), "--source", "forum")
    topic = next(row for row in backup.rows["topics"] if row["title"] == "A talk")
    backup.post(int(str(topic["id"])), backup.user("carol"), number=4)
    created = run(backup.write(), "--source", "forum")["created"]
    assert (created["members"], created["topics"], created["answers"]) == (1, 0, 1)
    assert Topic.objects.get(title="A talk").reply_count == 3


def test_what_becomes_of_members(backup):
    community(backup)
    run(backup.write())
    ada = Member.objects.get(username="ada")
    assert (ada.display_name, ada.location, ada.website, ada.date_joined) == (
        "Ada Lovelace",
        "London",
        "https://ada.example.org",
        AT,
    )
    assert "<em>count</em>" in ada.bio_html
    assert not ada.has_usable_password()
    assert ada.email == ""


@pytest.mark.parametrize("column", ["hide_profile", "hide_profile_and_presence"])
def test_who_hid_their_profile_there_has_it_hidden_and_empty_here(backup, column):
    for name in ("ada", "bob"):
        pk = backup.user(name)
        backup.add("user_profiles", user_id=pk, location="London", website="https://example.org", bio_raw="I count.")
        backup.add("user_options", user_id=pk, **{column: name == "ada"})
    backup.topic(pk)
    run(backup.write())
    ada, bob = Member.objects.get(username="ada"), Member.objects.get(username="bob")
    assert (ada.profile_public, ada.location, ada.website, ada.bio, ada.bio_html) == (False, "", "", "", "")
    assert (bob.profile_public, bob.location, bob.bio) == (True, "London", "I count.")


def test_an_accepted_answer_makes_a_question_and_nothing_does_not(backup):
    community(backup)
    run(backup.write())
    question, talk = Topic.objects.order_by("pk")
    assert (question.kind, talk.kind) == ("question", "discussion")
    assert question.accepted_at == datetime(2023, 3, 4, 9, tzinfo=UTC)
    assert question.accepted.author.username == "bob"
    assert (question.closed_at, talk.closed_at) == (AT, None)
    assert question.category.name == "General"
    assert question.views == 7


def test_a_category_that_solves_has_questions_only(backup):
    place = backup.category("Help")
    backup.add("category_custom_fields", category_id=place, name="enable_accepted_answers", value="true")
    backup.topic(backup.user(), category_id=place)
    run(backup.write())
    assert Topic.objects.get().kind == "question"


@pytest.mark.parametrize("generation", ["field", "table", "answers"])
def test_three_generations_of_accepted_answers_are_read(backup, generation):
    topic, _opening = backup.topic(backup.user("ada"))
    answer = backup.post(topic, backup.user("bob"))
    backup.post(topic, number=3)
    if generation == "field":
        backup.add("topic_custom_fields", topic_id=topic, name="accepted_answer_post_id", value=answer)
    elif generation == "table":
        backup.solve(topic, answer)
    else:
        solved = backup.solve(topic, None)
        backup.add("discourse_solved_topic_answers", solved_topic_id=solved, answer_post_id=answer)
    run(backup.write())
    assert Topic.objects.get().accepted.imported_id == answer


def test_replies_say_what_they_are_in_reply_to_and_when_they_were_edited(backup):
    community(backup)
    run(backup.write())
    opening, second, third = Post.objects.filter(topic__title="A talk").order_by("number")
    assert third.in_reply_to == second
    assert (third.edited_at, second.edited_at) == (datetime(2023, 3, 5, 8, tzinfo=UTC), None)
    assert "<blockquote>" in opening.html
    assert opening.format == "markdown"


def test_likes_are_votes_of_members_at_their_time_and_can_be_taken_back(backup):
    community(backup)
    run(backup.write())
    vote = Vote.objects.get(post__topic__kind="question")
    assert (vote.member.username, vote.value) == ("ada", 1)
    assert vote.created_at == datetime(2023, 3, 6, 8, tzinfo=UTC)
    author = vote.post.author
    author.refresh_from_db()
    before = author.points_total
    voting.vote(vote.post, member=vote.member, value=0)
    author.refresh_from_db()
    assert author.points_total == before - 10


def test_points_and_events_come_by_the_rules_and_the_ledger_agrees(backup):
    community(backup)
    run(backup.write())
    rules = list(Entry.objects.exclude(rule__name="joined").order_by("at").values_list("rule__name", flat=True))
    assert sorted(rules) == ["accepted_answer", "answer_accepted", "answer_upvoted", "post_upvoted"]
    names = set(Event.objects.values_list("name", flat=True))
    assert {"vote_cast", "vote_received", "reply_posted", "answer_posted", "bookmarked", "badge_earned"} <= names
    assert Event.objects.filter(name="vote_cast").count() == 2
    assert verify().details == []


def test_mentions_lead_to_who_is_meant_here(backup, alice):
    there = backup.user("alice")
    backup.topic(there, "Ask @alice, @Alice or @nobody")
    run(backup.write())
    html = Post.objects.get().html
    renamed = Member.objects.get(imported_id=there).username
    assert renamed != "alice"
    assert html.count(f'href="/members/{renamed}/"') == 2
    assert "@nobody" in html
    assert "/members/nobody/" not in html


def test_openings_are_found_by_title_tag_and_text(backup):
    community(backup)
    run(backup.write())
    found = Post.objects.filter(number=0).extra(where=["search @@ 'hum'::tsquery AND search @@ 'gate'::tsquery"])
    assert [post.topic.title for post in found] == ["Why does it hum?"]


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("private_message", {"archetype": "private_message", "category_id": None}),
        ("deleted_topic", {"deleted_at": WHEN}),
        ("unlisted_topic", {"visible": False}),
        ("restricted_category", {"category_id": 2}),
        ("restricted_category", {"category_id": 404}),
    ],
)
def test_what_not_everybody_could_read_stays_behind_with_all_its_posts(backup, reason, changed):
    backup.category("Staff", restricted=True, id=2)
    ada = backup.user()
    topic, opening = backup.topic(ada, "A secret", **changed)
    backup.post(topic, ada, "Another secret")
    backup.like(opening, ada)
    backup.tag("secret", topic)
    backup.topic(ada)
    skipped = run(backup.write())["skipped"]
    assert skipped == {"system_user": 1, reason: 1, "post_of_such_a_topic": 2, "unknown_post": 1}
    assert not Post.objects.filter(body__contains="ecret").exists()
    assert not Category.objects.filter(name="Staff").exists()
    assert not Tag.objects.filter(name="secret").exists()


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("post_type_3", {"post_type": 3}),
        ("post_type_4", {"post_type": 4}),
        ("deleted_post", {"deleted_at": WHEN}),
        ("deleted_post", {"user_deleted": True}),
        ("hidden_post", {"hidden": True}),
    ],
)
def test_posts_that_do_not_stand_stay_behind(backup, reason, changed):
    topic, _opening = backup.topic(backup.user())
    backup.post(topic, number=2, raw="A secret", **changed)
    backup.post(topic, number=3)
    assert run(backup.write())["skipped"] == {"system_user": 1, reason: 1}
    assert [post.number for post in Post.objects.order_by("number")] == [0, 1]


def test_a_topic_without_its_opening_stays_behind(backup):
    topic, _opening = backup.topic(backup.user())
    backup.rows["posts"][0]["deleted_at"] = WHEN
    backup.post(topic)
    backup.topic()
    assert run(backup.write())["skipped"]["topic_without_opening"] == 1


def test_flags_and_likes_taken_back_are_no_votes(backup):
    ada, bob = backup.user("ada"), backup.user("bob")
    _topic, opening = backup.topic(ada)
    backup.like(opening, bob, deleted_at=WHEN)
    backup.like(opening, bob, post_action_type_id=8)
    assert run(backup.write())["skipped"] == {"system_user": 1, "deleted_action": 1, "action_type_8": 1}
    assert not Vote.objects.exists()


def test_a_category_for_all_may_be_named(backup):
    backup.topic(backup.user(), category_id=backup.category("Help"))
    run(backup.write(), "--category", "Old forum")
    assert Topic.objects.get().category.name == "Old forum"
    assert not Category.objects.filter(name="Help").exists()


def test_hostile_text_is_sanitised(backup):
    backup.topic(backup.user("eve", name="<script>"), "<script>alert(1)</script> [x](javascript:alert(1))", title="<b>")
    run(backup.write())
    post = Post.objects.get()
    assert "<script" not in post.html
    assert "href" not in post.html


def test_bodies_with_tabs_backslashes_and_line_ends_come_as_they_were(backup):
    raw = "a\tb \\N \\. C:\\new\r\n\\\\\n\u4e2d\u6587 \U0001f600"
    backup.topic(backup.user(), raw)
    run(backup.write())
    assert Post.objects.get().body == raw


# Dumps that are not as they must be


def spoilt(backup: Backup, old: str, new: str) -> str:
    community(backup)
    text = backup.sql()
    assert old in text
    path = backup.directory / "spoilt.sql"
    path.write_text(text.replace(old, new, 1))
    return refusal(path)


def refusal(path) -> str:
    before = counts()
    with pytest.raises(CommandError) as error:
        run(path)
    assert error.value.returncode == 2
    assert counts() == before
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Ada\t2023-03-02", "Ada\t2023-13-02", "users.created_at"),
        ("11\tAda", "eleven\tAda", "users.id 'eleven' is no whole number"),
        ("11\tAda", "99999999999999999999\tAda", "no whole number"),
        ("11\tAda", "12\tAda", "users.id 12 occurs twice"),
        ("11\tAda", "\\N\tAda", "users.id is NULL"),
        ("11\tAda", "11\tAda\tmore", "values for"),
        ("11\tAda", "11\tA\\x41a", "escaped as pg_dump never does"),
        ("11\tAda", "11\tA\x00a", "a NUL"),
        ("public.users (id, username", "public.users (id, login", "the table users has no column username"),
        ("COPY public.users", "COPY public.usere", "no rows of users"),
        ("read_restricted", "restricted", "the table categories has no column read_restricted"),
    ],
)
def test_a_fault_is_told_in_one_line_and_nothing_changes(backup, old, new, said):
    assert said in spoilt(backup, old, new)


def test_a_dump_that_ends_too_early_is_refused(backup):
    community(backup)
    path = backup.directory / "short.sql"
    path.write_text(backup.sql().rpartition("\\.")[0])
    assert "ends within the rows of users" in refusal(path)


@pytest.mark.parametrize("name", ["forum.sql.gz", "forum.tar.gz"])
@pytest.mark.parametrize("share", [0.2, 0.9])
def test_a_torn_archive_is_refused(backup, name, share):
    community(backup)
    path = backup.write(name)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert refusal(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no rows of users"),
        (b"PGDMP\x01\x0e", "pg_restore"),
        (b"\x1f\x8bgarbage", "damaged"),
        (gzip.compress(b"PGDMP", mtime=0), "pg_restore"),
        (b"COPY public.users (id, username, created_at) FROM stdin;\n1\t\xff\t2023-01-01\n\\.\n", "not UTF-8"),
        (b"{}" * 1000, "no rows of users"),
    ],
)
def test_what_is_no_dump_is_refused(tmp_path, content, said):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_missing_file_and_a_directory_are_refused(tmp_path):
    assert "no such file" in refusal(tmp_path / "none.sql")
    assert refusal(tmp_path)


def test_a_line_without_end_is_refused_in_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("community.imports.discourse.opening.LONGEST", 1000)
    path = tmp_path / "long.sql"
    path.write_bytes(b"x" * 5000)
    assert "longer than any row" in refusal(path)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("no quote", "no quote"),
        ('[quote="bob, post:1, topic:2"]\nhi\n[/quote]\n\nyes', ">\n> **bob:**\n>\n> hi\n\nyes"),
        ("[quote]a[quote]b[/quote]c[/quote]d", ">\n> a\n> >\n> > b\n>\n> c\n\nd"),
        ("[/quote]", "[/quote]"),
        ("[quote]open", ">\n> open"),
    ],
)
def test_quotes_become_block_quotes(raw, shown):
    assert markdown(raw) == shown
