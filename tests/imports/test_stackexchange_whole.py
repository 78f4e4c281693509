"""The import as a whole: once, again, killed half-way, twice at a time, and of a real community."""

import threading
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.db import connection

from community.forum import ranking, voting
from community.forum.models import Post, Tag, Topic, Vote
from community.imports.core import happenings
from community.imports.stackexchange import importing
from community.members.models import Member
from community.points.models import Entry
from community.points.verifying import verify
from events.models import Event
from tests.imports.dumps import Dump, run

pytestmark = pytest.mark.slow

CREATED = [
    *("members", "topics", "answers", "comments", "votes", "accepts", "bookmarks", "bounties", "badges", "tags"),
    *("links", "revisions", "entries", "events"),
]


def community(dump: Dump) -> Path:
    """A little of everything."""
    ada, bob = dump.user("Ada"), dump.user("Bob")
    question = dump.question(ada, AcceptedAnswerId=100)
    dump.answer(question, bob, Id=100)
    dump.comment(question, bob)
    dump.badge(ada)
    dump.tag("gates")
    dump.link(question, dump.question(bob, Id=101))
    dump.history(question, 5, "second", "better", UserId=bob)
    dump.vote(question, 5, UserId=bob)
    for kind in (1, 2, 3):
        dump.vote(100, kind)
    dump.vote(question, 8, UserId=bob, BountyAmount=50)
    return dump.write()


def quiet(what: str, rows: int = 0, *, total: int | None = None) -> None:
    pass


@pytest.mark.django_db
def test_the_report_tells_what_came_and_what_was_made_of_it(dump):
    report = run(community(dump))
    assert list(report["created"]) == CREATED
    assert list(report["created"].values()) == [2, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 3, 6, 16]
    assert [report[name] for name in ("members", "topics", "answers", "comments")] == [2, 2, 1, 1]
    assert [report[name] for name in ("badges", "votes", "tags")] == [1, 2, 1]


@pytest.mark.django_db
def test_a_second_run_creates_nothing_and_tells_the_same(dump):
    directory = community(dump)
    first = run(directory)
    again = run(directory)
    assert set(again["created"].values()) == {0}
    for varying in ("created", "seconds"):
        first.pop(varying), again.pop(varying)
    assert again == first
    assert verify().details == []


@pytest.mark.django_db
def test_the_same_dump_under_another_name_is_another_community(dump):
    directory = community(dump)
    first = run(directory)
    other = run(directory, "--source", "other")
    without_tags = {"tags": 0}
    assert other["created"] | without_tags == first["created"] | without_tags
    assert Member.objects.filter(imported_from="other", username__startswith="ada-").exists()


@pytest.mark.django_db
def test_a_later_dump_adds_what_is_new_and_leaves_what_is_here(dump, alice):
    community(dump)
    run(dump.directory)
    topic = Topic.objects.get(posts__imported_id=100)
    Topic.objects.filter(pk=topic.pk).update(title="Changed here", accepted=None)
    dump.answer(topic.imported_id, dump.user("Carol"), CreationDate="2018-08-01T00:00:00")
    for _ in range(3):
        dump.vote(100, day="2018-08-02")
    made = run(dump.write())["created"]
    assert {name: number for name, number in made.items() if number} == {
        "members": 1,
        "answers": 1,
        "votes": 3,
        "revisions": 1,
        "entries": 4,
        "events": 6,
    }
    topic.refresh_from_db()
    assert (topic.title, topic.accepted, topic.last_number, topic.reply_count) == ("Changed here", None, 2, 2)
    assert Post.objects.get(imported_id=100).up == 4
    assert verify().details == []


@pytest.mark.django_db
def test_the_cap_counts_what_an_earlier_import_granted_that_day(dump):
    ada = dump.user()
    question = dump.question(ada)
    for _ in range(19):
        dump.vote(question)
    run(dump.write())
    for _ in range(3):
        dump.vote(question)
    run(dump.write())
    assert Member.objects.get(imported_id=ada).points == 201
    assert verify().details == []


@pytest.mark.django_db
def test_votes_cast_here_stay_in_the_score(dump, member_named):
    run(community(dump))
    voter = member_named("voter", points_total=200)
    voting.vote(Post.objects.get(imported_id=100), member=voter, value=1)
    dump.vote(100)
    run(dump.write())
    post = Post.objects.get(imported_id=100)
    assert (post.up, post.down, post.score) == (3, 1, 2)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_dies_half_way_leaves_nothing_and_the_next_one_works(dump, monkeypatch):
    directory = community(dump)

    def die(work: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "STEPS", (*importing.STEPS[:-1], die))
    with pytest.raises(KeyboardInterrupt):
        run(directory)
    assert not Member.objects.filter(imported_from="site").exists()
    assert not Entry.objects.exists()
    monkeypatch.undo()
    assert run(directory)["created"]["members"] == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_one_creates_and_the_other_finds_all_done(dump):
    directory = community(dump)
    made: list[dict[str, int]] = []

    def bring() -> None:
        outcome = importing.import_dump(directory, source="site", checking=quiet, importing=quiet)
        made.append(outcome.created)
        connection.close()

    threads = [threading.Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts["members"] for counts in made) == [0, 2]
    assert sorted(sum(counts.values()) for counts in made)[0] == 0
    assert Topic.objects.count() == 2
    assert verify().details == []


@pytest.fixture
def conlang(reference) -> Path:
    return reference / "data" / "se-conlang"


def attributes(directory: Path, file: str) -> list[dict[str, str]]:
    return [dict(row.attrib) for row in ElementTree.parse(directory / f"{file}.xml").getroot()]


@pytest.mark.reference
@pytest.mark.django_db
def test_a_real_community_comes_whole(conlang):
    report = run(conlang, "--rules", "stackexchange")
    assert {name: report[name] for name in ("members", "topics", "answers", "comments")} == {
        "members": 271,
        "topics": 54,
        "answers": 115,
        "comments": 230,
    }
    assert (report["votes"], report["badges"], report["tags"]) == (1065, 612, 71)
    assert (report["created"]["accepts"], report["created"]["bookmarks"], report["created"]["links"]) == (11, 10, 20)
    assert report["skipped"]["tag_wiki"] == 8
    assert Topic.objects.get(imported_id=1).title == "Are questions asked in conlangs accepted on this site?"

    posts = {int(row["Id"]): row for row in attributes(conlang, "Posts") if row["PostTypeId"] in "12"}
    for post in Post.objects.select_related("author"):
        assert post.score == int(posts[post.imported_id]["Score"])
        assert post.confidence == ranking.confidence(post.up, post.down)
    for topic in Topic.objects.all():
        assert topic.reply_count == int(posts[topic.imported_id]["AnswerCount"])
        assert topic.hot == ranking.hot(topic.score, topic.reply_count, topic.created_at)
    counts = {row["TagName"]: int(row["Count"]) for row in attributes(conlang, "Tags")}
    assert dict(Tag.objects.values_list("name", "topic_count")) == counts
    assert verify().details == []

    names = Counter(Event.objects.values_list("name", flat=True))
    assert names["signed_up"] == 271
    assert names["topic_started"] == sum(
        row["PostTypeId"] == "1" and row.get("OwnerUserId", "-1") != "-1" for row in posts.values()
    )
    assert names["vote_received"] == Vote.objects.exclude(post__author=None).count()
    assert names["badge_earned"] == 612
    assert set(names) <= {sql.split("'")[1] for sql in happenings.ALL}

    again = run(conlang)
    assert set(again["created"].values()) == {0}
