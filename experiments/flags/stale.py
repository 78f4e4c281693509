"""Flags that should be gone: expired; completed, yet still asked for; or untouched for two weeks and live nowhere, or
one-sided: everybody gets the same (GrowthBook's definition of a stale flag)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from experiments.models import WHOLE, Flag, Rule

UNTOUCHED = timedelta(days=14)
STILL = timedelta(days=7)  # since it was asked for the last time


class Reason(TextChoices):
    EXPIRED = "expired", _("expired")
    COMPLETED = "completed", _("completed, yet the code still asks")
    NOWHERE = "nowhere", _("untouched for two weeks and live nowhere")
    ONE_SIDED = "one_sided", _("untouched for two weeks and the same for everybody")


def with_staleness(flags: QuerySet[Flag], now: datetime) -> QuerySet[Flag]:
    """Each with `stale`: a Reason, or empty."""
    old = Q(modified__lt=now - UNTOUCHED)
    return flags.annotate(
        stale=Case(
            When(lifecycle=Flag.Lifecycle.ARCHIVED, then=Value("")),
            When(expires_on__lt=timezone.localdate(now), then=Value(Reason.EXPIRED)),
            When(lifecycle=Flag.Lifecycle.COMPLETED, decided_at__gte=now - STILL, then=Value(Reason.COMPLETED)),
            When(old & ~_is_live(), then=Value(Reason.NOWHERE)),
            When(old & _is_one_sided(), then=Value(Reason.ONE_SIDED)),
            default=Value(""),
        )
    )


def stale(now: datetime) -> QuerySet[Flag]:
    return with_staleness(Flag.objects.all(), now).filter(~Q(stale=""))


def _is_live() -> Exists:
    return Exists(Flag.environments.through.objects.filter(flag=OuterRef("pk")))


def _is_one_sided() -> Q:
    """The team's own overrides (superusers, staff, testing) make no audience."""
    own = Rule.objects.filter(flag=OuterRef("pk"), enabled=True)
    before = Rule.objects.filter(flag=OuterRef("flag"), enabled=True, position__lt=OuterRef("position"))
    everybody = own.filter(
        ~Exists(before),
        condition={},
        segments=[],
        prerequisites=[],
        environments=[],
        coverage=WHOLE,
        experiment=None,
        starts_at=None,
        ends_at=None,
    )
    nobody = Q(authenticated=False, languages="") & ~_has(Flag.users.through) & ~_has(Flag.groups.through)
    silent = (Q(percent=None) | Q(percent=0)) & ~Exists(own)
    return Q(everyone__isnull=False) | Q(killed_at__isnull=False) | nobody & (silent | Exists(everybody))


def _has(through: type) -> Exists:
    return Exists(through.objects.filter(flag=OuterRef("pk")))  # type: ignore[attr-defined]
