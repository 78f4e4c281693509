"""What a message says, and to whom it says nothing."""

from __future__ import annotations

import json

import pytest

from community.forum import accepting, editing, removing, steering, voting
from community.forum.models import Category
from community.moderation import hiding
from community.webhooks import payloads
from community.webhooks.models import Delivery
from tests import builders
from tests.webhooks import news

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(endpoint_at):
    """What an endpoint for the public is told of the one event of this name."""
    endpoint = endpoint_at()

    def say(name: str) -> dict | None:
        delivery = news.only(endpoint, name)
        body = payloads.build(delivery)
        return json.loads(body) if body else None

    say.endpoint = endpoint
    return say


def test_a_new_topic(said, alice):
    topic = builders.question(alice, title="Why 世界?")
    message = said("topic_started")
    assert message["type"] == "topic_started"
    assert message["timestamp"] == topic.created_at.isoformat()
    assert message["data"]["topic"] == {
        "id": topic.pk,
        "kind": "question",
        "title": "Why 世界?",
        "url": f"http://testserver{topic.get_absolute_url()}",
        "category": "general",
        "author": {
            "id": alice.pk,
            "username": "alice",
            "name": "alice",
            "url": f"http://testserver{alice.get_absolute_url()}",
        },
    }


def test_an_answer_names_its_topic_and_its_author(said, alice, bob):
    answer = builders.answer(builders.question(alice), bob, body="Secret sauce.")
    data = said("answer_posted")["data"]
    assert data["post"]["id"] == answer.pk
    assert data["post"]["author"]["username"] == data["by"]["username"] == "bob"
    assert data["topic"]["author"]["username"] == "alice"
    assert "sauce" not in str(data)


def test_a_comment_is_told_as_itself_though_its_event_is_about_the_post(said, alice):
    post = builders.opening(builders.question(alice))
    first, second = builders.comment(post, alice), builders.comment(post, alice)
    endpoint = said.endpoint
    news.fan_out()
    told = [json.loads(payloads.build(row))["data"] for row in endpoint.deliveries.filter(name="comment_posted")]
    assert sorted(data["comment"]["id"] for data in told) == [first.pk, second.pk]
    assert {data["post"]["id"] for data in told} == {post.pk}


def test_an_edit_and_an_acceptance_say_who_did_it(said, alice, bob, mod):
    answer = builders.answer(builders.question(alice), bob)
    editing.edit(answer, editor=mod, body="Better now, I should think.", version=1)
    accepting.accept(answer, member=alice)
    assert said("post_edited")["data"]["by"]["username"] == "mod"
    assert said("answer_accepted")["data"]["by"]["username"] == "alice"


def test_a_vote_says_how_and_never_who(said, bob):
    voter = builders.trusted("carla")
    voting.vote(builders.answer(author=bob), member=voter, value=1)
    data = said("vote_received")["data"]
    assert data["value"] == 1
    assert data["post"]["score"] == 1
    assert "carla" not in str(data)


def test_a_sign_up_names_the_member_and_no_address(said, alice):
    Delivery.objects.all().delete()
    said.endpoint.deliveries.all().delete()
    news.fan_out()
    delivery = Delivery.objects.get(name="signed_up", unit=alice.pk)
    message = json.loads(payloads.build(delivery))
    assert message["data"]["member"]["username"] == "alice"
    assert "@" not in json.dumps(message)


def hide(topic, mod):
    hiding.hide(builders.opening(topic), by=mod, reason="spam")


def move_away(topic, mod):
    inner = Category.objects.create(name="Inner", slug="inner", readers="moderators")
    steering.move(topic, by=mod, category=inner)


@pytest.mark.parametrize(
    "vanish", [lambda topic, mod: removing.delete(topic, by=mod), hide, move_away], ids=["deleted", "hidden", "moved"]
)
def test_what_visitors_may_no_longer_read_when_it_is_sent_is_not_told(said, alice, mod, vanish):
    topic = builders.question(alice)
    builders.answer(topic)
    builders.comment(builders.opening(topic), alice)
    vanish(topic, mod)
    for name in ("topic_started", "answer_posted", "comment_posted"):
        assert said(name) is None, name


@pytest.mark.parametrize("readers", ["members", "groups", "moderators"])
def test_a_category_that_not_everybody_may_read_does_not_leak(endpoint_at, admin, readers):
    public, insider = endpoint_at(), endpoint_at(everything=True)
    inner = builders.category("Inner", readers=readers, posters="moderators")
    topic = builders.question(admin, place=inner, title="A secret plan, is it not?")
    builders.comment(builders.answer(topic, admin), admin)
    news.fan_out()
    for name in ("topic_started", "answer_posted", "comment_posted"):
        assert payloads.build(public.deliveries.get(name=name)) is None
        assert b"A secret plan" in payloads.build(insider.deliveries.get(name=name))


def test_even_an_endpoint_for_everything_hears_nothing_of_what_is_deleted(endpoint_at, alice, mod):
    endpoint = endpoint_at(everything=True)
    topic = builders.question(alice)
    answer = builders.answer(topic)
    removing.delete(answer, by=mod)
    assert payloads.build(news.only(endpoint, "answer_posted")) is None
    removing.delete(topic, by=mod)
    assert payloads.build(news.only(endpoint, "topic_started")) is None


def test_a_former_member_is_nobody(said, alice, bob):
    builders.answer(builders.question(alice), bob)
    bob.is_active = False
    bob.save()
    data = said("answer_posted")["data"]
    assert data["by"] is data["post"]["author"] is None
    assert "bob" not in str(data)


def test_a_message_costs_three_queries_at_most(endpoint_at, alice, bob, django_assert_max_num_queries):
    endpoint = endpoint_at()
    builders.comment(builders.answer(builders.question(alice), bob), bob)
    news.fan_out()
    for delivery in endpoint.deliveries.select_related("endpoint"):
        with django_assert_max_num_queries(3):
            payloads.build(delivery)
