"""The whole way of a text: source -> HTML of our own making -> sanitiser."""

import re
from dataclasses import dataclass
from html import escape
from typing import Literal

from community.forum.text import bidi, markdown, sanitising
from community.forum.text.building import Builder
from community.forum.text.scanning import scan

Format = Literal["markdown", "html"]

MAX_SOURCE = 120_000
"""Characters. A longer text is shown as typed, in a <pre>."""

NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """`html` is safe to print as it is. `plain` is for search, excerpts and notifications.

    `mentions` are user names and `tags` tag names, lower-case, each once, in the order of the text.
    """

    html: str
    plain: str
    mentions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def render(source: str, *, format: Format, prefix: str = "") -> Rendered:
    """Render a post. Never raises, whatever the text.

    `prefix` goes before the ids of footnotes, so that several posts can stand on one page.
    HTML is that of an import and is kept as it is: its @names and #words are not made links.
    """
    text = normalised(source)
    if len(text) > MAX_SOURCE:
        return _as_typed(text)
    if format == "html":
        builder = Builder(find_tex=True)
        return _finished(builder, text, markdown.References())
    page, references = markdown.page(text)
    return _finished(Builder(ours=True, prefix=prefix), page, references)


def render_inline(source: str) -> Rendered:
    """Render a comment: inline Markdown only, no blocks, images or HTML. Never raises."""
    text = normalised(source)
    if len(text) > MAX_SOURCE:
        return Rendered(html=escape(text), plain=text)
    line, references = markdown.line(bidi.closed(text))
    return _finished(Builder(ours=True), line, references)


def normalised(source: str) -> str:
    """One kind of line end; what is no character at all (NUL, half a surrogate pair) becomes U+FFFD."""
    return NOT_TEXT.sub("\ufffd", source.replace("\r\n", "\n").replace("\r", "\n"))


def _finished(builder: Builder, page: str, references: markdown.References) -> Rendered:
    builder.feed(scan(page))
    return Rendered(
        html=sanitising.clean(builder.html()),
        plain=builder.plain(),
        mentions=tuple(references.mentions),
        tags=tuple(references.tags),
    )


def _as_typed(text: str) -> Rendered:
    return Rendered(html=sanitising.clean(f"<pre>{escape(text.lstrip())}</pre>"), plain=text.strip())
