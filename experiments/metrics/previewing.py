"""Previews of definitions: asked for by a page, computed by a worker of the queue `analytics`, kept for a day."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from events.bell import ring
from experiments import tasks
from experiments.metrics.defining import definition_of
from experiments.models import MetricPreview, MetricVersion

logger = logging.getLogger(__name__)

UNHEARD = timedelta(seconds=20)  # after which a waiting one is rung for again, while somebody looks
State = MetricPreview.State


def ask(version: MetricVersion) -> MetricPreview:
    """That of its definition, saved or not; computed anew where it failed or is a day old."""
    now, definition = timezone.now(), _definition(version)
    MetricPreview.objects.outlived(now).delete()
    preview, new = MetricPreview.objects.get_or_create(
        digest=_digest(definition), defaults={"definition": definition, "asked_at": now}
    )
    if new:
        ring(tasks.preview_metric, preview.pk)
    elif preview.state == State.FAILED or (preview.state == State.DONE and now - preview.asked_at > preview.FRESH):
        _wait(preview, now)
    return preview


def found(version: MetricVersion) -> MetricPreview | None:
    """What is known of its definition already."""
    return MetricPreview.objects.filter(digest=_digest(_definition(version))).first()


def look(preview: MetricPreview) -> None:
    """Somebody waits for it: ring once more where no worker heard, or where one took it and is gone."""
    now = timezone.now()
    is_lost = MetricPreview.objects.lost(now).filter(pk=preview.pk).exists()
    if is_lost or preview.state == State.WAITING and now - preview.asked_at > UNHEARD:
        _wait(preview, now)


def run(pk: int) -> None:
    """Compute it, if it still waits; otherwise another worker has it."""
    from events.engine import reading  # noqa: PLC0415 - DuckDB and Ibis, which web processes do without
    from experiments.metrics.estimating import estimate  # noqa: PLC0415 - Ibis, NumPy and SciPy

    now = timezone.now()
    if not MetricPreview.objects.filter(pk=pk, state=State.WAITING).update(state=State.RUNNING, started_at=now):
        return
    done: dict[str, Any] = {"state": State.DONE}
    try:
        with reading() as reader:
            done["body"] = estimate(_version(MetricPreview.objects.get(pk=pk).definition), reader)
    except Exception:
        logger.exception("preview %s of a metric failed", pk)
        done = {"state": State.FAILED}
    MetricPreview.objects.filter(pk=pk, started_at=now).update(finished_at=timezone.now(), **done)


def _wait(preview: MetricPreview, now: datetime) -> None:
    preview.state, preview.asked_at = State.WAITING, now
    preview.save(update_fields=["state", "asked_at"])
    ring(tasks.preview_metric, preview.pk)


def _definition(version: MetricVersion) -> dict[str, Any]:
    """As JSON has it; which way is better does not change what is measured, nor does interference."""
    told = definition_of(version)
    del told["higher_is_better"], told["interference"]
    return told | {"denominator": version.denominator_id}


def _digest(definition: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()


def _version(definition: dict[str, Any]) -> MetricVersion:
    return MetricVersion(
        **{"denominator_id" if name == "denominator" else name: one for name, one in definition.items()}
    )
