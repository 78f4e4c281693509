"""By what a row goes out, once it is let through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from growth.campaigns.channels.interface import Target
from growth.campaigns.models import Attempt, Delivery, Provider
from growth.campaigns.sending.sending import NOT_MADE

Outcome = Attempt.Outcome
MAY_HAVE_ARRIVED = ("", Outcome.LOST)
TO_BE_REPEATED = (*MAY_HAVE_ARRIVED, Outcome.RETRY, Outcome.THROTTLED)


def _asked_to_wait(attempt: Attempt) -> bool:
    return attempt.outcome == Outcome.THROTTLED and attempt.reason != NOT_MADE.reason


@dataclass(frozen=True)
class Plan:
    """`further`: the channels after this one that reach the member too. `before`: what was tried for the row, in its
    order. `told`: what its `why` learns by this."""

    delivery: Delivery
    provider: Provider
    targets: Sequence[Target]
    further: tuple[str, ...] = ()
    before: Sequence[Attempt] = ()
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def channel(self) -> str:
        return self.targets[0].channel

    def last_key(self, target: Target) -> str:
        """The idempotency key of what is to be repeated at the target: the same message has the same one."""
        keys = [one.idempotency_key for one in self._at(target) if one.outcome in TO_BE_REPEATED]
        return keys[-1] if keys else ""

    def may_have_arrived(self, target: Target) -> bool:
        return any(one.outcome in MAY_HAVE_ARRIVED for one in self._at(target))

    @property
    def waited(self) -> int:
        """How often the one of its targets that did so most asked us to wait."""
        return max(sum(_asked_to_wait(one) for one in self._at(target)) for target in self.targets)

    def _at(self, target: Target) -> list[Attempt]:
        return [one for one in self.before if (one.channel, one.device_id) == (target.channel, target.device_id)]
