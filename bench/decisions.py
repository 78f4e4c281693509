"""What a decision costs: one flag for one unit, in this process, beside the `growthbook` SDK and django-waffle.

    python -m bench.decisions [--seconds 2] > decisions.json

Microseconds of the processor a decision (none waits for anything): the median over batches of 500, and the best batch,
of all rivals in turns, so that what else the machine does falls on all alike. `fresh` asks for units that were not
asked for before; `known` for the same ones again; `new context` makes the SDK's context anew for each unit, as a web
server must, `reused` gives one context other attributes. `variation` is the whole call of a view: attributes, memory of
the request, exposure noted. waffle has a percentage alone, no rules; it is measured over a cache in memory, which is
its best case. Needs no server.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import waffle.models  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.core.cache import caches  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from growthbook import GrowthBook  # noqa: E402
from waffle.utils import get_setting, keyfmt  # noqa: E402

import experiments  # noqa: E402
from experiments import snapshot  # noqa: E402
from experiments.evaluation import compile, evaluate  # noqa: E402
from experiments.published import Snapshot  # noqa: E402

BATCH, UNITS, FLAGS, RULES = 500, 20_000, 10_000, 20
Decide = Callable[[dict[str, Any]], object]
Rival = tuple[Decide, Callable[[], None]]  # and what is done before a batch


def payload(flags: int, rules: int) -> dict[str, Any]:
    return {"features": {f"flag-{number}": _flag(number, rules) for number in range(flags)}}


def _flag(number: int, rules: int) -> dict[str, Any]:
    others = [{"condition": {"country": f"{index:02}"}, "force": True} for index in range(rules - 1)]
    split = {
        "condition": {"country": "NZ"},
        "key": f"exp-{number}",
        "variations": [False, True],
        "weights": [0.5, 0.5],
        "coverage": 1,
        "hashVersion": 2,
        "seed": f"{number:032x}",
    }
    return {"defaultValue": False, "rules": [*others, split]}


def units() -> list[dict[str, Any]]:
    return [{"id": str(number), "country": "NZ"} for number in range(100_000, 100_000 + UNITS)]


def measured(rivals: dict[str, Rival], seconds: float) -> dict[str, dict[str, float]]:
    people, times = units(), {name: [] for name in rivals}  # type: tuple[list[dict[str, Any]], dict[str, list[float]]]
    end, turn = time.perf_counter() + seconds * len(rivals), 0
    while time.perf_counter() < end or turn < 20:
        first = turn * BATCH % UNITS
        for name, (decide, before) in rivals.items():
            before()
            times[name].append(_timed(decide, people[first : first + BATCH]))
        turn += 1
    return {name: {"median": round(statistics.median(of), 2), "best": round(min(of), 2)} for name, of in times.items()}


def _timed(decide: Decide, people: list[dict[str, Any]]) -> float:
    begin = time.thread_time()
    for one in people:
        decide(one)
    return (time.thread_time() - begin) / len(people) * 1e6


def nothing() -> None:
    pass


def ours(flags: dict[str, Any], key: Callable[[], str]) -> Iterator[tuple[str, Rival]]:
    fresh, known = compile(flags), compile(flags)
    yield "flywheel, fresh", (lambda one: evaluate(fresh, one, key()), fresh.memory.clear)
    if len(known.flags) == 1:  # all units of a flag are remembered; of many flags the last 20,000 answers
        for one in units():
            evaluate(known, one, key())
        yield "flywheel, known", (lambda one: evaluate(known, one, key()), nothing)


def sdk(flags: dict[str, Any], key: Callable[[], str]) -> Iterator[tuple[str, Rival]]:
    features = flags["features"]
    reused = GrowthBook(features=features)

    def again(one: dict[str, Any]) -> object:
        reused.set_attributes(one)
        return reused.eval_feature(key())

    yield "growthbook, reused", (again, nothing)
    if len(features) == 1:
        yield (
            "growthbook, new context",
            (lambda one: GrowthBook(attributes=one, features=features).eval_feature(key()), nothing),
        )


def views(flags: dict[str, Any]) -> Iterator[tuple[str, Rival]]:
    """A request of a member, whom the middleware has told already."""
    kept = Snapshot(version=1, program=compile(flags), phases={"exp-0": 1})
    snapshot._keeper = snapshot.Keeper(kept)
    yield "flywheel, variation(request)", (lambda one: experiments.variation(_request(one), "flag-0"), nothing)
    yield "an empty request alone", (_request, nothing)


def _request(one: dict[str, Any]) -> HttpRequest:
    request = HttpRequest()
    request.user = _Member(int(one["id"]))  # type: ignore[assignment]
    return request


class _Member:
    is_authenticated, is_staff = True, False

    def __init__(self, pk: int) -> None:
        self.pk = pk


def waffles() -> Iterator[tuple[str, Rival]]:
    settings.WAFFLE_CACHE_NAME = "local"
    cache, flag = caches["local"], waffle.models.Flag(pk=1, name="flag-0", percent=50)
    cache.set(waffle.models.Flag._cache_key("flag-0"), flag, None)
    for name in ("FLAG_USERS_CACHE_KEY", "FLAG_GROUPS_CACHE_KEY"):
        cache.set(keyfmt(get_setting(name), "flag-0"), waffle.models.CACHE_EMPTY, None)
    get = waffle.models.BaseModel.get.__func__  # type: ignore[attr-defined]

    def decide(one: dict[str, Any]) -> object:
        request = HttpRequest()
        request.user = AnonymousUser()
        return get(waffle.models.Flag, "flag-0").is_active(request)

    yield "waffle, percent", (decide, nothing)


def cases(seconds: float) -> dict[str, dict[str, dict[str, float]]]:
    one, twenty, many = payload(1, 1), payload(1, RULES), payload(FLAGS, 1)
    names, dice = list(many["features"]), random.Random(1)
    first, any_ = (lambda: "flag-0"), (lambda: dice.choice(names))
    rivals = {
        "1 rule + split": {**dict(ours(one, first)), **dict(sdk(one, first)), **dict(views(one)), **dict(waffles())},
        "20 rules": {**dict(ours(twenty, first)), **dict(sdk(twenty, first))},
        "10,000 flags, any of them": {**dict(ours(many, any_)), **dict(sdk(many, any_))},
    }
    return {name: measured(of, seconds) for name, of in rivals.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2, help="for each rival")
    seconds = parser.parse_args().seconds
    before = os.getloadavg()[0]
    found = cases(seconds)
    machine = {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": [round(before, 2), round(os.getloadavg()[0], 2)],
    }
    json.dump({"machine": machine, "unit": "microseconds a decision", "cases": found}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
