"""What campaigns have brought: allocations of a bandit, and the report as it was last computed."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from growth.campaigns.models.campaigns import Campaign


class Allocation(models.Model):
    """With which weights variations are drawn from a moment on, and from what they were computed: `evidence` and `seed`
    give `weights` again. A trigger refuses to change a row."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="allocations")
    number = models.PositiveIntegerField()
    since = models.DateTimeField(_("since"), default=timezone.now)
    weights: Any = ArrayField(models.FloatField(), help_text=_("By variation; they sum to 1."))
    uniform = models.FloatField(default=0.1, help_text=_("The share outside the allocation, drawn uniformly."))
    seed = models.BigIntegerField(help_text=_("Of the draws of Thompson's sampling."))
    evidence: Any = models.JSONField(
        default=list, help_text=_("By variation: matured members, and those with the goal.")
    )

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ("number",)
        constraints = [models.UniqueConstraint("campaign", "number", name="allocation_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.number}"


class CampaignReport(models.Model):
    """The last report of a campaign; report/ says what is in its body."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="report")
    as_of = models.DateTimeField()
    body: Any = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("report of a campaign")
        verbose_name_plural = _("reports of campaigns")

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.as_of:%Y-%m-%d}"
