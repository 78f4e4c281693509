"""Who a visitor turned out to be, and what other systems call one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from events.models.event import TransactionId


class VisitorLink(models.Model):
    """The first member who signed up in a visitor's browser. Links are added, never changed; `tx` orders them as it
    does events, so "the links before tx" names one state of the mapping for ever."""

    visitor = models.BigIntegerField(_("visitor"), unique=True, help_text=_("The unit without its minus."))
    member = models.BigIntegerField(_("member"), db_index=True)
    at = models.DateTimeField(_("when"))
    tx = TransactionId(db_default=RawSQL("pg_current_xact_id()", ()), editable=False)

    class Meta:
        verbose_name = _("link of a visitor")
        verbose_name_plural = _("links of visitors")
        constraints = [
            models.CheckConstraint(condition=Q(visitor__gt=0) & Q(member__gt=0), name="visitor_link_of_positive_ids")
        ]

    def __str__(self) -> str:
        return f"visitor {self.visitor} is member {self.member}"


class ExternalUnit(models.Model):
    """A visitor who came from another system, by the name that it has there."""

    system = models.CharField(_("system"), max_length=60)
    external_id = models.CharField(_("its id there"), max_length=200)
    visitor = models.BigIntegerField(_("visitor"), unique=True)

    class Meta:
        verbose_name = _("external unit")
        verbose_name_plural = _("external units")
        constraints = [
            models.UniqueConstraint("system", "external_id", name="external_unit_once"),
            models.CheckConstraint(condition=Q(visitor__gt=0), name="external_unit_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.external_id}"
