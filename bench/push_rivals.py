"""The two ways that push is mostly sent, to the same endpoint: a loop around pywebpush, and a Celery task for each
member. Both keep their connections; neither claims, checks consent, caps or quiet hours, or survives a kill."""

from __future__ import annotations

import json
import multiprocessing
import time
import uuid
from functools import cache
from typing import Any

import requests
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pywebpush import webpush

from growth.campaigns import providers
from growth.campaigns.models import Device, Provider
from growth.campaigns.sealing import unseal

forking = multiprocessing.get_context("fork")
QUEUE = "bench-push"
app = Celery("rival", broker=settings.CELERY_BROKER_URL)
app.conf.update(
    task_ignore_result=True, worker_prefetch_multiplier=1, task_acks_late=True, worker_hijack_root_logger=False
)


def loop(count: int) -> dict[str, float]:
    """Of a loop that has its subscriptions at hand."""
    subscriptions = [_subscription(device) for device in _devices(count)]
    begun, busy = time.perf_counter(), time.process_time()
    for subscription in subscriptions:
        _push(subscription)
    seconds, cores = time.perf_counter() - begun, time.process_time() - busy
    return {"sent_per_s": round(count / seconds, 1), "sent_per_cpu_s": round(count / cores, 1)}


def tasks(count: int) -> dict[str, float]:
    """With one worker that has started already: tasks put in line, and sent, a second."""
    ids = [device.pk for device in _devices(count + 1)]
    connection.close()
    worker = forking.Process(target=_work, daemon=True)
    worker.start()
    send.apply_async([ids.pop()], queue=QUEUE)
    _wait(1)
    begun = time.perf_counter()
    for pk in ids:
        send.apply_async([pk], queue=QUEUE)
    queued = time.perf_counter() - begun
    _wait(count + 1)
    seconds = time.perf_counter() - begun
    worker.terminate()
    worker.join()
    return {"queued_per_s": round(count / queued, 1), "sent_per_s": round(count / seconds, 1)}


@app.task(name="bench.push")
def send(device_id: int) -> None:
    device = Device.objects.select_related("member").get(pk=device_id)
    _push(_subscription(device))
    Device.objects.filter(pk=device_id).update(label="sent", seen_at=timezone.now())


def _work() -> None:
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.worker_main(["--quiet", "worker", "--pool=solo", f"--queues={QUEUE}", "--loglevel=ERROR", *alone])


def _wait(count: int) -> None:
    while Device.objects.filter(label="sent").count() < count:
        time.sleep(0.05)


def _devices(count: int) -> list[Device]:
    return list(Device.objects.filter(channel="webpush").order_by("pk")[:count])


def _subscription(device: Device) -> dict[str, Any]:
    address = json.loads(unseal(device.address))
    return {"endpoint": address["endpoint"], "keys": {"p256dh": address["p256dh"], "auth": address["auth"]}}


def _push(subscription: dict[str, Any]) -> None:
    shown = {"title": "A question waits for you", "body": "You have 1 point.", "data": {"id": str(uuid.uuid4())}}
    webpush(
        subscription,
        json.dumps({"web_push": 8030, "notification": shown}),
        vapid_private_key=_key(),
        vapid_claims={"sub": "mailto:team@forum.example"},
        ttl=3600,
        headers={"Topic": uuid.uuid4().hex, "Urgency": "normal"},
        requests_session=_session(),
    ).raise_for_status()


@cache
def _session() -> requests.Session:
    return requests.Session()


@cache
def _key() -> str:
    return str(providers.carrier(Provider.objects.get(channel="webpush")).secret["private_key"])
