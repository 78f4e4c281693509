"""What a browser is told, in the JSON of declarative web push, which Safari shows by itself; the service worker shows
`notification` in the others (webkit.org/blog/16535, w3c.github.io/push-api, "declarative push message"). Pure."""

from __future__ import annotations

import json
from typing import Any

from growth.campaigns.channels.interface import Message

MOST_BYTES = 3993
"""RFC 8291, 4: services take bodies of 4096 bytes, of which encryption needs 103."""


def payload(message: Message) -> bytes:
    shown: dict[str, Any] = {
        "title": message.title,
        "body": message.body,
        "navigate": message.url,
        "icon": message.icon,
        "badge": message.badge,
        "image": message.image,
        "lang": message.language,
        "tag": message.collapse_key,
        "data": {**message.data, "id": str(message.message_id), "url": message.url},
    }
    kept = {name: value for name, value in shown.items() if value}
    if message.action:
        kept["actions"] = [{"action": "open", "title": message.action, "navigate": message.url}]
    return json.dumps({"web_push": 8030, "notification": kept}, ensure_ascii=False, separators=(",", ":")).encode()
