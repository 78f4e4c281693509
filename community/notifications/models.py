"""What a member is told, in the site and by e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# RFC 5321 4.5.4.1: a sender gives up after four to five days.
RETRIED_FOR = timedelta(days=5)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, member_id: int) -> NotificationQuerySet:
        return self.filter(member_id=member_id)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

    def newest_first(self) -> NotificationQuerySet:
        return self.order_by("-id")

    def about(self, sources: Iterable[tuple[str, int]]) -> NotificationQuerySet:
        """Those caused by any of these (kind, id)."""
        ids: dict[str, list[int]] = {}
        for kind, pk in sources:
            ids.setdefault(kind, []).append(pk)
        wanted = [Q(source_kind=kind, source_id__in=pks) for kind, pks in ids.items()]
        return self.filter(reduce(or_, wanted)) if wanted else self.none()

    def to_email(self, now: datetime) -> NotificationQuerySet:
        """Due and not sent, in the order in which they are to be tried; what is older than RETRIED_FOR is let go."""
        waiting = self.filter(email_due=True, emailed_at=None, email_after__lte=now)
        return waiting.filter(created_at__gt=now - RETRIED_FOR).order_by("email_after", "pk")

    def unconfirmed(self, now: datetime) -> NotificationQuerySet:
        """Handed to the mail server by a worker that died before it read the answer (see sending.py)."""
        return self.filter(email_due=True, emailed_at__lt=now - timedelta(minutes=10))


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
    # The mail: due until the server has taken it; `email_after` is when to try next, and so also a worker's lease;
    # `emailed_at` is set, once, by the worker that alone may then hand the mail over.
    email_due = models.BooleanField(default=False)
    email_after = models.DateTimeField(default=timezone.now)
    email_tries = models.PositiveSmallIntegerField(default=0)
    emailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind", "source_kind", "source_id", "actor"],
                name="notified_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index("member", F("id").desc(), name="notification_member"),
            models.Index("member", name="notification_unread", condition=Q(read_at=None)),
            models.Index("email_after", "id", name="notification_email", condition=Q(email_due=True, emailed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_kind} {self.source_id}"
