"""What a definition of a metric would have measured lately, computed before it is saved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MetricPreviewQuerySet(models.QuerySet["MetricPreview"]):
    def lost(self, now: datetime) -> MetricPreviewQuerySet:
        """A worker took them and has not come back."""
        return self.filter(state=MetricPreview.State.RUNNING, started_at__lt=now - MetricPreview.LONGEST)

    def outlived(self, now: datetime) -> MetricPreviewQuerySet:
        return self.filter(asked_at__lt=now - MetricPreview.KEPT)


class MetricPreview(models.Model):
    """Of one definition, whoever asks; asked again when it is old."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    LONGEST = timedelta(minutes=6)  # a task is ended after five
    FRESH = timedelta(hours=24)
    KEPT = timedelta(days=30)

    digest = models.CharField(max_length=64, unique=True, help_text="of the definition")
    definition: Any = models.JSONField(help_text="fields of a version; the denominator by its id")
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    body: Any = models.JSONField(null=True, help_text="experiments.metrics.previewing says what is in it")

    objects = MetricPreviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview of a metric")
        verbose_name_plural = _("previews of metrics")
        constraints = [
            models.CheckConstraint(condition=~Q(state="done") | Q(body__isnull=False), name="metric_preview_is_told"),
        ]

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)
