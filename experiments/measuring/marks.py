"""How far results have read of the events: what a refresh goes on from."""

from __future__ import annotations

import hashlib

from django.contrib.auth import get_user_model
from django.utils.timezone import get_default_timezone_name

from events.lake.moment import scalar
from events.models import Erasure
from events.names import ACTIVE
from experiments.models import Experiment, Refresh

FURTHEST = 2**63 - 1


def last() -> Refresh | None:
    """The newest of all that is measured."""
    return Refresh.objects.filter(state=Refresh.State.DONE, events_hi__isnull=False).order_by("-pk").first()


def reached() -> int:
    """The transaction before which every event was read, and need not stay in PostgreSQL for us: an event that comes
    late is found there. Where nothing is measured, or was yet, the next refresh reads the lake alone."""
    newest = last() if Experiment.objects.measured().exists() else None
    return int(newest.events_hi or 0) if newest else FURTHEST


def horizon() -> int:
    """All transactions before it are seen by whoever looks from now on."""
    return int(scalar("SELECT pg_snapshot_xmin(pg_current_snapshot())::text"))


def basis() -> str:
    """What results rest on besides events, their persons and definitions: where it has changed all is counted anew."""
    facts = (
        sorted(get_user_model().objects.filter(is_staff=True).values_list("pk", flat=True)),
        sorted(Erasure.objects.exclude(erased_at=None).values_list("pk", "events")),
        get_default_timezone_name(),
        ACTIVE,
        scalar("SELECT system_identifier FROM pg_control_system()"),  # another server counts transactions anew
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()
