"""Refreshing the results of all experiments at once, with one plain DuckDB query for each beside.

    uv run python -m bench.report --experiments 1000 [--events 20000000 --members 200000]

Fills a lake and a database of its own and drops both at the end. Ten metrics with their covariates; each experiment
exposes a twentieth of the members. Twenty cells at random are compared with what the plain query says, which counts
nine of the ten (a funnel is not one GROUP BY); it is timed on three experiments and told for all by multiplying.
Prints one JSON line; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import time
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from bench.lake import apart  # noqa: E402
from bench.pages import empty_database, say  # noqa: E402  (sets Django up)

from django.conf import settings  # noqa: E402 isort: skip
from config import services  # noqa: E402 isort: skip

CELLS, TIMED = 20, 3
RESULTS = ("y", "yy", "x", "xx", "xy", "d", "yd")
ACTIVE = (
    "'topic_started', 'answer_posted', 'reply_posted', 'comment_posted', 'vote_cast', 'answer_accepted',"
    " 'bookmarked', 'bounty_offered'"
)
DAY, WEEK, BEFORE = 86_400_000_000, 7 * 86_400_000_000, 14 * 86_400_000_000
# By unit: what happened after the exposure and in the fortnight before it, of metrics 1 to 9 in bench.report_data.
PLAIN = f"""
WITH first AS (
  SELECT person, min(epoch_us) AS t0, arg_min(value, epoch_us)::int AS variation
  FROM events WHERE name = 'exposed' AND object_id = $phase GROUP BY person
), units AS (
  SELECT person, variation, t0,
    count(*) FILTER (name = 'comment_posted' AND us >= 0 AND us < {WEEK}) AS y0,
    count(*) FILTER (name = 'comment_posted' AND us < 0) AS x0,
    least(count(*) FILTER (name = 'vote_cast' AND us >= 0 AND us < {WEEK}), 5) AS y1,
    least(count(*) FILTER (name = 'vote_cast' AND us < 0), 5) AS x1,
    (count(*) FILTER (name = 'answer_posted' AND us >= 0 AND us < {WEEK}) > 0)::bigint AS y2,
    (count(*) FILTER (name = 'answer_posted' AND us < 0) > 0)::bigint AS x2,
    (count(*) FILTER (name IN ({ACTIVE}) AND us >= 0 AND us < {DAY}) > 0)::bigint AS y3,
    (count(*) FILTER (name IN ({ACTIVE}) AND us < 0) > 0)::bigint AS x3,
    (count(*) FILTER (name IN ({ACTIVE}) AND us >= {DAY} AND us < {2 * DAY}) > 0)::bigint AS y4,
    count(*) FILTER (name IN ({ACTIVE}) AND us < 0) AS x4,
    (count(*) FILTER (name IN ({ACTIVE}) AND us >= {WEEK} AND us < {WEEK + DAY}) > 0)::bigint AS y5,
    x4 AS x5,
    coalesce(sum(value * 1000) FILTER (name = 'vote_received' AND us >= 0 AND us < {WEEK}), 0)::bigint AS y6,
    coalesce(sum(value * 1000) FILTER (name = 'vote_received' AND us < 0), 0)::bigint AS x6,
    count(*) FILTER (name = 'answer_posted' AND us >= 0 AND us < {WEEK}) AS y7,
    count(*) FILTER (name = 'answer_posted' AND us < 0) AS x7,
    coalesce(min(us) FILTER (name = 'answer_posted' AND us >= 0 AND us < {WEEK}), 0) // 1000 AS y8,
    x7 AS x8
  FROM (
    SELECT f.*, e.name, e.value, e.epoch_us - f.t0 AS us FROM first f LEFT JOIN events e
    ON e.person = f.person AND e.epoch_us >= f.t0 - {BEFORE} AND e.epoch_us < f.t0 + {WEEK + DAY}
  ) GROUP BY ALL
)
SELECT variation, t0 // {DAY} AS day, {{sums}} FROM units GROUP BY ALL
"""  # noqa: S608 - our own numbers
BELOW = {7: "y0", 8: "y2"}  # denominators


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=1000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--members", type=int, default=200_000)
    options = parser.parse_args()
    services.ensure(settings.VAR_DIR)
    settings.LAKE_URL = str(settings.VAR_DIR / "bench-report")
    shutil.rmtree(settings.LAKE_URL, ignore_errors=True)
    try:
        with empty_database("bench_report"):
            print(json.dumps(run(options.experiments, options.events, options.members)))
    finally:
        shutil.rmtree(settings.LAKE_URL, ignore_errors=True)


def run(experiments: int, events: int, members: int) -> dict[str, object]:
    found: dict[str, object] = {"experiments": experiments, "events": events, "members": members}
    found["filling_s"] = apart(lambda: fill(experiments, events, members), runs=1)["seconds"]
    for name, work in {"pass": count, "rebuild": rebuild, "refresh": refresh, "cells": compare, "plain": plain}.items():
        found[name] = apart(work, runs=1)
        say(f"{name}: {found[name]}")
    return found


def fill(experiments: int, events: int, members: int) -> None:
    data, written = import_module("bench.report_data"), 0
    for rows in data.fill(events, members, data.experiments(experiments)):
        written += rows
        say(f"wrote {written}")


def count() -> object:
    """The pass alone: nothing is written."""
    refreshing, what = (import_module(f"experiments.measuring.{name}") for name in ("refreshing", "what"))
    start, cpu = time.perf_counter(), time.process_time()
    asked = what.measured()
    moment = refreshing.look(asked, _as_of(), rebuild=True)
    ((plan, found),) = refreshing.count_all(asked, moment)
    told = {"seconds": round(time.perf_counter() - start, 2), "cpu_s": round(time.process_time() - cpu, 2)}
    return {**told, "exposures": found.exposures, "cells": sum(use.size for use in plan.uses)}


def rebuild() -> object:
    return _refreshed(rebuild=True)


def refresh() -> object:
    """Again, where nothing has happened: what every ten minutes cost at least."""
    return _refreshed(rebuild=False)


def _refreshed(*, rebuild: bool) -> object:
    row = import_module("experiments.measuring.refreshing").refresh(as_of=_as_of(), rebuild=rebuild)
    return {"exposures": row.exposures, "cells": row.cells}


def compare() -> object:
    """How many of the cells chosen at random are what the plain query says."""
    models, chance = import_module("experiments.models"), random.Random(7)
    rows = models.ArmDay.objects.exclude(version__kind="funnel").filter(n__gt=0)
    keys = chance.sample(list(rows.values_list("pk", flat=True)), CELLS)
    return f"{sum(_is_the_same(row) for row in rows.filter(pk__in=keys))} of {CELLS}"


def _is_the_same(row: object) -> bool:
    place = int(row.version.metric.key.removeprefix("bench-"))  # type: ignore[attr-defined]
    day = (row.day - row.day.min.replace(year=1970)).days  # type: ignore[attr-defined]
    found = {tuple(one[:2]): one[2:] for one in _plain(row.phase_id)}[row.variation, day]  # type: ignore[attr-defined]
    mine = [row.n, *(int(getattr(row, name)) for name in RESULTS)]  # type: ignore[attr-defined]
    theirs = [found[0], *found[1 + place * len(RESULTS) : 1 + (place + 1) * len(RESULTS)]]
    if mine != theirs:
        say(f"{row.version.kind}: {mine} where the plain query says {theirs}")  # type: ignore[attr-defined]
    return mine == theirs


def plain() -> object:
    """Seconds of one query, by which all would take so many."""
    phases = list(import_module("experiments.models").Phase.objects.values_list("pk", flat=True))
    start = time.perf_counter()
    for phase in phases[:TIMED]:
        _plain(phase)
    one = (time.perf_counter() - start) / TIMED
    return {"one_s": round(one, 3), "all_s_extrapolated": round(one * len(phases), 1)}


def _plain(phase: int) -> list[tuple]:
    duckdb = import_module("duckdb")
    sums = ["count(*) AS n"]
    for place in range(9):
        y, x = f"y{place}", f"x{place}"
        d = BELOW.get(place, "0")
        products = (y, f"{y}::hugeint * {y}", x, f"{x} * {x}", f"{x}::hugeint * {y}", d, f"{y} * {d}")
        sums += [f"sum({product})::hugeint" for product in products]
    files = [str(file) for file in Path(settings.LAKE_URL).glob("events/bench/*.parquet")]
    limits = {"threads": settings.ANALYTICS_THREADS, "memory_limit": "3GB"}
    with duckdb.connect(":memory:", config=limits) as own:
        own.execute(f"CREATE VIEW events AS FROM read_parquet({files})")
        return own.execute(PLAIN.format(sums=", ".join(sums)), {"phase": phase}).fetchall()


def _as_of() -> object:
    return import_module("bench.report_data").AS_OF


if __name__ == "__main__":
    main()
