"""What the form's buttons do besides saving: one more variation, and those of a factorial."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from growth.campaigns.admin.editor import factors, rows
from growth.campaigns.models import Channel

PREFIX = "variations-0-"
MORE, MAKE = "more_variations", "make_variations"


def grown(post: QueryDict) -> QueryDict:
    """What was sent, after what its button says."""
    sent = post.copy()
    if post.get("act") == MORE:
        total = _total(post)
        if total < rows.MOST:
            _put(sent, total, {**_first(post), "levels": {}})
            sent["variations-TOTAL_FORMS"] = str(total + 1)
    elif post.get("act") == MAKE:
        _make(sent)
    return sent


def _make(sent: QueryDict) -> None:
    """In place of those that there are; what cannot be read stays as it is, and the form says why."""
    try:
        given = factors.read(sent.get("factors", ""))
    except ValidationError:
        return
    if not given:
        return
    made = factors.rows(given, _first(sent))
    for name in [name for name in sent if name.startswith("variations-") and not name.endswith("_FORMS")]:
        del sent[name]
    for number, row in enumerate(made):
        _put(sent, number, row)
    sent["variations-TOTAL_FORMS"], sent["variations-INITIAL_FORMS"] = str(len(made)), "0"


def _first(post: QueryDict) -> dict[str, Any]:
    """What the first row says but for its name: the others differ from it in one thing or two."""
    found: dict[str, Any] = {
        name.removeprefix(PREFIX): post[name]
        for name in post
        if name.startswith(PREFIX) and not name.endswith("DELETE")
    }
    found |= {"key": "", "name": "", "channels": post.getlist(f"{PREFIX}channels")}
    return found


def _put(sent: QueryDict, number: int, row: dict[str, Any]) -> None:
    for name, value in row.items():
        field = f"variations-{number}-{name}"
        if name == "channels":
            sent.setlist(field, [channel for channel in value if channel in Channel.values])
        else:
            sent[field] = json.dumps(value) if name == "levels" else str(value)


def _total(post: QueryDict) -> int:
    text = post.get("variations-TOTAL_FORMS", "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0  # noqa: PLR2004
