"""What came in from outside: which events came already, and how many of each kind were taken or refused."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Receipt(models.Model):
    """One per event with a client id, so that the same one is written once (a hash of who sends it and its id)."""

    key = models.UUIDField(primary_key=True)
    until = models.DateTimeField(_("kept until"), null=True, help_text=_("Empty: for ever."))

    class Meta:
        verbose_name = _("receipt of an event")
        verbose_name_plural = _("receipts of events")
        indexes = [models.Index("until", name="receipt_until", condition=models.Q(until__isnull=False))]

    def __str__(self) -> str:
        return str(self.key)


class IntakeCount(models.Model):
    """Counters by day of what was done with events from outside; `outcome` is `written` or why it was not."""

    day = models.DateField(_("day"), help_text=_("Of arrival, UTC."))
    source = models.CharField(_("source"), max_length=20, help_text=_("beacon, api, server or import"))
    name = models.CharField(_("name"), max_length=40, blank=True)
    outcome = models.CharField(_("outcome"), max_length=30)
    count = models.BigIntegerField(_("count"), default=0)

    class Meta:
        verbose_name = _("count of intake")
        verbose_name_plural = _("counts of intake")
        constraints = [models.UniqueConstraint("day", "source", "name", "outcome", name="intake_count_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.source} {self.name} {self.outcome}: {self.count}"
