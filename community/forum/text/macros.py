"""TeX macros written out before a formula is converted: ours, and those that a post defines itself.

The converter knows macros too, but expands them without end: a post of 300 characters could fill the memory.
"""

import re
from typing import NamedTuple

from community.forum.text.tex import MAX_TEX


class Macro(NamedTuple):
    arguments: int
    body: str


class TooLong(Exception):
    """The formula grew over its bounds: macros that call themselves or each other too often."""


BUILT_IN = {
    "Ket": Macro(1, r"\left|#1\right\rangle"),
    "Bra": Macro(1, r"\left\langle#1\right|"),
    "Braket": Macro(1, r"\left\langle#1\right\rangle"),
    "ket": Macro(1, r"|#1\rangle"),
    "bra": Macro(1, r"\langle#1|"),
    "braket": Macro(1, r"\langle#1\rangle"),
    "ketbra": Macro(2, r"|#1\rangle\langle#2|"),
    "half": Macro(0, r"\tfrac{1}{2}"),
    "proj": Macro(1, r"|#1\rangle\langle#1|"),
    "dyad": Macro(1, r"|#1\rangle\langle#1|"),
    "expval": Macro(1, r"\langle#1\rangle"),
    "abs": Macro(1, r"\left|#1\right|"),
    "norm": Macro(1, r"\left\|#1\right\|"),
    "Tr": Macro(0, r"\operatorname{Tr}"),
    "tr": Macro(0, r"\operatorname{tr}"),
    "ce": Macro(1, r"\mathrm{#1}"),
    "label": Macro(1, ""),
    "nonumber": Macro(0, ""),
    "notag": Macro(0, ""),
    "require": Macro(1, ""),
    "bbox": Macro(1, "#1"),
    "enclose": Macro(2, "#2"),
    "mathop": Macro(1, "{#1}"),
    "mathbin": Macro(1, "{#1}"),
    "mathrel": Macro(1, "{#1}"),
    "mathord": Macro(1, "{#1}"),
    "lt": Macro(0, "<"),
    "gt": Macro(0, ">"),
}
MAX_EXPANSIONS = 300
MAX_MACROS = 100
DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?newcommand\*?\s*+(?:\{\s*+\\([a-zA-Z]+)\s*+\}|\\([a-zA-Z]+))\s*+(?:\[([1-9])\])?"
    r"|def\s*+\\([a-zA-Z]+)((?:#[1-9])*+)"
    r"|DeclareMathOperator\*?\s*+\{\\([a-zA-Z]+)\})\s*+(?=\{)"
)
COMMAND = re.compile(r"\\(?:([a-zA-Z]+)|.)", re.DOTALL)
BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
PARAMETER = re.compile(r"#([1-9])")


class Macros:
    """The macros of one post: a definition in one formula holds in those after it."""

    def __init__(self) -> None:
        self.known = dict(BUILT_IN)

    def expand(self, tex: str) -> str:
        """The formula without definitions and macros. Raises TooLong.

        Spaces, which TeX does not show, keep the letters of a command from those of what follows it.
        """
        tex = self._define(tex)
        at, left = 0, MAX_EXPANSIONS
        while match := COMMAND.search(tex, at):
            macro = self.known.get(match[1] or "")
            if macro is None:
                at = match.end()
                continue
            expanded, end = _applied(macro, tex, match.end())
            tex, at, left = f"{tex[: match.start()]} {expanded} {tex[end:]}", match.start(), left - 1
            if left == 0 or len(tex) > MAX_TEX:
                raise TooLong
        return tex

    def _define(self, tex: str) -> str:
        rest, at = "", 0
        while match := DEFINITION.search(tex, at):
            name = match[1] or match[2] or match[4] or match[6]
            body, end = _argument(tex, match.end())
            if match[6]:
                body = rf"\operatorname{{{body}}}"
            if len(self.known) < MAX_MACROS:
                self.known[name] = Macro(int(match[3] or 0) or (match[5] or "").count("#"), body)
            rest, at = rest + tex[at : match.start()], end
        return rest + tex[at:]


def _applied(macro: Macro, tex: str, at: int) -> tuple[str, int]:
    """The macro's text with the arguments that stand at `at`, and where these end."""
    arguments = []
    if macro.arguments and tex.startswith("[", at) and "]" in tex[at:]:
        at = tex.index("]", at) + 1
    for _ in range(macro.arguments):
        argument, at = _argument(tex, at)
        arguments.append(argument)
    return PARAMETER.sub(lambda hit: " ".join(["", *arguments[int(hit[1]) - 1 : int(hit[1])]]), macro.body), at


def _argument(tex: str, at: int) -> tuple[str, int]:
    """What stands in braces at `at`, or the one sign there; and where it ends."""
    while tex[at : at + 1].isspace():
        at += 1
    if not tex.startswith("{", at):
        command = COMMAND.match(tex, at)
        end = command.end() if command else min(at + 1, len(tex))
        return tex[at:end], end
    depth = 0
    for brace in BRACE.finditer(tex, at):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return tex[at + 1 : brace.start()], brace.end()
    return tex[at + 1 :], len(tex)
