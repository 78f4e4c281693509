"""Stopping messages by the link that each of them bears (RFC 8058): no sign-in, no cookie, one POST."""

from __future__ import annotations

from community.members.models import Member
from growth.campaigns.devices import consenting
from growth.campaigns.devices.links import Stop
from growth.campaigns.models import Delivery, SubscriptionTopic

SOURCE = "one-click"


def topic_of(stop: Stop) -> SubscriptionTopic | None:
    return SubscriptionTopic.objects.filter(pk=stop.topic_id).first() if stop.topic_id else None


def unsubscribe(stop: Stop, *, everything: bool = False) -> None:
    """The topic by every channel, or all of them. Of a topic that is no more there is nothing to stop, and a member
    who left gets nothing anyway."""
    member = Member.objects.active().filter(pk=stop.member_id).first()
    topic = None if everything else topic_of(stop)
    if member is None or (topic is None and stop.topic_id and not everything):
        return
    theirs = Delivery.objects.select_related("campaign").filter(member=member)
    delivery = theirs.filter(pk=stop.delivery_id).first() if stop.delivery_id else None
    consenting.say(member, topic=topic, allowed=False, source=SOURCE, delivery=delivery)
