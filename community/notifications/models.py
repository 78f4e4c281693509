"""What a member is told, in the site and by e-mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, member_id: int) -> NotificationQuerySet:
        return self.filter(member_id=member_id)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

    def newest_first(self) -> NotificationQuerySet:
        return self.order_by("-id")

    def to_email(self) -> NotificationQuerySet:
        return self.filter(email_due=True, emailed_at=None)


class Notification(models.Model):
    class Kind(models.TextChoices):
        ANSWERED = "answered", _("answered")
        REPLIED = "replied", _("replied")
        COMMENTED = "commented", _("commented")
        MENTIONED = "mentioned", _("mentioned you")
        ACCEPTED = "accepted", _("accepted your answer")
        FOLLOWED = "followed", _("follows you")
        MODERATED = "moderated", _("acted as a moderator")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    email_due = models.BooleanField(default=False)
    emailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint("member", "kind", "source_kind", "source_id", "actor", name="notified_once"),
        ]
        indexes = [
            models.Index("member", F("id").desc(), name="notification_member"),
            models.Index("member", name="notification_unread", condition=Q(read_at=None)),
            models.Index("id", name="notification_email", condition=Q(email_due=True, emailed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_kind} {self.source_id}"
