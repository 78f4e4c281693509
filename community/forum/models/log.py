"""What moderators, and members with the privilege, did to topics, posts and members."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LogEntry(models.Model):
    """One act, with what stood before and after. Append-only."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("actor")
    )
    verb = models.CharField(_("act"), max_length=30)
    object_kind = models.CharField(_("object kind"), max_length=20)
    object_id = models.BigIntegerField(_("object id"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("moderation act")
        verbose_name_plural = _("moderation log")
        indexes = [
            models.Index("object_kind", "object_id", name="log_object"),
            models.Index(F("at").desc(), name="log_at"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_kind} {self.object_id}"
