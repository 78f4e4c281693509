"""Titles: plain text, in which only formulas mean anything."""

from html import escape

from community.forum.text import sanitising
from community.forum.text.macros import Macros
from community.forum.text.mathml import mathml
from community.forum.text.rendering import normalised
from community.forum.text.tex import Formula, split


def heading(title: str) -> str:
    """The title as safe HTML with its formulas as MathML; "" where it has none and the text says it all.

    A formula that cannot be shown stays as typed. Never raises.
    """
    macros = Macros()
    pieces = [_written(piece, macros) for piece in split(normalised(title))]
    if not any(found for _html, found in pieces):
        return ""
    return sanitising.clean("".join(html for html, _found in pieces))


def _written(piece: str | Formula, macros: Macros) -> tuple[str, bool]:
    """Its HTML, and whether that is a formula. Within a line, also where it was typed as a block."""
    if isinstance(piece, Formula):
        found = mathml(piece._replace(block=False), macros)
        return found or escape(piece.typed, quote=False), bool(found)
    return escape(piece, quote=False), False
