"""The table of topics and channels in which members say what they want."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from community.asked import whole
from community.members.models import Member
from growth.campaigns.devices import consenting, wording
from growth.campaigns.devices.consenting import EVERYTHING, Cell
from growth.campaigns.models import Channel, Device, SubscriptionTopic

ALWAYS = frozenset({Channel.WEBPUSH, Channel.EMAIL, Channel.INAPP})


@dataclass(frozen=True)
class Box:
    value: str  # as `read` takes it
    label: str
    checked: bool


@dataclass(frozen=True)
class Row:
    name: str
    about: str
    boxes: list[Box]


@dataclass(frozen=True)
class Table:
    channels: list[str]
    rows: list[Row]
    nothing: bool  # whether the last word was: nothing at all


def channels(member: Member) -> list[Channel]:
    """Those that reach everybody, and those of the member's devices."""
    theirs = set(Device.objects.standing().filter(member=member).values_list("channel", flat=True))
    return [channel for channel in Channel if channel in ALWAYS | theirs]


def of(member: Member) -> Table:
    shown = channels(member)
    topics = list(SubscriptionTopic.objects.all())
    said = consenting.words([member.pk], topics=[topic.pk for topic in topics]).get(member.pk, {})
    rows = []
    for topic in topics:
        name = wording.named(topic)
        boxes = [
            Box(f"{topic.pk}:{channel}", f"{name}: {channel.label}", consenting.lets(said, topic, channel))
            for channel in shown
        ]
        rows.append(Row(name, wording.about(topic), boxes))
    return Table([str(channel.label) for channel in shown], rows, said.get(EVERYTHING) is False)


def read(values: Iterable[str]) -> set[Cell]:
    """The boxes that came back checked; what is none is left out."""
    parts = [value.partition(":") for value in values]
    numbers = [(whole(topic), channel) for topic, _colon, channel in parts]
    return {(topic, channel) for topic, channel in numbers if topic and channel in Channel.values}
