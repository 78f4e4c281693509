"""The table of events: what happened, in integers and short words, without foreign keys."""

from __future__ import annotations

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _


class TransactionId(models.Field):
    """PostgreSQL's xid8: the transaction that wrote the row, by which batches of rows are sealed."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class Event(models.Model):
    tx = TransactionId(db_default=RawSQL("pg_current_xact_id()", ()), editable=False)
    epoch_us = models.BigIntegerField(
        _("microseconds"), help_text=_("The time of the act, microseconds since 1970, UTC.")
    )
    at = models.DateTimeField(_("when"))
    name = models.CharField(_("name"), max_length=40)
    unit = models.BigIntegerField(_("unit"), help_text=_("A member's id, or minus a visitor's id."))
    person = models.BigIntegerField(_("person"), help_text=_("The unit after a visitor was linked to a member."))
    session = models.BigIntegerField(_("session"), null=True)
    object_kind = models.CharField(_("object kind"), max_length=20, blank=True)
    object_id = models.BigIntegerField(_("object id"), null=True)
    value = models.FloatField(_("value"), null=True)
    source = models.CharField(_("origin"), max_length=60, blank=True)
    device = models.CharField(_("device"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    properties = models.JSONField(_("properties"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index("tx", name="event_tx")]

    def __str__(self) -> str:
        return f"{self.name} {self.unit}"
