"""What is derived from the events, filled batch by batch of sealed transactions. Each can be rebuilt from the lake."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import TransactionId


class FillMark(models.Model):
    """How far a derived table is filled: up to the events of transactions before `tx_hi`. Moves with its table."""

    table = models.CharField(_("table"), max_length=40, primary_key=True)
    tx_hi = TransactionId()
    filled_at = models.DateTimeField(_("filled"))

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
    """Events of a day of the site's time zone by name and origin, without bots and staff being told apart."""

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
    """What is known of a person from their first event, for breakdowns: frozen unless an earlier event comes."""

    person = models.BigIntegerField(_("person"), primary_key=True)
    epoch_us = models.BigIntegerField(_("microseconds"))
    event_id = models.BigIntegerField(_("event"))
    source = models.CharField(_("origin"), max_length=60, blank=True)
    device = models.CharField(_("device"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    join_method = models.CharField(_("how they joined"), max_length=40, blank=True)
    first_category = models.CharField(_("first category"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("facts of a person")
        verbose_name_plural = _("facts of persons")

    def __str__(self) -> str:
        return str(self.person)
