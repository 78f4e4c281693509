"""/healthz: what the site stands on, asked within a second and without the page's own connections."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import redis
from django.conf import settings
from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from experiments import snapshot

TIME_LIMIT = 0.8  # seconds for all checks together
TASKS_LATE = 60  # seconds without a heartbeat
FLAGS_LATE = 60  # seconds without a look for newer flags
SEALS_LATE = 900  # seconds without a seal of the events
HEARTBEAT = f"{settings.REDIS_PREFIX}heartbeat"

logger = logging.getLogger(__name__)
# libpq cannot be told to give up sooner than after two seconds; a thread can be left waiting.
_pool = ThreadPoolExecutor(max_workers=6, thread_name_prefix="health")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with each service's state, "degraded" without Redis, tasks, seals or new flags; 503 without PostgreSQL."""
    services = run_checks(CHECKS)
    up = {name: answer["state"] == "up" for name, answer in services.items()}
    if not up["postgresql"]:
        return JsonResponse({"status": "down", "services": services}, status=503)
    return JsonResponse({"status": "ok" if all(up.values()) else "degraded", "services": services})


def run_checks(checks: dict[str, Callable[[], dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Run the checks side by side; one that raises or is not done within TIME_LIMIT is down."""
    deadline = time.monotonic() + TIME_LIMIT
    futures = {name: _pool.submit(check) for name, check in checks.items()}
    answers = {}
    for name, future in futures.items():
        try:
            answers[name] = future.result(timeout=max(0, deadline - time.monotonic()))
        except Exception as error:  # whatever it is, the service does not serve
            logger.warning("%s: %r", name, error)
            answers[name] = {"state": "down", "error": type(error).__name__}
    return answers


def check_postgresql() -> dict[str, Any]:
    with _cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"state": "up"}


_SEALED = """
SELECT extract(epoch FROM now() - coalesce(
    (SELECT filled_at FROM events_fillmark WHERE "table" = 'lake'), (SELECT max(applied) FROM django_migrations)
))::int
"""


def check_lake() -> dict[str, Any]:
    """Up while events are sealed, or there are none; the age of the newest seal that left nothing waiting. A new site,
    which has none yet, is given as long from its last migration."""
    with _cursor() as cursor:
        cursor.execute(_SEALED)
        (seconds,) = cursor.fetchone()
        cursor.execute("SELECT EXISTS (SELECT FROM events_event)")
        (some,) = cursor.fetchone()
    if not some:
        return {"state": "up"}
    return {"state": "up" if seconds < SEALS_LATE else "late", "seconds_since_seal": max(0, seconds)}


def check_redis() -> dict[str, Any]:
    with _redis() as client:
        client.ping()
    return {"state": "up"}


def check_tasks() -> dict[str, Any]:
    """Up while beat sends the heartbeat and a worker runs it."""
    with _redis() as client:
        beaten = client.get(HEARTBEAT)
    if beaten is None:
        return {"state": "unknown"}
    seconds = max(0, int(time.time()) - int(beaten))
    return {"state": "up" if seconds < TASKS_LATE else "late", "seconds_since_heartbeat": seconds}


def check_flags() -> dict[str, Any]:
    """Up while this process knows that its flags are those of now, or nobody has asked it for one."""
    seconds = snapshot.age()
    if seconds is None:
        return {"state": "up"}
    return {"state": "up" if seconds < FLAGS_LATE else "late", "seconds_since_look": int(seconds)}


def beat() -> None:
    """Written by a task that beat sends: proof that beat, the broker and a worker work."""
    with _redis() as client:
        client.set(HEARTBEAT, int(time.time()))


def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_DATA_URL, socket_connect_timeout=0.2, socket_timeout=TIME_LIMIT)


@contextmanager
def _cursor() -> Iterator[CursorWrapper]:
    with closing(connections.create_connection("default")) as connection:
        options = {**connection.settings_dict["OPTIONS"], "connect_timeout": 2}
        connection.settings_dict = {**connection.settings_dict, "OPTIONS": options}
        with connection.cursor() as cursor:
            yield cursor


CHECKS: dict[str, Callable[[], dict[str, Any]]] = {
    "postgresql": check_postgresql,
    "redis": check_redis,
    "tasks": check_tasks,
    "lake": check_lake,
    "flags": check_flags,
}
