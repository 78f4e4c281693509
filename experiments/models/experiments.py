"""Experiments: a question, its variations, and the phases in which units are asked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from experiments.models.flags import KEY, WHOLE
from experiments.models.layers import new_seed


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    def running(self) -> ExperimentQuerySet:
        return self.filter(status=Experiment.Status.RUNNING)

    def measured(self) -> ExperimentQuerySet:
        """Those whose results are refreshed: running ones, and stopped ones until their windows have closed."""
        return self.filter(Q(status=Experiment.Status.RUNNING) | Q(measured_until__isnull=False))

    def with_shipped_at(self) -> models.QuerySet[Any]:
        """Each with when it was shipped, `shipped_at`, which may be long after it was stopped; or None."""
        acts = ExperimentChange.objects.filter(experiment=OuterRef("pk"), act="shipped").order_by("pk")
        at = Coalesce(Subquery(acts.values("at")[:1]), F("stopped_at"))
        return self.annotate(shipped_at=Case(When(decision=Experiment.Decision.SHIP, then=at)))


class Experiment(models.Model):
    class Kind(models.TextChoices):
        AB = "ab", _("experiment")
        AA = "aa", _("A/A test")
        ROLLOUT = "rollout", _("guarded rollout")
        HOLDOUT = "holdout", _("holdout")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        RUNNING = "running", _("running")
        STOPPED = "stopped", _("stopped")
        ARCHIVED = "archived", pgettext_lazy("feature", "archived")

    class Decision(models.TextChoices):
        SHIP = "ship", _("shipped")
        ROLL_BACK = "roll_back", _("rolled back")
        INCONCLUSIVE = "inconclusive", _("inconclusive")

    key = models.CharField(_("key"), max_length=100, unique=True, validators=[KEY])
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.AB)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.DRAFT, editable=False)
    hypothesis = models.TextField(_("hypothesis"), blank=True, help_text=_("If we …, then … , because …."))
    description = models.TextField(_("description"), blank=True)
    tags: Any = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("tags"))
    flag = models.ForeignKey(
        "experiments.Flag",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="experiments",
        verbose_name=pgettext_lazy("feature", "flag"),
    )
    team = models.ForeignKey(
        "experiments.Team", models.PROTECT, null=True, blank=True, related_name="experiments", verbose_name=_("team")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    idea = models.ForeignKey(
        "experiments.Idea", models.SET_NULL, null=True, blank=True, related_name="experiments", verbose_name=_("idea")
    )
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="iterations", verbose_name=_("goes on from")
    )

    # Who is asked
    hash_attribute = models.CharField(_("unit"), max_length=40, default="id", help_text=_("id, member or visitor."))
    fallback_attribute = models.CharField(
        _("else"), max_length=40, blank=True, help_text=_("What it was known by before: visitor. Makes it sticky.")
    )
    condition: Any = models.JSONField(_("condition"), default=dict, blank=True, help_text=_("On the attributes."))
    segments: Any = ArrayField(models.SlugField(max_length=50), default=list, blank=True, verbose_name=_("segments"))

    # How it is decided
    alpha = models.FloatField(_("α"), default=0.05)
    power = models.FloatField(_("power"), default=0.8)
    effect = models.FloatField(
        _("smallest effect of interest"), null=True, blank=True, help_text=_("Relative: 0.05 for 5 %.")
    )
    planned_units = models.PositiveIntegerField(
        _("planned size"),
        null=True,
        blank=True,
        help_text=_("Units of all variations, when one expects to decide."),
    )
    min_days = models.PositiveSmallIntegerField(_("full days at least"), default=7)
    auto_stop = models.BooleanField(_("stops by itself"), default=True, help_text=_("When a guardrail is harmed."))
    auto_ship = models.BooleanField(_("ships by itself"), default=False)

    # What became of it
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True, editable=False)
    measured_until = models.DateTimeField(null=True, editable=False, help_text=_("Its windows close then."))
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)
    discarded_at = models.DateTimeField(_("discarded"), null=True, editable=False)
    decision = models.CharField(_("decision"), max_length=12, choices=Decision.choices, blank=True, editable=False)
    winner = models.PositiveSmallIntegerField(_("shipped variation"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    decision_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    learnings = models.TextField(_("learnings"), blank=True)
    words = SearchVectorField(null=True, editable=False)  # by a trigger: key, name, hypothesis, tags, learnings

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        ordering = ("-pk",)
        permissions = [("decide_experiment", _("Can start, stop and ship experiments"))]
        constraints = [
            models.CheckConstraint(condition=Q(alpha__gt=0, alpha__lt=0.5), name="experiment_alpha_is_one"),
            models.CheckConstraint(condition=Q(power__gt=0, power__lt=1), name="experiment_power_is_one"),
            models.CheckConstraint(
                condition=Q(status="draft", started_at=None) | ~Q(status="draft") & Q(started_at__isnull=False),
                name="experiment_started_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "running"], stopped_at=None)
                | Q(status__in=["stopped", "archived"], stopped_at__isnull=False),
                name="experiment_stopped_once",
            ),
            models.CheckConstraint(
                condition=Q(discarded_at=None) | Q(status="draft"), name="experiment_discarded_as_a_draft"
            ),
            models.CheckConstraint(
                condition=Q(decision="ship", winner__isnull=False) | ~Q(decision="ship") & Q(winner=None),
                name="experiment_ships_a_winner",
            ),
        ]
        indexes = [
            models.Index("status", F("id").desc(), name="experiment_status"),
            models.Index(F("archived_at").desc(), name="experiment_archive", condition=Q(status="archived")),
            models.Index("measured_until", name="experiment_closing", condition=Q(measured_until__isnull=False)),
            GinIndex("words", name="experiment_words"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("admin:experiments_experiment_report", args=[self.pk])


class Variation(models.Model):
    """Index 0 is the control."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="variations", verbose_name=_("experiment"))
    index = models.PositiveSmallIntegerField(_("index"))
    key = models.CharField(_("key"), max_length=40, validators=[KEY])
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    value: Any = models.JSONField(_("value of the flag"), null=True, blank=True)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)

    class Meta:
        verbose_name = _("variation")
        verbose_name_plural = _("variations")
        ordering = ("experiment", "index")
        constraints = [
            models.UniqueConstraint("experiment", "index", name="variation_has_its_index"),
            models.UniqueConstraint("experiment", "key", name="variation_has_its_key"),
        ]

    def __str__(self) -> str:
        return self.name


class PhaseQuerySet(models.QuerySet["Phase"]):
    def current(self) -> PhaseQuerySet:
        return self.filter(ended_at=None)


class Phase(models.Model):
    """A stretch of an experiment in which a unit's variation follows from one seed and one set of weights. More
    coverage changes nobody's variation and stays within the phase; other weights, or a restart, begin a new one."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="phases", verbose_name=_("experiment"))
    number = models.PositiveSmallIntegerField(_("number"))
    seed = models.CharField(_("seed"), max_length=64, default=new_seed)
    weights: Any = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("weights"))
    coverage = models.PositiveSmallIntegerField(_("traffic"), default=WHOLE, help_text=_("In 1/10,000 of its units."))
    bucket_version = models.PositiveSmallIntegerField(
        default=0, help_text=_("Assignments that stuck under an earlier one are no longer good.")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = PhaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ("experiment", "number")
        constraints = [
            models.UniqueConstraint("experiment", "number", name="phase_once"),
            models.UniqueConstraint("experiment", condition=Q(ended_at=None), name="one_phase_at_a_time"),
            models.CheckConstraint(condition=Q(coverage__lte=WHOLE), name="phase_covers_a_share"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="phase_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id}, {self.number}"


class ExperimentChange(models.Model):
    """What was done to an experiment, by whom and why. A trigger refuses UPDATE and DELETE."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="changes", verbose_name=_("experiment"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    act = models.CharField(_("act"), max_length=40)  # created, changed, started, ramped, restarted, stopped, shipped, …
    why = models.CharField(_("why"), max_length=500, blank=True)
    before: Any = models.JSONField(_("before"), null=True, encoder=DjangoJSONEncoder)
    after: Any = models.JSONField(_("after"), null=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("change of an experiment")
        verbose_name_plural = _("changes of experiments")
        ordering = ("-pk",)
        indexes = [models.Index("experiment", F("id").desc(), name="experiment_change_newest")]

    def __str__(self) -> str:
        return f"{self.experiment_id}: {self.act}"
