"""Events over HTTP: how many a second two web workers take, how soon each is a row, and that none is lost or doubled.

    uv run python -m bench.ingest --seconds 15 --batch 50 --clients 4 [--port 8210]

Its own servers and site in a temporary folder: gunicorn with two workers, a Celery worker with its beat, PostgreSQL
and Redis; the clients share the machine. First as fast as it goes, then at the rate of the target, 5,000 a second:
meanwhile single events are sent and looked for, and their delay is that from the answer to the row. Prints one JSON
line; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import psycopg

from config import services

ROOT = Path(__file__).resolve().parent.parent
TARGET = 5000  # ARCHITECTURE, "Numbers to hold"
HEADERS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Sec-Fetch-Site": "same-origin",
    "Content-Type": "text/plain;charset=UTF-8",
}


class Client:
    """One browser that does not close its connection."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookie = ""

    def send(self, count: int, *, visit: int) -> int:
        """How many events were accepted."""
        now = int(time.time() * 1000)
        properties = {"path": "/t/4711/why-does-it-fail/", "selector": "similar"}
        about = {"kind": "topic", "id": 4711}
        events = [
            {"name": "impression", "at": now - n, "object": about, "properties": {**properties, "position": n + 1}}
            for n in range(count)
        ]
        body = json.dumps({"events": events, "sent_at": now, "visit": visit, "source": "direct", "by": ""})
        headers = HEADERS | ({"Cookie": self.cookie} if self.cookie else {})
        self.connection.request("POST", "/api/v1/events", body, headers)
        answer = self.connection.getresponse()
        self.cookie = (answer.getheader("Set-Cookie") or self.cookie).partition(";")[0]
        return int(json.loads(answer.read())["accepted"])


@contextmanager
def site(port: int) -> Iterator[psycopg.Connection]:
    """A site of its own, until the block ends; a connection to its database."""
    with tempfile.TemporaryDirectory(prefix="fw-ingest-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        outside = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
        environment = {name: value for name, value in os.environ.items() if name not in outside}
        environment |= {"VAR_DIR": folder, "RATE_LIMITS": "false", "PORT": str(port), "WEB_WORKERS": "2"}
        environment |= {"SITE_URL": f"http://127.0.0.1:{port}", "LOG_LEVEL": "WARNING"}

        def run(*command: str) -> None:
            subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=sys.stderr)

        celery = ["celery", "-A", "config.celery", "worker", "--beat", "--concurrency=1", "--loglevel=WARNING"]
        programs = [["gunicorn", "-c", "config/gunicorn.py", "--log-level=warning"], celery]
        started: list[subprocess.Popen[bytes]] = []
        try:
            for command in (("services", "start"), ("migrate", "-v0"), ("collectstatic", "--noinput", "-v0")):
                run("manage.py", *command)
            started = [
                subprocess.Popen([sys.executable, "-m", *program], cwd=ROOT, env=environment, stdout=sys.stderr)
                for program in programs
            ]
            where = services.postgres_settings(Path(folder))
            named = {"host": "HOST", "port": "PORT", "user": "USER", "dbname": "NAME"}
            with psycopg.connect(autocommit=True, **{key: where[name] for key, name in named.items()}) as database:
                _wait_for(port, database)
                yield database
        finally:
            for program in started:
                program.send_signal(signal.SIGTERM)
                program.wait(30)
            run("manage.py", "services", "stop")


def _wait_for(port: int, database: psycopg.Connection) -> None:
    """Until an event that was sent is a row: web and worker are there."""
    for _ in range(600):
        with suppress(OSError):
            if _rows(database, "") or not Client(port).send(1, visit=1):
                return
        time.sleep(0.1)
    raise RuntimeError("the site did not start")


def load(port: int, visit: int, *, batch: int, clients: int, seconds: float, rate: int = 0) -> tuple[int, list[float]]:
    """Events accepted, and the milliseconds of each request; `rate` is events a second, 0: as many as it takes."""
    ends, accepted, took = time.monotonic() + seconds, [0] * clients, []

    def run(number: int) -> None:
        client, due = Client(port), time.monotonic()
        while (began := time.monotonic()) < ends:
            accepted[number] += client.send(batch, visit=visit)
            took.append((time.monotonic() - began) * 1000)
            if rate:
                due += batch * clients / rate
                time.sleep(max(0.0, due - time.monotonic()))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(accepted), took


def probe(port: int, database: psycopg.Connection, delays: list[float], done: threading.Event) -> None:
    """Single events, one after the other, each looked for until it is there."""
    client, visit = Client(port), 1000
    while not done.is_set():
        visit += 1
        client.send(1, visit=visit)
        began = time.monotonic()
        while not _rows(database, f"WHERE session = {visit} AND id > (SELECT max(id) - 200000 FROM events_event)"):
            time.sleep(0.02)
        delays.append(time.monotonic() - began)
        done.wait(0.3)


def _rows(database: psycopg.Connection, where: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM events_event {where}").fetchone()[0])  # type: ignore[arg-type,index]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--port", type=int, default=8210)
    asked = parser.parse_args()
    with site(asked.port) as database:
        how = {"batch": asked.batch, "clients": asked.clients, "seconds": asked.seconds}
        fast, took = load(asked.port, 2, **how)
        behind = _until_written(database, fast)
        delays: list[float] = []
        done = threading.Event()
        prober = threading.Thread(target=probe, args=(asked.port, database, delays, done))
        prober.start()
        paced, _took = load(asked.port, 3, **how, rate=TARGET)
        done.set()
        prober.join()
        _until_written(database, fast + paced)
        written = _rows(database, "WHERE session IN (2, 3)")
    told = {
        "events_per_second": round(fast / asked.seconds),
        "request_ms": _of(took),
        "behind_at_the_end_s": round(behind, 2),
        f"at_{TARGET}_a_second": {"events_per_second": round(paced / asked.seconds), "written_within_s": _of(delays)},
        "accepted": fast + paced,
        "lost_or_doubled": fast + paced - written,
        "load_average": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(told))


def _until_written(database: psycopg.Connection, count: int) -> float:
    """Seconds until so many are rows; a minute at most."""
    began = time.monotonic()
    while _rows(database, "WHERE session IN (2, 3)") < count and time.monotonic() - began < 60:
        time.sleep(0.1)
    return time.monotonic() - began


def _of(numbers: list[float]) -> dict[str, float]:
    ranked = sorted(numbers)
    named = {"p50": ranked[len(ranked) // 2], "p95": ranked[int(len(ranked) * 0.95)], "max": ranked[-1]}
    return {name: round(value, 2) for name, value in named.items()}


if __name__ == "__main__":
    main()
