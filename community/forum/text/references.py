"""Addresses, @names and #tags in running text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

from community.forum.text import urls

CJK = "\u3000-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
LATIN = rf"[^\W{CJK}]"
# Looks ahead before it takes: Python before 3.11.5 keeps what a possessive group's last, failed turn had taken.
FOUND = re.compile(
    rf"(?P<url>(?<![A-Za-z0-9_])https?://[^\s<>{CJK}]++)"
    rf"|(?<![A-Za-z0-9_@#&/.+=-])(?:"
    rf"@(?P<member>{LATIN}(?:{LATIN}|(?=[.-]{LATIN})[.-]){{1,39}}+(?!{LATIN})|[{CJK}][\w-]{{1,39}}+)(?![/@])"
    rf"|#(?P<tag>(?!\d+(?!\w))(?:{LATIN}(?:{LATIN}|(?=[.+-]{LATIN})[.+-]|[+#]){{0,34}}+(?!{LATIN})|[{CJK}]\w{{0,34}}+(?!\w))))",
    re.IGNORECASE,
)
"""An address needs its scheme: README.md, main.rs and config.py are file names under real domains.

What is Latin ends where Chinese, Japanese or Korean goes on: "@alice的回答" names alice. No mention: an e-mail address.
No tag: #123, an entity, the end of an address.
"""
TRAILING = "?!.,:;*_~'\""
CLOSING = {")": "(", "]": "["}


@dataclass
class References:
    """Whom and what a text names, lower-case, in order, each once (a dict is an ordered set)."""

    mentions: dict[str, None] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)


class Reference(NamedTuple):
    kind: str  # "mention", "tag" or "url"
    typed: str
    href: str


def find(text: str, before: str, references: References) -> Iterator[str | Reference]:
    """Cut a text into words and references and note these. `before` is what stands before the text, if anything."""
    written = len(before)
    line = before + text
    for match in FOUND.finditer(line, written):
        reference = _reference(match, references)
        if reference:
            yield line[written : match.start()]
            yield reference
            written = match.start() + len(reference.typed)
    yield line[written:]


def _reference(match: re.Match[str], references: References) -> Reference | None:
    if match["url"]:
        url = _without_trailing(match["url"])
        return Reference("url", url, url) if urls.is_external(url) else None
    name = (match["member"] or match["tag"]).lower()
    if match["member"]:
        references.mentions[name] = None
        return Reference("mention", match[0], f"/members/{quote(match['member'])}/")
    references.tags[name] = None
    return Reference("tag", match[0], f"/tags/{quote(name)}/")


def _without_trailing(url: str) -> str:
    """Without the sentence's punctuation, and without a bracket that was opened before the address."""
    end = len(url)
    surplus = {closing: url.count(closing) - url.count(opening) for closing, opening in CLOSING.items()}
    while end and (url[end - 1] in TRAILING or surplus.get(url[end - 1], 0) > 0):
        if url[end - 1] in surplus:
            surplus[url[end - 1]] -= 1
        end -= 1
    return url[:end]
