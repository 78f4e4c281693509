"""The campaign that every site begins with: who asked to be told of an answer in this browser is told."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from growth.campaigns.models import Campaign, FrequencyCap, SubscriptionTopic
from growth.campaigns.planning import acting, creating

KEY = "answers"
TOPIC = (gettext_noop("Answers to you"), gettext_noop("When somebody answers what you asked, or what you wrote in."))
TEXTS = {
    "en": {"title": "You have an answer", "body": "Somebody answered you. Have a look while it is fresh."},
    "zh-hans": {"title": "有人回答了你", "body": "你收到了一个回答，快来看看吧。"},
}


@transaction.atomic
def begin(*, by: Any = None) -> Campaign | None:
    """It runs from now on; None where it was begun before. Nobody is held back: these members asked for it."""
    if Campaign.objects.filter(key=KEY).exists():
        return None
    name, description = TOPIC
    topic, _made = SubscriptionTopic.objects.get_or_create(key=KEY, defaults={"name": name, "description": description})
    campaign = creating.create(
        key=KEY,
        name=name,
        by=by,
        variations=[{"key": "plain", "content": {"texts": TEXTS, "url": "/notifications/"}}],
        kind=Campaign.Kind.TRIGGERED,
        trigger=Campaign.Trigger.EVENT,
        trigger_event="answer_received",
        reentry=Campaign.Reentry.ALWAYS,
        topic=topic,
        channels=["webpush"],
        priority=FrequencyCap.Priority.HIGH,
        holdout=0,
    )
    for act in (acting.submit, acting.approve, acting.launch):
        act(campaign, by=by)
    return campaign
