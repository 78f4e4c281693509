"""The form below a topic with which those who may close, move, pin and merge it."""

import pytest

from community.forum.models import Comment, Topic
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic(alice) -> Topic:
    builders.category("Elsewhere")
    return builders.question(alice)


def test_the_author_moves_a_topic_to_a_category_that_its_page_offers(topic, alice, client_of):
    page = client_of(alice).get(topic.get_absolute_url()).content.decode()
    elsewhere = builders.category("Elsewhere")
    assert f'<option value="{elsewhere.pk}">Elsewhere</option>' in page
    client_of(alice).post(f"/t/{topic.pk}/move/", {"category": elsewhere.pk})
    topic.refresh_from_db()
    assert topic.category == elsewhere


def test_a_moderator_pins_closes_and_merges(topic, mod, client_of):
    browser = client_of(mod)
    into = builders.question()
    assert "Merge into topic number" in browser.get(topic.get_absolute_url()).content.decode()
    browser.post(f"/t/{topic.pk}/pin/", {"on": "1"})
    browser.post(f"/t/{topic.pk}/close/", {"on": "1", "reason": "Off topic"})
    topic.refresh_from_db()
    assert topic.pinned_at
    assert topic.closed_at
    assert topic.close_reason == "Off topic"
    browser.post(f"/t/{topic.pk}/merge/", {"into": f"#{into.pk}"})
    topic.refresh_from_db()
    assert topic.merged_into == into


def test_others_are_offered_nothing_and_may_do_nothing(topic, bob, client_of):
    browser = client_of(bob)
    assert "Manage this topic" not in browser.get(topic.get_absolute_url()).content.decode()
    browser.post(f"/t/{topic.pk}/pin/", {"on": "1"})
    browser.post(f"/t/{topic.pk}/move/", {"category": builders.category("Elsewhere").pk})
    topic.refresh_from_db()
    assert topic.pinned_at is None
    assert topic.category.name == "General"


def test_visitors_are_offered_nothing_below_what_nobody_known_wrote(client, alice):
    topic = builders.question(alice)
    answer = builders.answer(topic, alice)
    builders.comment(answer, alice)
    for rows in (topic.posts, Comment.objects.filter(post=answer)):
        rows.update(author=None)
    page = client.get(topic.get_absolute_url()).content.decode()
    assert "former member" in page
    assert "add-comment" not in page
    assert "/edit/" not in page
