"""What a variation says to one member: its texts in the member's language, with the variables in their places."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.conf import settings

from growth.campaigns.content.addresses import whole
from growth.campaigns.content.shapes import Content
from growth.campaigns.content.templates import Given, Unfit, compiled, given
from growth.campaigns.content.variables import Variables


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
    language = choose(content.texts, wanted)
    named = given(variables)
    said = {part: compiled(text).render(named) for part, text in content.texts[language].items()}
    line = {part: " ".join(said.get(part, "").split()) for part in ("title", "subject", "action")}
    if not line["title"]:
        raise Unfit("no title")
    pictures = {name: _address(text, named) for name, text in content.pictures.items()}
    url = _address(content.url or "/", named)
    return Words(language, body=said.get("body", "").strip(), url=url, pictures=pictures, **line)


def names_addresses(content: Content, language: str) -> bool:
    """Whether the texts of a language hold addresses themselves, which are followed by channel."""
    return any(compiled(text).names_addresses for text in content.texts[language].values())


def _address(source: str, variables: Given) -> str:
    address = whole(compiled(source).render(variables).strip())
    if address is None:
        raise Foreign
    return address
