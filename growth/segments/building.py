"""A definition while it is built: a form of rows and groups that works without scripts. Pure.

Every node has a path, "0" for the whole and "0-2-1" for the second row of its third group; its fields are named by it:
"0-2-1.event". Buttons send what to do and where: "add:0-2". What is typed is kept as it is until it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any as Json

from growth.segments.conditions import (
    All,
    Any,
    Fault,
    Node,
    Not,
    write,
)

BEHAVIOURS = ("event", "first", "last")
FIELDS = (
    *("what", "event", "at_least", "at_most", "within_days", "before_days", "since", "until"),
    *("property", "property_is", "object_kind", "object_id", "value", "is"),
)
WHOLE = ("at_least", "at_most", "within_days", "before_days", "object_id")
MOST = 200  # nodes of one form
FIRST_ROW = {"what": "event", "event": "active", "at_least": "1"}


@dataclass
class Draft:
    join: str = ""  # all or any; empty for a row
    negated: bool = False
    items: list[Draft] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)  # of a row, by FIELDS
    path: str = "0"
    pointer: str = ""  # where it stands in the JSON
    faults: list[Fault] = field(default_factory=list)

    @property
    def what(self) -> str:
        return self.said.get("what", "event")

    def walk(self) -> Iterator[Draft]:
        yield self
        for item in self.items:
            yield from item.walk()

    def numbered(self, path: str = "0") -> Draft:
        self.path = path
        for at, item in enumerate(self.items):
            item.numbered(f"{path}-{at}")
        return self


def blank() -> Draft:
    return Draft(join="all", items=[_row()]).numbered()


def _row() -> Draft:
    return Draft(said=dict(FIRST_ROW))


def received(post: Mapping[str, str]) -> Draft:
    """What a form sent; a blank one where it sent none."""
    left = [MOST]
    return _received(post, "0", left).numbered() if "0.join" in post else blank()


def _received(post: Mapping[str, str], path: str, left: list[int]) -> Draft:
    left[0] -= 1
    negated = bool(post.get(f"{path}.not"))
    if f"{path}.join" not in post:
        return Draft(negated=negated, said={name: post.get(f"{path}.{name}", "").strip() for name in FIELDS}, path=path)
    items, at = [], 0
    while left[0] > 0 and (f"{path}-{at}.join" in post or f"{path}-{at}.what" in post):
        items.append(_received(post, f"{path}-{at}", left))
        at += 1
    join = post[f"{path}.join"]
    return Draft(join=join if join in ("all", "any") else "all", negated=negated, items=items, path=path)


def act(draft: Draft, action: str) -> Draft:
    """Do what a button says; anything else leaves it as it is."""
    verb, _colon, path = action.partition(":")
    for node in list(draft.walk()):
        if verb == "remove":
            node.items = [item for item in node.items if item.path != path]
        elif node.path == path and node.join and verb == "add":
            node.items.append(_row())
        elif node.path == path and node.join and verb == "group":
            node.items.append(Draft(join="any" if node.join == "all" else "all", items=[_row()]))
    return draft.numbered()


def drafted(node: Node) -> Draft:
    """The form of a definition: its whole is a group."""
    draft = _drafted(node)
    return (draft if draft.join else Draft(join="all", items=[draft])).numbered()


def _drafted(node: Node) -> Draft:
    if isinstance(node, Not):
        inner = _drafted(node.item)
        inner.negated = not inner.negated
        return inner
    if isinstance(node, All | Any):
        return Draft(join="all" if isinstance(node, All) else "any", items=[_drafted(item) for item in node.items])
    return Draft(said=_said(node))


def _said(leaf: Node) -> dict[str, str]:
    """The fields of a row. There are none for two properties, say: `fits` tells."""
    given = write(leaf)
    head = next(name for name in (*BEHAVIOURS, "attribute") if name in given)
    said = {"what": given[head] if head == "attribute" else head}
    if head != "attribute":
        said["event"] = given[head]
        if head == "event" and not {"at_least", "at_most", "exactly"} & set(given):
            said["at_least"] = "1"
    if "exactly" in given:
        said["at_least"] = said["at_most"] = _text(given["exactly"])
    for name, value in given.get("where", {}).items():
        said |= {"property": name, "property_is": _text(value)}
    for name, value in given.get("object", {}).items():
        said[f"object_{name}"] = _text(value)
    plain = ("at_least", "at_most", "within_days", "before_days", "since", "until", "value", "is")
    return said | {name: _text(given[name]) for name in plain if name in given}


def definition(draft: Draft, kinds: Mapping[str, str], pointer: str = "") -> Json:
    """The JSON that it says, right or wrong; each node learns where it stands in it. `kinds`: what attributes hold."""
    draft.pointer = pointer + ("/not" if draft.negated else "")
    if draft.join:
        below = f"{draft.pointer}/{draft.join}"
        inside = [definition(item, kinds, f"{below}/{at}") for at, item in enumerate(draft.items)]
        said: Json = {draft.join: inside}
    else:
        said = _leaf(draft.said, kinds)
    return {"not": said} if draft.negated else said


def _leaf(said: Mapping[str, str], kinds: Mapping[str, str]) -> Json:
    what = said.get("what", "")
    if what in BEHAVIOURS:
        names = (*(("at_least", "at_most") if what == "event" else ()), "within_days", "before_days", "since", "until")
        return {what: said.get("event", ""), **_given(said, names), **_filters(said)}
    fields = {"number": ("at_least", "at_most"), "time": ("within_days", "before_days", "since", "until")}
    found = {"attribute": what, **_given(said, fields.get(kinds.get(what, ""), ()))}
    if kinds.get(what) == "flag":
        found["is"] = said.get("is") != "false"
    if kinds.get(what) == "text":
        values = [value.strip() for value in said.get("is", "").split(",")]
        found["is"] = values[0] if len(values) == 1 else values
    return found


def _given(said: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Json]:
    return {name: _number(said[name]) if name in WHOLE else said[name] for name in names if said.get(name)}


def _filters(said: Mapping[str, str]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if said.get("property"):
        values = [_scalar(value.strip()) for value in said.get("property_is", "").split(",")]
        found["where"] = {said["property"]: values[0] if len(values) == 1 else values}
    if said.get("object_kind"):
        found["object"] = {"kind": said["object_kind"], **{k[7:]: v for k, v in _given(said, ("object_id",)).items()}}
    if said.get("value"):
        found["value"] = _number(said["value"])
    return found


def place(draft: Draft, faults: list[Fault]) -> None:
    """Hang each fault on the node that is nearest to where it is."""
    nodes = sorted(draft.walk(), key=lambda node: len(node.pointer), reverse=True)
    for fault in faults:
        near = (node for node in nodes if fault.path == node.pointer or fault.path.startswith(f"{node.pointer}/"))
        next(near, draft).faults.append(fault)


def _number(text: str) -> Json:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number == number and abs(number) < 2**60 and number == int(number) else number


def _scalar(text: str) -> Json:
    return {"true": True, "false": False}.get(text, _number(text))


def _text(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
