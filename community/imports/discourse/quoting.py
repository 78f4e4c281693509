"""Discourse writes its quotes as BBCode: `[quote="bob, post:3, topic:12"]` … `[/quote]`. Ours are Markdown's."""

from __future__ import annotations

import re

QUOTE = re.compile(r"\[(?:quote(?:=\"?([^\"\]\n]*)\"?)?|(/quote))\]", re.IGNORECASE)
DEEPEST = 20  # as many levels as anybody reads


def markdown(raw: str) -> str:
    """The text with each quote as a block quote under its author's name; without quotes, as it was."""
    if "[quote" not in raw.lower():
        return raw
    lines: list[str] = []
    depth = 0
    for number, part in enumerate(_parts(raw)):
        text, author, closing = part
        if number:
            depth = max(depth - 1, 0) if closing else min(depth + 1, DEEPEST)
            lines.append("> " * depth)
            if author and not closing:
                lines += [f"{'> ' * depth}**{author.split(',')[0].strip()}:**", "> " * depth]
        lines += [f"{'> ' * depth}{line}" for line in text.strip("\n").split("\n")]
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _parts(raw: str) -> list[tuple[str, str | None, bool]]:
    """(text, author, whether it follows a closing tag); the first follows none."""
    pieces = QUOTE.split(raw)
    found: list[tuple[str, str | None, bool]] = [(pieces[0], None, False)]
    for place in range(1, len(pieces), 3):
        author, closing, text = pieces[place : place + 3]
        found.append((text, author, bool(closing)))
    return found
