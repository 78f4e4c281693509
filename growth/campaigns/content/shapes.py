"""What a variation holds, as it is read: JSON that people and programs wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PARTS = ("title", "body", "subject", "action")
PICTURES = ("icon", "badge", "image")

Texts = Mapping[str, str]  # templates, by part


@dataclass(frozen=True)
class Content:
    texts: Mapping[str, Texts] = field(default_factory=dict)  # by language
    url: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)


def read(given: Any) -> Content:
    """What is of another shape is left out."""
    given = given if isinstance(given, dict) else {}
    texts = given.get("texts")
    by_language = texts.items() if isinstance(texts, dict) else ()
    return Content(
        {language: _strings(parts, PARTS) for language, parts in by_language},
        url=_strings(given, ["url"]).get("url", ""),
        pictures=_strings(given, PICTURES),
    )


def _strings(given: Any, names: tuple[str, ...] | list[str]) -> dict[str, str]:
    """Those of the names that hold some text."""
    if not isinstance(given, dict):
        return {}
    return {name: text for name in names if isinstance(text := given.get(name), str) and text.strip()}
