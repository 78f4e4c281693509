"""A server of aiohttp around a service: its faults, its ledger, and a port within a test or by itself."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from tests.growth.campaigns.servers.faults import Faults
from tests.growth.campaigns.servers.ledger import Ledger

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Service(Protocol):
    ledger: Ledger
    faults: Faults

    def routes(self) -> list[web.RouteDef]: ...


def faulty(handle: Handler) -> Handler:
    """Fails in place of, or after, what `handle` does, as the service's faults say."""

    async def handled(request: web.Request) -> web.StreamResponse:
        faults = handle.__self__.faults  # type: ignore[attr-defined]
        fault = faults.next()
        if fault in ("429", "503"):
            return web.Response(status=int(fault), headers={"Retry-After": faults.retry_after})
        if fault in ("404", "410"):
            return web.Response(status=int(fault))
        answer = await handle(request)
        if fault == "silence":
            await faults.released.wait()
        if fault == "close" and request.transport:
            request.transport.abort()
        return answer

    return handled


def app(service: Service) -> web.Application:
    made = web.Application(client_max_size=100_000)
    made.add_routes(service.routes())
    made.add_routes([web.get("/seen", _seen(service)), web.post("/faults", _set_faults(service))])
    return made


@asynccontextmanager
async def running(service: Service, port: int = 0) -> AsyncIterator[str]:
    """Serves within this event loop; the address."""
    runner = web.AppRunner(app(service), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        service.faults.released.set()
        await runner.cleanup()


@contextmanager
def beside(service: Service) -> Iterator[str]:
    """Serves in a thread of its own; the address."""
    loop, done = asyncio.new_event_loop(), asyncio.Event()
    address: Future[str] = Future()

    async def live() -> None:
        async with running(service) as url:
            address.set_result(url)
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[live()], daemon=True)
    thread.start()
    try:
        yield address.result(timeout=5)
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


def main(make: Callable[[Ledger], Service]) -> None:
    """`python -m … PORT [FILE]`: FILE keeps what was taken."""
    service = make(Ledger(Path(sys.argv[2]) if len(sys.argv) > 2 else None))
    asyncio.run(_forever(service, int(sys.argv[1])))


async def _forever(service: Service, port: int) -> None:
    async with running(service, port) as url:
        print(url, flush=True)  # noqa: T201
        await asyncio.Event().wait()


def _seen(service: Service) -> Handler:
    async def seen(request: web.Request) -> web.Response:
        return web.json_response(service.ledger.seen())

    return seen


def _set_faults(service: Service) -> Handler:
    async def set_faults(request: web.Request) -> web.Response:
        told: dict[str, Any] = await request.json()
        service.faults.kinds, service.faults.share = tuple(told["faults"]), float(told["share"])
        return web.json_response({})

    return set_faults
