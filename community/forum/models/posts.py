"""Posts (a topic's opening is its post 0), their revisions, and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.forum.models.topics import Topic
from community.members.models import Imported, Member
from community.paths import path_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


MEMBER = settings.AUTH_USER_MODEL


class Format(models.TextChoices):
    MARKDOWN = "markdown", _("Markdown")
    HTML = "html", _("HTML")


def _standing(member: Member | AnonymousUser) -> Q:
    """Not deleted or hidden; one's own are seen all the same."""
    standing = Q(deleted_at=None, hidden_at=None)
    return standing | Q(author=member.pk) if member.is_authenticated else standing


_SHOWN = (
    "topic",
    "number",
    "html",
    "format",
    "wiki",
    "version",
    "created_at",
    "edited_at",
    "score",
    "confidence",
    "comment_count",
    "deleted_at",
    "hidden_at",
    "in_reply_to__number",
    *(f"{path}__{name}" for path in ("author", "in_reply_to__author") for name in Member.BYLINE),
)


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, member: Member | AnonymousUser) -> PostQuerySet:
        if getattr(member, "moderates", False):
            return self
        return self.filter(_standing(member), topic__in=Topic.objects.visible_to(member).values("pk"))

    def standing(self) -> PostQuerySet:
        return self.filter(deleted_at=None, hidden_at=None)

    def replies(self) -> PostQuerySet:
        return self.filter(number__gt=0)

    def for_page(self) -> PostQuerySet:
        """What a page shows, and of its people what a byline says; sources and search documents stay in the table."""
        return self.select_related("author", "in_reply_to__author").only(*_SHOWN)


class Post(Imported):
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="posts", verbose_name=_("topic"))
    number = models.PositiveIntegerField(_("number"), help_text=_("0 is the topic's opening."))
    author = models.ForeignKey(
        MEMBER, models.SET_NULL, null=True, blank=True, related_name="posts", verbose_name=_("author")
    )
    in_reply_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replies", verbose_name=_("in reply to")
    )
    format = models.CharField(_("format"), max_length=8, choices=Format.choices, default=Format.MARKDOWN)
    body = models.TextField(_("text"), help_text=_("The source, as written."))
    html = models.TextField(help_text=_("The source rendered and sanitised."))
    wiki = models.BooleanField(_("wiki"), default=False, help_text=_("A community post: it earns no points."))
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    edited_by = models.ForeignKey(
        MEMBER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("edited by")
    )
    up = models.PositiveIntegerField(_("up-votes"), default=0)
    down = models.PositiveIntegerField(_("down-votes"), default=0)
    score = models.IntegerField(_("score"), default=0)
    confidence = models.FloatField(default=0, help_text=_("The Wilson lower bound of up-votes."))
    comment_count = models.PositiveIntegerField(default=0)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    deleted_by = models.ForeignKey(
        MEMBER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("deleted by")
    )
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    search = SearchVectorField(null=True, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint("topic", "number", name="post_number"),
            models.CheckConstraint(condition=Q(score=F("up") - F("down")), name="post_score_is_up_less_down"),
            Imported.unique("post"),
        ]
        indexes = [
            models.Index("author", F("created_at").desc(), name="post_author"),
            models.Index("author", F("score").desc(), name="post_author_best"),
            models.Index(F("created_at").desc(), name="post_new"),
            GinIndex("search", name="post_search"),
            GinIndex("search", name="post_opening_search", condition=Q(number=0)),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}/{self.number}"

    def get_absolute_url(self) -> str:
        # The view behind it knows on which page of the topic the post stands.
        return path_to("forum:post", self.pk)

    @property
    def is_opening(self) -> bool:
        return self.number == 0

    @property
    def gone(self) -> bool:
        return self.deleted_at is not None or self.hidden_at is not None


class Revision(Imported):
    """A post as it stood at one version; the newest equals the post."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions", verbose_name=_("post"))
    version = models.PositiveIntegerField(_("version"))
    author = models.ForeignKey(
        MEMBER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    title = models.CharField(_("title"), max_length=200, blank=True, help_text=_("Of the opening post."))
    tag_names = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    format = models.CharField(_("format"), max_length=8, choices=Format.choices, default=Format.MARKDOWN)
    body = models.TextField(_("text"))
    summary = models.CharField(_("summary"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [models.UniqueConstraint("post", "version", name="revision_once")]

    def __str__(self) -> str:
        return f"{self.post_id} v{self.version}"


_COMMENT = (
    "post",
    "html",
    "score",
    "version",
    "created_at",
    "deleted_at",
    "hidden_at",
    *(f"author__{name}" for name in Member.BYLINE),
)


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, member: Member | AnonymousUser) -> CommentQuerySet:
        if getattr(member, "moderates", False):
            return self
        return self.filter(_standing(member), post__in=Post.objects.visible_to(member).values("pk"))

    def standing(self) -> CommentQuerySet:
        return self.filter(deleted_at=None, hidden_at=None)

    def for_page(self) -> CommentQuerySet:
        """What a page shows, and of its people what a byline says."""
        return self.select_related("author").only(*_COMMENT)

    def in_order(self) -> CommentQuerySet:
        return self.order_by("created_at", "pk")


class Comment(Imported):
    post = models.ForeignKey(Post, models.CASCADE, related_name="comments", verbose_name=_("post"))
    author = models.ForeignKey(
        MEMBER, models.SET_NULL, null=True, blank=True, related_name="comments", verbose_name=_("author")
    )
    body = models.TextField(_("text"), max_length=2000)
    html = models.TextField()
    score = models.IntegerField(
        _("score"), default=0, help_text=_("Up-votes that it came with from where it was imported.")
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    deleted_by = models.ForeignKey(MEMBER, models.SET_NULL, null=True, blank=True, related_name="+")
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [Imported.unique("comment")]
        indexes = [
            models.Index("post", "created_at", "id", name="comment_post"),
            models.Index("author", F("created_at").desc(), name="comment_author"),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.post_id}"

    def get_absolute_url(self) -> str:
        return path_to("forum:comment", self.pk)

    @property
    def gone(self) -> bool:
        return self.deleted_at is not None or self.hidden_at is not None
