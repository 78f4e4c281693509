"""Every background task is timed, counted and told in one line of the log, under the id of what has rung for it."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from typing import Any

from celery import Task
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun, worker_init
from celery.states import SUCCESS
from django.conf import settings
from prometheus_client import start_http_server

from config import counting, request_ids

logger = logging.getLogger("flywheel.task")
_running: dict[str, tuple[float, ExitStack]] = {}


def listen() -> None:
    """Hear Celery's signals from now on."""
    setup_logging.connect(keep_our_logging)
    worker_init.connect(count_by_itself)
    before_task_publish.connect(request_ids.send_along)
    task_prerun.connect(note_start)
    task_postrun.connect(tell)


def keep_our_logging(**_: Any) -> None:
    """Celery sets up none of its own where somebody listens."""


def count_by_itself(**_: Any) -> None:
    """Before the worker's processes are forked. On a machine of its own it answers Prometheus by itself."""
    counting.begin_to_count("worker")
    if settings.WORKER_METRICS_PORT:
        start_http_server(settings.WORKER_METRICS_PORT, settings.ADDRESS, counting.registry("worker"))


def note_start(task_id: str, task: Task, **_: Any) -> None:
    stack = ExitStack()
    stack.enter_context(request_ids.within(task.request.get(request_ids.TASK_HEADER) or task_id))
    _running[task_id] = time.perf_counter(), stack


def tell(task_id: str, task: Task, state: str | None = None, **_: Any) -> None:
    began, stack = _running.pop(task_id)
    with stack:
        seconds = time.perf_counter() - began
        counting.TASKS.labels(task.name, state or "UNKNOWN").observe(seconds)
        told = {"task": task.name, "task_id": task_id, "state": state, "duration_ms": round(seconds * 1000, 1)}
        # What beat sends comes without end, and is of no interest when all is well.
        is_quiet = state == SUCCESS and not task.request.get(request_ids.TASK_HEADER)
        logger.log(logging.DEBUG if is_quiet else logging.INFO, "%s %s", task.name, state, extra=told)
