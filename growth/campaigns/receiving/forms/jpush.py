"""极光 JPush's callback (docs.jiguang.cn/jpush/server/push/rest_api_v3_callback), proved as requests to it are: Basic,
app key and master secret. It bears no time, so nothing but that each receipt counts once stops a repetition.

Its fields are told to customers; read are `msgid` and `type`, as Jiguang publishes them of its other products
(docs.jiguang.cn/jums/advanced/callback). Types that are not here say nothing of a message.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from typing import Any

from growth.campaigns.channels.base import secret, setting
from growth.campaigns.channels.interface import Carrier, Misconfigured
from growth.campaigns.receiving.told import MOST, Asked, Kind, Told, Unproved, Unreadable, parsed, text

TYPES: dict[object, Kind] = {1: "dead", 3: "bounced", 4: "delivered", 5: "bounced", 6: "clicked"}


def prove(asked: Asked, carrier: Carrier) -> None:
    """Raises Unproved."""
    try:
        who = f"{setting(carrier, 'app_key')}:{secret(carrier, 'master_secret')}"
    except Misconfigured as fault:
        raise Unproved(str(fault)) from fault
    right = f"Basic {b64encode(who.encode()).decode()}"
    if not hmac.compare_digest(right.encode(), asked.headers.get("authorization", "").encode()):
        raise Unproved("Authorization is not that of this app.")


def read(asked: Asked) -> list[Told]:
    """Raises Unreadable."""
    given = parsed(asked.body)
    records = given if isinstance(given, list) else [given]
    if len(records) > MOST or not all(isinstance(one, dict) and "msgid" in one for one in records):
        raise Unreadable(f"At most {MOST} objects with msgid and type are needed.")
    return [_told(one, kind, asked) for one in records if (kind := _kind(one))]


def _kind(record: dict[str, Any]) -> Kind | None:
    given = record.get("type")
    return TYPES.get(given) if type(given) is int else None


def _told(record: dict[str, Any], kind: Kind, asked: Asked) -> Told:
    message = text(str(record["msgid"]), "msgid")
    return Told(message, kind, message, asked.now, f"type {record['type']}")
