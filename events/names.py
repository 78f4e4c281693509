"""Every event there is, with its properties. A name that is not here is not recorded.

`unit` is a member's id, or minus a visitor's id. Definitions: docs/metrics.md.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class EventName:
    name: str
    unit: str  # who the event is counted for
    object: str | None = None  # the kind of thing it is about
    properties: tuple[str, ...] = ()
    passive: bool = False  # seen by a browser rather than done by a verb


_DECLARED = (
    # Comings and goings
    EventName("signed_up", "who signs up", properties=("method",)),
    EventName("signed_in", "who signs in", properties=("method",)),
    # What a browser sees
    EventName("page_viewed", "who looks", "page", ("seconds", "scroll"), passive=True),
    EventName("topic_read", "who reads", "topic", ("seconds", "scroll"), passive=True),
    EventName("clicked", "who clicks", "page", ("selector", "position"), passive=True),
    EventName("impression", "who is shown it", "page", ("position",), passive=True),
    EventName("searched", "who searches", None, ("results",)),
    EventName("shared", "who shares", "post"),
    # What the author of an act does
    EventName("topic_started", "author", "topic", ("kind",)),
    EventName("answer_posted", "author", "post"),
    EventName("reply_posted", "author", "post"),
    EventName("comment_posted", "author", "comment"),
    EventName("post_edited", "who edits", "post"),
    EventName("bookmarked", "who bookmarks", "post"),
    EventName("followed", "who follows", "topic"),
    EventName("vote_cast", "voter", "post"),  # value: +1 or -1
    EventName("answer_accepted", "asker", "post"),
    EventName("bounty_offered", "who offers", "topic"),  # value: the amount
    # What happens to a member
    EventName("answer_received", "author of the topic", "post"),
    EventName("comment_received", "author of the post", "comment"),
    EventName("vote_received", "author of the post", "post"),  # value: +1 or -1
    EventName("accept_received", "author of the answer", "post"),
    EventName("badge_earned", "who earns it", "badge"),
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


def declared(name: str, properties: dict[str, object]) -> EventName:
    """The event of this name; ValueError where it, or one of the properties, is not declared."""
    event = NAMES.get(name)
    if event is None:
        raise ValueError(f"no event is named {name!r}; declare it in events/names.py")
    if unknown := sorted(set(properties) - set(event.properties)):
        raise ValueError(f"{name} has no property {', '.join(unknown)}")
    return event
