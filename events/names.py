"""Every event there is, with its properties. What is not here is not recorded.

`unit` is a member's id, or minus a visitor's id. The table for readers: docs/metrics.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from events.models.declared import DeclaredEvent


@dataclass(frozen=True)
class EventName:
    name: str
    unit: str  # who the event is counted for
    objects: tuple[str, ...] = ()  # the kinds of thing it may be about
    properties: tuple[str, ...] = ()
    value: str = ""  # what its number means
    passive: bool = False  # seen by a browser rather than done by a verb


UTM = ("utm_source", "utm_medium", "utm_campaign")  # of the address that led here

_DECLARED = (
    # Comings and goings
    EventName("signed_up", "who signs up", properties=("method",)),
    EventName("signed_in", "who signs in", properties=("method",)),
    # What a browser sees
    EventName("page_viewed", "who looks", ("topic",), ("path", "referrer", *UTM, "seconds", "scroll"), passive=True),
    EventName("topic_read", "who reads", ("topic",), ("seconds", "scroll"), value="the seconds", passive=True),
    EventName("clicked", "who clicks", ("topic", "post"), ("path", "selector", "position"), passive=True),
    EventName("impression", "who is shown it", ("topic", "post"), ("path", "selector", "position"), passive=True),
    EventName("searched", "who searches", (), ("results",)),
    EventName("shared", "who shares", ("topic", "post"), ("channel",), passive=True),
    EventName("exposed", "who is shown a variation", ("phase",), ("path",), value="the variation's index"),
    # What a member does
    EventName("topic_started", "author", ("topic",), ("kind", "category")),
    EventName("answer_posted", "author", ("post",), ("category", "topic")),
    EventName("reply_posted", "author", ("post",), ("category", "topic")),
    EventName("comment_posted", "author", ("post",), ("category", "topic")),
    EventName("post_edited", "who edits", ("post",)),
    EventName("bookmarked", "who bookmarks", ("post",)),
    EventName("followed", "who follows", ("topic", "tag", "member")),
    EventName("vote_cast", "voter", ("post",), value="+1 or -1"),
    EventName("answer_accepted", "asker", ("post",)),
    EventName("bounty_offered", "who offers", ("topic",), value="the amount"),
    # What becomes of a campaign's message, by the delivery that brought it
    EventName("message_sent", "to whom it is sent", ("delivery",), ("campaign", "channel"), value="its variation"),
    EventName("message_opened", "who opens it", ("delivery",), ("campaign", "channel")),
    EventName("message_clicked", "who follows it", ("delivery",), ("campaign", "channel")),
    EventName("unsubscribed", "who wants no more", ("delivery",), ("campaign", "channel", "topic")),
    EventName("complained", "who calls it spam", ("delivery",), ("campaign", "channel")),
    # What went wrong, beside what was done: a form that came back, an act taken back at once
    EventName("submit_failed", "who sends the form", properties=("form",)),
    EventName("undone", "who takes it back", ("post", "comment"), ("act",)),
    # What happens to a member, at the time of the act that causes it; one's own acts do not
    EventName("answer_received", "author of the topic", ("post",), ("topic",)),
    EventName("comment_received", "author of the post", ("comment",), ("topic",)),
    EventName("vote_received", "author of the post", ("post",), value="+1 or -1"),
    EventName("accept_received", "author of the answer", ("post",)),
    EventName("badge_earned", "who earns it", ("badge",)),
)

NAMES: dict[str, EventName] = {event.name: event for event in _DECLARED}

# Legal wherever the name of an event is.
ACTIVE = (
    "topic_started",
    "answer_posted",
    "reply_posted",
    "comment_posted",
    "vote_cast",
    "answer_accepted",
    "bookmarked",
    "bounty_offered",
)
# What happens to a person without their being there.
RECEIVED = frozenset({"answer_received", "comment_received", "vote_received", "accept_received", "badge_earned"})
# What the site notes of a person for itself: it stands between no two acts.
NOTED = frozenset({"exposed", "message_sent", "message_opened", "message_clicked", "unsubscribed", "complained"})
# So neither is an act: they make nobody seen, and no session.
NO_ACT = RECEIVED | NOTED


def check(name: str, *, kind: str | None, properties: Mapping[str, object]) -> None:
    """ValueError where the event, the kind of its object or one of its properties is not declared."""
    event = NAMES.get(name)
    if event is None:
        raise ValueError(f"no event is named {name!r}; declare it in events/names.py")
    if kind is not None and kind not in event.objects:
        raise ValueError(f"{name} is about {' or '.join(event.objects) or 'nothing'}, not {kind}")
    if unknown := sorted(set(properties) - set(event.properties)):
        raise ValueError(f"{name} has no property {', '.join(unknown)}")


def select(names: str) -> frozenset[str]:
    """The events that `signed_up`, `answer_posted|reply_posted` or `active` stand for, as reports and commands take
    them. ValueError where one is not declared, in code or by a program."""
    found: set[str] = set()
    for name in (part.strip() for part in names.split("|")):
        found.update(ACTIVE if name == "active" else [name])
    if unknown := sorted(name for name in found if not is_declared(name)):
        raise ValueError(f"no event is named {unknown[0]!r}" if unknown[0] else "the name of an event is missing")
    return frozenset(found)


def is_declared(name: str) -> bool:
    return name in NAMES or DeclaredEvent.objects.filter(name=name).exists()
