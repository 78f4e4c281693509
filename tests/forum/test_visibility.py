"""Who may read what: kinds of member × audiences × states, for topics, posts, comments and what they are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.utils import timezone

from community.forum import sources
from community.forum.models import Category, Comment, Post, Topic
from community.members.models import Member
from tests import builders

pytestmark = pytest.mark.django_db

KINDS = ("anonymous", "member", "author", "insider", "suspended", "moderator", "admin")
AUDIENCES = ("everyone", "members", "groups", "moderators")
READERS = {
    "everyone": set(KINDS),
    "members": set(KINDS) - {"anonymous"},
    "groups": {"insider", "moderator", "admin"},
    "moderators": {"moderator", "admin"},
}
"""Who reads what stands in a category of this audience."""


@dataclass(frozen=True)
class Place:
    topic: Topic
    opening: Post
    answer: Post
    comment: Comment


@pytest.fixture
def cast(mod, admin) -> dict[str, Member | AnonymousUser]:
    insider = builders.member("insider")
    insider.groups.add(Group.objects.create(name="insiders"))
    suspended = builders.member("suspended", suspended_until=timezone.now() + timedelta(days=9))
    return {
        "anonymous": AnonymousUser(),
        "member": builders.member("member"),
        "author": builders.member("author"),
        "insider": insider,
        "suspended": suspended,
        "moderator": mod,
        "admin": admin,
    }


@pytest.fixture
def place(cast) -> Place:
    topic = builders.question(cast["author"])
    answer = builders.answer(topic, cast["author"])
    return Place(topic, builders.opening(topic), answer, builders.comment(answer, cast["author"]))


def set_audience(audience: str, **fields: object) -> None:
    Category.objects.update(readers=audience, **fields)
    for category in Category.objects.all():
        category.reader_groups.set(Group.objects.all())


def seen(cast: dict[str, Member | AnonymousUser], thing: Topic | Post | Comment) -> set[str]:
    rows = type(thing).objects
    return {kind for kind, member in cast.items() if rows.visible_to(member).filter(pk=thing.pk).exists()}


def test_what_stands_is_read_by_the_audience_of_its_category(cast, place):
    for audience in AUDIENCES:
        set_audience(audience)
        for thing in (place.topic, place.opening, place.answer, place.comment):
            assert seen(cast, thing) == READERS[audience], (audience, thing)


@pytest.mark.parametrize("gone", ["deleted_at", "hidden_at"])
def test_what_is_gone_is_read_by_its_author_and_moderators(cast, place, gone):
    for thing in (place.comment, place.answer, place.topic):
        type(thing).objects.filter(pk=thing.pk).update(**{gone: timezone.now()})
    for audience in AUDIENCES:
        set_audience(audience)
        left = READERS[audience] & {"author", "moderator", "admin"}
        for thing in (place.comment, place.answer, place.topic):
            assert seen(cast, thing) == left, (audience, thing)


@pytest.mark.parametrize("gone", ["deleted_at", "hidden_at"])
def test_with_a_topic_all_that_is_in_it_is_gone(cast, place, gone):
    others = builders.answer(place.topic, cast["member"])
    Topic.objects.filter(pk=place.topic.pk).update(**{gone: timezone.now()})
    assert seen(cast, others) == {"author", "moderator", "admin"}
    assert seen(cast, place.comment) == {"author", "moderator", "admin"}


@pytest.mark.parametrize("gone", ["deleted_at", "hidden_at"])
def test_with_a_post_its_comments_are_gone(cast, place, gone):
    Post.objects.filter(pk=place.answer.pk).update(author=cast["member"], **{gone: timezone.now()})
    assert seen(cast, place.comment) == {"member", "moderator", "admin"}


def test_a_category_is_no_wider_than_the_one_above(cast, place):
    below = place.topic.category
    below.parent = builders.category("Above")
    below.save()
    below.parent.reader_groups.set(Group.objects.all())
    for audience in AUDIENCES:
        Category.objects.filter(pk=below.parent_id).update(readers=audience)
        assert seen(cast, place.topic) == READERS[audience], audience


def test_a_notification_says_nothing_of_what_its_reader_may_not_read(cast, place):
    keys = [("post", place.answer.pk), ("topic", place.topic.pk), ("comment", place.comment.pk)]
    members = {kind: member for kind, member in cast.items() if kind != "anonymous"}
    for audience in AUDIENCES:
        set_audience(audience)
        for kind, member in members.items():
            expected = set(keys) if kind in READERS[audience] else set()
            assert set(sources.describe(member, keys)) == expected, (audience, kind)


def test_who_posts_is_who_reads_and_belongs_to_the_posters(cast):
    category = builders.category("General")
    category.poster_groups.set(Group.objects.all())

    def may_post() -> set[str]:
        return {kind for kind, member in cast.items() if Category.objects.open_to(member).exists()}

    for audience in AUDIENCES:
        Category.objects.update(posters=audience)
        assert may_post() == READERS[audience], audience
    Category.objects.update(posters="everyone", readers="moderators")
    assert may_post() == {"moderator", "admin"}
