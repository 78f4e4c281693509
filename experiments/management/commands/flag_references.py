"""Where the code asks for each flag, flags it asks for that there are not (exit 1), and flags that it asks for no
more, or still, though they are decided."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from events.commanding import PlainCommand
from experiments.flags.reconciling import Reconciliation, reconcile
from experiments.flags.references import Reference, references


class Command(PlainCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tree", type=Path, nargs="?", default=settings.ROOT, help="the site's own unless given")
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *, tree: Path, format: str, **options: Any) -> None:
        if not tree.is_dir():
            raise CommandError(f"{tree} is no folder", returncode=2)
        found = reconcile(references(tree))
        if format == "json":
            self.stdout.write(json.dumps(_plain(found), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_lines(found)))
        if found.unknown:
            names = ", ".join(sorted({one.name for one in found.unknown}))
            raise CommandError(f"the code asks for what there is not: {names}", returncode=1)


def _plain(found: Reconciliation) -> dict[str, Any]:
    told = asdict(found)
    told["flags"] = [
        {"name": name, "lifecycle": found.lifecycles.get(name), "references": told["references"].get(name, [])}
        for name in sorted({*found.lifecycles, *found.references})
    ]
    return {key: told[key] for key in ("flags", "unknown", "unasked", "completed", "unread")}


def _lines(found: Reconciliation) -> Iterable[str]:
    width = max(map(len, found.references), default=0)
    for name, places in found.references.items():
        lifecycle = found.lifecycles.get(name, "unknown")
        for place in places:
            yield f"{name:{width}}  {lifecycle:9}  {_place(place)}"
    yield from _listed(
        "Asked for, but there is no such", (f"{one.what} {one.name}: {_place(one)}" for one in found.unknown)
    )
    yield from _listed("Asked for by no code", found.unasked)
    yield from _listed("Decided, and still asked for", found.completed)
    yield from _listed("Asked for by a name that is not in the text", map(_place, found.unread))


def _place(one: Reference) -> str:
    return f"{one.path}:{one.line} ({one.how})"


def _listed(title: str, lines: Iterable[str]) -> Iterable[str]:
    told = [f"  {line}" for line in lines]
    return ["", f"{title}:", *told] if told else []
