"""The links of a message that are its own: a click is seen by them, an opening, and one unsubscribes by them."""

from __future__ import annotations

from dataclasses import dataclass

from growth.campaigns.devices import links

UNSUBSCRIBED_BY = frozenset({"email", "webhook"})  # the channels whose messages go on to who has not signed in


@dataclass(frozen=True)
class Links:
    """Of a delivery, or of a message to try out: without an id, whose clicks are nobody's."""

    delivery_id: int | None
    member_id: int
    topic_id: int
    channel: str

    def to(self, address: str) -> str:
        """To a whole address of this site."""
        return links.to_page(self.delivery_id, address, channel=self.channel) if self.delivery_id else address

    def stop(self) -> str:
        return links.to_stop(self.member_id, topic_id=self.topic_id, delivery_id=self.delivery_id)

    def pixel(self) -> str:
        return links.pixel(self.delivery_id, channel=self.channel) if self.delivery_id else ""


def own_addresses(links: Links, url: str) -> dict[str, str]:
    """Those fields of a Message."""
    return {
        "url": links.to(url),
        "unsubscribe_url": links.stop() if links.channel in UNSUBSCRIBED_BY else "",
        "pixel_url": links.pixel() if links.channel == "email" else "",
    }
