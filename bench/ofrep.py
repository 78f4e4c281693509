"""Requests a second of programs that ask for flags by OFREP: all of 50 flags, the same unchanged (304), a single one.

    uv run python -m bench.ofrep --seconds 10 --clients 4 [--port 8120]

A site of its own in a temporary folder: gunicorn with one worker, PostgreSQL and Redis; keep-alive clients share the
machine. `per_core` is by the processor time that the worker took, `rps` by the clock. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
ALL = "/ofrep/v1/evaluate/flags"
ONE = f"{ALL}/flag-02"


@contextmanager
def site(port: int) -> Iterator[tuple[psutil.Process, str]]:
    """Its worker, and a key, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="fw-ofrep-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        outside = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
        environment = {name: value for name, value in os.environ.items() if name not in outside}
        environment |= {"VAR_DIR": folder, "PORT": str(port), "WEB_WORKERS": "1"}
        environment |= {"SITE_URL": f"http://127.0.0.1:{port}", "LOG_LEVEL": "WARNING"}

        def run(*command: str) -> str:
            done = subprocess.run(
                [sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
            )
            return done.stdout

        program = None
        try:
            for command in (("services", "start"), ("migrate", "-v0"), ("collectstatic", "--noinput", "-v0")):
                run("manage.py", *command)
            secret = run("-m", "bench.ofrep_flags").strip()
            gunicorn = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "--log-level=warning"]
            program = subprocess.Popen(gunicorn, cwd=ROOT, env=environment, stdout=sys.stderr)
            _wait_for(port, secret)
            yield psutil.Process(program.pid).children()[0], secret
        finally:
            if program:
                program.terminate()
                program.wait(30)
            run("manage.py", "services", "stop")


def _wait_for(port: int, secret: str) -> None:
    for _ in range(600):
        with suppress(OSError):
            if Client(port, secret).ask(ALL)[0] == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the site did not start")


class Client:
    """A program that does not close its connection."""

    def __init__(self, port: int, secret: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def ask(self, path: str, unit: str = "1", etag: str = "") -> tuple[int, str]:
        """The status and the ETag."""
        context = {"targetingKey": unit, "plan": "pro", "country": "CA", "email": "user@example.com"}
        headers = self.headers | ({"If-None-Match": etag} if etag else {})
        self.connection.request("POST", path, json.dumps({"context": context}), headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("ETag") or ""


Ask = Callable[[Client, int], int]


def load(worker: psutil.Process, make: Callable[[], Client], ask: Ask, *, clients: int, seconds: float) -> dict:
    """`ask` gives the status of its n-th request."""
    took: list[float] = []
    statuses: set[int] = set()
    before, began = sum(worker.cpu_times()[:2]), time.monotonic()

    def run(number: int) -> None:
        client, count = make(), 0
        while (start := time.monotonic()) < began + seconds:
            statuses.add(ask(client, number + clients * count))
            took.append(time.monotonic() - start)
            count += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used, wall = sum(worker.cpu_times()[:2]) - before, time.monotonic() - began
    return {
        "rps": round(len(took) / wall),
        "per_core": round(len(took) / used),
        "p50_ms": round(statistics.median(took) * 1000, 2),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1] * 1000, 2),
        "statuses": sorted(statuses),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--port", type=int, default=8120)
    asked = parser.parse_args()
    how = {"clients": asked.clients, "seconds": asked.seconds}
    with site(asked.port) as (worker, secret):

        def make() -> Client:
            return Client(asked.port, secret)

        etag = make().ask(ALL)[1]
        told = {
            "bulk_of_50": load(worker, make, lambda client, n: client.ask(ALL, str(n))[0], **how),
            "unchanged": load(worker, make, lambda client, n: client.ask(ALL, etag=etag)[0], **how),
            "single": load(worker, make, lambda client, n: client.ask(ONE, str(n))[0], **how),
        }
    print(json.dumps(told | {"load_average": round(os.getloadavg()[0], 1)}))  # noqa: T201


if __name__ == "__main__":
    main()
