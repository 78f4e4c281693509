"""Which variables a text names, and which of them there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import nodes

from growth.campaigns.content.templates import Text
from growth.campaigns.content.variables import SHAPE

OF_A_LOOP = {"first": True, "last": True, "index": 1}
ANYTHING, NOTHING = None, object()

Scope = Mapping[str, Any]


def unknown(text: Text) -> list[str]:
    """What it names that no member's message has: ["member.nmae"]."""
    return list(dict.fromkeys(_unknown(text.tree, SHAPE)))


def named(text: Text) -> set[str]:
    """The roots: {"member", "items"}; those of loops too."""
    return {name.name for name in text.tree.find_all(nodes.Name)}


def _unknown(node: nodes.Node, scope: Scope) -> Iterator[str]:
    if isinstance(node, nodes.For):
        yield from _unknown(node.iter, scope)
        each = _shape(node.iter, scope)
        inner = {**scope, _path(node.target): each[0] if isinstance(each, list) else ANYTHING, "loop": OF_A_LOOP}
        for child in (*node.body, *node.else_):
            yield from _unknown(child, inner)
    elif isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem) and _shape(node, scope) is NOTHING:
        yield _path(node)
    else:
        for child in node.iter_child_nodes():
            yield from _unknown(child, scope)


def _shape(node: nodes.Node, scope: Scope) -> Any:
    """What a path leads to in the shape of all variables."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name, NOTHING)
    if not isinstance(node, nodes.Getattr | nodes.Getitem):
        return ANYTHING
    parent = _shape(node.node, scope)
    if parent is ANYTHING or parent is NOTHING:
        return parent
    key = _key(node)
    if isinstance(parent, list) and isinstance(key, int):
        return parent[0]
    return parent.get(key, NOTHING) if isinstance(parent, dict) else NOTHING


def _key(node: nodes.Getattr | nodes.Getitem) -> object:
    """What stands behind the dot or between the brackets, where it is known."""
    return node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", "…")


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr | nodes.Getitem):
        return f"{_path(node.node)}.{_key(node)}"
    return "…"
