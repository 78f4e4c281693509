"""Guarded rollouts: a rule's share grows step by step while its guardrails are watched."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from experiments.models.experiments import Experiment
from experiments.models.flags import WHOLE


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


class RolloutStep(models.Model):
    """What was seen at a step when something was decided: to go on, to hold, to roll back."""

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="history", verbose_name=_("rollout"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    step = models.PositiveSmallIntegerField(_("step"))
    share = models.PositiveSmallIntegerField(_("share"))
    verdict = models.CharField(_("verdict"), max_length=12)  # started, advanced, held, rolled_back, done, resumed
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    evidence: Any = models.JSONField(_("evidence"), default=list)

    class Meta:
        verbose_name = _("step of a rollout")
        verbose_name_plural = _("steps of rollouts")
        ordering = ("rollout", "pk")

    def __str__(self) -> str:
        return f"{self.rollout_id} {self.share}: {self.verdict}"
