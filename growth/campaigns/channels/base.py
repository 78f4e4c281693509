"""What most channels have in common."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from growth.campaigns.channels.interface import Carrier, Message, Misconfigured, Outcome, Sending

if TYPE_CHECKING:
    from growth.campaigns.channels.sessions import Sessions

SIGNS = 200  # of a title, on any channel: no screen shows more


class Base(ABC):
    repeats_are_known = False
    collapses = False

    def check(self, message: Message, carrier: Carrier) -> list[str]:
        problems = [] if message.title.strip() else [_("The title is empty.")]
        if len(message.title) > SIGNS:
            problems.append(_("The title is longer than %(most)d characters.") % {"most": SIGNS})
        return problems

    async def send(self, sending: Sending, session: Sessions) -> Outcome:
        try:
            return await self.deliver(sending, session)
        except Misconfigured as fault:
            return Outcome("rejected", reason=f"settings: {fault}"[:200], scope="carrier")

    @abstractmethod
    async def deliver(self, sending: Sending, session: Sessions) -> Outcome:
        """As `send`; raises Misconfigured."""

    async def keys(self, carrier: Carrier, count: int, session: Sessions) -> Sequence[str]:
        return [str(uuid.uuid4()) for _key in range(count)]


def too_long(what: int, most: int) -> list[str]:
    """The problem of a payload of `what` bytes where `most` may go; none where it is no problem."""
    if what <= most:
        return []
    return [_("It takes %(what)d bytes; %(most)d may go.") % {"what": what, "most": most}]


def setting(carrier: Carrier, name: str) -> str:
    """Raises Misconfigured where the provider's settings lack it."""
    return _text(carrier.config.get(name), name)


def secret(carrier: Carrier, name: str) -> str:
    """Raises Misconfigured where the provider's secret lacks it."""
    return _text(carrier.secret.get(name), name)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Misconfigured(f"{name} is missing")
    return value.strip()
