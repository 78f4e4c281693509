"""TeX to MathML Core, in the exact elements and attributes that the sanitiser keeps."""

import re
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter
from latex2mathml.symbols_parser import convert_symbol

from community.forum.text.alphabets import in_alphabet
from community.forum.text.dialect import in_dialect
from community.forum.text.macros import Macros, TooLong
from community.forum.text.tex import Formula

TOKENS = frozenset(("mi", "mn", "mo", "ms", "mtext"))
MO_ATTRIBUTES = "accent fence form largeop lspace maxsize minsize movablelimits rspace separator stretchy"
ELEMENTS: dict[str, set[str]] = {
    "math": {"display", "alttext"},
    "menclose": {"notation"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mn": set(),
    "mo": set(MO_ATTRIBUTES.split()),
    "mover": {"accent"},
    "mpadded": {"width", "height", "depth", "voffset", "lspace"},
    "mphantom": set(),
    "mroot": set(),
    "mrow": set(),
    "mspace": {"width", "height", "depth"},
    "msqrt": set(),
    "mstyle": {"displaystyle", "scriptlevel", "mathcolor", "mathsize"},
    "msub": set(),
    "msubsup": set(),
    "msup": set(),
    "mtable": {"columnlines", "columnspacing", "displaystyle", "rowlines", "rowspacing"},
    "mtd": {"columnalign"},
    "mtext": set(),
    "mtr": set(),
    "munder": {"accentunder"},
    "munderover": set(),
}
LENGTHS = frozenset(
    ["width", "height", "depth", "voffset", "lspace", "rspace", "minsize", "maxsize", "linethickness", "mathsize"]
)
LENGTH = re.compile(r"[+-]?\d{0,2}(?:\.\d{1,4})?(?:em|ex|mu|pc)|[+-]?\d{1,3}(?:\.\d{1,4})?(?:px|pt|%)|0")
WORD = re.compile(r"[#a-zA-Z0-9 .-]{1,100}")
BRACKETS = frozenset("⟨⟩⌊⌋⌈⌉")
"""The converter takes them for names, in italics."""
BARS = frozenset("|‖")
"""In |0⟩ a bar is no relation: it stands without spaces around."""
UPRIGHT_ARROWS = frozenset("↑↓↕⇑⇓⇕")
"""Browsers stretch them to the height of the line, which makes |↑⟩ a mast."""
BIG_OPERATORS = frozenset("∏∐∑⋀⋁⋂⋃⨀⨁⨂⨄⨅⨆")
NAMED_OPERATORS = frozenset(("det", "gcd", "inf", "lim", "max", "min", "sup"))
LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
"""Limits of big operators stand below and above; the browser itself moves them to the side within a line."""
MAX_DEPTH = 100
"""Of elements. Chromium flattens a page at 512."""


class NotTex(Exception):
    """The formula cannot be shown."""


def mathml(formula: Formula, macros: Macros) -> str | None:
    """The formula as a <math> element with its source in `alttext`; None where it cannot be converted.

    A formula that only defines macros is an empty text.
    """
    try:
        tex = in_dialect(macros.expand(formula.tex))
        if not tex.strip():
            return ""
        display = "block" if formula.block else "inline"
        tree = Converter(display=display).convert_to_element(tex)
        body = "".join(_written(child, MAX_DEPTH) for child in tree)
    except (NotTex, TooLong, RecursionError):
        return None
    except Exception:  # noqa: BLE001 the converter raises its own errors, and IndexError, ValueError, … by the way
        return None
    return f'<math display="{display}" alttext="{escape(formula.typed)}">{body}</math>'


def _written(element: Element, depth: int) -> str:
    """The element as HTML. The converter's own writer lets what stands in \\text{…} through unescaped."""
    if element.tag not in ELEMENTS or depth == 0:
        raise NotTex
    text = _text(element)
    tag, given = _in_core(element, text)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in given.items() if _is_kept(tag, name, value))
    inside = escape(text, quote=False) + "".join(_written(child, depth - 1) for child in element)
    return f"<{tag}{attributes}>{inside}</{tag}>"


def _in_core(element: Element, text: str) -> tuple[str, dict[str, str]]:
    """The tag and the attributes that make of it what is meant."""
    if (element.tag == "mi" and text in BRACKETS) or (text in UPRIGHT_ARROWS and not element.attrib):
        return "mo", {"stretchy": "false"}
    if text in NAMED_OPERATORS:
        return "mo", {"movablelimits": "true", "lspace": "0em", "rspace": "0.167em"}
    if text in BARS and "form" not in element.attrib:
        return element.tag, {"lspace": "0em", "rspace": "0em", **element.attrib}
    if element.tag in LIMITS and len(element) and _has_limits(element[0]):
        return LIMITS[element.tag], element.attrib
    return element.tag, element.attrib


def _has_limits(operator: Element) -> bool:
    return operator.get("movablelimits") == "true" or unescape(operator.text or "") in BIG_OPERATORS | NAMED_OPERATORS


def _is_kept(tag: str, name: str, value: str) -> bool:
    if name not in ELEMENTS[tag] or (name == "mathvariant" and value != "normal"):
        return False
    return (LENGTH if name in LENGTHS else WORD).fullmatch(value) is not None


def _text(element: Element) -> str:
    text = unescape(element.text or "")
    if text and (element.tag not in TOKENS or (text == "&" and element.tag != "mtext")):
        raise NotTex
    if text.startswith("\\") and text != "\\":
        text = _symbol(text)
    return in_alphabet(text, element.get("mathvariant"))


def _symbol(command: str) -> str:
    """A sign that the converter left as its command, as in \\Big\\lfloor."""
    if command in ("\\{", "\\}", "\\|"):
        return command[1].replace("|", "‖")
    code = convert_symbol(command)
    if not code:
        raise NotTex
    return chr(int(code, 16))
