"""TeX that members write and the converter does not know, said in words that it does."""

import re

ENVIRONMENTS = {
    "align": "align*",
    "aligned": "align*",
    "alignat": "align*",
    "alignat*": "align*",
    "alignedat": "align*",
    "dcases": "cases",
    "displaymath": "",
    "eqnarray": "align*",
    "eqnarray*": "align*",
    "equation": "",
    "equation*": "",
    "flalign": "align*",
    "flalign*": "align*",
    "gather": "matrix",
    "gather*": "matrix",
    "gathered": "matrix",
    "math": "",
    "multline": "matrix",
    "multline*": "matrix",
}
"""Every name that is not here is left as it is; an empty one has only its contents left.

Equations are not numbered: nothing here can refer to a number.
"""
BEGIN_END = re.compile(r"\\(begin|end)\s*+\{([a-zA-Z]{1,20}\*?)\}(?:(?<=at\})\s*+\{\d+\}|(?<=at\*\})\s*+\{\d+\})?")
ANGLE = re.compile(r"(\\(?:left|right|middle|[bB]igg?[lrm]?))\s*+([<>])")
NOT_EQUAL = re.compile(r"\\not\s*+=")
BAR = re.compile(r"\\[lr]?(vert|Vert)(?![a-zA-Z])")
BARS = {"vert": "|", "Vert": r"\|"}
"""A bar that is not said to grow with what it encloses does not."""
BRACKETS = {"<": r"\langle ", ">": r"\rangle "}


COMMENT = re.compile(r"((?:\\.|[^\\%])*+)%[^\n]*+", re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
TEXT = re.compile(r"\\(?:text|textrm|mbox)\s*+\{([^{}$]*+(?:\$[^$]++\$[^{}$]*+)++)\}")


def in_dialect(tex: str) -> str:
    """The same formula with the converter's environments and with real angle brackets."""
    tex = ESCAPED.sub(_escaped, COMMENT.sub(r"\1", tex))
    tex = NOT_EQUAL.sub(r"\\neq ", TEXT.sub(_text_with_formulas, tex))
    tex = BAR.sub(lambda hit: BARS[hit[1]], tex)
    return BEGIN_END.sub(_environment, ANGLE.sub(lambda hit: hit[1] + BRACKETS[hit[2]], tex))


def _escaped(hit: re.Match[str]) -> str:
    """A backslash before a line end is a space; a written & is not the one that parts columns."""
    if hit[1].isspace():
        return r"\ "
    return r"\text{&}" if hit[1] == "&" else hit[0]


def _text_with_formulas(hit: re.Match[str]) -> str:
    """\\text{if $x$ is} as \\text{if }x\\text{ is}."""
    pieces = hit[1].split("$")
    return "".join(piece if at % 2 else rf"\text{{{piece}}}" for at, piece in enumerate(pieces))


def _environment(hit: re.Match[str]) -> str:
    name = ENVIRONMENTS.get(hit[2], hit[2])
    return rf"\{hit[1]}{{{name}}}" if name else ""
