"""Imported HTML as Markdown, for its author to go on with."""

import re

from bs4 import Tag
from markdownify import ATX, BACKSLASH, MarkdownConverter

from community.forum.text.building import LANGUAGE, Builder
from community.forum.text.rendering import MAX_SOURCE, normalised
from community.forum.text.scanning import scan
from community.forum.text.tex import Formula, formula_at, split

MARKUP = re.compile(
    r"[\\*`]|~(?=~)|<(?=[/!?a-zA-Z])|&(?=#?\w+;)"
    r"|\](?=[(\[:])|\[(?=\^|[ xX]\])|!(?=\[|$)"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|(?<![A-Za-z0-9_@#&/.+=-])[@#](?=\w)"
)
BRACKETS = re.compile(r"[\\\[\]]")
LINE_START = re.compile(r"^(\s*)([-+>#=]|~~~|\d{1,9}(?=[.)](?:\s|$)))", re.MULTILINE)
LINE_END = re.compile(r"\s*\n\s*")
LONGEST_FENCE = re.compile(r"^ {0,3}(`{3,})", re.MULTILINE)


def to_markdown(html: str) -> str:
    """The Markdown that renders as this HTML, as near as Markdown comes to it.

    Code with its language, tables, images, links and formulas are kept. A list of definitions becomes paragraphs.
    """
    builder = Builder()
    builder.feed(scan(normalised(html)[:MAX_SOURCE]))
    # Beautiful Soup warns of a text that looks like an address or a file's name, unless it has lines.
    return _Converter().convert(f"{builder.html()}\n")


class _Converter(MarkdownConverter):
    class Options:
        autolinks = False
        bullets = "-"
        heading_style = ATX
        newline_style = BACKSLASH
        strip_pre = None
        sub_symbol = "<sub>"
        sup_symbol = "<sup>"
        table_infer_header = True

    def convert_strike(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"~~{text.strip()}~~" if text.strip() else text

    def convert_kbd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Our Markdown knows these tags; inside them it is read as anywhere."""
        inside = self.escape(text, parent_tags) if el.name == "kbd" else text
        return f"<{el.name}>{inside}</{el.name}>" if text.strip() else text

    convert_ins = convert_mark = convert_small = convert_u = convert_kbd

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Signs that Markdown would take for its own, escaped; not in formulas, where it takes none."""
        markdown = "".join(_formula(piece) if isinstance(piece, Formula) else _escaped(piece) for piece in split(text))
        return markdown.replace("|", r"\|") if parent_tags & {"td", "th"} else markdown

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """An address that is its own text needs no more than its brackets."""
        inside = text.strip()
        if not inside or "_noformat" in parent_tags or not el.get("href"):
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        href = str(el["href"])
        if el.get_text() == href and not el.get("title") and href.startswith(("http://", "https://")):
            return f"{before}<{href}>{after}"
        return f"{before}[{inside}]({_target(el, href)}){after}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"![{BRACKETS.sub(_backslash, str(el.get('alt', '')))}]({_target(el, str(el.get('src', '')))})"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        code = el.find("code")
        language = LANGUAGE.search(" ".join(code.get("class") or [])) if isinstance(code, Tag) else None
        fence = "`" * max([3, *(len(run) + 1 for run in LONGEST_FENCE.findall(text))])
        return f"\n\n{fence}{language[1] if language else ''}\n{text.removesuffix(chr(10))}\n{fence}\n\n"

    def convert_dt(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n**{text.strip()}**\n\n" if text.strip() else ""

    def convert_dd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{text.strip()}\n\n"


def _escaped(text: str) -> str:
    text = LINE_START.sub(_backslash_at_line_start, MARKUP.sub(_backslash, text))
    return text.replace("$", r"\$") if text.count("$") > 1 else text


def _backslash(hit: re.Match[str]) -> str:
    return "\\" + hit[0]


def _backslash_at_line_start(hit: re.Match[str]) -> str:
    """ "1." is escaped behind its number."""
    return f"{hit[1]}{hit[2]}\\" if hit[2].isdigit() else f"{hit[1]}\\{hit[2]}"


def _formula(formula: Formula) -> str:
    """Our Markdown reads dollars more narrowly than MathJax does; what it would miss gets brackets that it sees.

    On one line, since a line of it that begins with "+" would begin a list.
    """
    typed, tex = (text if "%" in text else LINE_END.sub(" ", text) for text in (formula.typed, formula.tex.strip()))
    if typed.startswith("\\["):
        return f"$${tex}$$"
    return typed if formula_at(typed, 0) else rf"\({tex}\)"


def _target(el: Tag, address: str) -> str:
    title = str(el.get("title", "")).replace("\\", r"\\").replace('"', r"\"")
    safe = re.sub(r"[()<>\s\\]", lambda hit: f"%{ord(hit[0]):02X}", address)
    return f'{safe} "{title}"' if title else safe
