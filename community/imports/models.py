"""Imports that an admin starts and watches."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from community.desk.models import Run
from community.points.models import RuleSet


class ImportRun(Run):
    """One import of what lies below settings.IMPORTS_DIR: a Stack Exchange dump, or a backup of Discourse."""

    TASK = "community.imports.tasks.run"

    folder = models.CharField(_("folder or file"), max_length=255)
    source = models.CharField(
        _("origin"),
        max_length=60,
        blank=True,
        help_text=_("What the origin is called here; empty: as the folder or file."),
    )
    rules = models.ForeignKey(
        RuleSet,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rule set"),
        help_text=_("By which its votes and acceptances give points; empty: the active one."),
    )
    category = models.CharField(
        _("category"),
        max_length=60,
        blank=True,
        help_text=_("Of its topics, made where there is none of that name; empty: where earlier ones are."),
    )
    result = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.folder} #{self.pk}"
