"""How members are reached: providers with their credentials, and the devices and addresses that members registered."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    WEBPUSH = "webpush", _("browser")
    FCM = "fcm", _("Android (FCM)")
    APNS = "apns", _("Apple (APNs)")
    JPUSH = "jpush", _("JPush")
    WEBHOOK = "webhook", _("webhook")
    EMAIL = "email", _("e-mail")
    INAPP = "inapp", _("on the site")


class ProviderQuerySet(models.QuerySet["Provider"]):
    def serving(self, channel: str) -> ProviderQuerySet:
        return self.filter(channel=channel, active=True).order_by("pk")


class Provider(models.Model):
    """Who carries the messages of a channel, and as whom we speak to them. Several of one channel can be compared."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    channel = models.CharField(_("channel"), max_length=7, choices=Channel.choices)
    config: Any = models.JSONField(
        _("settings"), default=dict, blank=True, help_text=_("What may be seen: project, key and team ids, topic.")
    )
    secret = models.BinaryField(default=bytes, editable=False, help_text=_("Sealed (sealing.py): keys and passwords."))
    per_second = models.PositiveIntegerField(
        _("requests a second"), null=True, blank=True, help_text=_("Of all workers together. Empty: without a limit.")
    )
    active = models.BooleanField(_("active"), default=True)
    blocked_until = models.DateTimeField(
        _("blocked until"), null=True, editable=False, help_text=_("It asked us to wait.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = ProviderQuerySet.as_manager()

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ("key",)
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="provider_channel"),
            models.CheckConstraint(condition=Q(per_second=None) | Q(per_second__gt=0), name="provider_sends_something"),
        ]

    def __str__(self) -> str:
        return self.name


class DeviceQuerySet(models.QuerySet["Device"]):
    def standing(self) -> DeviceQuerySet:
        return self.filter(removed_at=None)


class Device(models.Model):
    """A browser, a telephone or an endpoint that a member registered. Its address opens it to whoever knows it, so it
    is sealed; `fingerprint` tells two apart."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices")
    channel = models.CharField(_("channel"), max_length=7, choices=Channel.choices)
    fingerprint = models.BinaryField(max_length=32, help_text=_("SHA-256 of the address."))
    address = models.BinaryField(help_text=_("Sealed: a token, or an endpoint with its keys."))
    label = models.CharField(_("device"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    created_at = models.DateTimeField(_("registered"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    removed_at = models.DateTimeField(_("removed"), null=True)
    removed_why = models.CharField(_("why"), max_length=40, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints = [
            models.UniqueConstraint(
                "channel", "fingerprint", name="device_once", condition=Q(removed_at=None)
            ),  # who signs in last on a browser has it
            models.CheckConstraint(
                condition=Q(channel__in=["webpush", "fcm", "apns", "jpush", "webhook"]), name="device_channel"
            ),
        ]
        indexes = [models.Index("member", "channel", name="device_standing", condition=Q(removed_at=None))]

    def __str__(self) -> str:
        return self.label or self.channel
