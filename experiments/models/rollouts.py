"""Guarded rollouts: a rule's share grows step by step while its guardrails are watched."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from experiments.models.experiments import Experiment
from experiments.models.flags import WHOLE


class RolloutQuerySet(models.QuerySet["Rollout"]):
    def open(self) -> RolloutQuerySet:
        return self.filter(state__in=[Rollout.State.RUNNING, Rollout.State.HELD])


class Rollout(models.Model):
    """Its experiment, of kind rollout, compares the share that has the value with an equal share that has not yet."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        HELD = "held", _("held")
        ROLLED_BACK = "rolled_back", _("rolled back")
        DONE = "done", _("for everyone")

    STEPS = (100, 500, 1000, 2500, 5000, WHOLE)

    experiment = models.OneToOneField(Experiment, models.PROTECT, related_name="rollout", verbose_name=_("experiment"))
    state = models.CharField(_("state"), max_length=11, choices=State.choices, default=State.RUNNING, editable=False)
    step = models.PositiveSmallIntegerField(_("step"), default=0, editable=False)
    step_hours = models.PositiveSmallIntegerField(_("hours of a step"), default=24)
    reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)

    objects = RolloutQuerySet.as_manager()

    class Meta:
        verbose_name = _("guarded rollout")
        verbose_name_plural = _("guarded rollouts")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=Q(step__lt=6), name="rollout_step_is_one"),
            models.CheckConstraint(condition=Q(step_hours__gte=1), name="rollout_step_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("admin:experiments_rollout_change", args=[self.pk])

    @property
    def share(self) -> int:
        """Of the units that have the value, in ten thousandths."""
        return self.STEPS[self.step]

    @property
    def last_step(self) -> RolloutStep:
        return self.history.latest("pk")


class RolloutStep(models.Model):
    """What was decided, and what was seen from then until the next decision: `evidence` is that of the last look,
    {"units": [without, with], "before": units when the step began, "as_of", "srm": p, "guards": [{"version", "name",
    "control": mean, "arm": mean, "relative", "p", "level", "margin", "harmed", "judged"}]}."""

    class Verdict(models.TextChoices):
        STARTED = "started", _("begun")
        ADVANCED = "advanced", _("gone on")
        HELD = "held", _("held")
        RESUMED = "resumed", _("resumed")
        ROLLED_BACK = "rolled_back", _("rolled back")
        DONE = "done", _("for everyone")

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="history", verbose_name=_("rollout"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    step = models.PositiveSmallIntegerField(_("step"))
    share = models.PositiveSmallIntegerField(_("share"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    evidence: Any = models.JSONField(_("evidence"), default=dict)

    class Meta:
        verbose_name = _("step of a rollout")
        verbose_name_plural = _("steps of rollouts")
        ordering = ("rollout", "pk")

    def __str__(self) -> str:
        return f"{self.rollout_id} {self.share}: {self.verdict}"
