"""Events of a community and exposures to many experiments, straight into files of the lake: PostgreSQL would take an
hour for a hundred million rows. The files are as sealing and compaction leave them, one for each month."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from django.conf import settings
from django.utils import timezone
from numpy.typing import NDArray
from pyarrow import parquet

from bench.lake_data import DAY_US, NAMES, START_US
from events.lake.schema import SCHEMA
from events.lake.writing import GROUP
from events.models import LakeFile
from experiments.models import Experiment, ExperimentMetric, Metric, MetricVersion, Phase, Variation

DAYS = 181  # January to June
LASTS = 14  # days on which an experiment's units are first exposed
SHARE = 0.05
BLOCK = 2_000  # persons
AS_OF = datetime(2025, 7, 1, tzinfo=UTC)
EXPOSED = len(NAMES)
Columns = dict[str, NDArray]


def experiments(number: int) -> list[Phase]:
    """Running ones that began within forty days, with the same ten metrics."""
    versions = [_version(place, **fields) for place, fields in enumerate(METRICS)]
    started = [AS_OF - timedelta(days=21 + place % 40) for place in range(number)]
    made = Experiment.objects.bulk_create(
        Experiment(key=f"bench-{place}", name="", status="running", started_at=at) for place, at in enumerate(started)
    )
    Variation.objects.bulk_create(
        Variation(experiment=one, index=index, key=f"v{index}", name="") for one in made for index in range(2)
    )
    ExperimentMetric.objects.bulk_create(
        ExperimentMetric(experiment=one, version=version, role="secondary") for one in made for version in versions
    )
    return Phase.objects.bulk_create(
        Phase(experiment=one, number=1, weights=[1, 1], started_at=one.started_at) for one in made
    )


def _version(place: int, **fields: object) -> MetricVersion:
    metric = Metric.objects.create(key=f"bench-{place}", name="")
    below = MetricVersion.objects.filter(kind="count").first() if fields["kind"] == "ratio" else None
    return MetricVersion.objects.create(metric=metric, number=1, denominator=below, **fields)


WEEK = 168  # hours
METRICS: tuple[dict[str, object], ...] = (
    {"kind": "count", "events": "comment_posted", "window_hours": WEEK},
    {"kind": "count", "events": "vote_cast", "window_hours": WEEK, "cap": 5},
    {"kind": "conversion", "events": "answer_posted", "window_hours": WEEK},
    {"kind": "conversion", "events": "active", "window_hours": 24},
    {"kind": "retention", "events": "active", "day": 1},
    {"kind": "retention", "events": "active", "day": 7},
    {"kind": "sum", "events": "vote_received", "window_hours": WEEK},
    {"kind": "ratio", "events": "answer_posted", "window_hours": WEEK},
    {"kind": "time", "events": "answer_posted", "window_hours": WEEK},
    {"kind": "funnel", "events": "vote_cast,answer_posted", "window_hours": WEEK},
)


def fill(events: int, members: int, phases: list[Phase], *, seed: int = 7) -> Iterator[int]:
    """Write the files and name them in the manifest, yielding the rows of each block of members."""
    random = np.random.default_rng(seed)
    weights = random.pareto(1.15, members) + 0.05
    weights = np.minimum(weights, np.quantile(weights, 0.9999))
    numbers = random.poisson(weights / weights.sum() * events)
    folder = Path(settings.LAKE_URL) / "events" / "bench"
    folder.mkdir(parents=True)
    months = [date(2025, month, 1) for month in range(1, 7)]
    paths = {month: folder / f"{month:%Y-%m}.parquet" for month in months}
    with ExitStack() as open_:
        writers = {
            month: open_.enter_context(parquet.ParquetWriter(path, SCHEMA, compression="zstd"))
            for month, path in paths.items()
        }
        written = 0
        for low in range(0, members, BLOCK):
            rows = _block(random, low + 1, numbers[low : low + BLOCK], phases)
            _write(rows, writers, written)
            written += len(rows["us"])
            yield len(rows["us"])
    LakeFile.objects.bulk_create(_named(month, path, members) for month, path in paths.items())


def _block(random: np.random.Generator, low: int, numbers: NDArray, phases: list[Phase]) -> Columns:
    """Events of some members, and their exposures: each is in a twentieth of the experiments."""
    acts = int(numbers.sum())
    names = random.choice(EXPOSED, acts, p=list(NAMES.values()))
    member, phase = np.nonzero(random.random((len(numbers), len(phases)), dtype=np.float32) < SHARE)
    keys = np.array([one.pk for one in phases])
    begun = np.array([one.started_at.timestamp() for one in phases]) * 1e6
    shown = len(phase)
    us = [
        START_US + (random.random(acts) * DAYS * DAY_US).astype(np.int64),
        begun[phase].astype(np.int64) + (random.random(shown) * LASTS * DAY_US).astype(np.int64),
    ]
    found = {
        "person": np.concatenate([np.repeat(np.arange(len(numbers)), numbers), member]) + low,
        "us": np.concatenate(us),
        "name": np.concatenate([names, np.full(shown, EXPOSED)]),
        "object": np.concatenate([random.integers(1, 50_000, acts), keys[phase]]),
        "value": np.concatenate([random.choice([1.0, -1.0], acts), ((member * 7919 + phase) % 2).astype(float)]),
    }
    order = np.lexsort((found["us"], found["person"]))
    return {name: column[order] for name, column in found.items()}


def _write(rows: Columns, writers: dict[date, parquet.ParquetWriter], written: int) -> None:
    starts = [datetime(month.year, month.month, 1, tzinfo=UTC).timestamp() * 1e6 for month in writers]
    month = np.searchsorted(starts, rows["us"], side="right") - 1
    ids = np.arange(written + 1, written + 1 + len(month))
    for place, writer in enumerate(writers.values()):
        chosen = np.flatnonzero(month == place)
        writer.write_table(_table({name: column[chosen] for name, column in rows.items()}, ids[chosen]), GROUP)


def _table(rows: Columns, ids: NDArray) -> pa.Table:
    us, exposed, size = rows["us"], rows["name"] == EXPOSED, len(ids)
    columns = {
        "id": ids,
        "epoch_us": us,
        "at": pa.array(us, pa.timestamp("us", tz="UTC")),
        "name": _words([*NAMES, "exposed"], rows["name"]),
        "unit": rows["person"],
        "person": rows["person"],
        "session": us // DAY_US * 1_000_003 + rows["person"],
        "object_kind": _words(["topic", "phase"], exposed),
        "object_id": rows["object"],
        "value": rows["value"],
        "source": _words(["web"], np.zeros(size, int)),
        "device": _words(["desktop", "phone"], rows["object"] % 2),
        "language": _words(["en", "zh-hans"], rows["person"] % 2),
        "country": _words(["DE", "CN", "US", ""], rows["person"] % 4),
        "properties": _words(["{}"], np.zeros(size, int)),
    }
    return pa.table([pa.array(columns[name]).cast(SCHEMA.field(name).type) for name in SCHEMA.names], schema=SCHEMA)


def _words(words: list[str], places: NDArray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int8)), words).cast(pa.string())


def _named(month: date, path: Path, members: int) -> LakeFile:
    facts = parquet.read_metadata(path)
    first = int(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp() * 1e6)
    return LakeFile(
        path=str(path.relative_to(settings.LAKE_URL)),
        level=LakeFile.Level.MONTH,
        month=month,
        tx_lo="1",
        tx_hi="2",
        rows=facts.num_rows,
        bytes=path.stat().st_size,
        person_min=1,
        person_max=members,
        us_min=first,
        us_max=first + 31 * DAY_US,
        sha256="",
        links_hi="2",
        made_at=timezone.now(),
    )
