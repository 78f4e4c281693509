"""Flags: what the site, its programs and its experiments ask before they behave one way or another."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from waffle.managers import FlagManager
from waffle.models import AbstractUserFlag

WHOLE = 10_000  # shares of units are whole numbers of ten thousandths
KEY = RegexValidator(r"\A[a-z0-9][a-z0-9._-]*\Z", _("Small letters, digits, points, dashes and underscores."))


def off() -> bool:
    return False


def on() -> bool:
    return True


class Environment(models.Model):
    """Where flags are asked: production, staging. A site is one of them (settings.EXPERIMENTS_ENVIRONMENT)."""

    key = models.CharField(_("key"), max_length=40, unique=True, validators=[KEY])
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("environment")
        verbose_name_plural = _("environments")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class FlagQuerySet(models.QuerySet["Flag"]):
    def living(self) -> FlagQuerySet:
        return self.exclude(lifecycle=Flag.Lifecycle.ARCHIVED)


class Flag(AbstractUserFlag):
    """A typed flag. The fields of waffle (everyone, testing, staff, users, groups, …) are overrides: they come first
    and are never an exposure. Then the rules, in order; then the default. `percent` is the last rule of a boolean one.
    """

    class Kind(models.TextChoices):
        BOOLEAN = "boolean", _("yes or no")
        STRING = "string", pgettext_lazy("feature", "text")
        NUMBER = "number", _("number")
        JSON = "json", _("JSON")

    class Lifecycle(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", pgettext_lazy("feature", "live")
        COMPLETED = "completed", _("completed")  # decided; the code still asks
        ARCHIVED = "archived", pgettext_lazy("feature", "archived")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.BOOLEAN)
    schema: Any = models.JSONField(_("JSON schema"), null=True, blank=True, help_text=_("Which its values fit."))
    off_value: Any = models.JSONField(_("value when off"), default=off, help_text=_("Also the default."))
    on_value: Any = models.JSONField(_("value when on"), default=on, help_text=_("What overrides give."))
    killed_at = models.DateTimeField(_("killed"), null=True, blank=True, help_text=_("Off for everyone since then."))
    lifecycle = models.CharField(_("lifecycle"), max_length=9, choices=Lifecycle.choices, default=Lifecycle.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    expires_on = models.DateField(_("expires"), null=True, blank=True, help_text=_("By when it should be gone."))
    environments = models.ManyToManyField(
        Environment, blank=True, related_name="flags", verbose_name=_("environments"), help_text=_("Where it is live.")
    )
    layer = models.ForeignKey(
        "experiments.Layer", models.PROTECT, null=True, blank=True, related_name="flags", verbose_name=_("layer")
    )
    decided_at = models.DateTimeField(_("last asked"), null=True, editable=False)

    objects = FlagManager.from_queryset(FlagQuerySet)()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("feature", "flag")
        verbose_name_plural = pgettext_lazy("feature", "flags")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=Q(name__regex=r"\A[a-z0-9][a-z0-9._-]*\Z"), name="flag_name_fits_an_address"
            ),
            models.CheckConstraint(condition=Q(percent=None) | Q(kind="boolean"), name="flag_percent_is_of_a_boolean"),
        ]

    # Waffle's own ways to change a flag end here. What is done by experiments.flags.changing goes past them.

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new:
            _following().place(self)

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _following().withdraw(self)
        return super().delete(*args, **kwargs)

    def flush(self) -> None:
        """Called by waffle when a change is committed, and by its test tools. Its cache is not used here."""
        _following().follow(self)

    # And what waffle asks of flags begins here, in place of its cache and its dice.

    @classmethod
    def get(cls, name: str) -> Flag:
        return _answering().named(name)

    @classmethod
    def get_all(cls) -> list[Flag]:
        return _answering().every()

    def is_active(self, request: HttpRequest, read_only: bool = False) -> bool | None:  # noqa: FBT001, FBT002
        if not self.pk:  # waffle's settings say what is done of a flag that there is not
            return super().is_active(request, read_only)
        return _answering().is_active(self, request, read_only=read_only)

    def is_active_for_user(self, user: AbstractBaseUser) -> bool | None:
        return _answering().is_active_for(self, user.pk) if user.pk else None


def _following() -> Any:
    from experiments.flags import following  # noqa: PLC0415 - it is made of these models

    return following


def _answering() -> Any:
    from experiments.flags import answering  # noqa: PLC0415 - it is made of these models

    return answering


class Rule(models.Model):
    """For whom a flag has which value: a value for a share of those who meet its conditions, or an experiment."""

    flag = models.ForeignKey(Flag, models.CASCADE, related_name="rules", verbose_name=pgettext_lazy("feature", "flag"))
    position = models.PositiveSmallIntegerField(_("position"))
    description = models.CharField(_("description"), max_length=200, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    environments: Any = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text=_("Their keys; none stands for all.")
    )
    condition: Any = models.JSONField(_("condition"), default=dict, blank=True, help_text=_("On the attributes."))
    segments: Any = ArrayField(
        models.SlugField(max_length=50),
        default=list,
        blank=True,
        verbose_name=_("segments"),
        help_text=_("In one of them, if any is named."),
    )
    prerequisites: Any = models.JSONField(
        _("prerequisites"), default=list, blank=True, help_text=_('[{"flag": …, "condition": {"value": …}, "gate": …}]')
    )
    value: Any = models.JSONField(_("value"), null=True, blank=True)
    coverage = models.PositiveSmallIntegerField(_("share"), default=WHOLE, help_text=_("Of the units, in 1/10,000."))
    hash_attribute = models.CharField(_("unit"), max_length=40, default="id")
    seed = models.CharField(_("seed"), max_length=64, blank=True)
    experiment = models.ForeignKey(
        "experiments.Experiment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("experiment"),
    )
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule of a flag")
        verbose_name_plural = _("rules of flags")
        ordering = ("flag", "position")
        constraints = [
            models.UniqueConstraint(
                fields=["flag", "position"], name="rule_has_its_place", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(coverage__lte=WHOLE), name="rule_covers_a_share"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="rule_lasts"
            ),
            models.CheckConstraint(
                condition=Q(experiment=None) | Q(value=None, coverage=WHOLE), name="rule_of_an_experiment_has_no_value"
            ),
        ]
        indexes = [
            models.Index("starts_at", name="rule_starts", condition=Q(starts_at__isnull=False)),
            models.Index("ends_at", name="rule_ends", condition=Q(ends_at__isnull=False)),
        ]

    def __str__(self) -> str:
        told = self.description or (self.experiment.name if self.experiment else "")
        return f"{self.position + 1}. {told}" if told else f"{self.position + 1}."


class FlagChange(models.Model):
    """Who changed a flag, why, and what stood before and after, rules included. A trigger refuses UPDATE and DELETE."""

    flag = models.ForeignKey(
        Flag, models.PROTECT, related_name="changes", verbose_name=pgettext_lazy("feature", "flag")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    act = models.CharField(_("act"), max_length=40)  # created, changed, killed, revived, rolled back, solidified, …
    why = models.CharField(_("why"), max_length=500, blank=True)
    before: Any = models.JSONField(_("before"), null=True, encoder=DjangoJSONEncoder)
    after: Any = models.JSONField(_("after"), encoder=DjangoJSONEncoder)
    reverts = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name=_("takes back"))

    class Meta:
        verbose_name = _("change of a flag")
        verbose_name_plural = _("changes of flags")
        ordering = ("-pk",)
        indexes = [models.Index("flag", F("id").desc(), name="flag_change_newest")]

    def __str__(self) -> str:
        return f"{self.flag_id}: {self.act}"
