"""A batch of deliveries becomes messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from community.members.models import Member
from growth.campaigns.content.composing import Composed, Problem, compose
from growth.campaigns.content.wording import choose
from growth.campaigns.models import Campaign, Delivery, Entry, FrequencyCap, Variation
from tests import builders
from tests.growth.campaigns.content import making
from tests.growth.campaigns.content.making import NOW
from tests.growth.campaigns.content.test_sources import follow

pytestmark = pytest.mark.django_db


def composed(campaign: Campaign, member: Member | None, **fields: Any) -> Composed | Problem:
    delivery = making.delivery(campaign, member, **fields)
    return compose([delivery], now=NOW)[delivery.pk]


def message(campaign: Campaign, member: Member, channel: str = "webpush", **fields: Any) -> Any:
    found = composed(campaign, member, **fields)
    assert isinstance(found, Composed), found
    return found.message_of(channel)


def triggered(texts: Mapping[str, Any], **given: Any) -> Campaign:
    return making.campaign(texts, kind="triggered", trigger="api", **given)


def test_each_member_is_told_in_their_own_language(alice):
    bob = builders.member("bob", language="zh-hans")
    campaign = making.campaign({"en": {"title": "Hello {{ member.name }}"}, "zh-hans": {"title": "你好"}})
    first, second = (making.delivery(campaign, member) for member in (alice, bob))
    found = compose([first, second], now=NOW)
    assert [found[row.pk].message_of("webpush").title for row in (first, second)] == ["Hello alice", "你好"]
    assert [found[row.pk].message_of("webpush").language for row in (first, second)] == ["en", "zh-hans"]
    assert [found[row.pk].chosen for row in (first, second)] == [{"language": "en"}, {"language": "zh-hans"}]


@pytest.mark.parametrize(
    ("written", "wanted", "chosen"),
    [
        (["de", "en", "zh-hans"], "zh-hans", "zh-hans"),
        (["zh", "en"], "zh-hans", "zh"),
        (["de", "en"], "zh-hans", "en"),
        (["de", "en"], "", "en"),
        (["de"], "zh-hans", "de"),
    ],
)
def test_a_text_that_is_not_there_is_said_in_the_next_best_language(written, wanted, chosen):
    assert choose(written, wanted) == chosen


def test_a_message_says_who_it_is_for_and_how_long(alice):
    content = {"url": "/tags", "icon": "/static/icon.png"}
    text = {"title": "Hello", "body": "{{ member.points }} points on {{ site.name }}", "action": "Read"}
    campaign = making.campaign({"en": text}, content=content, priority=FrequencyCap.Priority.LOW)
    delivery = making.delivery(campaign, alice)
    made = compose([delivery], now=NOW)[delivery.pk].message_of("webpush")
    assert (made.message_id, made.collapse_key) == (delivery.message_id, delivery.message_id.hex)
    assert (made.title, made.body, made.action) == ("Hello", "1 points on Flywheel", "Read")
    assert (made.ttl, made.urgency, made.icon) == (86_400, "low", "http://testserver/static/icon.png")
    assert made.data == {"campaign": campaign.key, "message": str(delivery.message_id)}


def test_each_arm_says_its_own(alice, bob):
    campaign = making.campaign({"en": {"title": "One"}})
    Variation.objects.create(
        campaign=campaign, index=1, key="two", name="Two", content={"texts": {"en": {"title": "Two"}}}
    )
    rows = [making.delivery(campaign, member, variation=n) for n, member in enumerate((alice, bob))]
    found = compose(rows, now=NOW)
    assert [found[row.pk].message_of("webpush").title for row in rows] == ["One", "Two"]


def test_what_a_program_gave_is_said_to_the_one_it_gave_it_for(alice, bob):
    campaign = triggered({"en": {"title": "Order {{ data.order }}", "body": "{{ data.items.first }}"}})
    Entry.objects.create(campaign=campaign, member=alice, number=0, key="a", data={"order": 7})
    Entry.objects.create(campaign=campaign, member=alice, number=1, key="b", data={"order": 8, "items": {"first": "x"}})
    Entry.objects.create(campaign=campaign, member=bob, number=0, key="a", data={"order": 9})
    assert message(campaign, alice, occurrence=1).title == "Order 8"
    assert message(campaign, alice, occurrence=1 - 1).title == "Order 7"
    assert message(campaign, bob).body == ""


def test_names_and_titles_stay_plain_text_and_title_and_subject_one_line(alice):
    Member.objects.filter(pk=alice.pk).update(display_name="<script>\r\nBcc: all@example.org\u2028x")
    text = {"title": "Hi {{ member.name }}", "subject": "Hi\n{{ member.name }}", "body": "Dear\n{{ member.name }}"}
    made = message(making.campaign({"en": text}), alice, "email")
    assert made.title == "Hi <script> Bcc: all@example.orgx"
    assert made.subject == "Hi <script> Bcc: all@example.orgx"
    assert made.body == "Dear\n<script>\nBcc: all@example.orgx"


def test_a_body_that_no_screen_shows_is_cut_and_a_letter_is_not(alice, bob):
    campaign = making.campaign({"en": {"title": "a" * 300, "body": "b " * 1000}})
    made = message(campaign, alice)
    assert (len(made.title), len(made.body)) == (200, 700)
    assert made.body.endswith("b…")
    assert len(message(campaign, bob, "email").body) == 1999


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"texts": {"en": {"title": "{{ member.name > 3 }}"}}}, "template"),
        ({"texts": {"en": {"title": "{{ broken"}}}, "template"),
        ({"texts": {"en": {"title": "{{ nothing }} \n"}}}, "template"),
        ({"texts": {"en": {"body": "x"}}}, "template"),
        ({"texts": {}}, "template"),
        ({}, "template"),
        ([], "template"),
        ({"texts": ["en"]}, "template"),
        ({"texts": {"en": "x"}}, "template"),
        ({"texts": {"en": {"title": 7}}}, "template"),
        ({"texts": {"en": {"title": "x"}}, "url": "https://evil.example/"}, "foreign_address"),
        ({"texts": {"en": {"title": "x"}}, "url": "/{{ member.name }}"}, "foreign_address"),
        ({"texts": {"en": {"title": "x"}}, "image": "//evil.example/x.png"}, "foreign_address"),
        ({"texts": {"en": {"title": "x"}}, "url": "{{ data.url }}"}, "foreign_address"),
        ({"texts": {"en": {"title": "x"}}, "url": "{{ site.url }}//evil.example/"}, "foreign_address"),
        ({"texts": {"en": {"title": "x", "body": "{% if link > 3 %}x{% endif %}"}}}, "template"),
    ],
)
def test_what_cannot_be_said_is_rejected_and_the_rest_of_the_batch_goes_out(alice, bob, content, reason):
    Member.objects.filter(pk=alice.pk).update(display_name="/evil.example")
    bad, good = making.campaign(), making.campaign()
    bad.variations.update(content=content)
    rows = [making.delivery(bad, alice), making.delivery(good, bob)]
    found = compose(rows, now=NOW)
    assert found[rows[0].pk] == Problem("rejected", reason)
    assert found[rows[1].pk].message_of("webpush").title == "Hello"


def test_a_member_who_left_is_told_nothing(alice, bob):
    Member.objects.filter(pk=bob.pk).update(is_active=False)
    campaign = making.campaign()
    rows = [making.delivery(campaign, member) for member in (None, bob, alice)]
    found = compose(rows, now=NOW)
    assert [found[row.pk] for row in rows[:2]] == [Problem("cancelled", "member_gone")] * 2
    assert isinstance(found[rows[2].pk], Composed)


def test_what_was_chosen_is_said_and_written_down(alice, bob):
    follow(alice, "qubits")
    topic = builders.question(title="How many?", tags=["qubits"])
    text = {"title": "{{ count }}: {{ item.title }}", "body": "{% for item in items %}{{ item.tags|join }}{% endfor %}"}
    campaign = making.campaign({"en": text}, source="unanswered_in_tags", content={"url": "{{ item.url }}"})
    found = composed(campaign, alice)
    assert found.chosen == {"language": "en", "source": "unanswered_in_tags", "topics": [topic.pk]}
    assert (found.message_of("webpush").title, found.message_of("webpush").body) == ("1: How many?", "qubits")
    assert composed(campaign, bob) == Problem("cancelled", "nothing_to_say")


def test_a_topic_whose_address_is_long_is_named_by_a_short_one(alice, client, settings):
    follow(alice, "qubits")
    topic = builders.question(title="量" * 90, tags=["qubits"])
    campaign = making.campaign(source="unanswered_in_tags", content={"url": "{{ item.url }}"})
    link = message(campaign, alice, "inapp").url.removeprefix(settings.SITE_URL)
    assert client.get(client.get(link)["Location"])["Location"] == topic.get_absolute_url()


def test_a_source_that_is_no_more_rejects_its_own_messages(alice):
    assert composed(making.campaign(source="gone"), alice) == Problem("rejected", "no_such_source")


def test_the_queries_are_as_many_for_one_as_for_many(django_assert_num_queries, alice):
    campaign = making.campaign(source="unanswered_in_tags")
    rows = [making.delivery(campaign, member) for member in (alice, *(builders.member() for _n in range(9)))]
    for size in (1, 10):
        with django_assert_num_queries(8):
            compose(rows[:size], now=NOW)
    plain = triggered({"en": {"title": "x"}})
    rows = [making.delivery(plain, row.member) for row in rows]
    with django_assert_num_queries(4):
        compose(rows, now=NOW)


def test_a_held_delivery_is_composed_as_it_would_have_been_sent(alice):
    campaign = making.campaign(source="missed")
    assert composed(campaign, alice, held=True) == Problem(Delivery.State.CANCELLED, "nothing_to_say")


def test_its_links_are_its_own_and_lead_to_the_page(alice, client, settings):
    follow(alice, "qubits")
    first = builders.question(tags=["qubits"])
    second = builders.question(tags=["qubits"])
    body = "{% for item in items %}{{ item.url }} {% endfor %}{{ link }} {{ unsubscribe }}"
    campaign = making.campaign(
        {"en": {"title": "{{ item.title }}", "body": body}}, source="unanswered_in_tags", content={"url": "/tags"}
    )
    delivery = making.delivery(campaign, alice)
    made = compose([delivery], now=NOW)[delivery.pk]
    letter, push = made.message_of("email"), made.message_of("webpush")
    assert letter.url != push.url  # each tells by which channel it was followed
    *items, link, stop = letter.body.split(" ")
    assert (link, stop) == (letter.url, letter.unsubscribe_url)
    paths = [client.get(address.removeprefix(settings.SITE_URL))["Location"] for address in (*items, link)]
    assert paths == [second.get_absolute_url(), first.get_absolute_url(), "/tags"]
    assert client.get(letter.pixel_url.removeprefix(settings.SITE_URL)).status_code == 200
    assert (push.unsubscribe_url, push.pixel_url) == ("", "")
