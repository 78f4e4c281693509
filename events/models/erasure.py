"""Members and visitors whose events are to go: the work, in rows, until no file and no table holds any."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def open(self) -> ErasureQuerySet:
        return self.filter(done_at=None).order_by("pk")


class Erasure(models.Model):
    """Units are erased from what is read at `erased_at`; `done_at` when the files that held them are unlinked too."""

    units = ArrayField(models.BigIntegerField(), verbose_name=_("units"))
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    erased_at = models.DateTimeField(_("erased"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    events = models.BigIntegerField(_("events"), default=0, help_text=_("How many rows of the lake went."))

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [models.CheckConstraint(condition=Q(units__len__gt=0), name="erasure_of_somebody")]
        indexes = [models.Index("id", name="erasure_open", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"{self.units}"
