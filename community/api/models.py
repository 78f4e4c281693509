"""Personal tokens: passwords that members make for their own programs; and answers kept for requests sent twice.

OAuth's tables are the library's.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TokenQuerySet(models.QuerySet["Token"]):
    def of(self, member: object) -> TokenQuerySet:
        return self.filter(member=member)

    def kept(self) -> TokenQuerySet:
        """Not revoked; perhaps expired."""
        return self.filter(revoked_at=None)

    def live(self, at: datetime | None = None) -> TokenQuerySet:
        return self.kept().filter(Q(expires_at=None) | Q(expires_at__gt=at or timezone.now()))


class Token(models.Model):
    """Only the SHA-256 of the secret is here. A revoked one stays, for what it was last used is worth knowing."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens", verbose_name=_("member")
    )
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)  # hexadecimal
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    scopes = ArrayField(models.CharField(max_length=20), verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("personal token")
        verbose_name_plural = _("personal tokens")
        constraints = [
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="token_has_scopes"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")), name="token_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class KeptAnswer(models.Model):
    """What a POST under an Idempotency-Key was answered with, to be answered again."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the request.")
    status = models.PositiveSmallIntegerField()
    body = models.TextField(blank=True)
    location = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [models.UniqueConstraint("member", "key", name="answer_kept_once")]
        indexes = [models.Index("created_at", name="kept_answer_age")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.key}"
