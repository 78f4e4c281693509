"""The one form that all receipts are brought into. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

Kind = Literal["delivered", "opened", "clicked", "bounced", "complained", "unsubscribed", "dead"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST = 100  # in a request: each has a transaction of its own
LONGEST = 200  # characters of an id; a `detail` is cut


class Unproved(Exception):
    """It does not prove who sent it."""


class Unreadable(ValueError):
    """It is not of the form that was agreed on; str() says where."""


@dataclass(frozen=True)
class Told:
    """`id` is the provider's own of this event; `message` what it called the message when it took it. `bounced` says
    that it came back, `dead` that nothing will ever arrive where it went."""

    id: str
    kind: Kind
    message: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True)
class Asked:
    """A request: its headers may be asked for in any case."""

    headers: Mapping[str, str]
    body: bytes
    now: datetime


def parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("This is not JSON.") from error


def text(value: object, where: str) -> str:
    """An id that a table can hold."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or not value.isprintable():
        raise Unreadable(f"{where} must be text of 1 to {LONGEST} printable characters.")
    return value


def tidy(detail: object) -> str:
    """In one line, without what no table can hold and without addresses of members."""
    words = ("".join(sign for sign in word if sign.isprintable()) for word in str(detail or "").split())
    return " ".join("…" if "@" in word else word for word in words if word)[:300]
