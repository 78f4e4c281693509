"""Publish flags: what each environment has of them, under a version that all processes are told of.

A version is a time in milliseconds, or one more than the last: a database that was restored does not use again a
number that readers have seen.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from experiments import bell, payload
from experiments.bodies import Body, body_of
from experiments.models import Edition, Environment, Flag, Publication, Rule

AT_A_TIME = 500
LOOKED_BACK = timedelta(hours=1)  # for rules that began or ended; `publish_all` finds older ones


@transaction.atomic
def publish(flag_ids: Iterable[int]) -> None:
    """Let every environment have these flags, and the holdouts, as they are now.

    Called within the verb that changed them. Whoever comes second waits for the first one's commit, reads what it has
    written, and has the higher version. A body that is as it was keeps its version.
    """
    editions, facts = locked(), payload.read(list(flag_ids))
    extra = {payload.HOLDOUTS: payload.holdouts()}
    for edition in editions:
        _commit(edition, {flag.name: body_of(flag, edition.environment.key, facts) for flag in facts.flags} | extra)


def publish_all() -> None:
    """What was changed past the verbs is found too. So many flags at a time that no verb waits long."""
    ids = list(Flag.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids) or 1, AT_A_TIME):
        publish(ids[start : start + AT_A_TIME])
    with transaction.atomic():
        editions = locked()
        names = {*Flag.objects.values_list("name", flat=True), payload.HOLDOUTS}
        for edition in editions:
            _commit(edition, dict.fromkeys(_names(edition) - names))


def _commit(edition: Edition, bodies: Mapping[str, Body | None]) -> None:
    if _write(edition, bodies):
        transaction.on_commit(partial(bell.ring, edition.environment.key, edition.version))


def locked() -> list[Edition]:
    """One of every environment, the site's own among them, in an order that is always the same."""
    if not Environment.objects.filter(key=settings.EXPERIMENTS_ENVIRONMENT).exists():
        key = settings.EXPERIMENTS_ENVIRONMENT
        Environment.objects.bulk_create([Environment(key=key, name=key.capitalize())], ignore_conflicts=True)
    new = [Edition(environment=one) for one in Environment.objects.filter(edition=None)]
    Edition.objects.bulk_create(new, ignore_conflicts=True)
    return list(Edition.objects.order_by("pk").select_related("environment").select_for_update(of=("self",)))


def _names(edition: Edition) -> set[str]:
    rows = Publication.objects.filter(environment=edition.environment_id, body__isnull=False)
    return set(rows.values_list("flag", flat=True))


def _write(edition: Edition, bodies: Mapping[str, Body | None]) -> bool:
    """Whether there was anything new."""
    before: dict[str, Body | None] = dict(
        Publication.objects.filter(environment=edition.environment_id, flag__in=bodies).values_list("flag", "body")
    )
    changed = {name: body for name, body in bodies.items() if not _same(before.get(name), body)}
    if not changed:
        return False
    edition.version = max(edition.version + 1, time.time_ns() // 1_000_000)
    edition.save(update_fields=["version"])
    rows = [
        Publication(environment_id=edition.environment_id, flag=name, version=edition.version, body=body)
        for name, body in changed.items()
    ]
    Publication.objects.bulk_create(
        rows,
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["environment", "flag"],
        update_fields=["version", "body"],
    )
    return True


def _same(left: Body | None, right: Body | None) -> bool:
    """As text, in which 1, 1.0 and true differ."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def sweep() -> None:
    """Publish the rules that have begun or ended by the clock, and ring again for a bell that was not heard: in a
    transaction that writes nothing, so whoever hears of a version finds it, and under the lock, so none is higher."""
    now = timezone.now()
    lately = (now - LOOKED_BACK, now)
    turned = Rule.objects.filter(Q(starts_at__range=lately) | Q(ends_at__range=lately))
    publish(turned.values_list("flag", flat=True).distinct().order_by())
    with transaction.atomic(durable=True):
        for edition in locked():
            bell.ring(edition.environment.key, edition.version, certainly=True)
