"""Versions of software in an order that texts have: Semantic Versioning 2.0 as the GrowthBook specification pads it."""

from __future__ import annotations

import re
from typing import Any

_SURROUNDINGS = re.compile(r"(^v|\+.*$)")
_PARTS = re.compile(r"[-.]")


def padded(version: Any) -> str:
    """`v1.2.3-beta+build` as text that sorts as versions do: numbers right-aligned, a release after its candidates."""
    text = str(version) if isinstance(version, (str, int, float)) and version else "0"
    parts = _PARTS.split(_SURROUNDINGS.sub("", text))
    if len(parts) == 3:
        parts.append("~")
    return "-".join(part.rjust(5) if part.isascii() and part.isdigit() else part for part in parts)
