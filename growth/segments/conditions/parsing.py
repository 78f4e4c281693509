"""Read JSON into a tree: everything that is wrong is told at once, each fault with the path to it (RFC 6901)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any as Json
from typing import TypeVar

from growth.segments.conditions import values
from growth.segments.conditions.tree import All, Any, Dated, Did, Events, Flag, Leaf, Measured, Named, Node, Not, When

DEEPEST = 12
MOST_LEAVES = 100
JOINTS = ("all", "any", "not")
LEAVES = ("event", "first", "last", "attribute")
PERIOD = ("within_days", "before_days", "since", "until")
BOUNDS = ("at_least", "at_most", "exactly")
FILTERS = ("where", "object", "value")
# What may stand beside the name of an attribute, by what it holds.
BESIDE = {"number": BOUNDS, "text": ("is",), "flag": ("is",), "time": PERIOD}

Value = TypeVar("Value")


@dataclass(frozen=True)
class Fault:
    """`code` says what is wrong at `path`; growth.segments.wording has the words. `about` is what they name."""

    path: str
    code: str
    about: str = ""


class Invalid(ValueError):
    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.path or '/'}: {fault.code} {fault.about}".strip() for fault in faults))
        self.faults = faults


def parse(given: Json, *, events: Callable[[str], object], attributes: Mapping[str, str]) -> Node:
    """The tree of a definition, or Invalid with every fault.

    `events` raises ValueError for a selection that names what is not declared; `attributes` says what each that there
    is holds: number, text, flag or time.
    """
    reading = _Reading(events, attributes)
    node = reading.node(given, "", 1)
    if reading.leaves > MOST_LEAVES:
        reading.faults.append(Fault("", "too_many", str(MOST_LEAVES)))
    if node is None or reading.faults:
        raise Invalid(reading.faults)
    return node


class _Reading:
    """One pass over a definition. A method that finds a fault notes it and returns None."""

    def __init__(self, events: Callable[[str], object], attributes: Mapping[str, str]) -> None:
        self.events = events
        self.attributes = attributes
        self.faults: list[Fault] = []
        self.leaves = 0

    def fault(self, path: str, code: str, about: str = "") -> Json:
        """None, for whoever returns it in place of what could not be read."""
        self.faults.append(Fault(path, code, about[:80]))

    def value(self, path: str, read: Callable[..., Value], *given: Json) -> Value | None:
        """What one of the readers of values.py makes of it, its fault noted."""
        try:
            return read(*given)
        except values.Wrong as wrong:
            self.fault(path + wrong.below, wrong.code, wrong.about[:80])
            return None

    def node(self, given: Json, path: str, depth: int) -> Node | None:
        if not isinstance(given, dict):
            return self.fault(path, "object_expected")
        if depth > DEEPEST:
            return self.fault(path, "too_deep", str(DEEPEST))
        heads = [name for name in (*JOINTS, *LEAVES) if name in given]
        if len(heads) != 1:
            return self.fault(path, "no_condition" if not heads else "one_condition", ", ".join(heads))
        if heads[0] in JOINTS:
            return self._joint(given, heads[0], path, depth)
        self.leaves += 1
        return self._attribute(given, path) if heads[0] == "attribute" else self._behaviour(given, heads[0], path)

    def _joint(self, given: dict[str, Json], head: str, path: str, depth: int) -> Node | None:
        self._only(given, path, (head,))
        inside, below = given[head], f"{path}/{head}"
        if head == "not":
            item = self.node(inside, below, depth + 1)
            return None if item is None else Not(item)
        if not isinstance(inside, list):
            return self.fault(below, "list_expected")
        if not inside:
            return self.fault(below, "empty")
        items = [self.node(item, f"{below}/{at}", depth + 1) for at, item in enumerate(inside)]
        found = tuple(item for item in items if item is not None)
        return All(found) if head == "all" else Any(found)

    def _behaviour(self, given: dict[str, Json], head: str, path: str) -> Leaf | None:
        self._only(given, path, (head, *PERIOD, *FILTERS, *(BOUNDS if head == "event" else ())))
        names = self.value(f"{path}/{head}", values.selection, given[head], self.events)
        period = self.value(path, values.period, _part(given, PERIOD))
        filters = self.value(path, values.filters, _part(given, FILTERS))
        times = self.value(path, values.times, _part(given, BOUNDS))
        if names is None or period is None or filters is None or times is None:
            return None
        selected = Events(names, **filters)
        if head == "event":
            return Did(selected, times, period)
        if not _part(given, PERIOD):
            return self.fault(path, "no_period")
        return When(head == "last", selected, period)

    def _attribute(self, given: dict[str, Json], path: str) -> Leaf | None:
        name = given["attribute"]
        kind = self.attributes.get(name) if isinstance(name, str) else None
        if kind is None:
            return self.fault(f"{path}/attribute", "unknown_attribute", str(name))
        self._only(given, path, ("attribute", *BESIDE[kind]))
        said = _part(given, BESIDE[kind])
        if not said:
            return self.fault(path, "nothing_said", ", ".join(BESIDE[kind]))
        if kind == "number":
            bounds = self.value(path, values.bounds, said)
            return None if bounds is None else Measured(name, bounds)
        if kind == "time":
            period = self.value(path, values.period, said)
            return None if period is None else Dated(name, period)
        if kind == "text":
            texts = self.value(f"{path}/is", values.texts, said["is"])
            return None if texts is None else Named(name, texts)
        flag = self.value(f"{path}/is", values.flag, said["is"])
        return None if flag is None else Flag(name, flag)

    def _only(self, given: dict[str, Json], path: str, names: tuple[str, ...]) -> None:
        for name in given:
            if name not in names:
                self.fault(f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}", "unknown_key", str(name))


def _part(given: dict[str, Json], names: tuple[str, ...]) -> dict[str, Json]:
    return {name: given[name] for name in names if name in given}
