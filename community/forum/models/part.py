"""How members take part beside writing: votes, bookmarks, follows, what they read, drafts and pictures."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.forum.models.places import Tag
from community.forum.models.posts import Post
from community.forum.models.topics import Topic
from community.members.models import Imported

MEMBER = settings.AUTH_USER_MODEL


class Vote(Imported):
    """A member's vote on a post; without a member, one that came from a system that does not say whose."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="votes", verbose_name=_("post"))
    member = models.ForeignKey(
        MEMBER, models.CASCADE, null=True, blank=True, related_name="votes", verbose_name=_("member")
    )
    value = models.SmallIntegerField(_("value"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [
            models.UniqueConstraint("member", "post", condition=Q(member__isnull=False), name="vote_once"),
            models.CheckConstraint(condition=Q(value__in=[1, -1]), name="vote_is_up_or_down"),
            Imported.unique("vote"),
        ]

    def __str__(self) -> str:
        return f"{self.value:+d} on {self.post_id}"


class Bookmark(Imported):
    member = models.ForeignKey(MEMBER, models.CASCADE, related_name="bookmarks")
    post = models.ForeignKey(Post, models.CASCADE, related_name="bookmarks")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")
        constraints = [
            models.UniqueConstraint("member", "post", name="bookmark_once"),
            Imported.unique("bookmark"),
        ]
        indexes = [models.Index("member", F("created_at").desc(), name="bookmark_member")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.post_id}"


class Follow(models.Model):
    """A member follows a topic, a tag or another member: exactly one of the three."""

    member = models.ForeignKey(MEMBER, models.CASCADE, related_name="follows")
    topic = models.ForeignKey(Topic, models.CASCADE, null=True, blank=True, related_name="followers")
    tag = models.ForeignKey(Tag, models.CASCADE, null=True, blank=True, related_name="followers")
    followed = models.ForeignKey(MEMBER, models.CASCADE, null=True, blank=True, related_name="followers")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint("member", "topic", name="follow_topic_once"),
            models.UniqueConstraint("member", "tag", name="follow_tag_once"),
            models.UniqueConstraint("member", "followed", name="follow_member_once"),
            models.CheckConstraint(condition=~Q(followed=F("member")), name="nobody_follows_themselves"),
            models.CheckConstraint(
                condition=(
                    Q(topic__isnull=False, tag=None, followed=None)
                    | Q(topic=None, tag__isnull=False, followed=None)
                    | Q(topic=None, tag=None, followed__isnull=False)
                ),
                name="follow_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} follows"


class ReadMark(models.Model):
    """How far a member has read a topic."""

    pk = models.CompositePrimaryKey("member", "topic")
    member = models.ForeignKey(MEMBER, models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="+")
    read_at = models.DateTimeField()
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.member_id} read {self.topic_id}"


class Draft(models.Model):
    """Text that a member has not posted yet, saved as they type. `key`: topic, reply:7, edit:12."""

    member = models.ForeignKey(MEMBER, models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=40)
    content = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint("member", "key", name="draft_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.key}"


class Upload(models.Model):
    member = models.ForeignKey(MEMBER, models.CASCADE, related_name="uploads", verbose_name=_("member"))
    file = models.ImageField(_("file"), upload_to="posts/%Y/%m/")
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    bytes = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [models.UniqueConstraint("member", "sha256", name="upload_once")]

    def __str__(self) -> str:
        return self.file.name or self.sha256
