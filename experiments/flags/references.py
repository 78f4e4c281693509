"""Where the code asks for flags: calls in Python by its syntax tree, tags and calls in templates by their text.

A name that is neither a literal nor a constant of one of the tree's modules cannot be known here; its place is told all
the same. No Django.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

FLAG, SWITCH = "flag", "switch"
SKIPPED = {"tests", "bench", "node_modules", "__pycache__", "static", "migrations"}
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
    symbol: str = ""  # of a name that is no literal, with its module: community.forum.trials.RANKING


@dataclass(frozen=True)
class Code:
    references: list[Reference]
    constants: dict[str, str]  # texts by symbol


def references(root: Path) -> list[Reference]:
    """In a tree's own files: not in tests, hidden folders, or environments that were installed into it."""
    found: list[Reference] = []
    constants: dict[str, str] = {}
    for path in sorted(_files(root)):
        text = path.read_text(encoding="utf-8", errors="replace")
        shown = str(path.relative_to(root))
        if path.suffix == ".py":
            code = in_python(text, shown)
            found += code.references
            constants |= code.constants
        else:
            found += in_template(text, shown)
    return [one if one.name else replace(one, name=constants.get(one.symbol, "")) for one in found]


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in SKIPPED or path.is_symlink():
            continue
        if path.is_file() and (path.suffix == ".py" or path.suffix in TEMPLATES):
            yield path
        elif path.is_dir() and not (path / "pyvenv.cfg").exists():
            yield from _files(path)


def in_python(text: str, path: str) -> Code:
    """Names that are no literals are left empty, with their symbols."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return Code([], {})
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    constants = {f"{module}.{name}": value for name, value in _constants(tree).items()}
    names = {symbol.rpartition(".")[2]: symbol for symbol in constants} | _imports(tree)
    return Code(list(_asked(tree, path, names)), constants)


def _asked(tree: ast.Module, path: str, names: dict[str, str]) -> Iterator[Reference]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (found := _function(node.func, names)):
            how, asked = found
            yield Reference(path, node.lineno, asked.what, *_named(_argument(node, asked), how, names))
        elif isinstance(node, ast.ClassDef):
            yield from _mixed_in(node, path, names)


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
    symbol = _symbol(called, names)
    name = symbol.rpartition(".")[2]
    asked = CALLS.get(symbol.partition(".")[0], {}).get(name)
    return (name, asked) if asked else None


def _symbol(node: ast.expr | None, names: dict[str, str]) -> str:
    """In full: what a name of this file stands for, and what is taken of it; empty where that is not known."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return ".".join([names[node.id], *parts]) if isinstance(node, ast.Name) and node.id in names else ""


def _argument(call: ast.Call, asked: Asked) -> ast.expr | None:
    if len(call.args) > asked.place:
        return call.args[asked.place]
    return next((one.value for one in call.keywords if one.arg in asked.keywords), None)


def _named(node: ast.expr | None, how: str, names: dict[str, str]) -> tuple[str, str, str]:
    """(name, how it is asked, symbol)."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, how, ""
    return "", how, _symbol(node, names)


def _mixed_in(node: ast.ClassDef, path: str, names: dict[str, str]) -> Iterator[Reference]:
    for line in (one for one in node.body if isinstance(one, ast.Assign)):
        for target in line.targets:
            if isinstance(target, ast.Name) and target.id in _MIXINS:
                name, how, symbol = _named(line.value, target.id, names)
                yield Reference(path, line.lineno, _MIXINS[target.id], name.lstrip("!"), how, symbol)


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
