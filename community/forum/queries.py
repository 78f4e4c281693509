"""What a member types into the search box, understood. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

KINDS = ("question", "discussion", "article")
STATES = ("unanswered", "answered", "accepted", "open", "closed")
_PART = re.compile(r'(?P<filter>\b(?:tag|user|is):[^\s"]+)|"(?P<phrase>[^"]*)"|(?P<word>\S+)')
_BRACKETED = re.compile(r"^\[([^\[\]\s]+)\]$")


@dataclass(frozen=True)
class Query:
    """`tag:` `user:` `is:` filters, "quoted phrases" and the words that are left; -word excludes."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    unknown: tuple[str, ...] = field(default=(), compare=False)  # is:something that nothing is

    @property
    def empty(self) -> bool:
        return not (self.words or self.phrases or self.tags or self.users or self.kinds or self.states)

    @property
    def has_text(self) -> bool:
        return bool(self.words or self.phrases)


def parse(text: str) -> Query:
    """Never fails: what is no filter is a word."""
    found: dict[str, list[str]] = {name: [] for name in Query.__dataclass_fields__}
    for match in _PART.finditer(text[:500].replace("“", '"').replace("”", '"')):
        if given := match["filter"]:
            _filter(given, found)
        elif match["phrase"] is not None:
            found["phrases"].append(match["phrase"].strip())
        elif word := match["word"]:
            _word(word, found)
    return Query(**{name: tuple(dict.fromkeys(filter(None, values))) for name, values in found.items()})


def _filter(given: str, found: dict[str, list[str]]) -> None:
    name, value = given.split(":", 1)
    value = value.lower()
    if name == "tag":
        found["tags"].append(value)
    elif name == "user":
        found["users"].append(value.lstrip("@"))
    elif value in KINDS:
        found["kinds"].append(value)
    else:
        found["states" if value in STATES else "unknown"].append(value)


def _word(word: str, found: dict[str, list[str]]) -> None:
    if bracketed := _BRACKETED.match(word):
        found["tags"].append(bracketed[1].lower())
    elif word.startswith("-") and len(word) > 1:
        found["without"].append(word[1:])
    else:
        found["words"].append(word)
