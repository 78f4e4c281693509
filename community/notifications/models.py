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


class Notification(models.Model):
    class Kind(models.TextChoices):
        ANSWERED = "answered", _("answered")
        REPLIED = "replied", _("replied")
        COMMENTED = "commented", _("commented")
        MENTIONED = "mentioned", _("mentioned you")
        ACCEPTED = "accepted", _("accepted your answer")
        FOLLOWED = "followed", _("follows you")
        MODERATED = "moderated", _("acted as a moderator")
        CAMPAIGN = "campaign", _("told you on behalf of the site")

    CHOSEN_ELSEWHERE = frozenset({"campaign"})  # by topic and channel, in the room of campaigns

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name=_("member")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("actor")
    )
    source_kind = models.CharField(_("source kind"), max_length=20)
    source_id = models.BigIntegerField(_("source id"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

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
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_kind} {self.source_id}"


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, now: datetime) -> MailQuerySet:
        """Not sent, and not tried for longer than RETRIED_FOR: those to try now, the longest due first."""
        waiting = self.filter(sent_at=None, due_at__lte=now, notification__created_at__gt=now - Mail.RETRIED_FOR)
        return waiting.order_by("due_at", "pk")


class Mail(models.Model):
    """A notification that goes out by mail. A row that turns out to be unwanted is deleted.

    A table of its own, because the sender holds the row while it talks to the mail server, and nobody who reads a
    notification meanwhile may have to wait for that.
    """

    RETRIED_FOR = timedelta(days=5)  # RFC 5321 4.5.4.1

    notification = models.OneToOneField(Notification, models.CASCADE, primary_key=True, verbose_name=_("notification"))
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [models.Index("due_at", "notification", name="mail_due", condition=Q(sent_at=None))]

    def __str__(self) -> str:
        return f"mail of {self.notification_id}"
