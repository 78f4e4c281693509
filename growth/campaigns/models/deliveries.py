"""Deliveries: a row for each campaign, step and member, what was tried, and how it ended."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from growth.campaigns.models.campaigns import Campaign
from growth.campaigns.models.channels import Channel, Device, Provider

NAMESPACE = uuid.UUID("6f0c6d1e-6f0c-5b7e-9d7b-0d5a1c3f2e10")


class RecipientQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> RecipientQuerySet:
        return self.filter(state=Delivery.State.DUE, due_at__lte=now)

    def ended(self) -> RecipientQuerySet:
        return self.exclude(state__in=["due", "leased"])


class Delivery(models.Model):
    """One row per campaign, step, member and occurrence (of a broadcast that repeats, or a member who enters again).

    `planned_at` is the (virtual) due time from which lift is counted and never moves; `due_at` does, with `postponed`
    saying why. While leased, `due_at` is when the lease ends. `reason` says of a final state why it is this one. A
    trigger keeps a final state from changing, but for a replay."""

    class State(models.TextChoices):
        DUE = "due", _("due")
        LEASED = "leased", _("being sent")
        SENT = "sent", _("sent")
        HELD = "held", _("held back for comparison")
        CAPPED = "capped", _("enough for now")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
        NO_DEVICE = "no_device", _("no device")
        DEAD_TOKEN = "dead_token", _("device gone")
        REJECTED = "rejected", _("rejected")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("too late")
        CANCELLED = "cancelled", _("cancelled")
        UNKNOWN = "unknown", _("unknown")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="deliveries")
    step = models.PositiveSmallIntegerField(default=0)
    occurrence = models.PositiveIntegerField(default=0)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="deliveries")
    state = models.CharField(_("status"), max_length=12, choices=State.choices, default=State.DUE)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    held = models.BooleanField(_("held back"), default=False, help_text=_("Of the holdout: checked, never sent."))
    would_send = models.BooleanField(null=True, help_text=_("Whether the checks at its due time let it through."))
    variation = models.PositiveSmallIntegerField(_("variation"), null=True, help_text=_("Also of those held back."))
    allocation = models.ForeignKey("campaigns.Allocation", models.PROTECT, null=True, related_name="+")
    propensity = models.FloatField(null=True, help_text=_("With which the variation was drawn."))
    why: Any = models.JSONField(default=dict, help_text=_("Why this member, this variation, this content."))
    channel = models.CharField(_("channel"), max_length=7, choices=Channel.choices, blank=True)
    planned_at = models.DateTimeField(_("planned for"))
    due_at = models.DateTimeField(_("due"))
    expires_at = models.DateTimeField(_("expires"))
    postponed = models.CharField(_("postponed by"), max_length=40, blank=True)
    lease = models.UUIDField(null=True)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    replays = models.PositiveSmallIntegerField(default=0, help_text=_("How often it was taken out of its final state."))
    ended_at = models.DateTimeField(_("ended"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    opened_at = models.DateTimeField(_("opened"), null=True)
    clicked_at = models.DateTimeField(_("clicked"), null=True)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint("campaign", "step", "member", "occurrence", name="campaign_delivery_once"),
            models.CheckConstraint(
                condition=Q(lease=None) & ~Q(state="leased") | Q(lease__isnull=False, state="leased"),
                name="campaign_delivery_leased",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["due", "leased"], ended_at=None)
                | (~Q(state__in=["due", "leased"]) & Q(ended_at__isnull=False)),
                name="campaign_delivery_ended",
            ),
            models.CheckConstraint(condition=Q(held=True) | ~Q(state="held"), name="campaign_delivery_held_is_held"),
            models.CheckConstraint(
                condition=Q(held=False) | Q(state__in=["due", "leased", "held", "expired", "cancelled"]),
                name="campaign_delivery_held_is_never_sent",
            ),
            models.CheckConstraint(
                condition=Q(propensity=None) | Q(propensity__gt=0, propensity__lte=1),
                name="campaign_delivery_propensity",
            ),
        ]
        indexes = [
            models.Index("campaign", "due_at", "id", name="campaign_delivery_next", condition=Q(state="due")),
            models.Index("due_at", name="campaign_delivery_leases", condition=Q(state="leased")),
            models.Index("campaign", "state", name="campaign_delivery_state"),
            models.Index("member", F("id").desc(), name="campaign_delivery_member"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def message_id(self) -> uuid.UUID:
        """The same at every attempt, for providers and receivers that can tell a repetition (UUIDv5)."""
        return uuid.uuid5(NAMESPACE, str(self.pk))


class Attempt(models.Model):
    """One request to a provider. Written before it is made, with its idempotency key; what came of it after."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        RETRY = "retry", _("to be tried again")
        DEAD_TOKEN = "dead_token", _("device gone")
        REJECTED = "rejected", _("rejected")
        THROTTLED = "throttled", _("throttled")
        LOST = "lost", _("unknown")

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    channel = models.CharField(_("channel"), max_length=7, choices=Channel.choices)
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, related_name="+", verbose_name=_("provider"))
    device = models.ForeignKey(Device, models.SET_NULL, null=True, related_name="+", verbose_name=_("device"))
    idempotency_key = models.CharField(max_length=64)
    at = models.DateTimeField(_("time"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    code = models.PositiveSmallIntegerField(_("status code"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    external_id = models.CharField(max_length=200, blank=True, help_text=_("What the provider calls it."))
    replaced = models.BooleanField(default=False, help_text=_("A second request with the same collapse key."))
    milliseconds = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            models.Index("external_id", name="campaign_attempt_receipt", condition=~Q(external_id="")),
            models.Index("provider", "at", name="campaign_attempt_provider"),
        ]

    def __str__(self) -> str:
        return self.outcome or "?"


class CapCount(models.Model):
    """How many messages a member had in a day or week of their time zone; `virtual` are those that they would have had,
    by the campaign that holds them back."""

    class Period(models.TextChoices):
        DAY = "day", _("day")
        WEEK = "week", _("week")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    period = models.CharField(max_length=4, choices=Period.choices)
    begins = models.DateField(help_text=_("The day, or the week's Monday."))
    count = models.PositiveIntegerField(default=0)
    virtual: Any = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint("member", "period", "begins", name="cap_count_once")]
        indexes = [models.Index("begins", name="cap_count_begins")]

    def __str__(self) -> str:
        return f"{self.period} {self.begins}: {self.count}"


class Receipt(models.Model):
    """What a provider or a mail server told of a message later: verified, normalised, and each once."""

    class Kind(models.TextChoices):
        DELIVERED = "delivered", _("delivered")
        OPENED = "opened", _("opened")
        CLICKED = "clicked", _("clicked")
        BOUNCED = "bounced", _("bounced")
        COMPLAINED = "complained", _("complained")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
        DEAD = "dead", _("device gone")

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    message = models.CharField(max_length=200, blank=True, help_text=_("What the provider calls the message."))
    attempt = models.ForeignKey(Attempt, models.CASCADE, null=True, related_name="receipts")
    at = models.DateTimeField(_("time"))
    received_at = models.DateTimeField(default=timezone.now)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint("provider", "external_id", "kind", name="receipt_once")]
        indexes = [models.Index("received_at", name="receipt_waiting", condition=Q(attempt=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"
