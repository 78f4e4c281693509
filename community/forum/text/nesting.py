"""Which elements are open, and which of them end by themselves when another begins (HTML 5, "tree construction")."""

from collections.abc import Callable, Collection

VOID = frozenset(("br", "hr", "img", "wbr"))
BLOCK_NAMES = "blockquote dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table tbody td tfoot th thead tr ul"
BLOCKS = frozenset(BLOCK_NAMES.split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
CELLS = frozenset(("td", "th"))
ROW_GROUPS = frozenset(("tbody", "tfoot", "thead"))
LISTS = frozenset(("ol", "ul"))
PARENTS = {
    "td": frozenset(("tr",)),
    "th": frozenset(("tr",)),
    "tr": ROW_GROUPS | {"table"},
    **dict.fromkeys(ROW_GROUPS, frozenset(("table",))),
}
"""Where an element of a table may stand; anywhere else a browser ignores its tag."""
ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "a": (frozenset(("a",)), CELLS),
    "li": (frozenset(("li",)), LISTS | CELLS),
    "dd": (frozenset(("dd", "dt")), frozenset(("dl",)) | CELLS),
    "dt": (frozenset(("dd", "dt")), frozenset(("dl",)) | CELLS),
    "td": (CELLS, frozenset(("tr",))),
    "th": (CELLS, frozenset(("tr",))),
    "tr": (frozenset(("tr",)), frozenset(("table",))),
    **dict.fromkeys(ROW_GROUPS, (ROW_GROUPS, frozenset(("table",)))),
    **dict.fromkeys(HEADINGS, (HEADINGS, LISTS | CELLS | {"blockquote"})),
}
"""Element -> (which open ones it ends, how far out they are looked for)."""
MAX_DEPTH = 40


class Nesting:
    """The stack of open elements; writes start and end tags into `out` and tells `on_close` of each that ends."""

    def __init__(self, out: list[str], on_close: Callable[[str], None]) -> None:
        self._out, self._on_close = out, on_close
        self._open: list[str] = []
        self.at_start = True
        """Nothing has been written into the innermost element."""

    @property
    def innermost(self) -> str:
        return self._open[-1] if self._open else ""

    def within(self, names: Collection[str]) -> bool:
        return any(name in names for name in self._open)

    def open(self, name: str, attributes: str) -> bool:
        """Write a start tag, after the end tags that it implies. False if it has no place here."""
        if name in BLOCKS:
            self._end(frozenset(("p",)), CELLS)
        if name in ENDS:
            self._end(*ENDS[name])
        if self.innermost not in PARENTS.get(name, (self.innermost,)) or len(self._open) >= MAX_DEPTH:
            return False
        self._out.append(f"<{name}{attributes}>")
        self.at_start = name not in VOID
        if self.at_start:
            self._open.append(name)
        return True

    def close(self, name: str) -> None:
        """Write the end tags of the innermost `name` and of all in it. A cell is left only with its row or table."""
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at] == name:
                self._close_from(at)
                return
            if self._open[at] in CELLS and name not in PARENTS and name != "table":
                return

    def close_all(self) -> None:
        self._close_from(0)

    def _end(self, names: frozenset[str], until: frozenset[str]) -> None:
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at] in names:
                self._close_from(at)
                return
            if self._open[at] in until:
                return

    def _close_from(self, at: int) -> None:
        while len(self._open) > at:
            name = self._open.pop()
            self._out.append(f"</{name}>")
            self._on_close(name)
            self.at_start = False
