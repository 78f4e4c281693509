"""What members let us send: the words they have said, and what follows from them.

A message on a topic by a channel is covered by four words: of that topic by that channel, of the topic, of the
channel, of everything. It may go out where none of them says no and, of a topic that is off at first, one that names
the topic says yes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from community.members.models import Member
from events.record import record
from growth.campaigns.models import Channel, Consent, Delivery, SubscriptionTopic

Cell = tuple[int, str]  # a topic's id and a channel
Word = tuple[int | None, str]  # the same, with None for every topic and "" for every channel

EVERYTHING: Word = (None, "")
BOUNCE = "bounce"


def allowed(
    member_ids: Collection[int], topic: SubscriptionTopic, channels: Sequence[str]
) -> Mapping[int, frozenset[str]]:
    """By member, the channels of these by which they let us send the topic. Every id that was given is a key."""
    said = words(member_ids, topics=[topic.pk])
    return {
        pk: frozenset(channel for channel in channels if lets(said.get(pk, {}), topic, channel)) for pk in member_ids
    }


def words(member_ids: Collection[int], *, topics: Collection[int]) -> dict[int, dict[Word, bool]]:
    """By member, what they have said of these topics, of channels and of everything, in one query."""
    rows = Consent.objects.filter(Q(topic__in=topics) | Q(topic=None), member__in=member_ids)
    found: dict[int, dict[Word, bool]] = {}
    for member, topic, channel, yes in rows.values_list("member", "topic", "channel", "allowed"):
        found.setdefault(member, {})[topic, channel] = yes
    return found


def lets(said: Mapping[Word, bool], topic: SubscriptionTopic, channel: str) -> bool:
    covering = [said.get(word) for word in covers((topic.pk, channel))]
    return False not in covering and (topic.on_at_first or True in covering[:2])


def covers(cell: Cell) -> list[Word]:
    """The words that speak of it; the two that name its topic first."""
    topic, channel = cell
    return [(topic, channel), (topic, ""), (None, channel), EVERYTHING]


@transaction.atomic
def say(
    member: Member,
    *,
    channel: str = "",
    topic: SubscriptionTopic | None = None,
    allowed: bool,
    source: str,
    delivery: Delivery | None = None,
) -> None:
    """A member's last word on it. Taking back is an event, of the delivery that caused it where one did; what was said
    already is neither written nor told again."""
    Member.objects.lock([member.pk])
    word = (topic.pk if topic else None, channel)
    if Consent.objects.filter(member=member, topic=topic, channel=channel, allowed=allowed).exists():
        return
    _write(member, {word: allowed}, source=source)
    if not allowed:
        _tell(member, [word], delivery=delivery)


@transaction.atomic
def choose(member: Member, wanted: Collection[Cell], *, channels: Collection[str], source: str) -> None:
    """What the table of every topic and these channels shall say from now on; nothing changes by the other channels.

    Wider words that forbid a wanted cell are lifted, and the cells that they forbade beside it get words of their own.
    """
    Member.objects.lock([member.pk])
    topics = {topic.pk: topic for topic in SubscriptionTopic.objects.all()}
    said = words([member.pk], topics=topics).get(member.pk, {})
    cells = [(topic, channel) for topic in topics for channel in Channel.values]
    before = {cell for cell in cells if lets(said, topics[cell[0]], cell[1])}
    after = {cell for cell in cells if cell in (wanted if cell[1] in channels else before)}
    told = {word: True for cell in after for word in covers(cell)[1:] if said.get(word) is False}
    now_said = said | told
    told |= {cell: cell in after for cell in cells if lets(now_said, topics[cell[0]], cell[1]) != (cell in after)}
    _write(member, told, source=source)
    _tell(member, sorted(before - after))


@transaction.atomic
def silence(member: Member, *, channel: str) -> None:
    """Nothing goes by this channel where what went came back: no word of the member's, so no event. A no of their own
    stays theirs."""
    Member.objects.lock([member.pk])
    if not Consent.objects.filter(member=member, topic=None, channel=channel, allowed=False).exists():
        _write(member, {(None, channel): False}, source=BOUNCE)


def lift(member: Member, *, channel: str) -> None:
    """The channel reaches them again; nothing that they said changes."""
    Consent.objects.filter(member=member, topic=None, channel=channel, source=BOUNCE).delete()


def _write(member: Member, told: Mapping[Word, bool], *, source: str) -> None:
    now = timezone.now()
    Consent.objects.bulk_create(
        [
            Consent(member=member, topic_id=topic, channel=channel, allowed=yes, at=now, source=source)
            for (topic, channel), yes in told.items()
        ],
        update_conflicts=True,
        unique_fields=["member", "channel", "topic"],
        update_fields=["allowed", "at", "source"],
    )


def _tell(member: Member, taken_back: Iterable[Word], *, delivery: Delivery | None = None) -> None:
    keys = dict(SubscriptionTopic.objects.values_list("pk", "key"))
    about = ("delivery", delivery.pk) if delivery else None
    campaign: dict[str, Any] = {"campaign": delivery.campaign.key} if delivery else {}
    for topic, channel in taken_back:
        named = keys[topic] if topic else ""
        record("unsubscribed", unit=member.pk, object=about, channel=channel, topic=named, **campaign)
