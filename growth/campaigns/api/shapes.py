"""What campaigns look like for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from community.api.shapes import In, Out
from experiments.models import MetricVersion
from growth.campaigns.content.sources import SOURCES
from growth.campaigns.models import Campaign, Channel, Delivery, FrequencyCap, SubscriptionTopic
from growth.segments.models import Segment

CONTENT = (
    '{"texts": {language: {"title", "body", "subject", "action"}}, "url", "icon", "badge", "image"}; texts are '
    "templates, docs/campaigns.md has their grammar."
)
LONGEST_DELAY = timedelta(days=365)


class VariationOut(Out):
    index = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()
    weight = serializers.IntegerField()
    content = serializers.DictField(help_text=CONTENT)
    channels = serializers.ListField(child=serializers.CharField(), help_text="In place of the campaign's.")
    at = serializers.TimeField(allow_null=True, help_text="Of the member's clock.")


class CampaignRef(Out):
    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Campaign.Kind.choices)
    state = serializers.ChoiceField(Campaign.State.choices)
    topic = serializers.CharField(source="topic.key")
    segment = serializers.CharField(
        source="segment.key", default=None, allow_null=True, help_text="null: every member."
    )
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class CampaignOut(CampaignRef):
    channels = serializers.ListField(child=serializers.CharField())
    priority = serializers.ChoiceField(FrequencyCap.Priority.choices)
    repeat = serializers.CharField()
    local_time = serializers.BooleanField()
    source = serializers.CharField()
    trigger = serializers.CharField()
    trigger_event = serializers.CharField()
    delay = serializers.DurationField()
    reentry = serializers.CharField()
    coverage = serializers.IntegerField(help_text="In 1/10,000.")
    holdout = serializers.IntegerField(help_text="In 1/10,000 of those who take part.")
    goal = serializers.CharField(source="goal.metric.key", default=None, allow_null=True)
    paused_why = serializers.CharField()
    winner = serializers.IntegerField(allow_null=True)
    variations = VariationOut(many=True, source="variations.all")
    deliveries = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many there are, by state.", source="by_state"
    )


class NewVariation(In):
    key = serializers.SlugField(max_length=40)
    name = serializers.CharField(required=False, max_length=80)
    weight = serializers.IntegerField(required=False, min_value=0, max_value=1000)
    content = serializers.JSONField(required=False, help_text=CONTENT)
    channels = serializers.ListField(child=serializers.ChoiceField(Channel.choices), required=False)
    at = serializers.TimeField(required=False, allow_null=True)


class GoalField(serializers.CharField):
    """The newest version of the metric of this key."""

    def to_internal_value(self, data: Any) -> MetricVersion:
        key = super().to_internal_value(data)
        rows = MetricVersion.objects.filter(metric__key=key, metric__archived_at=None)
        if (newest := rows.order_by("-number").first()) is None:
            raise serializers.ValidationError(_("There is no metric “%s”.") % key)
        return newest


class ChangedCampaign(In):
    name = serializers.CharField(required=False, max_length=150)
    topic = serializers.SlugRelatedField("key", queryset=SubscriptionTopic.objects.all(), required=False)
    segment = serializers.SlugRelatedField("key", queryset=Segment.objects.all(), required=False, allow_null=True)
    channels = serializers.ListField(child=serializers.ChoiceField(Channel.choices), required=False)
    priority = serializers.ChoiceField(FrequencyCap.Priority.choices, required=False)
    policy = serializers.ChoiceField(Campaign.Policy.choices, required=False)
    source = serializers.ChoiceField(sorted(SOURCES), required=False, allow_blank=True)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    local_time = serializers.BooleanField(required=False)
    repeat = serializers.ChoiceField(Campaign.Repeat.choices, required=False)
    expires_after = serializers.DurationField(required=False, max_value=LONGEST_DELAY)
    per_second = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=100_000)
    trigger = serializers.ChoiceField(Campaign.Trigger.choices, required=False, allow_blank=True)
    trigger_event = serializers.CharField(required=False, allow_blank=True, max_length=40)
    delay = serializers.DurationField(required=False, min_value=timedelta(0), max_value=LONGEST_DELAY)
    reentry = serializers.ChoiceField(Campaign.Reentry.choices, required=False)
    reentry_days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=3650)
    coverage = serializers.IntegerField(required=False, min_value=1, max_value=10_000)
    holdout = serializers.IntegerField(required=False, min_value=0, max_value=9_999)
    goal = GoalField(required=False, allow_null=True, help_text="The key of a metric; its newest version is kept.")
    variations = NewVariation(many=True, required=False, help_text="All that there shall be.")


class NewCampaign(ChangedCampaign):
    """What begins it comes with its kind: a trigger where it is triggered, none where it is not."""

    key = serializers.RegexField(r"^[a-z0-9][a-z0-9._-]{0,59}$")
    name = serializers.CharField(max_length=150)
    kind = serializers.ChoiceField(Campaign.Kind.choices, required=False)
    topic = serializers.SlugRelatedField("key", queryset=SubscriptionTopic.objects.all())
    variations = NewVariation(many=True, allow_empty=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        triggered = attrs.get("kind") == Campaign.Kind.TRIGGERED
        if triggered != bool(attrs.get("trigger")):
            words = _("Say what begins it.") if triggered else _("A broadcast is begun by its time.")
            raise serializers.ValidationError({"trigger": words})
        return attrs


class Why(In):
    why = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class WhyItMust(In):
    why = serializers.CharField(max_length=500)


class Scheduled(Why):
    at = serializers.DateTimeField(allow_null=True, help_text="null: when somebody launches it.")


class NewEntries(In):
    members = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=1000
    )
    cause = serializers.CharField(
        max_length=90, help_text="What happened, in your words: by the same cause a member enters once, whatever else."
    )
    data = serializers.JSONField(required=False, help_text="An object of what its texts say as {{ data.… }}.")


class EnteredOut(Out):
    entered = serializers.IntegerField(help_text="Of the members, those who entered now.")


class DeliveryOut(Out):
    id = serializers.IntegerField()
    member = serializers.IntegerField(source="member_id", allow_null=True)
    occurrence = serializers.IntegerField()
    state = serializers.ChoiceField(Delivery.State.choices)
    reason = serializers.CharField()
    held = serializers.BooleanField()
    would_send = serializers.BooleanField(allow_null=True)
    variation = serializers.IntegerField(allow_null=True)
    channel = serializers.CharField()
    planned_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)
    clicked_at = serializers.DateTimeField(allow_null=True)


class ExplainedOut(DeliveryOut):
    explained = serializers.ListField(child=serializers.CharField(), help_text="Why, in words.")


class DeliveryQuery(In):
    state = serializers.ChoiceField(Delivery.State.choices, required=False)
    member = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
