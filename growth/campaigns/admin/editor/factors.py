"""A full factorial out of factors and levels, as they are typed, one factor to a line:

    title: ask = Can you answer this? // 你能回答吗？ | tell = Somebody waits for you // 有人在等你
    time: 09:00 | 19:00

What stands after `=` goes where the factor's name says; of texts, one for each language of the site, with // between.
Factors of other names are levels alone, whose content is written into the variations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from growth.campaigns.models import Channel

MOST = 16  # variations of a factorial
TEXTS = ("title", "body", "subject", "action")
PLAIN = ("url", "icon", "badge", "image", "provider")
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")

Factors = dict[str, dict[str, str]]  # by factor: by level, what it puts there
Row = dict[str, Any]  # of a variation's form


def read(text: str) -> Factors:
    """ValidationError with the line that cannot be read."""
    found: Factors = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, levels = line.partition(":")
        name = name.strip().lower()
        if not colon or not NAME.fullmatch(name):
            raise ValidationError(
                _("“%s”: a factor is a line like “title: ask = Words | tell = Other words”.") % line[:60]
            )
        if name in found:
            raise ValidationError(_("The factor “%s” is there twice.") % name)
        found[name] = _levels(name, levels)
    if _count(found) > MOST:
        raise ValidationError(_("That makes %(n)d variations; at most %(most)d.") % {"n": _count(found), "most": MOST})
    return found


def written(factors: Factors) -> str:
    lines = []
    for name, levels in factors.items():
        shown = [level if value in ("", level) else f"{level} = {value}" for level, value in levels.items()]
        lines.append(f"{name}: {' | '.join(shown)}")
    return "\n".join(lines)


def rows(factors: Factors, first: Mapping[str, Any]) -> list[Row]:
    """A row for each combination, over the content of the first variation."""
    made = []
    for levels in product(*(factor.items() for factor in factors.values())):
        chosen = dict(zip(factors, (level for level, _value in levels), strict=True))
        row = {**first, "key": slugify("-".join(chosen.values()))[:40], "levels": chosen, "weight": 1}
        row["name"] = " · ".join(chosen.values())[:80]
        for name, (level, value) in zip(factors, levels, strict=True):
            row |= dict(_placed(name, level, value))
        made.append(row)
    return made


def _levels(name: str, text: str) -> dict[str, str]:
    levels: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split("|"))):
        level, _equals, value = (piece.strip() for piece in part.partition("="))
        if level in levels or not level or len(level) > 30:  # noqa: PLR2004 - levels are names, not texts
            raise ValidationError(_("“%(level)s” of “%(factor)s” is no level.") % {"level": level, "factor": name})
        levels[level] = value
    if len(levels) < 2:  # noqa: PLR2004
        raise ValidationError(_("The factor “%s” needs two levels.") % name)
    return levels


def _placed(name: str, level: str, value: str) -> Iterator[tuple[str, Any]]:
    if name in TEXTS:
        texts = [text.strip() for text in value.split("//")] if value else []
        for (language, _label), text in zip(settings.LANGUAGES, texts, strict=False):
            yield f"{name}_{language}", text
    elif name in PLAIN:
        yield name, value or level
    elif name == "time":
        yield "at", value or level
    elif name == "channel" and (value or level) in Channel.values:
        yield "channels", [value or level]


def _count(factors: Factors) -> int:
    count = 1
    for levels in factors.values():
        count *= len(levels)
    return count
