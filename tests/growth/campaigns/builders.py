"""Campaigns for tests, made through the real verbs."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from growth.campaigns.models import Campaign, SubscriptionTopic
from growth.campaigns.planning import acting, creating

_numbers = count(1)


TEXTS = {"texts": {"en": {"title": "News", "body": "There is something new."}}}


def campaign(*, variations: Any = ({"key": "only"},), **fields: Any) -> Campaign:
    """A draft on the topic of news, to every member, on the site; variations say something if only that."""
    variations = [{"content": TEXTS, **one} for one in variations]
    number = next(_numbers)
    fields = {"key": f"campaign-{number}", "name": f"Campaign {number}", "channels": ["inapp"], "by": None, **fields}
    fields.setdefault("topic", SubscriptionTopic.objects.get(key="news"))
    return creating.create(variations=variations, **fields)


def approved(**fields: Any) -> Campaign:
    made = campaign(**fields)
    acting.submit(made, by=None)
    return acting.approve(made, by=None)


def launched(*, now: datetime | None = None, **fields: Any) -> Campaign:
    """Running since `now`; nobody is frozen yet."""
    return acting.launch(approved(**fields), by=None, now=now)
