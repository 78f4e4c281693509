"""Topics. Every read of them goes through `visible_to(member)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from community.arrays import in_array
from community.forum.models.places import Category, Tag, admitting
from community.members.models import Imported
from community.paths import path_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.members.models import Member

LISTED = Q(deleted_at=None, hidden_at=None, merged_into=None)


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, member: Member | AnonymousUser) -> TopicQuerySet:
        """What this member may open: readable categories; deleted and hidden ones by their author and moderators."""
        if getattr(member, "moderates", False):
            return self
        readable = self.filter(category__in=admitting("reader", member))
        standing = Q(deleted_at=None, hidden_at=None)
        if member.is_authenticated:
            standing |= Q(author=member.pk)
        return readable.filter(standing)

    def listed(self) -> TopicQuerySet:
        """What lists show, to moderators as well: not deleted, hidden or merged away."""
        return self.filter(LISTED)

    def questions(self) -> TopicQuerySet:
        return self.filter(kind=Topic.Kind.QUESTION)

    def unanswered(self) -> TopicQuerySet:
        return self.questions().filter(reply_count=0, closed_at=None)

    def tagged(self, *tag_ids: int) -> TopicQuerySet:
        return self.filter(tag_ids__contains=list(tag_ids))

    def with_tag_names(self) -> TopicQuerySet:
        # A correlated look-up of a handful of ids per row: no query of its own, no join to count.
        names = Tag.objects.filter(in_array(OuterRef("tag_ids")))
        return self.annotate(tag_names=ArraySubquery(names.order_by("name").values("name")))


class Topic(Imported):
    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        DISCUSSION = "discussion", _("Discussion")
        ARTICLE = "article", _("Article")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.QUESTION)
    category = models.ForeignKey(Category, models.PROTECT, related_name="topics", verbose_name=_("category"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="topics",
        verbose_name=_("author"),
    )
    title = models.CharField(_("title"), max_length=200)
    title_html = models.TextField(
        default="",
        db_default="",
        blank=True,
        editable=False,
        help_text=_("The title with its formulas as MathML; empty where it has none."),
    )
    slug = models.CharField(max_length=90, editable=False)
    tag_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    active_at = models.DateTimeField(_("last activity"), default=timezone.now, help_text=_("The last post or edit."))
    last_number = models.PositiveIntegerField(default=0, help_text=_("The number of the newest post."))
    reply_count = models.PositiveIntegerField(_("replies"), default=0, help_text=_("Answers or replies that stand."))
    score = models.IntegerField(_("score"), default=0, help_text=_("The opening post's score."))
    hot = models.FloatField(default=0)
    views = models.PositiveIntegerField(_("views"), default=0)
    accepted = models.ForeignKey("forum.Post", models.SET_NULL, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(_("pinned"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    close_reason = models.CharField(_("reason for closing"), max_length=200, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("deleted by")
    )
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [
            Imported.unique("topic"),
            models.CheckConstraint(
                condition=Q(accepted=None) | Q(kind="question"), name="only_questions_have_accepted_answers"
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="topic_not_merged_into_itself"),
        ]
        indexes = [
            models.Index(F("hot").desc(), F("id").desc(), name="topic_hot", condition=LISTED),
            models.Index(F("created_at").desc(), F("id").desc(), name="topic_new", condition=LISTED),
            models.Index(F("active_at").desc(), F("id").desc(), name="topic_active", condition=LISTED),
            models.Index(F("score").desc(), F("id").desc(), name="topic_top", condition=LISTED),
            models.Index("category", F("hot").desc(), F("id").desc(), name="topic_category_hot", condition=LISTED),
            models.Index("category", F("created_at").desc(), F("id").desc(), name="topic_category_new"),
            models.Index("author", F("created_at").desc(), name="topic_author"),
            models.Index(
                F("created_at").desc(),
                F("id").desc(),
                name="topic_unanswered",
                condition=LISTED & Q(kind="question", reply_count=0, closed_at=None),
            ),
            models.Index(F("pinned_at").desc(), name="topic_pinned", condition=Q(pinned_at__isnull=False)),
            GinIndex("tag_ids", name="topic_tags"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return path_to("forum:topic", self.pk, self.slug)

    @property
    def heading(self) -> str:
        """The title for a page. Elsewhere (the browser's tab, feeds, mail) it is `title`, as typed."""
        return mark_safe(self.title_html) if self.title_html else self.title  # text.heading made it safe

    @property
    def is_question(self) -> bool:
        return self.kind == self.Kind.QUESTION


class TopicLink(Imported):
    """One topic that points at another."""

    class Kind(models.TextChoices):
        RELATED = "related", _("related")
        DUPLICATE = "duplicate", _("duplicate of")

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="links", verbose_name=_("topic"))
    to = models.ForeignKey(Topic, models.CASCADE, related_name="linked_from", verbose_name=_("leads to"))
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices, default=Kind.RELATED)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("link between topics")
        verbose_name_plural = _("links between topics")
        constraints = [
            models.UniqueConstraint("topic", "to", "kind", name="link_once"),
            Imported.unique("link"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.kind} {self.to_id}"


class Bounty(Imported):
    """Points that a member offered for an answer; known from imported history only."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="bounties", verbose_name=_("topic"))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("member"))
    amount = models.PositiveIntegerField(_("amount"))
    offered_at = models.DateTimeField(_("offered"))

    class Meta:
        verbose_name = _("bounty")
        verbose_name_plural = _("bounties")
        constraints = [Imported.unique("bounty")]

    def __str__(self) -> str:
        return f"{self.amount} on {self.topic_id}"
