"""Readers and writers, all at once for a while, and what they saw."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from config.loading import places
from config.loading.places import Places
from config.loading.visitor import Visitor

MOST_USERS = 1000
MOST_SECONDS = 300
PATIENCE = 30.0  # seconds for an answer; later is an error
RAMP = 1.0  # seconds over which they arrive
FAILED = 0  # in place of a status, where no answer came


class Refused(ValueError):
    """The test is not run; the message is one line for whoever asked."""


@dataclass(frozen=True)
class Wanted:
    url: str
    readers: int
    writers: int
    seconds: int

    def check(self) -> tuple[str, int]:
        """Host and port. Refused where the load would fall on others, last without end, or leave posts for people."""
        parts = urlsplit(self.url)
        host = {"localhost": "127.0.0.1"}.get(parts.hostname or "", parts.hostname or "")
        try:
            is_ours = ip_address(host).is_loopback
        except ValueError:
            is_ours = False
        if parts.scheme != "http" or not is_ours:
            raise Refused("only a site on this machine is loaded: http://127.0.0.1:PORT")
        if not 0 < self.readers + self.writers <= MOST_USERS or min(self.readers, self.writers) < 0:
            raise Refused(f"there can be 1 to {MOST_USERS} readers and writers together")
        if not 0 < self.seconds <= MOST_SECONDS:
            raise Refused(f"a test takes 1 to {MOST_SECONDS} seconds")
        if self.writers and settings.PRODUCTION:
            raise Refused("writers leave posts behind: on a production site, ask for --writers 0")
        return host, parts.port or 80


@dataclass
class Seen:
    """kind -> (status, seconds) of each request."""

    samples: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    async def note(self, kind: str, asking: Any) -> None:
        began = time.perf_counter()
        try:
            status = await asyncio.wait_for(asking, PATIENCE)
        except (OSError, EOFError, TimeoutError):
            status = FAILED
        self.samples.setdefault(kind, []).append((status, time.perf_counter() - began))


def run(wanted: Wanted) -> dict[str, Any]:
    """Numbers of the whole and of each kind of request; `errors` are answers of 500 and more, and those that never
    came, `refused` answers of 400 and more."""
    host, port = wanted.check()
    try:
        found = places.find()
    except ValueError as error:
        raise Refused(str(error)) from error
    writers = places.sign_in(wanted.writers)
    try:
        seen, seconds = asyncio.run(_load(wanted, host, port, found, writers))
    finally:
        places.sign_out(writers)
    every = [sample for samples in seen.samples.values() for sample in samples]
    return {
        "readers": wanted.readers,
        "writers": wanted.writers,
        "seconds": round(seconds, 1),
        **_numbers(every, seconds),
        "statuses": dict(sorted(Counter(str(status) for status, _ in every).items())),
        "kinds": {kind: _numbers(samples, seconds) for kind, samples in sorted(seen.samples.items())},
    }


async def _load(
    wanted: Wanted, host: str, port: int, found: Places, writers: list[dict[str, str]]
) -> tuple[Seen, float]:
    seen, warm = Seen(), Seen()
    await warm.note("health", Visitor(host, port).get("/healthz"))
    if warm.samples["health"][0][0] == FAILED:
        raise Refused(f"nothing answers at {wanted.url}")
    for path in [address for kind in found.addresses.values() for address in kind[:1]] * 4:
        await warm.note("warm", Visitor(host, port).get(path))  # each on a new connection, so that all workers wake
    if any(300 <= status < 400 for status, _ in warm.samples["warm"]):
        raise Refused(f"{wanted.url} answers with redirects: load a site whose SITE_URL is this address")
    began = time.monotonic()
    until = began + wanted.seconds
    async with asyncio.TaskGroup() as users:
        for _ in range(wanted.readers):
            users.create_task(_read(Visitor(host, port), found, until, seen))
        for cookies in writers:
            users.create_task(_write(Visitor(host, port, cookies), cookies, found, until, seen))
    return seen, time.monotonic() - began


async def _read(visitor: Visitor, found: Places, until: float, seen: Seen) -> None:
    await asyncio.sleep(random.random() * RAMP)  # noqa: S311
    while time.monotonic() < until:
        kind, path = found.pick()
        await seen.note(kind, visitor.get(path))
    await visitor.close()


async def _write(visitor: Visitor, cookies: dict[str, str], found: Places, until: float, seen: Seen) -> None:
    """Answers and bookmarks, with the page in between, as a member does."""
    token = {"csrfmiddlewaretoken": cookies[settings.CSRF_COOKIE_NAME]}
    number = 0
    while time.monotonic() < until:
        topic, opening = random.choice(found.topics), random.choice(found.openings)  # noqa: S311
        body = f"Load answer {number} at {time.time_ns()}: it `works` for me, and **that** is all I can say of it."
        await seen.note("answer", visitor.post(f"/t/{topic}/reply/", token | {"body": body}))
        await seen.note("member page", visitor.get(random.choice(found.addresses["topic"])))  # noqa: S311
        await seen.note("bookmark", visitor.post(f"/p/{opening}/bookmark/", token | {"on": "1"}))
        number += 1
    await visitor.close()


def _numbers(samples: list[tuple[int, float]], seconds: float) -> dict[str, Any]:
    times = sorted(took * 1000 for _, took in samples) or [0.0]
    return {
        "requests": len(samples),
        "requests_per_second": round(len(samples) / seconds, 1),
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[min(len(times) - 1, int(len(times) * 0.95))], 1),
        "errors": sum(1 for status, _ in samples if status == FAILED or status >= 500),
        "refused": sum(1 for status, _ in samples if 400 <= status < 500),
    }
