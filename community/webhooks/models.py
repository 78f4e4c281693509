"""Endpoints of other systems, and what is delivered to them. The rows are the truth of the work there is to do."""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.webhooks.kinds import OFFERED, TEST
from events.models import TransactionId

KEPT = timedelta(days=30)
"""How long deliveries stay, and how old an event may be that is still delivered."""


def new_secret() -> str:
    """24 to 64 random bytes, base64, behind `whsec_` (Standard Webhooks, "Signature scheme")."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def to_serve(self, now: datetime) -> EndpointQuerySet:
        """Those with a delivery to try now that do not rest and that no worker serves at this moment."""
        waiting = Delivery.objects.filter(endpoint=OuterRef("pk"), state=Delivery.State.WAITING)
        return self.filter(
            Exists(waiting.filter(due_at__lte=now)),
            ~Exists(waiting.filter(due_at__gt=now, lease__isnull=False)),
            state=Endpoint.State.ON,
            rests_until__lte=now,
        )

    def with_waiting(self) -> EndpointQuerySet:
        waiting = Delivery.objects.filter(endpoint=OuterRef("pk"), state=Delivery.State.WAITING).order_by()
        return self.annotate(waiting=Subquery(waiting.values("endpoint").annotate(n=models.Count("pk")).values("n")))


class Endpoint(models.Model):
    """An address of another system, made by an admin, and the events that it wants."""

    class State(models.TextChoices):
        ON = "on", _("active")
        OFF = "off", _("switched off")
        DEAD = "dead", _("dead")

    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    names = ArrayField(models.CharField(max_length=40, choices=OFFERED.items()), verbose_name=_("events"))
    everything = models.BooleanField(
        _("everything"),
        default=False,
        help_text=_("Also what only some members may read. Otherwise only what every visitor may."),
    )
    state = models.CharField(
        _("status"),
        max_length=4,
        choices=State.choices,
        default=State.ON,
        help_text=_("Switched off: its events are not kept. Dead: it failed for days; its events wait."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
        help_text=_("Who is told when it is dead."),
    )
    secret = models.CharField(max_length=100, default=new_secret, editable=False)
    former_secret = models.CharField(max_length=100, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    failures = models.PositiveIntegerField(
        _("failures"), default=0, editable=False, help_text=_("Attempts in a row without success.")
    )
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    rests_until = models.DateTimeField(_("rests until"), default=timezone.now, editable=False)
    untold = models.BooleanField(default=False, editable=False, help_text=_("Dead, and its owner is yet to hear it."))

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        constraints = [
            models.CheckConstraint(condition=Q(names__len__gt=0), name="endpoint_wants_something"),
            models.CheckConstraint(condition=Q(state__in=["on", "off", "dead"]), name="endpoint_state"),
            models.CheckConstraint(
                condition=Q(former_secret="", former_until=None)
                | (~Q(former_secret="") & Q(former_until__isnull=False)),
                name="endpoint_former_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def secrets(self, now: datetime) -> list[str]:
        """Those to sign with: after a rotation the old one too, for a while."""
        old = self.former_until is not None and self.former_until > now
        return [self.secret, self.former_secret] if old else [self.secret]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> DeliveryQuerySet:
        """What is to be sent by now; not what waits for an endpoint to be switched on."""
        return self.filter(state=Delivery.State.WAITING, due_at__lte=now, endpoint__state=Endpoint.State.ON)

    def done(self) -> DeliveryQuerySet:
        return self.exclude(state=Delivery.State.WAITING)

    def with_last_attempt(self) -> DeliveryQuerySet:
        last = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-pk")
        return self.annotate(last_code=Subquery(last.values("code")[:1]), last_error=Subquery(last.values("error")[:1]))


class Delivery(models.Model):
    """One event for one endpoint. It holds what the event said, since events leave their table for the lake."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("skipped")

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", verbose_name=_("endpoint"))
    event_id = models.BigIntegerField(_("event"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=40, choices=[*OFFERED.items(), (TEST, _("A test"))])
    at = models.DateTimeField(_("time"), default=timezone.now)
    unit = models.BigIntegerField(null=True, blank=True)
    object_kind = models.CharField(max_length=20, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    value = models.FloatField(null=True, blank=True)
    state = models.CharField(_("status"), max_length=9, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(
        _("due"), default=timezone.now, help_text=_("While a worker sends it: when it is given up for lost.")
    )
    lease = models.UUIDField(null=True, blank=True, help_text=_("The worker that sends it."))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint("endpoint", "event_id", name="delivered_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "delivered", "failed", "skipped"]), name="delivery_state"
            ),
            models.CheckConstraint(condition=Q(lease=None) | Q(state="waiting"), name="delivery_leased_while_waiting"),
        ]
        indexes = [
            models.Index("endpoint", "due_at", "id", name="delivery_due", condition=Q(state="waiting")),
            models.Index("endpoint", F("id").desc(), name="delivery_endpoint"),
            models.Index("state", F("id").desc(), name="delivery_by_state"),
            models.Index("created_at", name="delivery_created"),
            models.Index("object_id", name="delivery_object", condition=Q(object_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        """The webhook-id: the same at every attempt and replay, so that a receiver can tell a repetition."""
        return f"msg_{self.pk}"


class Attempt(models.Model):
    """One request and what came of it."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField(_("time"), default=timezone.now)
    code = models.PositiveSmallIntegerField(_("status code"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    answer = models.TextField(_("response"), blank=True, help_text=_("Its beginning."))
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return f"{self.code or self.error}"


class Mark(models.Model):
    """How far the events have been read: everything below this transaction is fanned out. One row, id 1."""

    tx = TransactionId()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_mark")]

    def __str__(self) -> str:
        return f"up to {self.tx}"
