"""The loop: an idea becomes a hypothesis, an experiment, an insight, and the next idea."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from experiments.models.experiments import Experiment


class Idea(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("idea")
        HYPOTHESIS = "hypothesis", _("hypothesis")
        TESTED = "tested", _("in an experiment")
        CLOSED = "closed", _("closed")

    title = models.CharField(_("title"), max_length=150)
    body = models.TextField(_("what and why"), blank=True)
    evidence = models.TextField(_("evidence"), blank=True, help_text=_("Numbers, links, what members said."))
    hypothesis = models.TextField(_("hypothesis"), blank=True, help_text=_("If we …, then … , because …."))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    impact = models.PositiveSmallIntegerField(_("impact"), default=3, help_text=_("1 to 5."))
    effort = models.PositiveSmallIntegerField(_("effort"), default=3, help_text=_("1 to 5."))
    insight = models.ForeignKey(
        "experiments.Insight", models.SET_NULL, null=True, blank=True, related_name="ideas", verbose_name=_("from")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("idea")
        verbose_name_plural = _("ideas")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="idea_has_a_title"),
            models.CheckConstraint(
                condition=Q(impact__gte=1, impact__lte=5, effort__gte=1, effort__lte=5), name="idea_is_weighed"
            ),
        ]
        indexes = [models.Index("state", F("id").desc(), name="idea_state")]

    def __str__(self) -> str:
        return self.title


class Insight(models.Model):
    """What an experiment has taught, with the effect that was measured and the one that was seen later."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="insights", verbose_name=_("experiment"))
    text = models.TextField(_("what we learned"))
    effect: Any = models.JSONField(
        _("evidence"), null=True, blank=True, help_text="metric, arm, relative effect and interval, at the decision"
    )
    realised: Any = models.JSONField(
        _("realised"), null=True, blank=True, help_text="the same, measured after it was shipped"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("insight")
        verbose_name_plural = _("insights")
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="insight_says_something")]

    def __str__(self) -> str:
        return self.text[:80]


class ReportNote(models.Model):
    """A remark beside a report."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="notes", verbose_name=_("experiment"))
    text = models.TextField(_("note"))
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("note on a report")
        verbose_name_plural = _("notes on reports")
        ordering = ("pk",)
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_says_something")]

    def __str__(self) -> str:
        return self.text[:80]
