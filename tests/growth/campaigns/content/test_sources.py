"""Topics chosen for each member: what they care for, may read, and do not know."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from community.forum import reading, steering
from community.forum.models import Category, Follow, Post, ReadMark, Tag, Topic
from community.members.models import Member
from community.points.models import PointsDay
from growth.campaigns.content.items import LENGTH
from growth.campaigns.content.sources import SHOWN, find
from tests import builders

pytestmark = pytest.mark.django_db
SOURCES = ["unanswered_in_tags", "missed"]


def follow(member: Member, *names: str) -> None:
    Follow.objects.bulk_create(Follow(member=member, tag=builders.tag(name)) for name in names)


def titles(source: str, member: Member) -> list[str]:
    found = find(source, {member.pk}, timezone.now())
    return [item["title"] for item in found.get(member.pk, {"items": []})["items"]]


def away(member: Member, **since: float) -> None:
    Member.objects.filter(pk=member.pk).update(seen_at=timezone.now() - timedelta(**since))


def test_a_question_without_an_answer_in_a_followed_tag_is_found(alice):
    follow(alice, "qubits")
    builders.question(title="How many qubits are there?", tags=["qubits"])
    builders.question(title="How many bits are there?", tags=["bits"])
    builders.answer(builders.question(title="Who answered this one?", tags=["qubits"]))
    builders.discussion(title="What do we think of qubits?", tags=["qubits"])
    steering.close(q := builders.question(title="Is this one closed?", tags=["qubits"]), by=q.author, reason="Settled.")
    assert titles("unanswered_in_tags", alice) == ["How many qubits are there?"]


def test_who_is_strong_in_a_tag_is_asked_as_well(alice, bob):
    builders.question(title="How many qubits are there?", tags=["qubits"])
    scope = f"tag:{builders.tag('qubits').pk}"
    for member, points, days in [(alice, 5, 3), (bob, 5, 400)]:
        PointsDay.objects.create(member=member, scope=scope, points=points, day=timezone.now() - timedelta(days=days))
    found = find("unanswered_in_tags", {alice.pk, bob.pk}, timezone.now())
    assert set(found) == {alice.pk}  # bob's were long ago


def test_of_many_tags_one_is_strong_in_three(alice):
    for points in (1, 2, 3, 4):
        name = f"tag{points}"
        builders.question(title=f"Who knows about {name}?", tags=[name])
        scope = f"tag:{builders.tag(name).pk}"
        PointsDay.objects.create(member=alice, scope=scope, points=points, day=timezone.now())
    assert {title[-5:-1] for title in titles("unanswered_in_tags", alice)} == {"tag2", "tag3", "tag4"}


@pytest.mark.parametrize("source", SOURCES)
def test_what_one_wrote_answered_or_opened_is_left_out(source, alice):
    follow(alice, "python")
    away(alice, hours=3)
    builders.question(alice)
    reading.mark_read(builders.question(), member=alice, number=0)
    builders.answer(builders.question(), alice)
    builders.answer(gone := builders.question(), alice)
    Post.objects.filter(topic=gone, number=1).update(deleted_at=timezone.now())
    Topic.objects.filter(pk=gone.pk).update(reply_count=0)
    new = builders.question()
    assert titles(source, alice) == [new.title]


@pytest.mark.parametrize("source", SOURCES)
def test_what_was_deleted_hidden_merged_or_voted_down_is_put_forward_to_nobody(source, mod):
    follow(mod, "python")
    away(mod, hours=3)
    for change in ({"deleted_at": timezone.now()}, {"hidden_at": timezone.now()}, {"score": -1}):
        Topic.objects.filter(pk=builders.question().pk).update(**change)
    Topic.objects.filter(pk=builders.question().pk).update(merged_into=(other := builders.question()))
    assert titles(source, mod) == [other.title]


@pytest.mark.parametrize("source", SOURCES)
def test_the_hottest_come_first_and_all_are_counted(source, alice):
    follow(alice, "python")
    away(alice, hours=3)
    for heat in (3, 1, 5, 2, 4):
        Topic.objects.filter(pk=builders.question(title=f"How hot is it: {heat}?").pk).update(hot=heat)
    found = find(source, {alice.pk}, timezone.now())[alice.pk]
    assert [item["title"][-2] for item in found["items"]] == ["5", "4", "3"]
    assert found["count"] == 5
    assert found["topics"] == [Topic.objects.get(hot=heat).pk for heat in (5, 4, 3)]


def test_what_one_missed_is_new_since_the_last_visit_and_in_followed_tags_first(alice, bob):
    follow(alice, "rust")
    away(alice, days=2)
    away(bob, hours=1)
    for days, heat, name in [(3, 9, "rust"), (1, 8, "python"), (1, 7, "go"), (1, 6, "java"), (1, 1, "rust")]:
        topic = builders.discussion(title=f"What of {name} at {heat}?", tags=[name])
        created = timezone.now() - timedelta(days=days)
        Topic.objects.filter(pk=topic.pk).update(created_at=created, hot=heat)
    assert titles("missed", alice) == ["What of rust at 1?", "What of python at 8?", "What of go at 7?"]
    assert titles("missed", bob) == []


def test_an_item_has_a_whole_address_its_tags_and_how_it_begins(alice, settings):
    follow(alice, "b-tag")
    body = 'Is <https://example.org/?q=1> *so* & "thus"?\n\n' + "word " * 100
    topic = builders.question(title="Is <b>x</b> & y so?", body=body, tags=["b-tag", "a-tag"])
    (item,) = find("unanswered_in_tags", {alice.pk}, timezone.now())[alice.pk]["items"]
    assert item["title"] == "Is <b>x</b> & y so?"
    assert item["url"] == settings.SITE_URL + topic.get_absolute_url()
    assert item["tags"] == ["a-tag", "b-tag"]
    assert item["excerpt"].startswith('Is https://example.org/?q=1 so & "thus"? word')
    assert len(item["excerpt"]) <= LENGTH


def _places() -> list[Category]:
    """Of each kind, and parts of them: for everyone, for members, for two groups, for moderators."""
    groups = [Group.objects.create(name=name) for name in ("red", "blue")]
    kinds = ["everyone", "members", "groups", "moderators"]
    tops = [builders.category(f"top {kind}", slug=f"top-{kind}", readers=kind) for kind in kinds]
    parts = [
        builders.category(f"{top.readers} {kind}", slug=f"{top.readers}-{kind}", readers=kind, parent=top)
        for top in tops
        for kind in kinds
    ]
    places = [*tops, *parts]
    for number, place in enumerate(place for place in places if place.readers == "groups"):
        place.reader_groups.set(groups[: 1 + number % 2])
    return places


def _readers() -> list[Member]:
    red, blue = Group.objects.get(name="red"), Group.objects.get(name="blue")
    kinds: list[tuple[Iterable[Group], dict[str, bool]]] = [
        ((), {}),
        ((red,), {}),
        ((blue,), {}),
        ((red, blue), {}),
        ((), {"is_moderator": True}),
        ((), {"is_superuser": True}),
        ((red,), {"is_moderator": True, "is_active": False}),
    ]
    made = []
    for groups, fields in kinds:
        made.append(builders.member(seen_at=timezone.now() - timedelta(days=9), **fields))
        made[-1].groups.set(groups)
    return made


@pytest.mark.parametrize("source", SOURCES)
def test_nobody_is_shown_what_they_may_not_read_and_everybody_what_they_may(source, monkeypatch):
    """Against `visible_to`, for readers and places of all kinds."""
    monkeypatch.setattr("growth.campaigns.content.sources.SHOWN", 1000)
    places, author = _places(), builders.member(is_moderator=True)
    tag = builders.tag("python")
    Topic.objects.bulk_create(
        Topic(kind="question", category=place, author=author, title=f"In {place}?", slug="in", tag_ids=[tag.pk], hot=n)
        for n, place in enumerate(places)
    )
    readers = _readers()
    for reader in readers:
        follow(reader, "python")
    found = find(source, {reader.pk for reader in readers}, timezone.now() + timedelta(seconds=1))
    for reader in readers:
        visible = set(Topic.objects.visible_to(reader).values_list("title", flat=True))
        told = {item["title"] for item in found[reader.pk]["items"]}
        assert told == visible, (reader.is_moderator, [group.name for group in reader.groups.all()])


def _crowd(count: int) -> list[Member]:
    dice = random.Random(7)
    seen = datetime(2026, 1, 1, tzinfo=UTC)
    members = Member.objects.bulk_create(Member(username=f"crowd{n}", seen_at=seen) for n in range(count))
    tags = Tag.objects.bulk_create(Tag(name=f"t{n}") for n in range(30))
    place = builders.category()
    topics = Topic.objects.bulk_create(
        Topic(kind="question", category=place, title=f"Question {n}?", slug="q", hot=n,
              tag_ids=[tag.pk for tag in dice.sample(tags, 3)])
        for n in range(300)
    )  # fmt: skip
    Post.objects.bulk_create(Post(topic=topic, number=0, body="x", html="<p>Why is it so?</p>") for topic in topics)
    Follow.objects.bulk_create(Follow(member=member, tag=tag) for member in members for tag in dice.sample(tags, 4))
    now = timezone.now()
    ReadMark.objects.bulk_create(
        ReadMark(member=member, topic=topic, read_at=now) for member in members for topic in dice.sample(topics, 5)
    )
    return members


@pytest.mark.parametrize("source", SOURCES)
def test_the_queries_are_as_many_for_one_as_for_many_and_so_are_the_answers(source):
    members = _crowd(40)
    now = timezone.now()
    asked = []
    for size in (1, 40):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            together = find(source, {member.pk for member in members[:size]}, now)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 9
    for member in members:
        assert find(source, {member.pk}, now).get(member.pk) == together.get(member.pk)
    assert all(len(found["items"]) == SHOWN for found in together.values())
