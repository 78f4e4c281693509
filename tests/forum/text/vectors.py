"""The list of attacks, and all the ways in which one text is shown."""

from pathlib import Path

from community.forum.text import render, render_inline

ESCAPES = {"\\n": "\n", "\\0": "\0", "\\t": "\t"}


def _vectors() -> list[str]:
    lines = Path(__file__).with_name("xss.txt").read_text(encoding="utf-8").splitlines()
    vectors = [line for line in lines if line and not line.startswith("# ") or line.startswith("# <img")]
    for escape, sign in ESCAPES.items():
        vectors = [_unescaped(vector, escape, sign) for vector in vectors]
    return vectors


def _unescaped(vector: str, escape: str, sign: str) -> str:
    """TeX's own commands begin with the same backslash: \\newcommand, \\textcolor."""
    return vector.replace(escape, sign) if "$" not in vector else vector


VECTORS = _vectors()


def shown(source: str) -> list[str]:
    return [
        render(source, format="markdown").html,
        render(source, format="html").html,
        render_inline(source).html,
    ]
