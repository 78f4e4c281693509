"""What members let us send, when, and how often."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from growth.campaigns.models.channels import Channel


class SubscriptionTopic(models.Model):
    """What a message is about, as members choose it: news of the site, questions for them, what they missed."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    on_at_first = models.BooleanField(_("on until a member says no"), default=True)

    class Meta:
        verbose_name = _("subscription topic")
        verbose_name_plural = _("subscription topics")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """A member's last word: on one topic by one channel, on a topic (channel ""), on a channel (topic null), or on
    everything (neither). A message goes out where no word that covers it says no, and, of a topic that is off at first,
    one says yes."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    channel = models.CharField(_("channel"), max_length=7, choices=Channel.choices, blank=True)
    topic = models.ForeignKey(SubscriptionTopic, models.CASCADE, null=True, related_name="+", verbose_name=_("topic"))
    allowed = models.BooleanField(_("allowed"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    source = models.CharField(_("how"), max_length=20, help_text=_("preferences, one-click, complaint, api, admin"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint("member", "channel", "topic", name="consent_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(channel__in=["", *Channel.values]), name="consent_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.channel or '*'}: {self.allowed}"


class QuietHours(models.Model):
    """When nothing goes out, in the member's time zone: of a member, or of the site (member null, one row). From after
    `until` they go over midnight; equal ones are none."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="quiet_hours"
    )
    since = models.TimeField(_("from"))
    until = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")
        constraints = [
            models.UniqueConstraint("member", name="quiet_hours_of_the_site_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.since:%H:%M}–{self.until:%H:%M}"


class FrequencyCap(models.Model):
    """How many messages of campaigns, of whatever priority, a member may have had in a day and a week of their time
    zone for one of this priority to go out still."""

    class Priority(models.IntegerChoices):
        LOW = 1, _("low")
        NORMAL = 2, _("normal")
        HIGH = 3, _("high")
        CRITICAL = 4, _("always")

    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, unique=True)
    per_day = models.PositiveSmallIntegerField(_("a day"), null=True, blank=True)
    per_week = models.PositiveSmallIntegerField(_("a week"), null=True, blank=True)

    class Meta:
        verbose_name = _("frequency cap")
        verbose_name_plural = _("frequency caps")
        ordering = ("priority",)
        constraints = [models.CheckConstraint(condition=Q(priority__in=[1, 2, 3, 4]), name="cap_priority")]

    def __str__(self) -> str:
        return self.get_priority_display()
