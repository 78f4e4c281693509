"""Topics as texts name them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django.db.models import F
from django.db.models.functions import Left

from community.forum.highlighting import plain
from community.forum.models import Post, Topic
from community.forum.text import excerpt
from community.paths import path_to
from growth.campaigns.content.addresses import whole

LENGTH = 180
CUT_TAG = re.compile(r"<[^>]*\Z")


def items_of(topics: Collection[int]) -> dict[int, dict[str, Any]]:
    """By topic: title, url, excerpt and tags."""
    beginnings = dict(
        Post.objects.filter(topic__in=topics, number=0).values_list(F("topic"), Left("html", LENGTH * 20))
    )
    rows = Topic.objects.filter(pk__in=topics).with_tag_names().only("title", "slug")
    return {topic.pk: _item(topic, beginnings.get(topic.pk, "")) for topic in rows}


def _item(topic: Any, html: str) -> dict[str, Any]:
    return {
        "title": topic.title,
        "url": whole(topic.get_absolute_url()) or whole(path_to("forum:topic-by-id", topic.pk)),
        "excerpt": excerpt(plain(CUT_TAG.sub("", html)), LENGTH),
        "tags": topic.tag_names,
    }
