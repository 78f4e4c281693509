"""The last wall: what nh3 lets through is exactly what this package writes."""

import re

import nh3

from community.forum.text import attributes, highlighting, languages, mathml, urls

TAGS = attributes.ELEMENTS | mathml.ELEMENTS.keys() | {"span"}
ATTRIBUTES = {
    **mathml.ELEMENTS,
    "a": {"href", "title", "id"},
    "img": {"src", "alt", "title", "width", "height"},
    "li": {"id"},
    "ol": {"start"},
}
VALUES = {
    "a": {"rel": {attributes.REL}},
    "td": {"align": {"left", "right", "center"}},
    "th": {"align": {"left", "right", "center"}},
}
CLASSES = {
    **attributes.OUR_CLASSES,
    "code": set(languages.CLASSES),
    "span": set(highlighting.CLASSES),
}
ID = re.compile(r"[A-Za-z0-9_-]*fn(?:ref)?\d+(?::\d+)?")


def clean(html: str) -> str:
    """Safe HTML; cleaning it again changes nothing."""
    return CLEANER.clean(html)


def _checked(tag: str, name: str, value: str) -> str | None:
    """nh3 knows schemes; where a link or a picture may lead is for `urls` to say."""
    if name == "href":
        return urls.link(value)
    if name == "src":
        return urls.image(value)
    if name == "id":
        return value if ID.fullmatch(value) else None
    return value


CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    tag_attribute_values=VALUES,
    set_tag_attribute_values={"img": {"loading": "lazy"}},
    allowed_classes=CLASSES,
    attribute_filter=_checked,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)
