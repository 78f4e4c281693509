"""What a variation says to one member: its texts in the member's language, with the variables in their places."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from growth.campaigns.content.addresses import whole
from growth.campaigns.content.templates import Unfit, compiled
from growth.campaigns.content.variables import Variables

PICTURES = ("icon", "badge", "image")

Content = Mapping[str, Any]  # of a Variation


class Foreign(Exception):
    """An address that is not of this site."""


@dataclass(frozen=True)
class Words:
    """Addresses are whole; title, subject and action are one line."""

    language: str
    title: str
    body: str
    subject: str
    action: str
    url: str
    pictures: Mapping[str, str]


def choose(written: Collection[str], wanted: str) -> str:
    """Of the languages that texts were written in: the one wanted, one like it (zh for zh-hans), the site's, the first.

    Raises Unfit where there is none."""
    for language in (wanted, wanted.split("-")[0], settings.LANGUAGE_CODE, *written):
        if language in written:
            return language
    raise Unfit("no text")


def word(content: Content, wanted: str, variables: Variables) -> Words:
    """Raises Unfit, Foreign."""
    texts = content.get("texts") or {}
    language = choose(texts, wanted)
    said = {part: compiled(text).render(variables) for part, text in texts[language].items() if text}
    line = {part: " ".join(said.get(part, "").split()) for part in ("title", "subject", "action")}
    if not line["title"]:
        raise Unfit("no title")
    pictures = {name: _address(content[name], variables) for name in PICTURES if content.get(name)}
    url = _address(content.get("url") or "/", variables)
    return Words(language, body=said.get("body", "").strip(), url=url, pictures=pictures, **line)


def names_addresses(content: Content, language: str) -> bool:
    """Whether the texts of a language hold addresses themselves, which are followed by channel."""
    return any(compiled(text).names_addresses for text in content["texts"][language].values())


def _address(source: str, variables: Variables) -> str:
    address = whole(compiled(source).render(variables).strip())
    if address is None:
        raise Foreign
    return address
