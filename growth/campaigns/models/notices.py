"""What members are told on the site itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """The text of a notification of the kind "campaign", whose source is ("notice", id)."""

    message_id = models.UUIDField(unique=True, help_text=_("Of the delivery: the same at every attempt."))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    title = models.CharField(max_length=200)
    body = models.TextField()
    path = models.CharField(max_length=1000, help_text=_("On this site."))
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")

    def __str__(self) -> str:
        return self.title
