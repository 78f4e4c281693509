"""What went wrong is recorded: forms that came back, and acts taken back at once."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from community.forum import posting, removing
from community.forum.voting import vote
from events.models import Event
from tests import builders

pytestmark = pytest.mark.django_db


def recorded(name):
    return [(e.unit, e.object_kind, e.properties) for e in Event.objects.filter(name=name).order_by("pk")]


@pytest.fixture
def topic(alice):
    return builders.question(alice)


@pytest.mark.parametrize(("seconds", "noted"), [(10, 1), (11, 0)])
def test_a_vote_withdrawn_within_ten_seconds_is_undone(topic, seconds, noted):
    bob = builders.trusted("bob")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        vote(builders.opening(topic), member=bob, value=1)
        clock.shift(timedelta(seconds=seconds))
        vote(builders.opening(topic), member=bob, value=0)
        vote(builders.opening(topic), member=bob, value=0)
    assert recorded("undone") == [(bob.pk, "post", {"act": "vote_cast"})] * noted


@pytest.mark.parametrize(("seconds", "noted"), [(300, 1), (301, 0)])
def test_an_answer_deleted_by_its_author_within_five_minutes_is_undone(topic, bob, seconds, noted):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        answer = posting.answer(topic, author=bob, body="Not quite thought through, this answer.")
        clock.shift(timedelta(seconds=seconds))
        removing.delete(answer, by=bob)
    assert recorded("undone") == [(bob.pk, "post", {"act": "answer_posted"})] * noted


def test_what_a_moderator_deletes_is_not_undone_by_its_author(topic, bob, mod):
    removing.delete(posting.answer(topic, author=bob, body="Not quite thought through, this answer."), by=mod)
    assert recorded("undone") == []


def test_a_topic_and_a_comment_of_ones_own_are_undone_too(topic, alice):
    removing.delete(builders.comment(builders.opening(topic), alice), by=alice)
    removing.delete(topic, by=alice)
    acts = [(kind, properties["act"]) for _unit, kind, properties in recorded("undone")]
    assert acts == [("comment", "comment_posted"), ("post", "topic_started")]


def test_a_form_that_comes_back_is_noted_once(client_of, topic, bob):
    client = client_of(bob)
    address = reverse("forum:reply", args=[topic.pk])
    client.get(address)
    assert recorded("submit_failed") == []
    client.post(address, {"body": ""})
    assert recorded("submit_failed") == [(bob.pk, "", {"form": "reply"})]


def test_a_form_that_goes_through_is_not(client_of, topic, bob):
    client_of(bob).post(reverse("forum:reply", args=[topic.pk]), {"body": "It is the second one, as far as I know."})
    assert recorded("submit_failed") == []


def test_what_a_verb_refuses_has_failed_as_well(client_of, topic, bob):
    client_of(bob).post(reverse("forum:edit", args=[builders.opening(topic).pk]), {"body": "Mine now.", "version": 1})
    assert recorded("submit_failed") == [(bob.pk, "", {"form": "edit"})]
