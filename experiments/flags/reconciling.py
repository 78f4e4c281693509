"""What the code asks for beside what flags there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from waffle import get_waffle_switch_model

from experiments.flags.references import FLAG, Reference
from experiments.models import Flag


@dataclass(frozen=True)
class Reconciliation:
    lifecycles: dict[str, str]  # of every flag
    references: dict[str, list[Reference]]  # to flags, by name
    unknown: list[Reference]  # to flags and switches that there are not, or that are archived
    unasked: list[str]  # flags that no code asks for
    completed: list[str]  # flags that are decided, and still asked for
    unread: list[Reference]  # whose name only the running program knows


def reconcile(references: Iterable[Reference]) -> Reconciliation:
    found = list(references)
    lifecycles = dict(Flag.objects.order_by("name").values_list("name", "lifecycle"))
    living = {name for name, lifecycle in lifecycles.items() if lifecycle != Flag.Lifecycle.ARCHIVED}
    switches = set(get_waffle_switch_model().objects.values_list("name", flat=True))
    named = [one for one in found if one.name]
    asked: dict[str, list[Reference]] = defaultdict(list)
    for one in named:
        if one.what == FLAG:
            asked[one.name].append(one)
    return Reconciliation(
        lifecycles=lifecycles,
        references=dict(sorted(asked.items())),
        unknown=[one for one in named if one.name not in (living if one.what == FLAG else switches)],
        unasked=sorted(living - asked.keys()),
        completed=sorted(name for name in asked if lifecycles.get(name) == Flag.Lifecycle.COMPLETED),
        unread=[one for one in found if not one.name],
    )
