"""Who may be asked by which experiments: layers, the ranges that are leased of them, and those whom none asks."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from experiments.models.flags import KEY, WHOLE


def new_seed() -> str:
    return secrets.token_hex(8)


class Team(models.Model):
    """Whose experiments they are: it has a holdout and a ledger of what its wins were worth."""

    key = models.CharField(_("key"), max_length=40, unique=True, validators=[KEY])
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Layer(models.Model):
    """A division of all units by a seed of its own, so that experiments in different layers are independent and those
    with disjoint ranges of one layer exclude each other (Tang, Agarwal, O'Brien & Meyer 2010). A flag is of one layer.
    """

    key = models.CharField(_("key"), max_length=40, unique=True, validators=[KEY])
    name = models.CharField(_("name"), max_length=80)
    seed = models.CharField(_("seed"), max_length=64, unique=True, default=new_seed, editable=False)
    hash_attribute = models.CharField(_("unit"), max_length=40, default="id")

    class Meta:
        verbose_name = _("layer")
        verbose_name_plural = _("layers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class LeaseQuerySet(models.QuerySet["Lease"]):
    def standing(self) -> LeaseQuerySet:
        return self.filter(released_at=None)


class Lease(models.Model):
    """An experiment has the units of [low, high), in ten thousandths of a layer, until it is released. Never deleted:
    who had which range when is read from here."""

    layer = models.ForeignKey(Layer, models.PROTECT, related_name="leases", verbose_name=_("layer"))
    experiment = models.ForeignKey(
        "experiments.Experiment", models.PROTECT, related_name="leases", verbose_name=_("experiment")
    )
    low = models.PositiveSmallIntegerField(_("from"))
    high = models.PositiveSmallIntegerField(_("to"))
    leased_at = models.DateTimeField(_("leased"), default=timezone.now)
    released_at = models.DateTimeField(_("released"), null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))

    objects = LeaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("lease of a layer")
        verbose_name_plural = _("leases of layers")
        ordering = ("layer", "low")
        constraints = [
            models.CheckConstraint(condition=Q(low__lt=F("high"), high__lte=WHOLE), name="lease_is_a_range"),
            # One range type for layer and place: equality would need an extension (btree_gist).
            ExclusionConstraint(
                name="lease_is_of_one_experiment",
                expressions=[
                    (
                        Func(
                            F("layer_id") * Value(WHOLE) + F("low"),
                            F("layer_id") * Value(WHOLE) + F("high"),
                            function="int8range",
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
                condition=Q(released_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.layer_id} [{self.low}, {self.high})"


class Holdout(models.Model):
    """Units that none of a team's experiments and rollouts asks (of anybody's, without a team), so that all of them
    together can be measured: beside an equal slice of the others, from when it is frozen until the period ends."""

    key = models.CharField(_("key"), max_length=40, unique=True, validators=[KEY])
    name = models.CharField(_("name"), max_length=80)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="holdouts", verbose_name=_("team")
    )
    share = models.PositiveSmallIntegerField(_("share"), default=500, help_text=_("Of the units, in 1/10,000."))
    seed = models.CharField(_("seed"), max_length=64, unique=True, default=new_seed, editable=False)
    hash_attribute = models.CharField(_("unit"), max_length=40, default="id")
    experiment = models.OneToOneField(
        "experiments.Experiment",
        models.PROTECT,
        related_name="holdout",
        editable=False,
        verbose_name=_("experiment"),
        help_text=_("That measures it: the holdout is its control."),
    )
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    frozen_at = models.DateTimeField(
        _("frozen"), null=True, editable=False, help_text=_("No experiment joins any more; the analysis begins.")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    frozen_keys: Any = ArrayField(models.CharField(max_length=100), default=list, editable=False)

    class Meta:
        verbose_name = _("holdout")
        verbose_name_plural = _("holdouts")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=Q(share__gte=1, share__lte=WHOLE // 2), name="holdout_has_its_equal"),
            models.UniqueConstraint(
                "team",
                condition=Q(started_at__isnull=False, ended_at=None),
                name="one_holdout_of_a_team",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.name
