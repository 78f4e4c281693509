"""Questions and their answers, and what admins keep of them: saved reports, dashboards, notes on days."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from growth.reports.forms import query
from growth.reports.kinds import KINDS


class AnswerQuerySet(models.QuerySet["Answer"]):
    def to(self, digest: str) -> AnswerQuerySet:
        """All rows of one question, the newest first."""
        return self.filter(digest=digest).order_by("-pk")

    def open(self) -> AnswerQuerySet:
        return self.filter(state__in=Answer.OPEN)

    def held_by(self, attempt: Answer) -> AnswerQuerySet:
        """The row, as long as it is this worker's to work on: neither cancelled nor taken by another."""
        return self.filter(pk=attempt.pk, state=Answer.State.RUNNING, attempts=attempt.attempts)

    def lost(self, now: datetime) -> AnswerQuerySet:
        """Those whose worker has not been heard of: killed, or its machine is gone."""
        return self.filter(state=Answer.State.RUNNING, seen_at__lt=now - Answer.SILENCE)

    def without_persons(self) -> AnswerQuerySet:
        """There may be hundreds of thousands; `page` of growth.reports.people reads some."""
        return self.defer("persons")

    def without_contents(self) -> AnswerQuerySet:
        return self.defer("kept", "persons")


class Answer(models.Model):
    """One asking of a question, from when it is put until it is answered. The row is the truth; a bell only hurries.

    A question with a `cell` asks who is behind that number of the report; its answer is `persons`.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waits for a worker")
        RUNNING = "running", _("is computed")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    OPEN = (State.QUEUED, State.RUNNING)
    SILENCE = timedelta(seconds=20)  # a living worker is seen every second

    kind = models.CharField(_("kind"), max_length=40)
    params = models.JSONField(_("parameters"))
    cell = models.JSONField(_("cell"), null=True)
    digest = models.CharField(max_length=64, help_text=_("Of kind, parameters and cell: one for each question."))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.QUEUED)
    kept = models.TextField(blank=True, help_text=_("The result as JSON; jsonb would put its keys in another order."))
    persons = ArrayField(models.BigIntegerField(), null=True)
    fault = models.CharField(_("fault"), max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    as_of = models.DateTimeField(_("as of"), null=True, help_text=_("Later events were not read."))
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    started_at = models.DateTimeField(_("started at"), null=True)
    seen_at = models.DateTimeField(null=True, help_text=_("When its worker was last heard of."))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("computed answer")
        verbose_name_plural = _("computed answers")
        constraints = [
            models.UniqueConstraint("digest", condition=Q(state__in=["queued", "running"]), name="answer_asked_once"),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(finished_at__isnull=False, as_of__isnull=False)
                & (Q(cell__isnull=True) & ~Q(kept="") | Q(cell__isnull=False, persons__isnull=False)),
                name="answer_done_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(started_at__isnull=False, seen_at__isnull=False),
                name="answer_running_is_seen",
            ),
        ]
        indexes = [
            models.Index("digest", F("id").desc(), name="answer_digest"),
            models.Index("state", condition=Q(state__in=["queued", "running"]), name="answer_open"),
            models.Index("finished_at", name="answer_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.get_state_display()}"

    @cached_property
    def result(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.kept))

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def age(self) -> timedelta:
        """How long ago it was told; of one that is done."""
        return timezone.now() - cast(datetime, self.finished_at)

    @property
    def took(self) -> timedelta | None:
        return self.finished_at - self.started_at if self.finished_at and self.started_at else None


class SharedQuerySet(models.QuerySet[Any]):
    def visible_to(self, member: Any) -> SharedQuerySet:
        """One's own, and what the others share."""
        return self.filter(Q(owner=member.pk) | Q(shared=True))


class Shared(models.Model):
    """What an admin keeps under a name, alone or for all who may read reports."""

    name = models.CharField(_("name"), max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("owner"))
    shared = models.BooleanField(_("shared"), default=True, help_text=_("All who may read reports see it."))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = SharedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class SavedReport(Shared):
    kind = models.CharField(_("kind"), max_length=40)
    params = models.JSONField(_("parameters"))

    class Meta:
        verbose_name = _("saved report")
        verbose_name_plural = _("saved reports")
        ordering = ("name",)
        constraints = [models.UniqueConstraint("owner", "name", name="saved_report_named_once")]

    def get_absolute_url(self) -> str:
        kind = KINDS.get(self.kind)
        asked = query(kind.form, self.params) if kind else ""
        return f"{reverse('reports:report', args=[self.kind])}{'?' if asked else ''}{asked}"


class Dashboard(Shared):
    reports = models.ManyToManyField(SavedReport, through="Tile")
    seen_at = models.DateTimeField(null=True, editable=False, help_text=_("When somebody last looked."))

    class Meta:
        verbose_name = _("dashboard")
        verbose_name_plural = _("dashboards")
        ordering = ("name",)
        constraints = [models.UniqueConstraint("owner", "name", name="dashboard_named_once")]

    def get_absolute_url(self) -> str:
        return reverse("reports:dashboard", args=[self.pk])


class Tile(models.Model):
    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="tiles")
    report = models.ForeignKey(SavedReport, models.CASCADE, related_name="tiles", verbose_name=_("saved report"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("tile")
        verbose_name_plural = _("tiles")
        ordering = ("position", "pk")
        constraints = [models.UniqueConstraint("dashboard", "report", name="tile_once")]

    def __str__(self) -> str:
        return str(self.report)


class Annotation(models.Model):
    """What happened on a day, in a few words: a line in every chart over time."""

    day = models.DateField(_("day"), db_index=True)
    text = models.CharField(_("text"), max_length=80)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("annotation")
        verbose_name_plural = _("annotations")
        ordering = ("-day", "-pk")

    def __str__(self) -> str:
        return f"{self.day}: {self.text}"
