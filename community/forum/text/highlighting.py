"""Source code as HTML: one <span> with a class for each token that has a colour in static/css/code.css."""

from functools import cache
from html import escape
from itertools import groupby

from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType

MAX_CODE = 30_000
"""Characters; longer code is shown without colours. Lexers are regular expressions run on what strangers write."""
LANGUAGE_NAMES = (
    "ada apl asm awk bash bat c clojure cmake coffeescript common-lisp console cpp csharp css cuda cython "
    "d dart delphi diff docker elixir elm erlang fortran fsharp gdscript gherkin glsl go graphql groovy "
    "haskell hcl hlsl html http ini java javascript json jsx julia kotlin latex less llvm lua makefile "
    "mathematica matlab nasm nginx nim nix objective-c ocaml octave perl php postgres powershell prolog "
    "protobuf python qsharp r racket ruby rust sass scala scheme scss smalltalk solidity sparql sql swift "
    "systemverilog tcl tex toml tsx turtle typescript verilog vhdl vim xml yaml zig"
)
LANGUAGES = frozenset(LANGUAGE_NAMES.split())
"""Those whose lexers were tried on hostile text; any other language is shown plain."""
ALIASES = {
    "c#": "csharp",
    "c++": "cpp",
    "cs": "csharp",
    "dockerfile": "docker",
    "ipython": "python",
    "golang": "go",
    "hs": "haskell",
    "js": "javascript",
    "kt": "kotlin",
    "make": "makefile",
    "objc": "objective-c",
    "pl": "perl",
    "postgresql": "postgres",
    "ps1": "powershell",
    "py": "python",
    "python3": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "bash",
    "shell": "bash",
    "terraform": "hcl",
    "ts": "typescript",
    "yml": "yaml",
    "zsh": "bash",
}
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
LANGUAGE_CLASSES = frozenset(f"language-{name}" for name in LANGUAGES)


def highlighted(code: str, language: str) -> str:
    """`code` as a <code> element. A language that is unknown, or none, gives no colours."""
    name = ALIASES.get(language, language)
    if name not in LANGUAGES:
        return f"<code>{escape(code, quote=False)}</code>"
    inside = escape(code, quote=False) if len(code) > MAX_CODE else _coloured(code, name)
    return f'<code class="language-{name}">{inside}</code>'


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
