"""What processes and programs are told of flags: compiled, in order of version."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from experiments.models.flags import Environment


class Edition(models.Model):
    """The version of an environment's flags. Its row is locked by whoever publishes, so versions are committed in
    their order and a reader who has one has all before it."""

    environment = models.OneToOneField(Environment, models.CASCADE, primary_key=True, related_name="edition")
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.environment_id}: {self.version}"


class PublicationQuerySet(models.QuerySet["Publication"]):
    def since(self, environment: str, version: int) -> PublicationQuerySet:
        return self.filter(environment__key=environment, version__gt=version).order_by("version")


class Publication(models.Model):
    """One flag as an environment has it, in the form of the GrowthBook SDK payload; null once there is none."""

    environment = models.ForeignKey(Environment, models.CASCADE, related_name="publications")
    flag = models.CharField(max_length=100)
    version = models.BigIntegerField()
    body: Any = models.JSONField(null=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("environment", "flag", name="publication_once")]
        indexes = [models.Index("environment", "version", name="publication_version")]

    def __str__(self) -> str:
        return f"{self.flag} {self.version}"


class SdkKey(models.Model):
    """With which a program asks for flags. Only its digest is kept."""

    class Kind(models.TextChoices):
        CLIENT = "client", _("in browsers and apps")  # may be seen by anybody
        SERVER = "server", _("on servers")

    environment = models.ForeignKey(Environment, models.PROTECT, related_name="keys", verbose_name=_("environment"))
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.CLIENT)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("SDK key")
        verbose_name_plural = _("SDK keys")
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="sdk_key_has_a_name")]

    def __str__(self) -> str:
        return self.name


class Sticky(models.Model):
    """What a unit was given by an experiment whose assignments stick."""

    attribute = models.CharField(max_length=40)
    value = models.CharField(max_length=100)
    slot = models.CharField(max_length=120, help_text="experiment__bucket version")
    variation = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("assignment that sticks")
        verbose_name_plural = _("assignments that stick")
        constraints = [models.UniqueConstraint("attribute", "value", "slot", name="sticky_once")]

    def __str__(self) -> str:
        return f"{self.attribute} {self.value} {self.slot}"
