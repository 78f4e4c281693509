"""The ledger of points, the rules behind it and what is derived from it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RuleSet(models.Model):
    """A named set of rules; exactly one is active."""

    name = models.SlugField(max_length=40, unique=True)
    description = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        constraints = [models.UniqueConstraint("active", condition=Q(active=True), name="one_active_rule_set")]

    def __str__(self) -> str:
        return self.name


class Rule(models.Model):
    """One version of one rule. Versions are never edited: a change is a new row, the newest holds."""

    set = models.ForeignKey(RuleSet, models.CASCADE, related_name="rules")
    name = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    points = models.IntegerField(help_text=_("May be negative; 0 switches the rule off."))
    pool = models.CharField(
        max_length=20, blank=True, help_text=_("Rules of one pool share its daily cap. Empty: not capped.")
    )
    cap = models.PositiveIntegerField(null=True, blank=True, help_text=_("The most points of the pool in a day."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        constraints = [
            models.UniqueConstraint("set", "name", "version", name="rule_version"),
            models.CheckConstraint(
                condition=(Q(pool="") & Q(cap__isnull=True)) | (~Q(pool="") & Q(cap__isnull=False) & Q(points__gte=0)),
                name="rule_cap_with_pool",
                violation_error_message=_("A capped rule has a pool, a cap and points that are not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Entry(models.Model):
    """A line of the ledger: append-only (a trigger refuses UPDATE and DELETE of what was granted)."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="entries")
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="entries")
    raw = models.IntegerField(help_text=_("What the rule gives, before any cap."))
    granted = models.IntegerField(help_text=_("What the member gets."))
    pool = models.CharField(max_length=20, blank=True)
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    scopes = ArrayField(
        models.CharField(max_length=40), default=list, help_text=_("Boards it counts on beside the site's: tag:7.")
    )
    day = models.DateField(help_text=_("The day, in the site's time zone, whose caps and boards it counts for."))
    at = models.DateTimeField(default=timezone.now)
    reversal_of = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversal")
    key = models.CharField(max_length=100, unique=True, help_text=_("What can happen once has one key."))

    class Meta:
        verbose_name = _("points entry")
        verbose_name_plural = _("points entries")
        indexes = [
            models.Index("member", F("id").desc(), name="entry_member"),
            models.Index("member", "day", "pool", name="entry_pool_day", condition=~Q(pool="")),
            models.Index("source_kind", "source_id", name="entry_source"),
            models.Index("at", name="entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.granted:+d} {self.rule_id}"


class PointsDay(models.Model):
    """Points that count on boards, per member, day and scope (`site`, `category:3`, `tag:7`). Derived."""

    pk = models.CompositePrimaryKey("scope", "day", "member")
    scope = models.CharField(max_length=40)
    day = models.DateField()
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    points = models.IntegerField()
    last_entry = models.BigIntegerField(help_text=_("The newest entry counted here."))

    class Meta:
        indexes = [models.Index("member", "scope", "day", name="pointsday_member")]

    def __str__(self) -> str:
        return f"{self.scope} {self.day}: {self.points}"


class Privilege(models.Model):
    """What a member may do from how many points on."""

    name = models.SlugField(max_length=40, primary_key=True)
    points = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("privilege")
        verbose_name_plural = _("privileges")
        ordering = ["points", "name"]

    def __str__(self) -> str:
        return self.name
