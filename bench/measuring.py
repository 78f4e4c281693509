"""Queries, time and bytes of a page through Django's test client. Needs nothing but Django."""

from __future__ import annotations

import gzip
import statistics
import time

from django.db import connection
from django.test import Client

REPEAT = 40


def measure(client: Client, url: str) -> dict[str, object]:
    """Median and 95th percentile in ms over REPEAT requests after two warm ones; queries of the last."""
    for _ in range(2):
        response = client.get(url)
    if response.status_code != 200:
        raise SystemExit(f"{url} answered {response.status_code}")
    times, queries = [], 0

    def count(execute, sql, params, many, context):
        nonlocal queries
        queries += 1
        return execute(sql, params, many, context)

    for _ in range(REPEAT):
        queries = 0
        with connection.execute_wrapper(count):
            start = time.perf_counter()
            response = client.get(url)
            times.append((time.perf_counter() - start) * 1000)
    return {
        "queries": queries,
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        "bytes": len(response.content),
        "gzip": len(gzip.compress(response.content)),
    }
