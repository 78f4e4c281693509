"""Where the formulas are: $…$, $$…$$, \\(…\\), \\[…\\] and \\begin{…}…\\end{…} in a text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_TEX = 4_000
"""Characters of a formula. A longer one is not a formula; the search for its end goes no farther."""


class Formula(NamedTuple):
    tex: str  # what stands between the delimiters
    typed: str  # with them
    block: bool

    @classmethod
    def parse(cls, typed: str) -> "Formula":
        """The formula that `formula_at` found, from the text of it."""
        if typed.startswith("\\begin"):
            return cls(typed, typed, block=True)
        size = 1 if typed[0] == "$" and not typed.startswith("$$") else 2
        return cls(typed[size:-size], typed, block=typed[:2] in ("$$", "\\["))


OPENING = re.compile(r"\\[\\$]|\$\$?|\\[(\[]|\\begin\{")
DOLLAR = re.compile(r"\$((?:[^$\\]|\\(?:text|textrm|mbox)\{[^{}]{0,300}+\}|\\.)++)\$(?![0-9])", re.DOTALL)
ENVIRONMENT = re.compile(r"\\begin\{([a-zA-Z]{1,20}\*?)\}")
ENDS = {"$$": "$$", "\\(": "\\)", "\\[": "\\]"}
BLANK_LINE = re.compile(r"\n\s*\n")
PROSE = re.compile(r"[^\W\d_A-Z]{3}")
ONLY_IN_TEX = re.compile(r"[\\^_{]")
MONEY = re.compile(r"\s*\d")


def formula_at(text: str, at: int, *, spaced: bool = False) -> Formula | None:
    """The formula that begins at `at`, if one does.

    One dollar opens before what is no space and closes after what is no space and before what is no digit, so
    that "$5 and $6" is money. With `spaced`, as MathJax reads it, spaces may stand inside unless there is prose.
    """
    end = _environment_end(text, at) if text.startswith("\\begin{", at) else _end(text, at, spaced)
    if end is None:
        return None
    formula = Formula.parse(text[at:end])
    return None if not formula.tex.strip() or BLANK_LINE.search(formula.tex) else formula


def _end(text: str, at: int, spaced: bool) -> int | None:
    end = ENDS.get(text[at : at + 2])
    if end:
        found = text.find(end, at + 2, at + MAX_TEX)
        return found + 2 if found >= 0 else None
    match = DOLLAR.match(text, at, at + MAX_TEX)
    return match.end() if match and _is_tight(match[1], spaced) else None


def _is_tight(tex: str, spaced: bool) -> bool:
    if not tex[0].isspace() and not tex[-1].isspace():
        return True
    return spaced and (ONLY_IN_TEX.search(tex) is not None or not (MONEY.match(tex) or PROSE.search(tex)))


def _environment_end(text: str, at: int) -> int | None:
    match = ENVIRONMENT.match(text, at)
    if match is None:
        return None
    end = f"\\end{{{match[1]}}}"
    found = text.find(end, match.end(), at + MAX_TEX)
    return found + len(end) if found >= 0 else None


def split(text: str) -> Iterator[str | Formula]:
    """Cut the text of an imported page into words and formulas; "\\$" is a dollar sign."""
    at, written = 0, 0
    while opening := OPENING.search(text, at):
        start, at = opening.span()
        if opening[0] == "\\\\":
            continue
        formula = None if opening[0] == "\\$" else formula_at(text, start, spaced=True)
        if formula is None and opening[0] != "\\$":
            continue
        yield text[written:start]
        yield formula or "$"
        written = at = at if formula is None else start + len(formula.typed)
    yield text[written:]
