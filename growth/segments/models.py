"""Segments: who is meant, by which definition, and who was in when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SegmentQuerySet(models.QuerySet["Segment"]):
    def with_version(self) -> SegmentQuerySet:
        """Each with the number and the definition that count."""
        newest = SegmentVersion.objects.filter(segment=OuterRef("pk")).order_by("-number")
        return self.annotate(
            number=Subquery(newest.values("number")[:1]), definition=Subquery(newest.values("definition")[:1])
        )

    def idle(self, now: datetime) -> SegmentQuerySet:
        """Not at work: never begun, ended, or begun so long ago that whoever did it must have been killed."""
        return self.filter(
            Q(started_at=None) | Q(finished_at__gte=F("started_at")) | Q(started_at__lt=now - Segment.LONGEST)
        )

    def due(self, now: datetime) -> SegmentQuerySet:
        """Asked for since they were last begun, or refreshed ones that are an hour old; nobody is at them."""
        asked = Q(asked_at__isnull=False) & (Q(started_at=None) | Q(asked_at__gt=F("started_at")))
        old = Q(kind=Segment.Kind.REFRESHED) & (Q(started_at=None) | Q(started_at__lte=now - Segment.EVERY))
        return self.idle(now).filter(asked | old)


class Segment(models.Model):
    class Kind(models.TextChoices):
        REFRESHED = "refreshed", _("refreshed by the hour")
        STATIC = "static", _("as it was once")

    class Who(models.TextChoices):
        MEMBERS = "members", _("members")
        VISITORS = "visitors", _("visitors")
        EVERYONE = "everyone", _("members and visitors")

    number: int  # of the version that counts; both by with_version()
    definition: Any

    EVERY = timedelta(hours=1)
    LONGEST = timedelta(minutes=6)  # a task is ended after CELERY_TASK_TIME_LIMIT, five minutes

    key = models.SlugField(_("key"), max_length=50, unique=True, help_text=_("Programs know it by this."))
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices, default=Kind.REFRESHED)
    who = models.CharField(_("who"), max_length=8, choices=Who.choices, default=Who.MEMBERS)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    asked_at = models.DateTimeField(_("asked for"), null=True, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False, help_text=_("When it last ended, well or not."))
    refreshed_at = models.DateTimeField(_("as of"), null=True, editable=False)
    size = models.PositiveIntegerField(_("size"), null=True, editable=False)
    error = models.CharField(_("error"), max_length=500, blank=True, editable=False)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ("name",)
        permissions = [("view_timeline", _("Can see what one person did"))]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="segment_has_a_name"),
            models.CheckConstraint(
                condition=Q(size=None, refreshed_at=None) | Q(size__isnull=False, refreshed_at__isnull=False),
                name="segment_size_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("segments:detail", args=[self.key])

    @property
    def working(self) -> bool:
        """Waits for a worker, or one is at it."""
        if self.asked_at and (self.started_at is None or self.asked_at > self.started_at):
            return True
        if self.started_at is None or self.started_at < timezone.now() - self.LONGEST:
            return False
        return self.finished_at is None or self.finished_at < self.started_at


class SegmentVersion(models.Model):
    """One definition; the newest counts. A trigger refuses UPDATE: what a segment once meant can be read for ever."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="versions", verbose_name=_("segment"))
    number = models.PositiveIntegerField(_("number"), validators=[MinValueValidator(1)])
    definition: Any = models.JSONField(_("definition"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("version of a segment")
        verbose_name_plural = _("versions of segments")
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint("segment", "number", name="segment_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="segment_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} v{self.number}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> MembershipQuerySet:
        return self.filter(left_at=None)


class Membership(models.Model):
    """A person was in a segment from one refresh until another: [entered_at, left_at)."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="memberships", verbose_name=_("segment"))
    person = models.BigIntegerField(_("person"), help_text=_("A member's id, or minus a visitor's id."))
    entered_at = models.DateTimeField(_("entered"))
    left_at = models.DateTimeField(_("left"), null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership of a segment")
        verbose_name_plural = _("memberships of segments")
        constraints = [
            models.UniqueConstraint("segment", "person", condition=Q(left_at=None), name="membership_open_once"),
            models.CheckConstraint(condition=Q(left_at=None) | Q(left_at__gt=F("entered_at")), name="membership_lasts"),
        ]
        indexes = [models.Index("person", name="membership_person")]

    def __str__(self) -> str:
        return f"{self.person} in {self.segment_id}"
