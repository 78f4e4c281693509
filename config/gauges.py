"""What /metrics asks PostgreSQL and Redis for at each scrape: are they there, and how far behind is the work."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from community.notifications.models import Mail
from community.webhooks.models import Delivery
from config import health
from events.models import Erasure
from growth.campaigns.sending import waiting

QUEUE = "celery"  # Celery's default queue, a list of this name

logger = logging.getLogger(__name__)


def queued_tasks() -> int:
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix", "")
    url = settings.CELERY_BROKER_URL.replace("redis+socket", "unix").replace("virtual_host", "db")
    with redis.Redis.from_url(url, socket_connect_timeout=0.2, socket_timeout=health.TIME_LIMIT) as client:
        return int(client.llen(f"{prefix}{QUEUE}"))


def mails_due() -> QuerySet[Mail]:
    return Mail.objects.due(timezone.now())


def deliveries_due() -> QuerySet[Delivery]:
    return Delivery.objects.due(timezone.now()).order_by("due_at")


OUTBOXES: dict[str, Callable[[], QuerySet[Any]]] = {"mail": mails_due, "webhooks": deliveries_due}
"""The work that sweepers look for; each row is due at `due_at`."""


class GaugeCollector(Collector):
    """A service that does not answer is 0, and what it would have told is left out."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        answers = health.run_checks(health.CHECKS)
        up = GaugeMetricFamily(
            "flywheel_up", "Whether it answers; tasks: beat and a worker; lake: seals.", labels=["service"]
        )
        for name, answer in answers.items():
            up.add_metric([name], float(answer["state"] == "up"))
        yield up
        if (beaten := answers["tasks"].get("seconds_since_heartbeat")) is not None:
            yield GaugeMetricFamily("flywheel_heartbeat_age_seconds", "Since a task of beat's last ran.", beaten)
        if (sealed := answers["lake"].get("seconds_since_seal")) is not None:
            yield GaugeMetricFamily("flywheel_seal_lag_seconds", "Since all events were in the lake.", sealed)
        if answers["redis"]["state"] == "up":
            yield from _of_queue()
        if answers["postgresql"]["state"] == "up":
            yield from _of_outboxes()
            yield from _of_erasures()
            yield from _of_campaigns()


def _of_queue() -> Iterator[GaugeMetricFamily]:
    try:
        yield GaugeMetricFamily("flywheel_queued_tasks", "Tasks that no worker has taken.", queued_tasks())
    except RedisError as error:
        logger.warning("the queue's length is unknown: %s", error)


def _of_outboxes() -> Iterator[GaugeMetricFamily]:
    rows = GaugeMetricFamily("flywheel_outbox_due", "Rows whose time has come and that were not sent.", labels=["box"])
    lag = GaugeMetricFamily("flywheel_outbox_lag_seconds", "How long the first of them waits.", labels=["box"])
    try:
        for name, due in OUTBOXES.items():
            first = due().values_list("due_at", flat=True).first()
            rows.add_metric([name], due().count())
            lag.add_metric([name], (timezone.now() - first).total_seconds() if first else 0)
    except DatabaseError as error:
        logger.warning("the outboxes' lag is unknown: %s", error)
        return
    yield from (rows, lag)


def _of_erasures() -> Iterator[GaugeMetricFamily]:
    try:
        first = Erasure.objects.open().values_list("asked_at", flat=True).first()
    except DatabaseError as error:
        logger.warning("the erasures' age is unknown: %s", error)
        return
    age = (timezone.now() - first).total_seconds() if first else 0
    yield GaugeMetricFamily("flywheel_erasure_age_seconds", "Since the first open one was asked for.", age)


def _of_campaigns() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    try:
        first = min(waiting.ready(now).values(), default=now)
        held, over = waiting.leases(now)
    except DatabaseError as error:
        logger.warning("the campaigns' lag is unknown: %s", error)
        return
    lag = (now - first).total_seconds()
    yield GaugeMetricFamily("flywheel_campaigns_lag_seconds", "How long the first message that may go out waits.", lag)
    leases = GaugeMetricFamily(
        "flywheel_campaigns_leases", "Messages being sent, by whether their time is over.", labels=["over"]
    )
    leases.add_metric(["no"], held - over)
    leases.add_metric(["yes"], over)
    yield leases
