"""The requests of a round, written down before they are made.

A message to a target keeps its idempotency key from its first attempt to its last, so that a provider who can tell a
repetition does. Where none can, a request that may be the second of a message that arrived is marked `replaced`: it
has the same collapse key, and takes the first one's place where it is shown.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from growth.campaigns.channels import CHANNELS
from growth.campaigns.channels.interface import Carrier, Message, Sending, Target, Unavailable
from growth.campaigns.channels.sessions import Sessions
from growth.campaigns.content.composing import Composed
from growth.campaigns.models import Attempt
from growth.campaigns.sending.carriers import Carriers
from growth.campaigns.sending.plans import Plan

KEYS_SECONDS = 8  # meanwhile no batch of the thread is settled: with `sending.SECONDS` less than a lease
Keys = dict[int, list[str] | Unavailable]  # by provider


@dataclass(frozen=True)
class Request:
    plan: Plan
    attempt: Attempt
    sending: Sending


async def fetch_keys(plans: Sequence[Plan], carriers: Carriers, sessions: Sessions) -> Keys:
    """For each provider as many new keys as its first attempts need, or why it gave none."""
    wanted = Counter(plan.provider.pk for plan in plans for target in plan.targets if not plan.last_key(target))
    given = [_keys(carriers.opened[pk], number, sessions) for pk, number in wanted.items()]
    return dict(zip(wanted, await asyncio.gather(*given), strict=True))


async def _keys(carrier: Carrier, number: int, sessions: Sessions) -> list[str] | Unavailable:
    try:
        async with asyncio.timeout(KEYS_SECONDS):
            return list(await CHANNELS[carrier.channel].keys(carrier, number, sessions))
    except TimeoutError:
        return Unavailable("no keys in time")
    except Unavailable as fault:
        return fault


def write_down(
    plans: Sequence[Plan], said: Mapping[int, Composed], keys: Keys, carriers: Carriers, now: datetime
) -> list[Request]:
    """A request for each target of each plan, with the attempt that stands for it; `keys` are used up."""
    requests = []
    for plan in plans:
        composed = said[plan.delivery.pk]
        chosen = replace(plan, told={"chosen": dict(composed.chosen)})
        message = composed.message_of(plan.channel)
        carrier = carriers.opened[plan.provider.pk]
        requests += [_request(chosen, target, message, carrier, keys, now) for target in plan.targets]
    Attempt.objects.bulk_create([request.attempt for request in requests])
    return requests


def _request(plan: Plan, target: Target, message: Message, carrier: Carrier, keys: Keys, now: datetime) -> Request:
    new = keys.get(plan.provider.pk)
    key = plan.last_key(target) or (new.pop() if isinstance(new, list) else "")
    attempt = Attempt(
        delivery=plan.delivery,
        channel=plan.channel,
        provider=plan.provider,
        device_id=target.device_id,
        idempotency_key=key,
        at=now,
        replaced=plan.may_have_arrived(target) and not CHANNELS[plan.channel].repeats_are_known,
    )
    return Request(plan, attempt, Sending(message, target, carrier, key))
