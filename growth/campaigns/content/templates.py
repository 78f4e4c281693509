"""Texts with variables, safe to be written by anybody who may write a campaign. Pure.

    Hello {{ member.name }}{% if count > 1 %}, {{ count }} questions wait{% endif %}:
    {% for item in items %}{{ item.title }}{% if not loop.last %}, {% endif %}{% endfor %}

The grammar is a small part of Jinja's. A text is parsed by Jinja, refused unless every node of it is one of `NODES`,
and compiled. There is nothing to call, to add or to multiply; a dot reads a key of a dictionary and nothing else, so
that no value of Python's can be reached from those that were given; a loop ends after `TURNS`, a text at `LONGEST`.
What was not given is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from jinja2 import ChainableUndefined, Environment, TemplateError, nodes
from jinja2.filters import do_urlencode
from jinja2.runtime import Context, LoopContext

from community.forum.text import bidi, excerpt

LONGEST_SOURCE, LONGEST, TURNS, DEEPEST, LOOPS = 10_000, 20_000, 20, 30, 2
NODES = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem),
    *(nodes.If, nodes.CondExpr, nodes.For, nodes.Filter, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
)
OF_ADDRESSES = frozenset({"link", "unsubscribe", "url"})
OF_A_LOOP = frozenset({"first", "last", "index"})
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class Unfit(Exception):
    """Why a text cannot be used: in English, with the line where it is known."""


class Missing(ChainableUndefined):
    """What was not given: empty, false, without parts, and neither less nor more than anything."""

    def _is_not(self, *other: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _is_not  # type: ignore[assignment]


class Sandbox(Environment):
    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if type(obj) is dict and type(argument) is str and argument in obj:
            return obj[argument]
        if type(obj) is list and type(argument) is int and argument < len(obj):
            return obj[argument]
        if type(obj) is LoopContext and argument in OF_A_LOOP:
            return getattr(obj, argument)
        return self.undefined(name=str(argument))


def _shown(value: object) -> str:
    """Text and numbers. What turns the direction of writing is not let out of its value."""
    if type(value) is str:
        return value if value.isascii() and value.isprintable() else bidi.closed(CONTROLS.sub("", value))
    return str(value) if type(value) in (int, float) else ""


def _default(value: object, other: object = "") -> object:
    return value or other


def _at_most(value: object) -> Iterator[Any]:
    """Some of a list; nothing of what is none."""
    return islice(value, TURNS) if type(value) is list else iter(())


def _join(value: object, between: object = ", ") -> str:
    return _shown(between).join(map(_shown, _at_most(value)))


def _length(value: object) -> int:
    return len(value) if isinstance(value, str | list | dict) else 0


def _truncate(value: object, length: object = 80) -> str:
    return excerpt(_shown(value), length) if type(length) is int and 0 < length <= LONGEST else ""


FILTERS: dict[str, Callable[..., Any]] = {
    "default": _default,
    "join": _join,
    "length": _length,
    "truncate": _truncate,
    "urlencode": lambda value: do_urlencode(_shown(value)),
}
_sandbox = Sandbox(undefined=Missing, finalize=_shown, autoescape=False, keep_trailing_newline=True)  # noqa: S701
_sandbox.globals.clear()
_sandbox.tests.clear()
_sandbox.filters = FILTERS | {"at_most": _at_most}


Given = Context


def given(variables: Mapping[str, Any]) -> Given:
    """What texts may name, for as many of them as there are: no text changes it."""
    return Context(_sandbox, dict(variables), None, {})


@dataclass(frozen=True)
class Text:
    """A compiled text, and the tree it was parsed to, for who wants to know what it names."""

    tree: nodes.Template
    names_addresses: bool
    _pieces: Callable[[Context], Iterator[str]]

    def render(self, variables: Given) -> str:
        """Raises Unfit where the text becomes too long, or compares what cannot be compared."""
        pieces, length = [], 0
        try:
            for piece in self._pieces(variables):
                length += len(piece)
                if length > LONGEST:
                    raise Unfit(f"more than {LONGEST} characters")
                pieces.append(piece)
        except (TypeError, ValueError, TemplateError) as fault:
            raise Unfit(str(fault)) from fault
        return "".join(pieces)


@lru_cache(2048)
def compiled(source: str) -> Text:
    """Raises Unfit."""
    if len(source) > LONGEST_SOURCE:
        raise Unfit(f"more than {LONGEST_SOURCE} characters")
    try:
        tree = _sandbox.parse(source)
        _check(tree, depth=0, loops=0)
        return Text(tree, _names_addresses(tree), _compiled(source))
    except TemplateError as fault:
        raise Unfit(f"line {getattr(fault, 'lineno', 1)}: {fault.message}") from fault
    except RecursionError:
        raise Unfit("too deep") from None


def _names_addresses(tree: nodes.Template) -> bool:
    """A part that another value names may be any."""
    names = {name.name for name in tree.find_all(nodes.Name)} | {part.attr for part in tree.find_all(nodes.Getattr)}
    parts = [part.arg for part in tree.find_all(nodes.Getitem)]
    names |= {part.value for part in parts if isinstance(part, nodes.Const)}
    return not names.isdisjoint(OF_ADDRESSES) or not all(isinstance(part, nodes.Const) for part in parts)


def _compiled(source: str) -> Callable[[Context], Iterator[str]]:
    """Of a text that was checked. Each list is cut where a loop begins to walk it."""
    tree = _sandbox.parse(source)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, "at_most", [], [], None, None, lineno=loop.lineno)
    return _sandbox.from_string(tree).root_render_func


def _check(node: nodes.Node, *, depth: int, loops: int) -> None:
    if not isinstance(node, NODES) or type(node) not in NODES:
        raise Unfit(f"line {node.lineno}: no {type(node).__name__.lower()} here")
    if isinstance(node, nodes.Filter) and (node.name not in FILTERS or node.node is None or node.kwargs):
        raise Unfit(f"line {node.lineno}: no filter {node.name}")
    if isinstance(node, nodes.For):
        loops += 1
        if loops > LOOPS or node.test or node.recursive or not isinstance(node.target, nodes.Name):
            raise Unfit(f"line {node.lineno}: no such loop")
    if depth > DEEPEST:
        raise Unfit(f"line {node.lineno}: too deep")
    for child in node.iter_child_nodes():
        _check(child, depth=depth + 1, loops=loops)
