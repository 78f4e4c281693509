"""What our Markdown has beside CommonMark, as rules of markdown-it."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from community.forum.text import references
from community.forum.text.tex import formula_at

HTML_TAG = re.compile(r"</?(?:b|del|em|i|ins|kbd|mark|s|small|strong|sub|sup|u)>|<br ?/?>", re.IGNORECASE)
"""All the HTML of our Markdown. Any other is text, so that `vector<int>` outside of code is not lost."""
TASKS = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
TEX_LINE = re.compile(r"\$\$|\\\[|\\begin\{")


def html_tag(state: StateInline, silent: bool) -> bool:
    match = HTML_TAG.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = match[0]
    state.pos = match.end()
    return True


def tex_inline(state: StateInline, silent: bool) -> bool:
    """A formula within a line; nothing else is looked for inside, so a_1 and b_1 are not emphasis.

    \\[ within a line is a bracket, as people have always escaped it; it begins a formula on a line of its own.
    """
    if state.src[state.pos] not in "$\\" or state.src.startswith("\\[", state.pos):
        return False
    formula = formula_at(state.src, state.pos)
    if formula is None or state.pos + len(formula.typed) > state.posMax:
        return False
    if not silent:
        state.push("tex", "", 0).content = formula.typed
    state.pos += len(formula.typed)
    return True


def tex_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A formula over lines of its own; in it a line that begins with "-" or "=" is no list and no heading."""
    start = state.bMarks[first] + state.tShift[first]
    if state.is_code_block(first) or not TEX_LINE.match(state.src, start):
        return False
    formula = formula_at(state.src, start)
    if formula is None:
        return False
    end = start + len(formula.typed)
    after = bisect_left(state.eMarks, end, first, last) + 1
    if after > last or state.src[end : state.eMarks[after - 1]].strip() or _leaves(state, first, after):
        return False
    if not silent:
        token = state.push("tex", "", 0)
        token.block, token.map = True, [first, after]
        token.content = state.getLines(first, after, state.blkIndent, False).strip()
        state.line = after
    return True


def _leaves(state: StateBlock, first: int, after: int) -> bool:
    """Whether the lines reach out of their list item or quotation."""
    return any(state.sCount[line] < state.blkIndent for line in range(first + 1, after))


def tex_token(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """<tex> is no HTML: `building` makes the formula of it."""
    tex = f"<tex>{escape(tokens[at].content, quote=False)}</tex>"
    return f"<p>{tex}</p>\n" if tokens[at].block else tex


def tasks(state: StateCore) -> None:
    """ "[x] " at the beginning of a list item is a box, a character: there is nothing to click in a post."""
    for item, paragraph, line in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if (item.type, paragraph.type, line.type) == ("list_item_open", "paragraph_open", "inline") and line.children:
            text = line.children[0]
            box = TASKS.get(text.content[:4])
            if box:
                text.content = box + text.content[4:]
                item.attrSet("class", "task")


def link_references(state: StateCore) -> None:
    """Make links of addresses, @names and #tags, but in links. What was escaped is a token of its own, and stays."""
    found = state.env["named"]
    for line in state.tokens:
        if line.type == "inline" and line.children:
            line.children = _with_references(line.children, found)


def _with_references(tokens: list[Token], found: references.References) -> list[Token]:
    written: list[Token] = []
    links = 0
    before = ""
    for token in tokens:
        links += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not links:
            written.extend(_pieces(token, before, found))
        else:
            written.append(token)
        before = token.content[-1:] if token.type in ("text", "text_special", "code_inline", "tex") else ""
    return written


def _pieces(token: Token, before: str, found: references.References) -> list[Token]:
    pieces: list[Token] = []
    for piece in references.find(token.content, before, found):
        if isinstance(piece, references.Reference):
            opening = Token("link_open", "a", 1, attrs={"href": piece.href, "class": piece.kind})
            pieces += [opening, _text(piece.typed, token.level), Token("link_close", "a", -1)]
        elif piece:
            pieces.append(_text(piece, token.level))
    return pieces


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)
