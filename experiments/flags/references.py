"""Where the code asks for flags: calls in Python by its syntax tree, tags and calls in templates by their text.

A name that is no literal, or a constant of the module, cannot be known here; its place is told all the same. No Django.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FLAG, SWITCH = "flag", "switch"
SKIPPED = {"tests", "node_modules", "__pycache__", "static", "migrations"}
TEMPLATES = {".html", ".txt", ".xml", ".jinja", ".j2"}


@dataclass(frozen=True)
class Asked:
    """How a function is asked: for what, where its name stands among the arguments, and how it is called there."""

    what: str
    place: int
    keywords: tuple[str, ...]


CALLS = {
    "experiments": {
        "variation": Asked(FLAG, 1, ("key",)),
        "peek": Asked(FLAG, 1, ("key",)),
        "for_member": Asked(FLAG, 1, ("key",)),
    },
    "waffle": {
        "flag_is_active": Asked(FLAG, 1, ("flag_name",)),
        "switch_is_active": Asked(SWITCH, 0, ("switch_name",)),
        "waffle_flag": Asked(FLAG, 0, ("flag_name",)),
        "waffle_switch": Asked(SWITCH, 0, ("switch_name",)),
    },
}
_MIXINS = {"waffle_flag": FLAG, "waffle_switch": SWITCH}  # attributes of classes
_TAG = re.compile(r"{%-?\s*(variation|peek|flag|switch)\s+(\S+)")
_CODE = re.compile(r"{[{%].*?[%}]}", re.DOTALL)
_CALL = re.compile(r"\b(waffle\.)?(variation|peek|flag|switch)\(\s*([^,)\s]*)")
_LITERAL = re.compile(r"""\A(["'])(.*)\1\Z""")


@dataclass(frozen=True, order=True)
class Reference:
    path: str
    line: int
    what: str  # flag or switch
    name: str  # empty: only the running program knows
    how: str


def references(root: Path) -> Iterator[Reference]:
    """In a tree's own files: not in tests, hidden folders, or environments that were installed into it."""
    for path in sorted(_files(root)):
        text = path.read_text(encoding="utf-8", errors="replace")
        shown = str(path.relative_to(root))
        yield from in_python(text, shown) if path.suffix == ".py" else in_template(text, shown)


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in SKIPPED or path.is_symlink():
            continue
        if path.is_file() and (path.suffix == ".py" or path.suffix in TEMPLATES):
            yield path
        elif path.is_dir() and not (path / "pyvenv.cfg").exists():
            yield from _files(path)


def in_python(text: str, path: str) -> Iterator[Reference]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    names, constants = _imports(tree), _constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (found := _function(node.func, names)):
            how, asked = found
            yield Reference(path, node.lineno, asked.what, _text(_argument(node, asked), constants), how)
        elif isinstance(node, ast.ClassDef):
            yield from _mixed_in(node, path, constants)


def _imports(tree: ast.Module) -> dict[str, str]:
    """By the name in this file, what was imported, in full; `import a.b` binds a."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                names[one.asname or one.name.split(".")[0]] = one.name if one.asname else one.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return names


def _constants(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found |= {one.id: node.value.value for one in node.targets if isinstance(one, ast.Name)}
    return found


def _function(called: ast.expr, names: dict[str, str]) -> tuple[str, Asked] | None:
    parts: list[str] = []
    while isinstance(called, ast.Attribute):
        parts.insert(0, called.attr)
        called = called.value
    if not isinstance(called, ast.Name) or called.id not in names:
        return None
    first, *_between, last = [*names[called.id].split("."), *parts]
    asked = CALLS.get(first, {}).get(last)
    return (last, asked) if asked else None


def _argument(call: ast.Call, asked: Asked) -> ast.expr | None:
    if len(call.args) > asked.place:
        return call.args[asked.place]
    return next((one.value for one in call.keywords if one.arg in asked.keywords), None)


def _text(node: ast.expr | None, constants: dict[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id, "") if isinstance(node, ast.Name) else ""


def _mixed_in(node: ast.ClassDef, path: str, constants: dict[str, str]) -> Iterator[Reference]:
    for line in (one for one in node.body if isinstance(one, ast.Assign)):
        for target in line.targets:
            if isinstance(target, ast.Name) and target.id in _MIXINS and (name := _text(line.value, constants)):
                yield Reference(path, line.lineno, _MIXINS[target.id], name.lstrip("!"), target.id)


def in_template(text: str, path: str) -> Iterator[Reference]:
    for found in _TAG.finditer(text):
        yield _in_text(text, found.start(), path, found[1], found[2])
    for code in _CODE.finditer(text):
        for found in _CALL.finditer(code[0]):
            if found[1] or found[2] in ("variation", "peek"):
                yield _in_text(text, code.start() + found.start(), path, found[2], found[3])


def _in_text(text: str, at: int, path: str, how: str, argument: str) -> Reference:
    literal = _LITERAL.match(argument)
    line = text.count("\n", 0, at) + 1
    return Reference(path, line, SWITCH if how == "switch" else FLAG, literal[2] if literal else "", how)
