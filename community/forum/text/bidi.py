"""Characters that turn the direction of writing, kept but not let out of their text."""

import re

POP_ISOLATE, POP_EMBEDDING = "\u2069", "\u202c"
CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
ISOLATES = frozenset("\u2066\u2067\u2068")
MAX_DEPTH = 125
"""Annex 9's own limit; a text that goes deeper plays tricks and loses all its controls."""


def closed(text: str) -> str:
    """The text with every embedding, override and isolate that it opens closed at its end (Unicode annex 9).

    Within a page a block ends them all; a comment or an excerpt shares its line with what others wrote.
    """
    opened: list[str] = []
    for control in CONTROLS.findall(text):
        if control not in (POP_ISOLATE, POP_EMBEDDING):
            opened.append(POP_ISOLATE if control in ISOLATES else POP_EMBEDDING)
            if len(opened) > MAX_DEPTH:
                return CONTROLS.sub("", text)
        elif control in opened:
            _close(opened, control)
    return text + "".join(reversed(opened))


def _close(opened: list[str], control: str) -> None:
    """A closing isolate ends what was embedded in it; a closing embedding reaches only its own isolate."""
    if control == POP_ISOLATE:
        while opened.pop() != POP_ISOLATE:
            pass
    elif opened[-1] == POP_EMBEDDING:
        opened.pop()
