"""What members let us send, by the words that they have said."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from growth.campaigns.devices import consenting
from growth.campaigns.models import Channel, Consent, SubscriptionTopic

CHANNELS = ("webpush", "email", "inapp")
ALL = frozenset(CHANNELS)

pytestmark = pytest.mark.django_db


@pytest.fixture
def questions():
    return SubscriptionTopic.objects.get(key="questions")


@pytest.fixture
def quiet_topic():
    return SubscriptionTopic.objects.create(key="offers", name="Offers", on_at_first=False)


def by(member, topic):
    return consenting.allowed([member.pk], topic, CHANNELS)[member.pk]


def taken_back():
    rows = Event.objects.filter(name="unsubscribed").order_by("pk").values_list("properties", flat=True)
    return [(row["topic"], row["channel"]) for row in rows]


def test_who_never_said_a_word_gets_what_is_on_at_first_and_nothing_else(alice, questions, quiet_topic):
    assert by(alice, questions) == ALL
    assert by(alice, quiet_topic) == frozenset()


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ({"channel": "email", "topic": True}, {"webpush", "inapp"}),
        ({"channel": "email"}, {"webpush", "inapp"}),
        ({"topic": True}, set()),
        ({}, set()),
    ],
)
def test_every_word_that_covers_it_may_forbid_it(alice, questions, word, left):
    topic = questions if word.pop("topic", None) else None
    consenting.say(alice, topic=topic, **word, allowed=False, source="preferences")
    assert by(alice, questions) == left


def test_a_word_on_another_topic_or_of_another_member_forbids_nothing(alice, bob, questions):
    consenting.say(alice, topic=SubscriptionTopic.objects.get(key="news"), allowed=False, source="preferences")
    consenting.say(bob, allowed=False, source="preferences")
    assert by(alice, questions) == ALL


def test_a_topic_that_is_off_at_first_needs_a_yes_that_names_it(alice, quiet_topic):
    consenting.say(alice, allowed=True, source="preferences")
    consenting.say(alice, channel="email", allowed=True, source="preferences")
    assert by(alice, quiet_topic) == frozenset()
    consenting.say(alice, channel="email", topic=quiet_topic, allowed=True, source="preferences")
    assert by(alice, quiet_topic) == {"email"}
    consenting.say(alice, topic=quiet_topic, allowed=True, source="preferences")
    assert by(alice, quiet_topic) == ALL


def test_the_last_word_counts_and_only_what_takes_back_is_an_event(alice, questions):
    for yes in (False, False, True, True, False):
        consenting.say(alice, channel="email", topic=questions, allowed=yes, source="api")
    row = Consent.objects.get()
    assert (row.allowed, row.source) == (False, "api")
    assert taken_back() == [("questions", "email"), ("questions", "email")]


def test_many_members_take_one_query(alice, bob, carol, questions, django_assert_num_queries):
    consenting.say(bob, allowed=False, source="preferences")
    with django_assert_num_queries(1):
        found = consenting.allowed([alice.pk, bob.pk, carol.pk], questions, CHANNELS)
    assert found == {alice.pk: ALL, bob.pk: frozenset(), carol.pk: ALL}


def test_a_table_of_choices_says_what_it_shows(alice, questions, quiet_topic):
    cells = {(questions.pk, "webpush"), (quiet_topic.pk, "email")}
    consenting.choose(alice, cells, channels=CHANNELS, source="preferences")
    assert (by(alice, questions), by(alice, quiet_topic)) == ({"webpush"}, {"email"})
    assert ("questions", "email") in taken_back()
    assert ("offers", "webpush") not in taken_back(), "it was off before"


def test_one_box_after_everything_was_off_turns_on_that_box_alone(alice, questions):
    consenting.say(alice, allowed=False, source="one-click")
    consenting.choose(alice, {(questions.pk, "email")}, channels=CHANNELS, source="preferences")
    for topic in SubscriptionTopic.objects.all():
        found = consenting.allowed([alice.pk], topic, Channel.values)[alice.pk]
        assert found == ({"email"} if topic == questions else set())
    assert taken_back() == [("", "")]


def test_channels_that_the_table_does_not_show_stay_as_they_are(alice, questions):
    consenting.choose(alice, set(), channels=CHANNELS, source="preferences")
    assert consenting.allowed([alice.pk], questions, Channel.values)[alice.pk] == {"fcm", "apns", "jpush", "webhook"}


def test_a_table_sent_twice_changes_nothing_the_second_time(alice, questions):
    for _time in range(2):
        consenting.choose(alice, {(questions.pk, "email")}, channels=CHANNELS, source="preferences")
    told = taken_back()
    assert len(told) == len(set(told))


TOPIC = SubscriptionTopic(pk=1, on_at_first=True)
WORDS = list(product((None, 1, 2), ("", "webpush", "email")))


@given(st.dictionaries(st.sampled_from(WORDS), st.booleans()), st.sampled_from(WORDS))
def test_a_further_no_never_lets_more_through(said, word):
    for channel in ("webpush", "email"):
        assert consenting.lets(said | {word: False}, TOPIC, channel) <= consenting.lets(said, TOPIC, channel)
