"""Source code as HTML: one <span> with a class for each token that has a colour in static/css/code.css."""

from collections.abc import Iterator
from functools import cache
from html import escape
from itertools import groupby

from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType

from community.forum.text.languages import named

WINDOW = 2_000
"""Characters. Lexers are regular expressions, some of cubic time, run on what strangers write: they are given so much
at a time. Code is cut between lines, after an empty one if it can be; a string that goes on over the cut loses its
colour, a small price. A line that is longer is shown plain."""
NARROWER = {"csharp": 800}
COLOURED = {
    Token.Comment: "c",
    Token.Comment.Preproc: "cp",
    Token.Error: "",
    Token.Generic.Deleted: "gd",
    Token.Generic.Heading: "gh",
    Token.Generic.Inserted: "gi",
    Token.Generic.Output: "go",
    Token.Generic.Prompt: "gp",
    Token.Generic.Subheading: "gh",
    Token.Keyword: "k",
    Token.Keyword.Constant: "mi",
    Token.Keyword.Type: "kt",
    Token.Name.Attribute: "na",
    Token.Name.Builtin: "nb",
    Token.Name.Class: "nc",
    Token.Name.Constant: "mi",
    Token.Name.Decorator: "nd",
    Token.Name.Exception: "nc",
    Token.Name.Function: "nf",
    Token.Name.Tag: "nt",
    Token.Name.Variable: "nv",
    Token.Number: "mi",
    Token.Literal.Number: "mi",
    Token.Literal.String: "s",
    Token.Literal.String.Escape: "se",
    Token.Literal.String.Interpol: "se",
    Token.Operator.Word: "k",
}
"""Token -> Pygments' short class; a token that is not here looks like its nearest ancestor that is."""
CLASSES = frozenset(COLOURED.values()) - {""}


def highlighted(code: str, language: str, *, coloured: bool = True) -> str:
    """`code` as a <code> element. A language that is unknown, or none, gives no colours."""
    name = named(language)
    if name is None:
        return f"<code>{escape(code, quote=False)}</code>"
    window = NARROWER.get(name, WINDOW)
    inside = "".join(
        _coloured(part, name) if coloured and len(part) <= window else escape(part, quote=False)
        for part in _windows(code, window)
    )
    return f'<code class="language-{name}">{inside}</code>'


def _windows(code: str, window: int) -> Iterator[str]:
    start = end = 0
    for line in code.splitlines(keepends=True):
        size = end - start
        if size and (size + len(line) > window or (size > window // 2 and line.isspace())):
            yield code[start:end]
            start = end
        end += len(line)
    yield code[start:]


def _coloured(code: str, name: str) -> str:
    """Neighbours of one colour share a <span>; nothing is left out, added or put in another order."""
    tokens = get_lexer_by_name(name, stripnl=False, ensurenl=False).get_tokens(code)
    parts = []
    for css, run in groupby(tokens, key=lambda token: _class(token[0])):
        text = escape("".join(text for _, text in run), quote=False)
        parts.append(f'<span class="{css}">{text}</span>' if css and not text.isspace() else text)
    return "".join(parts)


@cache
def _class(kind: _TokenType) -> str:
    while kind is not Token:
        if kind in COLOURED:
            return COLOURED[kind]
        kind = kind.parent
    return ""
