"""Events that programs and imports declare, beside those of events/names.py."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DeclaredEvent(models.Model):
    name = models.CharField(_("name"), max_length=40, unique=True)
    description = models.CharField(_("what it means"), max_length=200, blank=True)
    properties = ArrayField(models.CharField(max_length=40), verbose_name=_("properties"), default=list, blank=True)
    owner = models.CharField(
        _("declared by"), max_length=60, help_text=_("The program that may record it, or the import that brought it.")
    )
    created_at = models.DateTimeField(_("declared"), auto_now_add=True)

    class Meta:
        verbose_name = _("declared event")
        verbose_name_plural = _("declared events")
        constraints = [
            models.CheckConstraint(condition=Q(name__regex=r"^[a-z][a-z0-9_]*$"), name="declared_event_name_is_a_word")
        ]

    def __str__(self) -> str:
        return self.name
