"""Counting for Prometheus. Each process writes its numbers into files; whoever is asked adds up those of all.

Web and worker have a folder each under METRICS_DIR, so that either may begin anew without touching the other's.
"""

from __future__ import annotations

import os
from pathlib import Path

import psutil
from django.conf import settings
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# The registry of the process is not read; what counts is in the files.
_of_process = CollectorRegistry()
REQUESTS = Histogram(
    "flywheel_request_seconds",
    "Requests by the pattern of their address.",
    ["route", "status"],
    buckets=BUCKETS,
    registry=_of_process,
)
TASKS = Histogram(
    "flywheel_task_seconds",
    "Background tasks by how they ended.",
    ["task", "state"],
    buckets=BUCKETS,
    registry=_of_process,
)


def begin_to_count(program: str) -> None:
    """Count in the program's own folder from here on, without what processes that are gone have left there."""
    folder = Path(settings.METRICS_DIR) / program
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*_*.db"):
        if not psutil.pid_exists(int(left.stem.rpartition("_")[2])):
            left.unlink(missing_ok=True)
    os.environ[FOLDER] = str(folder)  # read when the first number is written


def registry(pattern: str = "*") -> CollectorRegistry:
    """The sums over all processes of the programs whose folder's name fits."""
    made = CollectorRegistry()
    for folder in Path(settings.METRICS_DIR).glob(f"{pattern}/"):
        MultiProcessCollector(made, path=str(folder))
    return made
