"""A campaign to many members, to a local endpoint that checks and decrypts each message: planned, sent, proved.

    uv run python -m bench.push --members 100000 --channel webpush [--workers 2] [--no-rivals]

A database of its own, dropped at the end. Each phase runs in processes of its own, whose peak of memory is told; the
endpoint is another one, and the cores that it takes are told. In the same run a loop around pywebpush and one Celery
task for each member send a sample to the same endpoint. Prints one JSON line; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from bench.lake import apart  # noqa: E402
from bench.pages import empty_database, say  # noqa: E402  (sets Django up)

import httpx  # noqa: E402 isort: skip
import psutil  # noqa: E402 isort: skip
from django.conf import settings  # noqa: E402 isort: skip
from django.db import connection  # noqa: E402 isort: skip
from django.utils import timezone  # noqa: E402 isort: skip
from bench import push_fill, push_rivals  # noqa: E402 isort: skip
from config import services  # noqa: E402 isort: skip
from growth.campaigns.models import Delivery, Occurrence  # noqa: E402 isort: skip

forking = multiprocessing.get_context("fork")
SAMPLE = {"loop": 2000, "tasks": 1000}
LAG = """
SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM delivery.ended_at - %(begun)s)),
  percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM delivery.ended_at - attempt.at))
FROM campaigns_delivery delivery JOIN campaigns_attempt attempt ON attempt.delivery_id = delivery.id
WHERE delivery.state = 'sent'
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--channel", choices=[*push_fill.ADDRESSES], default="webpush")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--port", type=int, default=8280)
    parser.add_argument("--no-rivals", action="store_true")
    options = parser.parse_args()
    services.ensure(settings.VAR_DIR)
    with empty_database("bench_push"), endpoint(options.channel, options.port) as (url, process):
        found = run(options, url, process)
        if options.channel == "webpush" and not options.no_rivals:
            found |= rivals(found)
    print(json.dumps({"members": options.members, "channel": options.channel, "workers": options.workers} | found))


def run(options: argparse.Namespace, url: str, process: psutil.Process) -> dict[str, Any]:
    found: dict[str, Any] = {"load_before": round(os.getloadavg()[0], 1)}
    filled = apart(lambda: push_fill.fill(options.members, options.channel, url), runs=1)
    say(f"filled: {filled}")
    planned = apart(plan_for(options.channel), runs=1)
    say(f"planned: {planned}")
    found["planned_per_s"] = round(options.members / float(planned["seconds"]))  # type: ignore[arg-type]
    found["planning_peak_mb"] = planned["peak_mb"]
    busy, begun = cpu(process), timezone.now()
    told = work(options.workers)
    seconds = (timezone.now() - begun).total_seconds()
    sent = Delivery.objects.filter(state="sent").count()
    cores = sum(one["cpu"] for one in told) / seconds
    return found | {
        "sent": sent,
        "sent_per_s_and_worker": round(sent / seconds / options.workers, 1),
        "sent_per_cpu_s": round(sent / seconds / cores, 1),
        "worker_cores": round(cores, 2),
        "endpoint_cores": round((cpu(process) - busy) / seconds, 2),
        "peak_mb": max(one["peak_mb"] for one in told),
        "peak_mb_growth": max(one["peak_mb"] - one["first_mb"] for one in told),
        **proof(url),
        **lag(begun),
    }


def plan_for(channel: str) -> Any:
    occurrence: Occurrence = push_fill.campaign("bench", channel)
    freeze = import_module("growth.campaigns.planning.freezing").freeze
    return lambda: freeze(occurrence)


def work(workers: int) -> list[dict[str, Any]]:
    """What each worker says of itself, once nothing is due any more."""
    connection.close()
    pipes = [forking.Pipe(duplex=False) for _ in range(workers)]
    processes = [forking.Process(target=_worker, args=[there]) for _here, there in pipes]
    for process in processes:
        process.start()
    told = [here.recv() for here, _there in pipes]
    for process in processes:
        process.join()
    return told


def _worker(told: Any) -> None:
    rounds, first = import_module("growth.campaigns.sending.rounds"), 0
    begun = time.process_time()  # a worker lives long: what it takes to start one does not count
    while rounds.send_round(timezone.now()) or Delivery.objects.filter(state__in=["due", "leased"]).exists():
        first = first or _peak_mb()
    told.send({"cpu": time.process_time() - begun, "peak_mb": _peak_mb(), "first_mb": first})


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def proof(url: str) -> dict[str, Any]:
    """What the endpoint has seen against what was to go out."""
    seen = httpx.get(f"{url}/seen", verify=False).json()
    to_be_sent = Delivery.objects.filter(held=False).count()
    say(f"the endpoint: {seen}")
    return {
        "lost": to_be_sent - seen["messages"],
        "doubled": seen["doubled"],
        "replaced": seen["replaced"],
        "refused": seen["refused"],
        "not_ended": Delivery.objects.filter(ended_at=None).count(),
    }


def lag(begun: datetime) -> dict[str, float]:
    """All are due at once: from the first round to the end of a row, and from its request to its end."""
    with connection.cursor() as cursor:
        cursor.execute(LAG, {"begun": begun})
        from_start, from_request = cursor.fetchone()
    return {"p99_s_from_start": round(from_start, 2), "p99_s_from_request": round(from_request, 2)}


def rivals(ours: dict[str, Any]) -> dict[str, Any]:
    loop: Any = apart(lambda: push_rivals.loop(SAMPLE["loop"]), runs=1)["answer"]
    say(f"a loop around pywebpush: {loop} a second")
    tasks = push_rivals.tasks(SAMPLE["tasks"])
    say(f"a Celery task for each member: {tasks}")
    return {
        "pywebpush_loop": loop,
        "celery_task_per_member": tasks,
        "times_the_loop": round(ours["sent_per_s_and_worker"] / loop["sent_per_s"], 2),
        "times_the_loop_by_cpu": round(ours["sent_per_cpu_s"] / loop["sent_per_cpu_s"], 2),
        "times_the_tasks": round(ours["sent_per_s_and_worker"] / tasks["sent_per_s"], 2),
    }


@contextmanager
def endpoint(channel: str, port: int) -> Iterator[tuple[str, psutil.Process]]:
    """The service's own process; settings lead to it."""
    folder = Path(settings.VAR_DIR)
    more = [str(folder)] if channel == "apns" else []
    command = [sys.executable, "-m", f"tests.growth.campaigns.servers.{channel}", str(port), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        settings.WEBHOOK_ALLOWED_HOSTS = [urlsplit(url).netloc]
        settings.APNS_URL = url
        os.environ["SSL_CERT_FILE"] = str(folder / "cert.pem")
        try:
            yield url, psutil.Process(server.pid)
        finally:
            server.kill()


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
