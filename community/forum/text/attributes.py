"""The elements of a text and, for each, the attributes that are kept and how."""

import re
from html import escape

from community.forum.text import urls

REL = "nofollow ugc noopener"
ELEMENT_NAMES = (
    "a b blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre s "
    "section small strike strong sub sup table tbody td tfoot th thead tr u ul wbr"
)
ELEMENTS = frozenset(ELEMENT_NAMES.split())
OUR_CLASSES = {
    "a": {"footnote-backref", "mention", "tag"},
    "hr": {"footnotes-sep"},
    "li": {"footnote-item", "task"},
    "ol": {"footnotes-list"},
    "section": {"footnotes"},
    "sup": {"footnote-ref"},
}
"""Written by the Markdown parser; from an import no class is kept."""
OUR_ID = re.compile(r"fn(?:ref)?\d+(?::\d+)?")
NUMBER = re.compile(r"\d{1,5}")
ALIGN = re.compile(r"text-align:(left|right|center)")


def kept(name: str, given: dict[str, str], *, ours: bool, prefix: str) -> str | None:
    """The attributes of a start tag as text, each with a space before it; None if the element is not kept."""
    if name not in ELEMENTS:
        return None
    found = SPECIAL[name](given) if name in SPECIAL else {}
    if found is None:
        return None
    if ours:
        found |= _ours(name, given, prefix)
    return "".join(f' {key}="{escape(value)}"' for key, value in found.items())


def _link(given: dict[str, str]) -> dict[str, str] | None:
    href = urls.link(given.get("href", ""))
    title = _some(given, "title")
    if href is None:
        return title
    return {"href": href, **title, **({"rel": REL} if urls.is_external(href) else {})}


def _image(given: dict[str, str]) -> dict[str, str] | None:
    src = urls.image(given.get("src", ""))
    if src is None:
        return None
    return {"src": src, "alt": given.get("alt", ""), **_some(given, "title"), **_size(given), "loading": "lazy"}


def _cell(given: dict[str, str]) -> dict[str, str]:
    match = ALIGN.search(given.get("style", ""))
    return {"align": match[1]} if match else {}


def _list(given: dict[str, str]) -> dict[str, str]:
    start = given.get("start", "")
    return {"start": start} if NUMBER.fullmatch(start) else {}


SPECIAL = {"a": _link, "img": _image, "ol": _list, "td": _cell, "th": _cell}


def _some(given: dict[str, str], *names: str) -> dict[str, str]:
    return {name: given[name] for name in names if given.get(name)}


def _size(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in _some(given, "width", "height").items() if NUMBER.fullmatch(value)}


def _ours(name: str, given: dict[str, str], prefix: str) -> dict[str, str]:
    """Classes, and the ids of footnotes with the prefix, also where a link points at one."""
    found = {}
    if given.get("class") in OUR_CLASSES.get(name, ()):
        found["class"] = given["class"]
    if OUR_ID.fullmatch(given.get("id", "")):
        found["id"] = prefix + given["id"]
    if OUR_ID.fullmatch(given.get("href", "")[1:]):
        found["href"] = f"#{prefix}{given['href'][1:]}"
    return found
