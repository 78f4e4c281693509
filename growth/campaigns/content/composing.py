"""What is sent to each of a batch of members: composed when it is due, in the member's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from growth.campaigns.channels.interface import Message
from growth.campaigns.content.drafting import Draft, message
from growth.campaigns.content.gathering import Batch, gather
from growth.campaigns.content.shapes import Content
from growth.campaigns.content.sources import SOURCES
from growth.campaigns.content.templates import Unfit
from growth.campaigns.content.variables import variables_of
from growth.campaigns.content.wording import Foreign, word
from growth.campaigns.models import Delivery

NOTHING = Content()


@dataclass(frozen=True)
class Composed:
    """`chosen` says what was chosen for the member, for the delivery's `why`."""

    message_of: Callable[[str], Message]  # by channel
    chosen: Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """There is no message: the state that the delivery ends in, and the reason.

    cancelled: `nothing_to_say` (the source found nothing), `member_gone`. rejected: `template`,
    `foreign_address`, `no_such_source`."""

    state: str
    reason: str


def compose(deliveries: Sequence[Delivery], *, now: datetime) -> dict[int, Composed | Problem]:
    """By the delivery's id, each of them. Held ones too: who would have had no message was not held back from one."""
    batch = gather(deliveries, now)
    return {delivery.pk: composed(delivery, batch, now) for delivery in deliveries}


def composed(delivery: Delivery, batch: Batch, now: datetime) -> Composed | Problem:
    campaign = batch.campaigns[delivery.campaign_id]
    reader = batch.readers.get(delivery.member_id or 0)
    if reader is None:
        return Problem(Delivery.State.CANCELLED, "member_gone")
    found = batch.found.get(delivery.campaign_id, {}).get(reader.pk)
    if campaign.source and campaign.source not in SOURCES:
        return Problem(Delivery.State.REJECTED, "no_such_source")
    if campaign.source and not found:
        return Problem(Delivery.State.CANCELLED, "nothing_to_say")
    data = batch.entries.get((delivery.campaign_id, reader.pk, delivery.occurrence), {})
    content = batch.contents.get((delivery.campaign_id, delivery.variation or 0), NOTHING)
    variables = variables_of(reader, found, data)
    try:
        words = word(content, reader.language, variables)
        draft = Draft(delivery, reader.pk, campaign, content, variables, words)
        draft.must_be_fit()
    except Unfit:
        return Problem(Delivery.State.REJECTED, "template")
    except Foreign:
        return Problem(Delivery.State.REJECTED, "foreign_address")
    chosen = {"language": words.language} | ({"source": campaign.source, "topics": found["topics"]} if found else {})
    return Composed(partial(message, draft, now), chosen)
