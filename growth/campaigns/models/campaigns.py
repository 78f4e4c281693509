"""Campaigns: whom to tell what, when, and in which variations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from experiments.models.flags import KEY
from experiments.models.layers import new_seed
from growth.campaigns.models.channels import Channel, Provider
from growth.campaigns.models.consent import FrequencyCap, SubscriptionTopic

WHOLE = 10_000  # shares are in ten-thousandths


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def running(self) -> CampaignQuerySet:
        return self.filter(state=Campaign.State.RUNNING)


class Campaign(models.Model):
    class Kind(models.TextChoices):
        BROADCAST = "broadcast", _("to a segment, at a time")
        TRIGGERED = "triggered", _("to each member, when something happens")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEW = "review", _("waits for approval")
        SCHEDULED = "scheduled", _("scheduled")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    class Policy(models.TextChoices):
        PREFER_LOSS = "prefer-loss", _("rather never than twice")
        PREFER_DUPLICATE = "prefer-duplicate", _("rather twice than never")

    class Repeat(models.TextChoices):
        ONCE = "", _("once")
        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every week")
        MONTHLY = "monthly", _("every month")

    class Trigger(models.TextChoices):
        EVENT = "event", _("an event")
        SEGMENT = "segment", _("entering the segment")
        API = "api", _("a program says so")

    class Reentry(models.TextChoices):
        NEVER = "never", _("once in a life")
        AFTER = "after", _("again after some days")
        ALWAYS = "always", _("every time")

    class Allotment(models.TextChoices):
        FIXED = "fixed", _("fixed weights")
        BANDIT = "bandit", _("bandit")

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[KEY])
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices, default=Kind.BROADCAST)
    state = models.CharField(_("status"), max_length=9, choices=State.choices, default=State.DRAFT, editable=False)
    topic = models.ForeignKey(SubscriptionTopic, models.PROTECT, related_name="+", verbose_name=_("topic"))
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=FrequencyCap.Priority.choices, default=FrequencyCap.Priority.NORMAL
    )
    segment = models.ForeignKey(
        "segments.Segment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("segment"),
        help_text=_("Empty: every member."),
    )
    channels: Any = ArrayField(
        models.CharField(max_length=7, choices=Channel.choices),
        default=list,
        verbose_name=_("channels"),
        help_text=_("In this order: the first that reaches the member."),
    )
    policy = models.CharField(
        _("when it is unknown whether it was sent"),
        max_length=16,
        choices=Policy.choices,
        default=Policy.PREFER_DUPLICATE,
    )
    source = models.CharField(
        _("content for each member"), max_length=40, blank=True, help_text=_("The name of a content source.")
    )

    # When
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    local_time = models.BooleanField(
        _("at this time of each member's clock"), default=False, help_text=_("Else at one moment for all.")
    )
    repeat = models.CharField(_("repeats"), max_length=7, choices=Repeat.choices, blank=True)
    expires_after = models.DurationField(
        _("expires after"), default=timedelta(hours=24), help_text=_("What could not go out by then does not.")
    )
    per_second = models.PositiveIntegerField(_("messages a second"), null=True, blank=True)

    # Triggered
    trigger = models.CharField(_("begins with"), max_length=7, choices=Trigger.choices, blank=True)
    trigger_event = models.CharField(_("event"), max_length=40, blank=True)
    delay = models.DurationField(_("delay"), default=timedelta(0))
    reentry = models.CharField(_("again"), max_length=6, choices=Reentry.choices, default=Reentry.NEVER)
    reentry_days = models.PositiveSmallIntegerField(_("after days"), null=True, blank=True)
    read_to = models.BigIntegerField(
        null=True, editable=False, help_text=_("The transaction before which its events were read.")
    )

    # The proof
    seed = models.CharField(_("seed"), max_length=64, unique=True, default=new_seed, editable=False)
    coverage = models.PositiveSmallIntegerField(
        _("share that takes part"),
        default=WHOLE,
        validators=[MaxValueValidator(WHOLE)],
        help_text=_("Of the audience, in 1/10,000."),
    )
    holdout = models.PositiveSmallIntegerField(
        _("holdout"),
        default=1000,
        validators=[MaxValueValidator(WHOLE - 1)],
        help_text=_("Of those who take part, in 1/10,000: they get nothing and are measured."),
    )
    allotment = models.CharField(
        _("variations are drawn"), max_length=6, choices=Allotment.choices, default=Allotment.FIXED
    )
    factors: Any = models.JSONField(
        _("factors"), default=dict, blank=True, help_text=_("Of a factorial: by name, its levels.")
    )
    goal = models.ForeignKey(
        "experiments.MetricVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("goal"),
    )
    guardrails = models.ManyToManyField(
        "experiments.MetricVersion", blank=True, related_name="+", verbose_name=_("guardrails")
    )
    planned_members = models.PositiveIntegerField(_("planned size"), null=True, blank=True)
    test_stopped_at = models.DateTimeField(_("test stopped"), null=True, editable=False)
    winner = models.PositiveSmallIntegerField(_("winner"), null=True, editable=False)

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved"),
    )
    paused_why = models.CharField(_("paused because"), max_length=300, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ("-pk",)
        permissions = [
            ("approve_campaign", _("Can approve a campaign")),
            ("launch_campaign", _("Can start, pause and cancel campaigns")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="campaign_has_a_name"),
            models.CheckConstraint(
                condition=Q(coverage__gt=0, coverage__lte=WHOLE, holdout__gte=0, holdout__lt=WHOLE),
                name="campaign_shares",
            ),
            models.CheckConstraint(
                condition=Q(kind="broadcast", trigger="") | (Q(kind="triggered") & ~Q(trigger="")),
                name="campaign_triggered_by_something",
            ),
            models.CheckConstraint(
                condition=~Q(trigger="event") | ~Q(trigger_event=""), name="campaign_trigger_names_its_event"
            ),
            models.CheckConstraint(
                condition=~Q(reentry="after") | Q(reentry_days__gt=0), name="campaign_reentry_has_days"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "review", "cancelled"]) | Q(channels__len__gt=0),
                name="campaign_has_a_channel",
            ),
            models.CheckConstraint(condition=Q(delay__gte=timedelta(0)), name="campaign_delay_is_not_negative"),
            models.CheckConstraint(condition=Q(expires_after__gt=timedelta(0)), name="campaign_lasts"),
        ]
        indexes = [models.Index("state", name="campaign_state")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("admin:campaigns_campaign_change", args=[self.pk])


class Variation(models.Model):
    """What one arm is sent. Index 0 is the one that others are compared with where there is no holdout.

    `content`: {"texts": {language: {"title", "body", "subject", "action"}}, "url", "icon", "badge", "image"}; texts are
    templates (content/). Where `channels`, `provider` or `at` are given they stand in place of the campaign's."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="variations")
    index = models.PositiveSmallIntegerField()
    key = models.CharField(_("key"), max_length=40, validators=[KEY])
    name = models.CharField(_("name"), max_length=80)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    content: Any = models.JSONField(_("content"), default=dict)
    channels: Any = ArrayField(
        models.CharField(max_length=7, choices=Channel.choices), default=list, blank=True, verbose_name=_("channels")
    )
    provider = models.ForeignKey(
        Provider, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("provider")
    )
    at = models.TimeField(_("time of day"), null=True, blank=True, help_text=_("Of the member's clock."))
    levels: Any = models.JSONField(_("levels"), default=dict, blank=True, help_text=_("Of each factor, its level."))

    class Meta:
        verbose_name = _("variation")
        verbose_name_plural = _("variations")
        ordering = ("index",)
        constraints = [
            models.UniqueConstraint("campaign", "index", name="campaign_variation_index"),
            models.UniqueConstraint("campaign", "key", name="campaign_variation_key"),
        ]

    def __str__(self) -> str:
        return self.name


class Occurrence(models.Model):
    """One time that a broadcast goes out: its audience is frozen here, slice by slice, and never again."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="occurrences")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(_("time"), help_text=_("When it is due; of members' own clocks, in UTC's."))
    segment_version = models.ForeignKey("segments.SegmentVersion", models.PROTECT, null=True, related_name="+")
    frozen_at = models.DateTimeField(null=True)
    audience = models.PositiveIntegerField(_("audience"), null=True, help_text=_("Members when it was frozen."))
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        ordering = ("number",)
        constraints = [models.UniqueConstraint("campaign", "number", name="occurrence_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.number}"


class Entry(models.Model):
    """A member entered a triggered campaign: by an event, a segment or a call, whose key makes it happen once."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="entries")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    number = models.PositiveIntegerField(help_text=_("Which time this is, from 0: the occurrence of its delivery."))
    key = models.CharField(max_length=100, help_text=_("event:<id>, segment:<membership>, api:<idempotency key>"))
    entered_at = models.DateTimeField(default=timezone.now)
    data: Any = models.JSONField(default=dict, help_text=_("What the program gave for its texts."))

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint("campaign", "key", "member", name="entry_by_one_cause"),
            models.UniqueConstraint("campaign", "member", "number", name="entry_number"),
        ]

    def __str__(self) -> str:
        return self.key


class CampaignChange(models.Model):
    """Who did what to a campaign, and why. A trigger refuses to change or delete a row."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="changes")
    act = models.CharField(_("act"), max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    why = models.CharField(_("why"), max_length=500, blank=True)
    before: Any = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after: Any = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("change of a campaign")
        verbose_name_plural = _("changes of campaigns")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.act
