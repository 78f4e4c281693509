"""Who carries what: the active providers, and the buckets out of which a campaign's messages come."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cryptography.fernet import InvalidToken

from growth.campaigns import providers
from growth.campaigns.channels.interface import Carrier
from growth.campaigns.models import Campaign, Delivery, Provider, Variation

logger = logging.getLogger(__name__)


def order_of(delivery: Delivery) -> list[str]:
    """The channels of its variation, else of its campaign."""
    campaign = delivery.campaign
    return list((variation_of(delivery) or campaign).channels or campaign.channels)


def variation_of(delivery: Delivery) -> Variation | None:
    return next((one for one in delivery.campaign.variations.all() if one.index == delivery.variation), None)


@dataclass(frozen=True)
class Carriers:
    providers: tuple[Provider, ...]
    opened: Mapping[int, Carrier]

    @classmethod
    def load(cls) -> Carriers:
        """The active ones, but for those whose secret nobody can open any more."""
        active = Provider.objects.filter(active=True).order_by("pk")
        opened = {one: carrier for one in active if (carrier := _open(one))}
        return cls(tuple(opened), {one.pk: carrier for one, carrier in opened.items()})

    @cached_property
    def _by_channel(self) -> Mapping[str, Provider]:
        return {provider.channel: provider for provider in reversed(self.providers)}

    def of(self, variation: Variation | None, channel: str) -> Provider | None:
        """The variation's own provider where it is of this channel, else the channel's first; None where none is
        active."""
        if variation and (own := variation.provider) and own.channel == channel:
            return next((provider for provider in self.providers if provider.pk == own.pk), None)
        return self._by_channel.get(channel)

    def buckets(self, campaign: Campaign) -> dict[str, float]:
        """What limits most of its messages, a second; the limits of channels it falls back to are not looked at."""
        found = {bucket_of(campaign): float(campaign.per_second)} if campaign.per_second else {}
        firsts = [self.of(one, (one.channels or campaign.channels)[0]) for one in campaign.variations.all()]
        if firsts and all(provider and provider.per_second for provider in firsts):
            found |= {bucket_of(one): float(one.per_second) for one in firsts if one and one.per_second}
        return found


def _open(provider: Provider) -> Carrier | None:
    try:
        return providers.carrier(provider)
    except InvalidToken:
        logger.error("the secret of the provider %s was sealed with a key that is gone", provider.key)
        return None


def bucket_of(limited: Campaign | Provider) -> str:
    return f"{limited._meta.model_name}:{limited.pk}"


def is_blocked(provider: Provider, now: datetime) -> bool:
    return provider.blocked_until is not None and provider.blocked_until > now
