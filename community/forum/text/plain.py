"""The words of a page as plain text, gathered while the page is written."""

import re

from community.forum.text.nesting import BLOCKS, CELLS

SPACES = re.compile(r"[ \t\n\f]+")
BEFORE_LINE_END = re.compile(r" ++(?=\n)")
LINES = frozenset(("br", "dd", "div", "dt", "li", "tr"))


class Plain:
    """A line for each line, an empty one between blocks; spaces as a browser shows them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._line_ends = 0
        self._after_space = True
        self._silent = False

    def text(self) -> str:
        return BEFORE_LINE_END.sub("", "".join(self._parts)).strip()

    def write(self, text: str, *, preformatted: bool) -> None:
        if not preformatted:
            text = SPACES.sub(" ", text)
            if self._after_space or self._line_ends:
                text = text.removeprefix(" ")
        if not text or self._silent:
            return
        if self._parts and self._line_ends:
            self._parts.append("\n" * self._line_ends)
        self._line_ends = 0
        self._parts.append(text)
        self._after_space = text[-1] in " \n"

    def open(self, name: str, given: dict[str, str]) -> None:
        if name == "img":
            self.write(given.get("alt", ""), preformatted=False)
        elif name == "a" and given.get("class") == "footnote-backref":
            self._silent = True
        self._end_line(name)

    def close(self, name: str) -> None:
        if name == "a":
            self._silent = False
        elif name in CELLS:
            self.write(" ", preformatted=False)
        else:
            self._end_line(name)

    def _end_line(self, name: str) -> None:
        if name in LINES:
            self._line_ends = max(self._line_ends, 1)
        elif name in BLOCKS and name not in CELLS:
            self._line_ends = 2
