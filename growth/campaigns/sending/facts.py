"""What must be known of a batch of rows before it is decided, read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from community.members.models import Member
from growth.campaigns.channels.interface import Target
from growth.campaigns.devices import consenting, quiet, registering
from growth.campaigns.devices.quiet import Hours
from growth.campaigns.models import Attempt, Delivery, FrequencyCap
from growth.campaigns.sending.carriers import order_of

IN_VAIN = (Attempt.Outcome.DEAD_TOKEN, Attempt.Outcome.REJECTED)


@dataclass(frozen=True)
class Facts:
    active: frozenset[int]
    words: Mapping[int, Mapping[consenting.Word, bool]]
    targets: Mapping[int, Sequence[Target]]
    hours: Mapping[int, Hours]
    caps: Mapping[int, FrequencyCap]
    attempts: Mapping[int, list[Attempt]]  # by delivery, in their order

    @classmethod
    def load(cls, rows: Sequence[Delivery], now: datetime) -> Facts:
        members = {row.member_id for row in rows if row.member_id}
        active = frozenset(Member.objects.active().filter(pk__in=members).values_list("pk", flat=True))
        return cls(
            active=active,
            words=consenting.words(active, topics={row.campaign.topic_id for row in rows}),
            targets=registering.targets(active, {channel for row in rows for channel in order_of(row)}),
            hours=quiet.hours(active),
            caps={cap.priority: cap for cap in FrequencyCap.objects.all()},
            attempts=attempts_of(rows),
        )

    def targets_of(self, row: Delivery, channel: str) -> list[Target]:
        """Where the member can be reached by the channel, but for what this row was refused at."""
        refused = {(one.channel, one.device_id) for one in self.in_vain(row)}
        found = self.targets.get(row.member_id or 0, [])
        return [one for one in found if one.channel == channel and (channel, one.device_id) not in refused]

    def in_vain(self, row: Delivery) -> list[Attempt]:
        """The attempts that need no repetition, since the row was last replayed."""
        since = row.why.get("replayed") or 0
        return [one for one in self.attempts.get(row.pk, []) if one.outcome in IN_VAIN and one.pk > since]


def attempts_of(rows: Sequence[Delivery]) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(delivery__in=[row.pk for row in rows]).order_by("pk"):
        found.setdefault(attempt.delivery_id, []).append(attempt)
    return found
