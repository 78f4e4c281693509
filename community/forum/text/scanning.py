"""Hostile HTML cut into tags and text, in time that grows with its length only.

`html.parser` takes quadratic time on unfinished tags and comments before Python 3.11.14, and an HTML 5 parser can be
made to build trees thousands of times the size of its input. So tags are found here, the tree is built by `building`
from the few elements that it knows, and the sanitiser only ever sees what `building` wrote.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple


class Text(NamedTuple):
    data: str


class Open(NamedTuple):
    name: str
    attributes: dict[str, str]


class Close(NamedTuple):
    name: str


Token = Text | Open | Close

MAX_TAG = 4_000
"""Characters. What is longer is no tag but text: one bound for all the attributes, and for looking for the end."""

TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'=<>`]++))?""")
NO_TEXT_NAMES = "iframe math noembed noframes noscript object script style svg template textarea title xmp"
NO_TEXT_INSIDE = frozenset(NO_TEXT_NAMES.split())


def scan(html: str) -> Iterator[Token]:
    """Yield the tokens of an HTML text; names in lower case, character references resolved.

    Comments, and elements whose contents are no text of the page, are left out whole.
    """
    at, written = 0, 0
    while (start := html.find("<", at)) >= 0:
        token, at = _tag(html, start)
        if at == start:
            at += 1
            continue
        if start > written:
            yield Text(unescape(html[written:start]))
        written = at
        if token:
            yield token
    if written < len(html):
        yield Text(unescape(html[written:]))


def _tag(html: str, start: int) -> tuple[Open | Close | None, int]:
    """The tag at `start` and where it ends; no tag where a comment or a script is skipped; `start` where text is."""
    if html.startswith(("<!", "<?"), start):
        return None, _after(html, "-->" if html.startswith("<!--", start) else ">", start)
    match = TAG.match(html, start, start + MAX_TAG)
    if match is None:
        return None, start
    closing, name, attributes = match[1], match[2].lower(), match[3]
    if closing:
        return Close(name), match.end()
    if name in NO_TEXT_INSIDE:
        return None, _after_element(html, name, match.end())
    return Open(name, _attributes(attributes)), match.end()


def _attributes(text: str) -> dict[str, str]:
    """The first of two attributes of one name counts, as in browsers."""
    found: dict[str, str] = {}
    for name, value in ATTRIBUTE.findall(text):
        bare = value[1:-1] if value[:1] in ('"', "'") else value
        found.setdefault(name.lower(), unescape(bare))
    return found


def _after(html: str, end: str, start: int) -> int:
    found = html.find(end, start)
    return len(html) if found < 0 else found + len(end)


def _after_element(html: str, name: str, start: int) -> int:
    """What has no end swallows the rest, as a browser reads it."""
    match = re.compile(rf"</{name}[^<>]*>", re.IGNORECASE).search(html, start)
    return match.end() if match else len(html)
