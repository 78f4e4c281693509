"""A message with the longest values that are plausible, of nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from growth.campaigns.content.drafting import Draft
from growth.campaigns.content.gathering import Reader
from growth.campaigns.content.items import LENGTH
from growth.campaigns.content.shapes import Content
from growth.campaigns.content.sources import SHOWN
from growth.campaigns.content.variables import variables_of
from growth.campaigns.content.wording import word
from growth.campaigns.models import Campaign, Delivery

WIDE = "宽"  # three bytes in UTF-8, as most of what is wide
READER = Reader(10**12, "w" * 40, WIDE * 80, 10**6, "")
ITEM: dict[str, Any] = {
    "title": WIDE * 200,
    "url": f"{settings.SITE_URL}/t/{10**12}/{'w' * 90}",
    "excerpt": WIDE * LENGTH,
    "tags": ["w" * 40] * 5,
}
FOUND = {"items": [ITEM] * SHOWN, "count": 10**4}


def longest(campaign: Campaign, content: Content, language: str) -> Draft:
    """Raises Unfit, Foreign."""
    now = timezone.now()
    delivery = Delivery(pk=10**12, member_id=READER.pk, expires_at=now + timedelta(days=1))
    variables = variables_of(READER, FOUND, {})
    return Draft(delivery, READER.pk, campaign, content, variables, word(content, language, variables))
