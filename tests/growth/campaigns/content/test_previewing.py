"""A message as one real member would get it, before anything is saved."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from growth.campaigns.content.composing import Composed, Problem
from growth.campaigns.content.previewing import preview
from growth.campaigns.models import Campaign, Delivery, SubscriptionTopic
from tests import builders
from tests.growth.campaigns.content.making import NOW
from tests.growth.campaigns.content.test_sources import follow

pytestmark = pytest.mark.django_db


def campaign(**fields: object) -> Campaign:
    return Campaign(topic=SubscriptionTopic.objects.get(key="news"), **fields)


def test_what_is_being_written_is_shown_as_a_member_would_get_it(alice, settings):
    follow(alice, "qubits")
    topic = builders.question(title="How many?", tags=["qubits"])
    content = {"texts": {"en": {"title": "{{ member.name }}: {{ item.title }}"}}, "url": "{{ item.url }}"}
    made = preview(campaign(source="unanswered_in_tags"), content, alice.pk, now=NOW, looker=alice)
    assert isinstance(made, Composed)
    message = made.message_of("email")
    assert message.title == "alice: How many?"
    assert message.url == settings.SITE_URL + topic.get_absolute_url()  # nobody's click is counted
    assert message.pixel_url == ""
    assert Delivery.objects.count() == 0


def test_what_a_program_would_give_can_be_tried(alice):
    content = {"texts": {"en": {"title": "Order {{ data.order }}"}}}
    made = preview(campaign(kind="triggered"), content, alice.pk, now=NOW, looker=alice, data={"order": 7})
    assert isinstance(made, Composed)
    assert made.message_of("webpush").title == "Order 7"


@pytest.mark.parametrize(
    ("source", "content", "problem"),
    [
        ("missed", {"texts": {"en": {"title": "Hi"}}}, Problem("cancelled", "nothing_to_say")),
        ("", {"texts": {"en": {"title": "{{ a b }}"}}}, Problem("rejected", "template")),
        ("", None, Problem("rejected", "template")),
    ],
)
def test_why_a_member_would_get_nothing_is_said(alice, source, content, problem):
    assert preview(campaign(source=source), content, alice.pk, now=NOW, looker=alice) == problem


def test_who_looks_is_shown_only_what_they_may_read_themselves(alice, bob):
    follow(alice, "qubits")
    group = Group.objects.create(name="insiders")
    author = builders.member()
    group.user_set.add(alice, author)
    inside = builders.category("Inside", slug="inside", readers="groups")
    inside.reader_groups.add(group)
    builders.question(author, title="Secret", tags=["qubits"], place=inside)
    content = {"texts": {"en": {"title": "{{ count }}{% for x in items %} {{ x.title }}{% endfor %}"}}}

    def shown(looker) -> Composed | Problem:
        return preview(campaign(source="unanswered_in_tags"), content, alice.pk, now=NOW, looker=looker)

    assert shown(alice).message_of("email").title == "1 Secret"
    assert shown(bob) == Problem("cancelled", "unreadable")
    builders.question(title="Known", tags=["qubits"])
    assert shown(alice).message_of("email").title.startswith("2 ")
    assert shown(bob).message_of("email").title == "1 Known"
