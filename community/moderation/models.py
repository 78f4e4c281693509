"""Flags that members raise and suspensions that moderators set. What moderators did is in forum's log."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.forum.models import Comment, Post

MEMBER = settings.AUTH_USER_MODEL

Thing = Post | Comment


class FlagQuerySet(models.QuerySet["Flag"]):
    def open(self) -> FlagQuerySet:
        return self.filter(state=Flag.State.OPEN)

    def on(self, thing: Thing) -> FlagQuerySet:
        return self.filter(**{kind_of(thing): thing.pk})

    def weighing(self, points: int) -> FlagQuerySet:
        """By members with at least so many points, or who moderate."""
        return self.filter(Q(member__points__gte=points) | Q(member__is_moderator=True))


def kind_of(thing: Thing) -> str:
    return "post" if isinstance(thing, Post) else "comment"


class Flag(models.Model):
    """A member's word that a post or comment needs a moderator."""

    class Reason(models.TextChoices):
        SPAM = "spam", _("Spam")
        RUDE = "rude", _("Rude or abusive")
        OFF_TOPIC = "off-topic", _("Off topic")
        DUPLICATE = "duplicate", _("Duplicate")
        QUALITY = "quality", _("Very low quality")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        AGREED = "agreed", _("agreed")
        DECLINED = "declined", _("declined")

    post = models.ForeignKey(
        "forum.Post", models.CASCADE, null=True, blank=True, related_name="flags", verbose_name=_("post")
    )
    comment = models.ForeignKey(
        "forum.Comment", models.CASCADE, null=True, blank=True, related_name="flags", verbose_name=_("comment")
    )
    member = models.ForeignKey(MEMBER, models.CASCADE, related_name="+", verbose_name=_("member"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    handled_by = models.ForeignKey(
        MEMBER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    handled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=False, comment__isnull=True) | Q(post__isnull=True, comment__isnull=False),
                name="flag_of_one_thing",
            ),
            models.UniqueConstraint("member", "post", condition=Q(state="open"), name="flag_post_once"),
            models.UniqueConstraint("member", "comment", condition=Q(state="open"), name="flag_comment_once"),
        ]
        indexes = [models.Index("id", condition=Q(state="open"), name="flag_open")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.post_id or self.comment_id}"

    @property
    def thing(self) -> Thing:
        thing = self.post or self.comment
        assert thing is not None  # noqa: S101 (flag_of_one_thing)
        return thing


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    def standing(self, now: datetime) -> SuspensionQuerySet:
        return self.filter(lifted_at=None, until__gt=now)


class Suspension(models.Model):
    member = models.ForeignKey(MEMBER, models.CASCADE, related_name="suspensions", verbose_name=_("member"))
    by = models.ForeignKey(MEMBER, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    reason = models.CharField(_("reason"), max_length=500)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    until = models.DateTimeField(_("until"))
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("created_at")), name="suspension_has_a_term")]

    def __str__(self) -> str:
        return f"{self.member} until {self.until:%Y-%m-%d}"
