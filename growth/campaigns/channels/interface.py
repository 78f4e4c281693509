"""What every channel takes and gives, whoever carries the message. Pure: no Django."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from growth.campaigns.channels.sessions import Sessions

UNKNOWN = "unknown"
"""The reason of a `retry` where the request was written and no answer came: the message may have arrived."""

Kind = Literal["accepted", "retry", "dead_token", "rejected", "throttled"]
Scope = Literal["", "target", "carrier"]


@dataclass(frozen=True)
class Message:
    """What a member is told, composed, in their language; a channel takes of it what it can show.

    `message_id` is the same at every attempt. Of two messages with one `collapse_key` a device shows the later alone:
    it is told to services in as many characters as they take (`collapsing.py`). `ttl` in seconds. Addresses are whole
    (https://…). `text` is the longer text of letters, empty: `body`; `data` goes to apps as it is."""

    message_id: UUID
    collapse_key: str
    title: str
    body: str
    url: str
    icon: str = ""
    badge: str = ""
    image: str = ""
    action: str = ""  # what the button says
    subject: str = ""  # of a letter; empty: the title
    text: str = ""
    language: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    ttl: int = 86_400
    urgency: Literal["very-low", "low", "normal", "high"] = "normal"
    unsubscribe_url: str = ""  # a POST there unsubscribes at once (RFC 8058)
    pixel_url: str = ""  # what a letter loads when it is opened


@dataclass(frozen=True)
class Target:
    """Where a member can be reached. `address` by channel:

    webpush {"endpoint", "p256dh", "auth"}; fcm, apns {"token"}; jpush {"registration_id"}; webhook {"url", "secret"
    (whsec_…)}; email {"email"}; inapp {}.
    """

    channel: str
    address: Mapping[str, str]
    device_id: int | None
    registered_at: datetime | None  # an APNs "gone" that is older than this does not count
    member_id: int


@dataclass(frozen=True)
class Carrier:
    """A provider with its secret open. What `config` and `secret` hold is said by each channel."""

    key: str
    channel: str
    config: Mapping[str, Any] = field(default_factory=dict)
    secret: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sending:
    """One request to make. The key is one of `Channel.keys`, kept from the first attempt of a message to a target to
    the last: where `repeats_are_known` it makes a second request harmless."""

    message: Message
    target: Target
    carrier: Carrier
    idempotency_key: str


@dataclass(frozen=True)
class Outcome:
    """What came of one request.

    accepted; retry (after `after` seconds, where it was said), with the reason UNKNOWN where it may have arrived;
    dead_token (the target is no more, `at` since when, if known); rejected (this message or, with the scope "carrier",
    whatever this provider is given, until somebody acts); throttled (wait `after` seconds: the scope says with what).
    """

    kind: Kind
    external_id: str = ""
    after: float | None = None
    code: int | None = None
    reason: str = ""
    milliseconds: int = 0
    at: datetime | None = None
    scope: Scope = ""

    def __post_init__(self) -> None:
        """Texts are the other side's, which members may choose: of what is no Unicode none reaches the database; nor
        does a code that is none (smtplib says -1 of a garbled answer)."""
        object.__setattr__(self, "code", self.code if self.code and 0 < self.code < 1000 else None)
        object.__setattr__(self, "external_id", _storable(self.external_id))
        object.__setattr__(self, "reason", _storable(self.reason))

    @property
    def is_unknown(self) -> bool:
        return self.kind == "retry" and self.reason == UNKNOWN

    @property
    def is_refusal(self) -> bool:
        """Whether the provider takes nothing of us at all."""
        return self.kind == "rejected" and self.scope == "carrier"


def _storable(text: str) -> str:
    """Without what PostgreSQL takes in no text: NUL, and the halves of characters that aiohttp makes of odd bytes."""
    return text.encode(errors="replace").decode().replace("\0", "")


class Channel(Protocol):
    repeats_are_known: bool
    """Whether a second request with one idempotency key does nothing."""
    collapses: bool
    """Whether a second message with one collapse key replaces the first where it is shown."""

    def check(self, message: Message, carrier: Carrier) -> list[str]:
        """What the provider would refuse of the message, in the reader's language; [] where nothing."""

    async def send(self, sending: Sending, session: Sessions) -> Outcome:
        """One request; no fault of the other side, of the network or of an address is raised. Cancelled before it was
        begun, it raises NotBegun."""

    async def keys(self, carrier: Carrier, count: int, session: Sessions) -> Sequence[str]:
        """Idempotency keys for as many messages. Raises Unavailable where the provider gives them."""


class Unavailable(Exception):
    """The provider could not be asked; `after` seconds may help."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class NotBegun(asyncio.CancelledError):
    """The sending was cancelled while it waited for its turn: nothing of it went out."""


class Misconfigured(Exception):
    """What the provider's settings or secret lack, or what of them is not what it should be."""
