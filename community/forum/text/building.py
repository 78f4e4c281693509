"""Well-formed HTML and plain text out of a stream of tags.

Only the elements and attributes named here are written, nested as an HTML 5 parser would nest them and not deeply, so
that the sanitiser after it and the browser read the same tree and no tree outgrows its source.
"""

import re
from collections.abc import Iterable
from html import escape

from community.forum.text import attributes
from community.forum.text.highlighting import highlighted
from community.forum.text.macros import Macros
from community.forum.text.mathml import mathml
from community.forum.text.nesting import VOID, Nesting
from community.forum.text.plain import Plain
from community.forum.text.scanning import Close, Open, Text, Token
from community.forum.text.tex import Formula, split

NO_TEX_INSIDE = frozenset(("code", "kbd", "pre"))
MAX_COLOURED, MAX_TEX = 20_000, 30_000
"""Characters of code and of formulas in one text; what comes after them is shown as typed. They bound the time."""
LANGUAGE = re.compile(r"(?:^|\s)lang(?:uage)?-([\w+#.-]+)")


class Builder:
    """Write tokens as HTML and as plain text.

    `ours`: the page comes from the Markdown parser, so its classes, ids and <tex> are to be trusted to it;
    `find_tex`: formulas are looked for in the text; `prefix` is set before ids.
    """

    def __init__(self, *, ours: bool = False, find_tex: bool = False, prefix: str = "") -> None:
        self._ours, self._find_tex, self._prefix = ours, find_tex, prefix
        self._out: list[str] = []
        self._plain = Plain()
        self._nesting = Nesting(self._out, self._plain.close)
        self._macros = Macros()
        self._code_left, self._tex_left = MAX_COLOURED, MAX_TEX
        self._code: list[str] | None = None
        self._language = ""
        self._formula: list[str] | None = None

    def feed(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            if self._code is not None:
                self._in_code(token)
            elif isinstance(token, Text):
                self._text(token.data)
            elif isinstance(token, Open):
                self._open(token)
            else:
                self._close(token.name)
        self._end_code()
        self._end_formula()
        self._nesting.close_all()

    def html(self) -> str:
        return "".join(self._out)

    def plain(self) -> str:
        return self._plain.text()

    def _text(self, data: str) -> None:
        if self._formula is not None:
            self._formula.append(data)
        elif self._find_tex and not self._nesting.within(NO_TEX_INSIDE):
            for piece in split(data):
                self._write_formula(piece) if isinstance(piece, Formula) else self._write(piece)
        else:
            self._write(data)

    def _write(self, text: str) -> None:
        preformatted = self._nesting.within({"pre"})
        if preformatted and self._nesting.at_start:
            text = text.lstrip("\n")  # a parser drops the first line end of a <pre>, and so the next one each time
        self._out.append(escape(text, quote=False))
        self._nesting.at_start = self._nesting.at_start and not text
        self._plain.write(text, preformatted=preformatted)

    def _open(self, token: Open) -> None:
        name, given = token
        if name == "tex" and self._ours:
            self._formula = []
            return
        if name == "pre":
            self._language = _language(given)
        if name == "code" and self._nesting.innermost == "pre" and self._nesting.at_start:
            self._code, self._language = [], _language(given) or self._language
            return
        kept = attributes.kept(name, given, ours=self._ours, prefix=self._prefix)
        if kept is not None and self._nesting.open(name, kept):
            self._plain.open(name, given)

    def _close(self, name: str) -> None:
        if name == "tex":
            self._end_formula()
        elif name not in VOID:
            self._nesting.close(name)

    def _in_code(self, token: Token) -> None:
        """Within <pre><code> everything is text, whatever tags an import may have there."""
        code = self._code
        if code is None:
            return
        if isinstance(token, Text):
            code.append(token.data)
        elif isinstance(token, Open) and token.name == "br":
            code.append("\n")
        elif isinstance(token, Close) and token.name in ("code", "pre"):
            self._end_code()
            self._close(token.name)

    def _end_code(self) -> None:
        if self._code is None:
            return
        code, self._code = "".join(self._code), None
        self._code_left -= len(code)
        self._out.append(highlighted(code, self._language, coloured=self._code_left >= 0))
        self._nesting.at_start = False
        self._plain.write(code.rstrip(), preformatted=True)

    def _end_formula(self) -> None:
        if self._formula is None:
            return
        typed, self._formula = "".join(self._formula), None
        self._write_formula(Formula.parse(typed))

    def _write_formula(self, formula: Formula) -> None:
        self._tex_left -= len(formula.typed)
        shown = mathml(formula, self._macros) if self._tex_left >= 0 else None
        self._out.append(f"<code>{escape(formula.typed, quote=False)}</code>" if shown is None else shown)
        self._nesting.at_start = False
        self._plain.write(formula.typed, preformatted=False)


def _language(given: dict[str, str]) -> str:
    found = LANGUAGE.search(given.get("class", ""))
    return found[1].lower() if found else ""
