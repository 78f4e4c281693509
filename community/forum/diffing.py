"""What changed between two texts, line by line and within a line word by word. Pure; templates make HTML of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from community.forum.models import Revision

Kind = Literal["same", "added", "removed"]
AROUND = 2  # unchanged lines shown beside a change
MOST_WORDS = 600  # of a line, compared word by word; longer lines are shown whole
MOST_LINES = 2_000  # of a text; beyond them it is shown as wholly rewritten
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    text: str
    kind: Kind


@dataclass(frozen=True)
class Line:
    """`kind` is of the whole line; a line of which words changed is there twice, removed and added. A `gap` stands
    for unchanged lines left out and has no pieces."""

    kind: Kind | Literal["gap"]
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Change:
    """From one revision to the next. `title` is empty where it is the same, `lines` where the text is."""

    title: tuple[Piece, ...]
    tags_added: tuple[str, ...]
    tags_removed: tuple[str, ...]
    lines: list[Line]


def revisions(old: Revision | None, new: Revision) -> Change:
    """What the revision changed; against nothing, all of it is new."""
    before, names = (old.title, old.tag_names) if old else ("", [])
    return Change(
        title=() if before == new.title else tuple(_words(before, new.title)),
        tags_added=tuple(name for name in new.tag_names if name not in names),
        tags_removed=tuple(name for name in names if name not in new.tag_names),
        lines=lines(old.body if old else "", new.body),
    )


def lines(old: str, new: str) -> list[Line]:
    """The changed lines, each with a few unchanged ones around it; empty where nothing changed."""
    if old == new:
        return []
    before, after = old.splitlines(), new.splitlines()
    if len(before) + len(after) > MOST_LINES:
        return [*_whole(before, "removed"), *_whole(after, "added")]
    found: list[Line] = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(AROUND):
        if group[0][1] > 0:
            found.append(Line("gap"))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                found += _whole(before[i1:i2], "same")
            else:
                found += _changed(before[i1:i2], after[j1:j2])
    return found


def _changed(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """Lines that stand at one place are compared by words, two by two; what is left over is whole."""
    paired = min(len(before), len(after))
    pairs = [list(_words(old, new)) for old, new in zip(before, after, strict=False)]
    for pieces in pairs:
        yield Line("removed", tuple(piece for piece in pieces if piece.kind != "added"))
    yield from _whole(before[paired:], "removed")
    for pieces in pairs:
        yield Line("added", tuple(piece for piece in pieces if piece.kind != "removed"))
    yield from _whole(after[paired:], "added")


def _whole(texts: Sequence[str], kind: Kind) -> list[Line]:
    return [Line(kind, (Piece(text, kind),)) for text in texts]


def _words(old: str, new: str) -> Iterator[Piece]:
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) + len(after) > MOST_WORDS:
        before, after = [old], [new]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        removed, added = "".join(before[i1:i2]), "".join(after[j1:j2])
        if tag == "equal":
            yield Piece(removed, "same")
            continue
        if removed:
            yield Piece(removed, "removed")
        if added:
            yield Piece(added, "added")
