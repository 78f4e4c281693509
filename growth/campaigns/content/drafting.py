"""One member's message, once it is known by which channel it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from growth.campaigns.channels.interface import Message
from growth.campaigns.content.linking import Links, own_addresses
from growth.campaigns.content.shapes import Content
from growth.campaigns.content.variables import Variables, followed
from growth.campaigns.content.wording import Words, names_addresses, word
from growth.campaigns.models import Campaign, Channel, Delivery, FrequencyCap

Urgency = Literal["low", "normal", "high"]
URGENCY: dict[int, Urgency] = {FrequencyCap.Priority.LOW: "low", FrequencyCap.Priority.NORMAL: "normal"}
TITLE = 200
BODY = {"webpush": 700, "fcm": 700, "apns": 700, "jpush": 300}
"""Characters of a body that browsers and telephones are given: in any alphabet it is, with the rest, less than services
take (4 KB, JPush 2)."""

LONGEST_NAME = max(Channel.values, key=len)  # the channel's name is part of its addresses


@dataclass(frozen=True)
class Draft:
    delivery: Delivery
    member_id: int
    campaign: Campaign
    content: Content
    variables: Variables
    words: Words

    def links(self, channel: str) -> Links:
        return Links(self.delivery.pk, self.member_id, self.campaign.topic_id, channel)

    def must_be_fit(self) -> None:
        """Raises Unfit where its texts do not bear the addresses that a channel puts into them."""
        self.followed(self.links(LONGEST_NAME))

    def followed(self, links: Links) -> Words:
        """The words, with addresses by which a click is seen."""
        if not names_addresses(self.content, self.words.language):
            return self.words
        return word(self.content, self.words.language, followed(self.variables, links, self.words.url))


def message(draft: Draft, now: datetime, channel: str) -> Message:
    delivery, campaign = draft.delivery, draft.campaign
    links, message_id = draft.links(channel), delivery.message_id
    words = draft.followed(links)
    return Message(
        message_id=message_id,
        collapse_key=message_id.hex,
        title=_cut(words.title, TITLE),
        body=_cut(words.body, BODY.get(channel, len(words.body))),
        action=words.action,
        subject=_cut(words.subject, TITLE),
        language=words.language,
        data={"campaign": campaign.key, "message": str(message_id)},
        ttl=max(int((delivery.expires_at - now).total_seconds()), 0),
        urgency=URGENCY.get(campaign.priority, "high"),
        **words.pictures,
        **own_addresses(links, draft.words.url),
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
