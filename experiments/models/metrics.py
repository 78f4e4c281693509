"""The registry of metrics: what is measured of a unit after it was first exposed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from events.names import select
from experiments.models.flags import KEY


class MetricQuerySet(models.QuerySet["Metric"]):
    def living(self) -> MetricQuerySet:
        return self.filter(archived_at=None)

    def with_newest(self) -> MetricQuerySet:
        """Each with the id of its newest version, `newest_id`."""
        newest = MetricVersion.objects.filter(metric=OuterRef("pk")).order_by("-number")
        return self.annotate(newest_id=Subquery(newest.values("pk")[:1]))


class Metric(models.Model):
    class Unit(models.TextChoices):
        NUMBER = "number", pgettext_lazy("how values are shown", "number")
        SHARE = "share", _("share")
        SECONDS = "seconds", _("seconds")

    newest_id: int  # by with_newest()

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[KEY])
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=500, blank=True)
    unit = models.CharField(
        _("shown as"), max_length=7, choices=Unit.choices, default=Unit.NUMBER, help_text=_("Of counts, sums, ratios.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects = MetricQuerySet.as_manager()

    class Meta:
        verbose_name = _("metric")
        verbose_name_plural = _("metrics")
        ordering = ("name",)

    def __str__(self) -> str:
        """In the reader's language where it is one that every site begins with (migration 0004)."""
        return gettext(self.name)

    @property
    def newest(self) -> MetricVersion:
        return self.versions.all()[0]


class MetricVersion(models.Model):
    """One definition; a change of a metric starts a new one. A trigger refuses UPDATE: reports pin theirs."""

    class Kind(models.TextChoices):
        COUNT = "count", _("events per unit")
        SUM = "sum", _("the sum of their values per unit")
        CONVERSION = "conversion", _("share of units with one")
        RETENTION = "retention", _("share of units with one on day n")
        RATIO = "ratio", _("events of all units, divided by another metric's")
        QUANTILE = "quantile", _("quantile of the sum per unit")
        FUNNEL = "funnel", _("of those who took the first step, the share that took the last")
        TIME = "time", _("time to the first, of those who have one")

    class Interference(models.TextChoices):
        NONE = "none", _("none")
        ASKER = "asker", _("asker")
        ANSWERER = "answerer", _("answerer")
        THREAD = "thread", _("thread")
        FEED = "feed", _("feed")

    PLAIN = (Kind.COUNT, Kind.SUM, Kind.CONVERSION, Kind.RETENTION)  # one number of a unit: may stand below a ratio
    SHARES = (Kind.CONVERSION, Kind.RETENTION, Kind.FUNNEL)
    ADDITIVE = (Kind.COUNT, Kind.SUM, Kind.CONVERSION, Kind.RETENTION, Kind.RATIO, Kind.FUNNEL, Kind.TIME)

    metric = models.ForeignKey(Metric, models.PROTECT, related_name="versions", verbose_name=_("metric"))
    number = models.PositiveSmallIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    events = models.CharField(
        _("events"),
        max_length=400,
        help_text=_("Names joined by |, or active. Steps of a funnel by commas."),
    )
    where: Any = models.JSONField(
        _("filter"),
        default=dict,
        blank=True,
        help_text=_('Of the events: {"value": {"$gt": 0}}, {"properties.kind": …}'),
    )
    window_hours = models.PositiveIntegerField(
        _("window"), null=True, blank=True, help_text=_("Hours after the first exposure; empty: all so far.")
    )
    day = models.PositiveSmallIntegerField(
        pgettext_lazy("of retention", "day"), null=True, blank=True, help_text=_("Of retention: day n.")
    )
    quantile = models.FloatField(_("quantile"), null=True, blank=True)
    cap = models.FloatField(_("cap"), null=True, blank=True, help_text=_("A unit counts for no more than this."))
    cap_share = models.FloatField(
        _("cap at a share"), null=True, blank=True, help_text=_("… or than this quantile of all units: 0.999.")
    )
    denominator = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("denominator")
    )
    higher_is_better = models.BooleanField(_("higher is better"), default=True)
    interference = models.CharField(
        _("interference"), max_length=8, choices=Interference.choices, default=Interference.NONE
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("version of a metric")
        verbose_name_plural = _("versions of metrics")
        ordering = ("metric", "-number")
        constraints = [
            models.UniqueConstraint("metric", "number", name="metric_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="metric_version_from_one"),
            models.CheckConstraint(condition=Q(window_hours=None) | Q(window_hours__gte=1), name="metric_window_lasts"),
            models.CheckConstraint(
                condition=Q(kind="retention", day__isnull=False) | ~Q(kind="retention") & Q(day=None),
                name="metric_day_is_of_retention",
            ),
            models.CheckConstraint(
                condition=Q(kind="ratio", denominator__isnull=False) | ~Q(kind="ratio") & Q(denominator=None),
                name="metric_ratio_has_a_denominator",
            ),
            models.CheckConstraint(
                condition=Q(kind="quantile", quantile__gt=0, quantile__lt=1) | ~Q(kind="quantile") & Q(quantile=None),
                name="metric_quantile_is_one",
            ),
            models.CheckConstraint(condition=Q(cap=None) | Q(cap__gt=0), name="metric_cap_is_positive"),
            models.CheckConstraint(
                condition=Q(cap_share=None) | Q(cap_share__gt=0, cap_share__lt=1), name="metric_cap_share_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric_id} v{self.number}"

    @property
    def steps(self) -> tuple[frozenset[str], ...]:
        """The names of the events that count; of a funnel, those of each step. ValueError as of events.names.select."""
        parts = self.events.split(",") if self.kind == self.Kind.FUNNEL else [self.events]
        return tuple(select(part) for part in parts)

    @property
    def matures_after(self) -> timedelta | None:
        """How long after its first exposure a unit's value is final; None where it goes on ("all so far")."""
        if self.day is not None:
            return timedelta(days=self.day + 1)
        return timedelta(hours=self.window_hours) if self.window_hours else None

    @property
    def unit(self) -> str:
        """Of Metric.Unit: how its values are shown."""
        if self.kind in self.SHARES:
            return Metric.Unit.SHARE
        return Metric.Unit.SECONDS if self.kind == self.Kind.TIME else self.metric.unit

    @property
    def is_share(self) -> bool:
        return self.unit == Metric.Unit.SHARE


class ExperimentMetric(models.Model):
    """A metric of an experiment, pinned to a version."""

    class Role(models.TextChoices):
        PRIMARY = "primary", _("primary")
        SECONDARY = "secondary", _("secondary")
        GUARDRAIL = "guardrail", _("guardrail")

    experiment = models.ForeignKey(
        "experiments.Experiment", models.CASCADE, related_name="metrics", verbose_name=_("experiment")
    )
    version = models.ForeignKey(MetricVersion, models.PROTECT, related_name="uses", verbose_name=_("metric"))
    role = models.CharField(_("role"), max_length=9, choices=Role.choices)
    margin = models.FloatField(
        _("margin"), default=0, help_text=_("Of a guardrail: the relative harm that is borne, 0.02 for 2 %.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("metric of an experiment")
        verbose_name_plural = _("metrics of experiments")
        ordering = ("experiment", "role", "position", "pk")
        constraints = [
            models.UniqueConstraint("experiment", "version", name="experiment_metric_once"),
            models.UniqueConstraint("experiment", condition=Q(role="primary"), name="experiment_has_one_primary"),
            models.CheckConstraint(condition=Q(margin__gte=0), name="margin_is_borne"),
            models.CheckConstraint(condition=Q(margin=0) | Q(role="guardrail"), name="margin_is_of_a_guardrail"),
        ]
        indexes = [models.Index(F("version"), name="experiment_metric_version")]

    def __str__(self) -> str:
        return f"{self.experiment_id} {self.role} {self.version_id}"
