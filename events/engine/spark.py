"""Spark, at settings.SPARK_MASTER: within this machine (`local[2]`) or a cluster that reads LAKE_URL by itself."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import ibis
import pyarrow as pa
from django.conf import settings
from pyspark.sql import SparkSession

from events.engine import views
from events.engine.compiling import PROPERTY, sql
from events.engine.snapshot import Snapshot
from events.lake import store


def open(snapshot: Snapshot, *, before_us: int, left_out: Collection[int]) -> Session:
    return Session(snapshot, before_us=before_us, left_out=left_out)


class Session:
    """A session of Spark with temporary views of its own."""

    def __init__(self, snapshot: Snapshot, *, before_us: int, left_out: Collection[int]) -> None:
        self._spark = _spark().newSession()
        property_ = PROPERTY["spark"].format(properties="p", key="k")
        self._spark.sql(
            f"CREATE TEMPORARY FUNCTION event_property(p STRING, k STRING) RETURNS STRING RETURN {property_}"
        )
        self.lend("links", snapshot.links)
        self.lend("tail", snapshot.tail)
        parts = [views.unresolved("tail")]
        for right, view in ((True, views.resolved), (False, views.unresolved)):
            if paths := [_address(file.path) for file in snapshot.files if file.resolved is right]:
                name = "files" if right else "stale"
                self._spark.read.parquet(*paths).createOrReplaceTempView(name)
                parts.append(view(name))
        self._view("events", views.events(parts, before_us=before_us, left_out=left_out))
        self._view("people", views.people("spark"))

    def rows(self, expr: ibis.Table) -> pa.Table:
        return self._spark.sql(sql(expr, "spark")).toArrow()

    def lend(self, name: str, table: pa.Table) -> None:
        self._spark.createDataFrame(table).createOrReplaceTempView(name)

    def interrupt(self) -> None:
        self._spark.sparkContext.cancelAllJobs()

    def close(self) -> None:
        """The session goes with this object; its cluster stays for the next."""

    def _view(self, name: str, query: str) -> None:
        self._spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW {name} AS {query}")


@cache
def _spark() -> SparkSession:
    """One per process. Spark's workers need to be told where its wheel lies, else they die in a loop."""
    os.environ.setdefault("SPARK_HOME", str(Path(find_spec("pyspark").origin).parent))  # type: ignore[union-attr, arg-type]
    os.environ.setdefault("SPARK_SCALA_VERSION", "2.13")
    return (
        SparkSession.builder.master(settings.SPARK_MASTER)
        .appName("flywheel")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )


def _address(path: str) -> str:
    return store.located(path) if store.is_local() else f"{settings.LAKE_URL.replace('s3://', 's3a://')}/{path}"
