"""What the admin's first page reads: numbers by week, and the work that computes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WeeklyNumberQuerySet(models.QuerySet["WeeklyNumber"]):
    def between(self, first: date, last: date) -> WeeklyNumberQuerySet:
        """Weeks from `first` to `last`, both included."""
        return self.filter(week__gte=first, week__lte=last).order_by("week")


class WeeklyNumber(models.Model):
    """One metric of one week of the site's time zone, as growth.home.filling last computed it."""

    metric = models.CharField(max_length=40)
    week = models.DateField(help_text=_("Its Monday."))
    value = models.FloatField(null=True, help_text=_("In the metric's unit; null where there is nothing to divide."))
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(null=True)
    complete = models.BooleanField(help_text=_("The week and the metric's window after it are over."))
    computed_at = models.DateTimeField()

    objects = WeeklyNumberQuerySet.as_manager()

    class Meta:
        verbose_name = _("weekly number")
        verbose_name_plural = _("weekly numbers")
        constraints = [
            models.UniqueConstraint("metric", "week", name="weekly_number_once"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="weekly_number_of_a_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.week}: {self.value}"


class JobQuerySet(models.QuerySet["Job"]):
    def idle(self, now: datetime) -> JobQuerySet:
        """Not at work: never begun, ended, or so long ago that whoever did it must have been killed."""
        return self.filter(
            Q(started_at=None) | Q(finished_at__gte=F("started_at")) | Q(started_at__lt=now - Job.LONGEST)
        )


class Job(models.Model):
    """The fill mark of work in the background: when it was asked for, begun and done."""

    class Key(models.IntegerChoices):
        NUMBERS = 1, _("the weekly numbers")

    LONGEST = timedelta(minutes=6)  # a task is ended after CELERY_TASK_TIME_LIMIT, five minutes

    key = models.PositiveSmallIntegerField(primary_key=True, choices=Key.choices)
    asked_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True, help_text=_("When it last ended, well or not."))
    done_at = models.DateTimeField(null=True, help_text=_("The start of the run that last ended well."))
    found = models.IntegerField(null=True, help_text=_("How many numbers were written."))
    error = models.CharField(max_length=500, blank=True, help_text=_("Why the last run failed."))

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return str(self.get_key_display())

    @property
    def running(self) -> bool:
        if self.started_at is None or self.started_at < timezone.now() - self.LONGEST:
            return False
        return self.finished_at is None or self.finished_at < self.started_at

    @property
    def waiting(self) -> bool:
        """Asked for since it last began."""
        return self.asked_at is not None and (self.started_at is None or self.started_at < self.asked_at)
