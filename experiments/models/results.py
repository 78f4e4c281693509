"""What was measured: additive sums per day of first exposure, and the reports that are made of them.

Sums are whole numbers in minor units, so that an incremental refresh equals a rebuild bit for bit.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.event import TransactionId
from experiments.models.experiments import Experiment, Phase
from experiments.models.metrics import MetricVersion


class Refresh(models.Model):
    """One pass over the lake for all experiments that are measured. Its mark is committed with what it wrote."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.RUNNING)
    as_of = models.DateTimeField(_("as of"))
    events_hi = TransactionId(null=True, help_text=_("Events and links of transactions before it were read."))
    rebuilt = models.BooleanField(_("rebuilt"), default=False, help_text=_("Everything, not what had changed."))
    basis = models.CharField(max_length=64, blank=True, help_text="experiments.measuring.marks says of what")
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    experiments = models.PositiveIntegerField(_("experiments"), default=0)
    exposures = models.BigIntegerField(_("exposures"), default=0)
    cells = models.BigIntegerField(_("cells written"), default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("refresh")
        verbose_name_plural = _("refreshes")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint("state", condition=Q(state="running"), name="one_refresh_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d %H:%M}"


def _sum(**options: Any) -> Any:
    return models.DecimalField(max_digits=38, decimal_places=0, default=0, **options)


class ArmDay(models.Model):
    """A metric of the units of one variation whose first exposure was on one day (of the site's time zone): the whole
    value of each unit in its window, up to the refresh's `as_of`. Units that flipped are left out."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="sums")
    variation = models.PositiveSmallIntegerField()
    version = models.ForeignKey(MetricVersion, models.PROTECT, related_name="+")
    day = models.DateField()
    n = models.BigIntegerField(help_text="units")
    positive = models.BigIntegerField(default=0, help_text="units with y > 0")
    y = _sum(help_text="Σ value")
    yy = _sum()
    x = _sum(help_text="Σ the same metric's value before the exposure (CUPED)")
    xx = _sum()
    xy = _sum()
    d = _sum(help_text="Σ denominator, of ratios")
    dd = _sum()
    yd = _sum()
    xd = _sum()

    class Meta:
        verbose_name = _("sums of an arm's day")
        verbose_name_plural = _("sums of arms' days")
        constraints = [
            models.UniqueConstraint("phase", "version", "variation", "day", name="arm_day_once"),
            models.CheckConstraint(condition=Q(n__gte=F("positive"), positive__gte=0), name="arm_day_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.phase_id} {self.version_id} {self.variation} {self.day}"


class ExposureDay(models.Model):
    """Units of one variation whose first exposure was on one day, and those of them that saw another one too."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="exposures")
    variation = models.PositiveSmallIntegerField()
    day = models.DateField()
    units = models.BigIntegerField(help_text="before exclusions")
    flipped = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("exposures of a day")
        verbose_name_plural = _("exposures of days")
        constraints = [
            models.UniqueConstraint("phase", "variation", "day", name="exposure_day_once"),
            models.CheckConstraint(condition=Q(units__gte=F("flipped"), flipped__gte=0), name="exposure_day_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.phase_id} {self.variation} {self.day}"


class Report(models.Model):
    """The newest report of an experiment, as its page shows it: nothing is computed where it is read."""

    class Verdict(models.TextChoices):
        COLLECTING = "collecting", _("collecting")
        SHIP = "ship", _("ship")
        ROLL_BACK = "roll_back", _("roll back")
        REVIEW = "review", _("review")
        UNHEALTHY = "unhealthy", _("unhealthy")

    experiment = models.OneToOneField(Experiment, models.CASCADE, related_name="report")
    as_of = models.DateTimeField(_("as of"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    body: Any = models.JSONField(help_text="experiments.report.composing says what is in it")

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [models.Index("verdict", name="report_verdict")]

    def __str__(self) -> str:
        return f"{self.experiment_id}: {self.verdict}"


class ReportDay(models.Model):
    """What the report said at the end of a day (or says so far today): the time series of its effects."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="days")
    day = models.DateField()
    as_of = models.DateTimeField()
    rows: Any = models.JSONField(help_text="by metric and arm: effect, intervals, units, verdict")

    class Meta:
        verbose_name = _("day of a report")
        verbose_name_plural = _("days of reports")
        ordering = ("experiment", "day")
        constraints = [models.UniqueConstraint("experiment", "day", name="report_day_once")]

    def __str__(self) -> str:
        return f"{self.experiment_id} {self.day}"


class Override(models.Model):
    """A reviewer took responsibility: results are shown, or a decision was taken, against what the report said."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="overrides")
    what = models.CharField(_("what"), max_length=12)  # srm, decision
    recommended = models.CharField(_("recommended"), max_length=12)
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reviewer"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("reviewer's reason")
        verbose_name_plural = _("reviewers' reasons")
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="override_says_why")]

    def __str__(self) -> str:
        return f"{self.experiment_id}: {self.what}"


class Calibration(models.Model):
    """One night's A/A tests on replayed traffic: how often nothing was called something."""

    day = models.DateField(_("day"), unique=True)
    as_of = models.DateTimeField(_("as of"))
    tests = models.PositiveIntegerField(_("tests"))
    body: Any = models.JSONField(help_text="experiments.calibration says what is in it")

    class Meta:
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"{self.day}"
