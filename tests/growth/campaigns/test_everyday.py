"""Members are told of answers in the browsers in which they asked to be."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from growth.campaigns.content.composing import compose
from growth.campaigns.content.validating import findings
from growth.campaigns.models import Campaign, Delivery
from growth.campaigns.planning import triggering
from tests import builders

pytestmark = pytest.mark.django_db


def test_it_runs_and_beginning_it_twice_is_beginning_it_once(capsys):
    call_command("push_keys")
    capsys.readouterr()
    call_command("begin_campaigns")
    call_command("begin_campaigns")
    assert capsys.readouterr().out.splitlines() == ["answers: Answers to you", "it was begun before"]
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.holdout) == ("running", 0)
    assert [found for found in findings(campaign, campaign.variations.get()) if found.fatal] == []


def test_without_keys_for_browsers_it_is_not_begun():
    with pytest.raises(CommandError, match="No provider serves this channel"):
        call_command("begin_campaigns")
    assert not Campaign.objects.exists()


def test_who_asked_is_told_of_an_answer(alice, bob):
    call_command("push_keys")
    call_command("begin_campaigns")
    topic = builders.question(alice)
    builders.answer(topic, bob)
    assert triggering.let_in(Campaign.objects.get(), 0, triggering.FURTHEST, now=timezone.now()) == 1
    row = Delivery.objects.get()
    message = compose([row], now=timezone.now())[row.pk].message_of("webpush")
    assert (row.member, row.held, message.title) == (alice, False, "You have an answer")
