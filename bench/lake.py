"""The lake at work: ingest, sealing, and each report over all of it, with plain DuckDB SQL beside.

    uv run python -m bench.lake --events 20000000 --members 200000

Fills a database and a lake of its own and drops both at the end; each measure runs in a process of its own, whose
peak of memory is told. Prints one JSON line; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from bench.lake_sql import PLAIN  # noqa: E402
from bench.pages import empty_database, say  # noqa: E402  (sets Django up)

from django.conf import settings  # noqa: E402 isort: skip
from django.db import connection  # noqa: E402 isort: skip
from config import services  # noqa: E402 isort: skip

forking = multiprocessing.get_context("fork")
RUNS = 3
AS_OF = "2025-06-30"  # the day after the last that has events


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--members", type=int, default=200_000)
    options = parser.parse_args()
    services.ensure(settings.VAR_DIR)
    settings.LAKE_URL = str(settings.VAR_DIR / "bench-lake")
    try:
        with empty_database("bench_lake"):
            print(json.dumps(run(options.events, options.members)))
    finally:
        shutil.rmtree(settings.LAKE_URL, ignore_errors=True)


def run(events: int, members: int) -> dict[str, object]:
    found: dict[str, object] = {"events": events, "members": members, "threads": settings.ANALYTICS_THREADS}
    found["ingest"] = apart(lambda: ingest(events, members), runs=1) | {"rows": events}
    found["sealing"] = apart(seal, runs=1)
    found["compaction"] = apart(compact, runs=1)
    found["bytes_per_event"] = round(sum(file.stat().st_size for file in _files()) / events, 2)
    for name, ask in MEASURES.items():
        found[name] = apart(ask, runs=RUNS)
        say(f"{name}: {found[name]}")
    return found


def apart(work: Callable[[], object], *, runs: int) -> dict[str, object]:
    """Seconds of the best of `runs` in a process of its own (the first warms it up), its peak of memory in MB."""
    connection.close()
    here, there = forking.Pipe(duplex=False)
    child = forking.Process(target=_measured, args=(work, runs, there))
    child.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        raise SystemExit(f"{work} did not end well") from None
    finally:
        child.join()


def _measured(work: Callable[[], object], runs: int, told: object) -> None:
    seconds, said = [], None
    for _ in range(runs):
        start = time.perf_counter()
        said = work()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found: dict[str, object] = {"seconds": round(min(seconds), 3), "peak_mb": peak}
    if runs > 1:
        found["first_s"] = round(seconds[0], 3)
    told.send(found | ({"answer": said} if said is not None else {}))  # type: ignore[attr-defined]


def ingest(events: int, members: int) -> None:
    written = 0
    for rows in import_module("bench.lake_data").fill(events, members):
        written += rows
        say(f"wrote {written} of {events}")


def seal() -> None:
    import_module("events.lake.sealing").seal()


def compact() -> None:
    import_module("events.lake.compaction").compact()


def _files() -> list[Path]:
    """Those that stand; others wait to be unlinked."""
    standing = import_module("events.models").LakeFile.objects.standing()
    return [Path(settings.LAKE_URL) / path for path in standing.values_list("path", flat=True)]


def _report(key: str, **given: object) -> Callable[[], object]:
    def ask() -> object:
        kind, reports = import_module("growth.reports.kinds").KINDS[key], import_module("growth.reports.forms")
        form = kind.form({"as_of": AS_OF, "tz": "UTC", **given})
        form.is_valid()
        with _reading() as reader:
            return _digest(kind.answer(reports.params(form), reader))

    return ask


def segments() -> object:
    """Fifty definitions in one pass: how many are in each."""
    vocabulary, evaluating = (import_module(f"growth.segments.{name}") for name in ("vocabulary", "evaluating"))
    asks = {number: evaluating.Ask(vocabulary.read(definition)) for number, definition in enumerate(_fifty())}
    with _reading() as reader:
        return _digest([len(persons) for persons in evaluating.evaluate(reader, asks).values()])


def _fifty() -> list[dict[str, object]]:
    """Like `answered at least twice in 14 days, and did not vote for 7`."""
    names = ("answer_posted", "comment_posted", "vote_cast", "topic_started", "bookmarked")
    return [
        {"all": [
            {"event": name, "at_least": times, "within_days": days},
            {"not": {"event": names[(place + 1) % 5], "within_days": 7}},
        ]}
        for place, name in enumerate(names) for times in (1, 2) for days in (7, 14, 28, 60, 90)
    ]  # fmt: skip


def _reading() -> AbstractContextManager:
    return import_module("events.engine").reading(as_of=datetime.fromisoformat(AS_OF).replace(tzinfo=UTC))


def _plain(query: str) -> Callable[[], object]:
    """A query written by hand, over the same files, with the same threads and memory."""

    def ask() -> object:
        duckdb = import_module("duckdb")
        limits = {"threads": settings.ANALYTICS_THREADS, "memory_limit": settings.ANALYTICS_MEMORY}
        with duckdb.connect(":memory:", config=limits) as own:
            own.execute(f"CREATE VIEW events AS FROM read_parquet({[str(file) for file in _files()]})")
            return _digest(own.execute(query).fetchall())

    return ask


def _digest(answer: object) -> str:
    return import_module("hashlib").sha256(json.dumps(answer, default=str).encode()).hexdigest()[:12]


REPORTS: dict[str, Callable[[], object]] = {
    "retention": _report("retention", start="signed_up", back="active", period="week", periods=12),
    "funnel": _report("funnel", steps="signed_up,answer_posted,comment_received", window="7d"),
    "lifecycle": _report("lifecycle", period="week"),
    "active members": _report("active_members"),
    "50 segments": segments,
}
MEASURES = REPORTS | {f"{name}, plain SQL": _plain(query) for name, query in PLAIN.items()}


if __name__ == "__main__":
    main()
