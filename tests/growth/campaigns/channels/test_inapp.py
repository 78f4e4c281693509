"""Notices in the inbox, written by the channel and read on the site."""

import asyncio
import uuid

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError
from django.urls import reverse

from community.members.forms import NotificationsForm
from community.notifications.models import Mail, Notification
from growth.campaigns import notices
from growth.campaigns.channels import noticeboard
from growth.campaigns.channels.inapp import InApp
from growth.campaigns.channels.interface import Carrier, Sending, Target
from growth.campaigns.channels.sessions import opened
from growth.campaigns.models import Notice
from tests.growth.campaigns.channels.rigs import message


def notice(member_id, **changes):
    told = message(**{"url": "http://testserver/m/abc/?from=site", **changes})
    return Sending(told, Target("inapp", {}, None, None, member_id), Carrier("site", "inapp"), str(uuid.uuid4()))


def posted(*sendings):
    async def scenario():
        async with opened() as session:
            return await asyncio.gather(*[InApp().send(one, session) for one in sendings])

    return async_to_sync(scenario)()


def test_a_member_finds_it_in_the_inbox_and_is_led_on(alice, client):
    (outcome,) = posted(notice(alice.pk, title="Read <this>"))
    row = Notification.objects.get(member=alice)
    assert (outcome.kind, outcome.external_id) == ("accepted", str(row.source_id))
    client.force_login(alice)
    page = client.get(reverse("notifications:list")).content.decode()
    assert "<b>Read &lt;this&gt;</b>" in page
    assert "Somebody answered 你的问题" in page
    assert client.get(reverse("notifications:open", args=[row.pk])).url == "/m/abc/?from=site"
    assert not Mail.objects.exists()


def test_a_repetition_is_the_same_notice(alice):
    told = notice(alice.pk)
    first, second = posted(told)[0], posted(told)[0]
    assert first.external_id == second.external_id
    assert (Notice.objects.count(), Notification.objects.count()) == (1, 1)


def test_many_are_written_together(alice, bob, django_assert_num_queries):
    sendings = [notice(member.pk) for member in (alice, bob) for _number in range(20)]
    with django_assert_num_queries(4):  # a savepoint, what is written, what is there, and its release
        outcomes = posted(*sendings)
    assert {outcome.kind for outcome in outcomes} == {"accepted"}
    assert Notice.objects.filter(member=alice).count() == 20


def test_who_is_gone_is_told_nothing_and_holds_up_nobody(alice, member_named):
    away = member_named("away", is_active=False)
    outcomes = posted(notice(away.pk), notice(alice.pk), notice(10**9))
    assert [outcome.kind for outcome in outcomes] == ["dead_token", "accepted", "dead_token"]
    assert Notice.objects.count() == 1


def test_a_database_that_is_away_is_tried_again(alice, monkeypatch):
    def away(_notes):
        raise OperationalError("no connection")

    monkeypatch.setattr(noticeboard, "write", away)
    (outcome,) = posted(notice(alice.pk))
    assert (outcome.kind, outcome.is_unknown) == ("retry", False)


@pytest.mark.django_db
def test_nobody_else_reads_it(alice, bob):
    (outcome,) = posted(notice(alice.pk))
    key = ("notice", int(outcome.external_id))
    assert notices.describe(alice, [key])[key].title == "An answer for you"
    assert notices.describe(bob, [key]) == {}


def test_the_kind_is_chosen_with_the_topics_not_with_the_kinds(alice):
    assert "campaign" not in dict(NotificationsForm(instance=alice).fields["wanted_kinds"].choices)
