"""What a page's script says it saw, tidied: it is a stranger's word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from events.collecting import paths
from events.collecting.checking import Act, Declaration, Refused
from events.names import NAMES, UTM

DECLARED: Mapping[str, Declaration] = {
    event.name: Declaration(frozenset(event.objects), frozenset(event.properties))
    for event in NAMES.values()
    if event.passive
}
MOST = {"seconds": 86_400, "scroll": 100, "position": 10_000}
CHANNELS = ("copy", "system")
_WORD = re.compile(r"[^a-z0-9._-]+")


def tidy(act: Act) -> Act:
    """Numbers within bounds, a path without names, a referrer's host alone. Raises Refused."""
    properties = act.properties
    for name, most in MOST.items():
        if name in properties:
            properties[name] = _within(properties[name], most)
    if "path" in properties:
        properties["path"] = paths.clean(str(properties["path"]).partition("?")[0])
        if not properties["path"]:
            raise Refused("bad_property", "The site has no such page.")
    if "referrer" in properties:
        properties["referrer"] = host_of(str(properties["referrer"]))
    for name in UTM:
        if name in properties:
            properties[name] = word(str(properties[name]))
    if properties.get("channel", CHANNELS[0]) not in CHANNELS:
        raise Refused("bad_property", f"A channel is {' or '.join(CHANNELS)}.")
    act.value = properties.get("seconds") if act.name == "topic_read" else None
    return act


def host_of(referrer: str) -> str:
    """`https://www.example.org/a?b` and `example.org` are both example.org."""
    try:
        host = urlsplit(referrer if "//" in referrer else f"//{referrer}").hostname or ""
    except ValueError:
        return ""
    return word(host).removeprefix("www.")


def word(text: str) -> str:
    """In small letters, at most 60 of `a-z 0-9 . _ -`."""
    return _WORD.sub("-", text.lower()).strip("-")[:60]


def _within(number: Any, most: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise Refused("bad_property", "Seconds, scroll and position are numbers.")
    return round(min(max(number, 0), most))
