"""What texts may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from growth.campaigns.content.gathering import Reader
from growth.campaigns.content.linking import Links

ITEM = {"title": "", "url": "", "excerpt": "", "tags": [""]}
SHAPE: Mapping[str, Any] = {
    "member": {"name": "", "username": "", "points": 0},
    "site": {"name": "", "url": ""},
    "item": ITEM,  # the first of the items
    "items": [ITEM],
    "count": 0,  # how many there are, of which `items` are the first
    "data": None,  # whatever the program gave
    "link": "",  # where the message leads
    "unsubscribe": "",
}

Variables = Mapping[str, Any]


def variables_of(reader: Reader, found: Mapping[str, Any] | None, data: Mapping[str, Any]) -> Variables:
    items = found["items"] if found else []
    name = reader.display_name or reader.username
    return {
        "member": {"name": name, "username": reader.username, "points": reader.points},
        "site": {"name": settings.SITE_NAME, "url": settings.SITE_URL},
        "items": items,
        "item": items[0] if items else {},
        "count": found["count"] if found else 0,
        "data": data,
    }


def followed(variables: Variables, links: Links, url: str) -> Variables:
    """With addresses by which a click is seen."""
    items = [item | {"url": links.to(item["url"])} for item in variables["items"]]
    own = {"items": items, "item": items[0] if items else {}, "link": links.to(url), "unsubscribe": links.stop()}
    return {**variables, **own}
