"""What is derived from the events, filled batch by batch of sealed transactions. Each can be rebuilt from the lake."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import TransactionId


class FillMarkQuerySet(models.QuerySet["FillMark"]):
    def of(self, table: str) -> int:
        """Events of transactions before it are in the table; 0 where it was never filled."""
        return int(self.filter(pk=table).values_list("tx_hi", flat=True).first() or 0)

    def move(self, table: str, tx_hi: int, now: datetime) -> None:
        self.update_or_create(pk=table, defaults={"tx_hi": str(tx_hi), "filled_at": now})


class FillMark(models.Model):
    """How far a derived table is filled: up to the events of transactions before `tx_hi`. Moves with its table.

    `lake` stands for the lake itself, and moves though there is nothing to seal: its age is the lag.
    """

    table = models.CharField(_("table"), max_length=40, primary_key=True)
    tx_hi = TransactionId()
    filled_at = models.DateTimeField(_("filled"))

    objects = FillMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("fill mark")
        verbose_name_plural = _("fill marks")

    def __str__(self) -> str:
        return f"{self.table} to {self.tx_hi}"


class FirstSeen(models.Model):
    """When a person first did what the event tells of, over all history."""

    person = models.BigIntegerField(_("person"))
    name = models.CharField(_("name"), max_length=40)
    epoch_us = models.BigIntegerField(_("microseconds"))
    event_id = models.BigIntegerField(_("event"))

    class Meta:
        verbose_name = _("first time")
        verbose_name_plural = _("first times")
        constraints = [models.UniqueConstraint("person", "name", name="first_seen_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.name}"


class PersonDay(models.Model):
    """A day of the site's time zone on which a person did something: how many events of each name."""

    person = models.BigIntegerField(_("person"))
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=40)
    count = models.IntegerField(_("count"))

    class Meta:
        verbose_name = _("day of a person")
        verbose_name_plural = _("days of persons")
        constraints = [models.UniqueConstraint("person", "day", "name", name="person_day_once")]
        indexes = [models.Index("day", name="person_day_by_day")]

    def __str__(self) -> str:
        return f"{self.person} {self.day} {self.name}: {self.count}"


class DailyCount(models.Model):
    """Events of a day of the site's time zone by name and origin, those of staff among them."""

    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=40)
    source = models.CharField(_("origin"), max_length=60, blank=True)
    count = models.BigIntegerField(_("count"))
    value = models.FloatField(_("sum of values"))

    class Meta:
        verbose_name = _("count of a day")
        verbose_name_plural = _("counts of days")
        constraints = [models.UniqueConstraint("day", "name", "source", name="daily_count_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}: {self.count}"


class PersonFacts(models.Model):
    """What is known of a person from their first events, for breakdowns. Each fact has the place, by (epoch_us, id), of
    the event that tells it, so that an earlier one that comes late, or a visitor who is them, takes its place."""

    person = models.BigIntegerField(_("person"), primary_key=True)
    epoch_us = models.BigIntegerField(_("microseconds"))
    event_id = models.BigIntegerField(_("event"))
    source = models.CharField(_("origin"), max_length=60, blank=True)
    device = models.CharField(_("device"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    join_method = models.CharField(_("how they joined"), max_length=40, blank=True)
    join_us = models.BigIntegerField(null=True)
    join_id = models.BigIntegerField(null=True)
    first_category = models.CharField(_("first category"), max_length=60, blank=True)
    category_us = models.BigIntegerField(null=True)
    category_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("facts of a person")
        verbose_name_plural = _("facts of persons")

    def __str__(self) -> str:
        return str(self.person)
