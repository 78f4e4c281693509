"""Reports are written after each refresh of the sums, many at once, and then acted upon. A later one stays."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from experiments.models import Report, ReportDay
from experiments.report import guard
from experiments.report.composing import Body, compose
from experiments.report.gathering import gather
from experiments.report.material import Material

logger = logging.getLogger(__name__)
REPORT = f"""
    INSERT INTO {Report._meta.db_table} (experiment_id, as_of, verdict, body) VALUES (%s, %s, %s, %s::jsonb)
    ON CONFLICT (experiment_id)
    DO UPDATE SET as_of = excluded.as_of, verdict = excluded.verdict, body = excluded.body
    WHERE excluded.as_of >= {Report._meta.db_table}.as_of"""  # noqa: S608
DAY = f"""
    INSERT INTO {ReportDay._meta.db_table} (experiment_id, day, as_of, rows) VALUES (%s, %s, %s, %s::jsonb)
    ON CONFLICT (experiment_id, day) DO UPDATE SET as_of = excluded.as_of, rows = excluded.rows
    WHERE excluded.as_of >= {ReportDay._meta.db_table}.as_of"""  # noqa: S608
BATCH = 1000  # experiments whose material is in memory at once


class Written(NamedTuple):
    material: Material
    body: Body


def reports(experiment_ids: Collection[int], as_of: datetime) -> int:
    """Of those that were started; how many. Queries are a fixed number for each thousand, but for the acts of guard."""
    ids, count = sorted(experiment_ids), 0
    for start in range(0, len(ids), BATCH):
        written = list(_composed(gather(ids[start : start + BATCH], as_of)))
        _write(written)
        guard.act({one.material.experiment: one.body for one in written})
        count += len(written)
    return count


def _composed(materials: Iterable[Material]) -> Iterator[Written]:
    """Numbers that cannot be reckoned with, of one experiment, leave the reports of all others."""
    for material in materials:
        try:
            yield Written(material, compose(material).body)
        except ArithmeticError:
            logger.exception("no report of experiment %s", material.experiment)


@transaction.atomic
def _write(written: Sequence[Written]) -> None:
    """Row by row in one pipeline: bulk_create would send them as arrays, in which every quotation mark of a JSON text
    is escaped, at twice the time."""
    with connection.cursor() as cursor:
        cursor.executemany(
            REPORT,
            [(one.experiment, one.as_of, body["verdict"]["kind"], _json(body)) for one, body in written],
        )
        cursor.executemany(
            DAY, [(one.experiment, one.today, one.as_of, _json(day_rows(body))) for one, body in written]
        )


def _json(value: dict[str, Any]) -> str:
    """ValueError for a number that is none: PostgreSQL would refuse it too, and not say where it came from."""
    return json.dumps(value, allow_nan=False)


def day_rows(body: Body) -> dict[str, Any]:
    """{"verdict", "phase", "srm": p, "metrics": {version: {arm: [n, relative, its interval, its sequence]}}}"""
    return {
        "verdict": body["verdict"]["kind"],
        "phase": body["phase"]["number"],
        "srm": body["health"]["srm"]["p"],
        "metrics": {
            str(metric["version"]): {str(row["arm"]): _point(row) for row in metric["arms"]}
            for metric in body["metrics"]
        },
    }


def _point(row: dict[str, Any]) -> list[Any]:
    sequence = (row["sequential"] or {}).get("relative")
    return [row["n"], row["relative"], row["relative_ci"], sequence and sequence["ci"]]
