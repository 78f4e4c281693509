"""Twenty million events of a community that never was: a few do most, and most stop soon. Straight into PostgreSQL.

Members sign up over the time (three in ten before it), each with a weight of Pareto's (the first hundredth does some
40 % of everything), and act at times that thin out exponentially after they came.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from django.db import connection
from pyarrow import csv

DAYS = 180
DAY_US = 86_400_000_000
START_US = 1_735_689_600_000_000  # 2025-01-01
NAMES = {
    "page_viewed": 0.42,
    "topic_read": 0.2,
    "vote_received": 0.08,
    "vote_cast": 0.07,
    "comment_posted": 0.06,
    "comment_received": 0.05,
    "answer_posted": 0.04,
    "answer_received": 0.03,
    "topic_started": 0.02,
    "searched": 0.02,
    "bookmarked": 0.01,
}
BLOCK = 1_000_000
COLUMNS = (
    "epoch_us, at, name, unit, person, session, object_kind, object_id, source, device, language, country, properties"
)


def fill(events: int, members: int, *, seed: int = 7) -> Iterator[int]:
    """Write them, yielding the rows of each block. Committed by block, so that there is more than one batch to seal."""
    random = np.random.default_rng(seed)
    signed_up = np.where(
        random.random(members) < 0.3,
        START_US,
        START_US + (random.random(members) * DAYS * DAY_US).astype(np.int64),
    )
    yield _copy(np.arange(1, members + 1), signed_up, np.full(members, "signed_up"), random)
    weights = random.pareto(1.15, members) + 0.05
    weights = np.minimum(weights, np.quantile(weights, 0.9999))
    shares = np.cumsum(weights / weights.sum())
    left = events - members
    while left > 0:
        size = min(BLOCK, left)
        who = np.minimum(np.searchsorted(shares, random.random(size)), members - 1)
        after = (random.exponential(30 * DAY_US, size)).astype(np.int64)
        room = np.maximum(START_US + DAYS * DAY_US - signed_up[who], 1)
        names = random.choice(list(NAMES), size, p=list(NAMES.values()))
        yield _copy(who + 1, signed_up[who] + 1 + after % room, names, random)
        left -= size


def _copy(unit: np.ndarray, us: np.ndarray, names: np.ndarray, random: np.random.Generator) -> int:
    size = len(unit)
    text = lambda value: pa.array(np.full(size, value))  # noqa: E731
    table = pa.table(
        {
            "epoch_us": us,
            "at": pa.array(us, pa.timestamp("us", tz="UTC")).cast(pa.string()),
            "name": names,
            "unit": unit,
            "person": unit,
            "session": us // DAY_US * 1_000_003 + unit,
            "object_kind": text("topic"),
            "object_id": random.integers(1, 50_000, size),
            "source": random.choice(["web", "api"], size, p=[0.9, 0.1]),
            "device": random.choice(["desktop", "phone", "tablet"], size, p=[0.6, 0.35, 0.05]),
            "language": random.choice(["en", "zh-hans"], size, p=[0.7, 0.3]),
            "country": random.choice(["DE", "CN", "US", ""], size),
            "properties": text("{}"),
        }
    )
    raw = io.BytesIO()
    csv.write_csv(table, raw, csv.WriteOptions(include_header=False, quoting_style="needed"))
    with connection.cursor() as cursor, cursor.copy(f"COPY events_event ({COLUMNS}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(raw.getbuffer())
    return size
