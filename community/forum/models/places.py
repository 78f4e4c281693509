"""Where topics stand: categories, which decide who may read and post, and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.contrib.postgres.indexes import OpClass
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from community.members.models import Imported
from community.paths import path_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.members.models import Member

COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("A colour like #0f766e."))
TAG_NAME = RegexValidator(r"^[^\W_][\w.+#-]{0,39}\Z", _("Up to 40 letters, digits and . + # - without spaces."))


class Audience(models.TextChoices):
    EVERYONE = "everyone", _("everyone")
    MEMBERS = "members", _("members")
    GROUPS = "groups", _("members of the chosen groups")
    MODERATORS = "moderators", _("moderators")


# Whether the audience in a column holds member %s. Asked on every page, so it is said to the database as it stands.
_ADMITS = """({row}.{kind}s IN ('everyone', 'members') OR {row}.{kind}s = 'groups' AND EXISTS (
  SELECT 1 FROM forum_category_{kind}_groups g JOIN members_member_groups m USING (group_id)
  WHERE g.category_id = {row}.id AND m.member_id = %s))"""
_ADMITS_ANYONE = "{row}.{kind}s = 'everyone'"
_ADMITTING = """(SELECT c.id FROM forum_category c LEFT JOIN forum_category p ON p.id = c.parent_id
WHERE {own} AND (p.id IS NULL OR {above}))"""


def admitting(kind: str, member: Member | AnonymousUser) -> RawSQL:
    """The ids of categories whose `kind` ("reader", "poster") this member is, and a reader of what they are part of."""
    admits = _ADMITS if member.is_authenticated else _ADMITS_ANYONE
    sql = _ADMITTING.format(own=admits.format(row="c", kind=kind), above=admits.format(row="p", kind="reader"))
    return RawSQL(sql, [member.pk] * sql.count("%s"))  # noqa: S611 (put together from the constants above)


class CategoryQuerySet(models.QuerySet["Category"]):
    def readable_by(self, member: Member | AnonymousUser) -> CategoryQuerySet:
        """A child is readable only where its parent is too."""
        if getattr(member, "moderates", False):
            return self
        return self.filter(pk__in=admitting("reader", member))

    def open_to(self, member: Member | AnonymousUser) -> CategoryQuerySet:
        """Where this member may post: what it may read and whose posters it belongs to."""
        if getattr(member, "moderates", False):
            return self
        return self.readable_by(member).filter(pk__in=admitting("poster", member))

    def in_order(self) -> CategoryQuerySet:
        return self.order_by("position", "name")


class Category(models.Model):
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=60, unique=True, allow_unicode=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    colour = models.CharField(_("colour"), max_length=7, default="#0f766e", validators=[COLOUR])
    position = models.IntegerField(_("position"), default=0)
    readers = models.CharField(_("who may read"), max_length=10, choices=Audience.choices, default=Audience.EVERYONE)
    posters = models.CharField(_("who may post"), max_length=10, choices=Audience.choices, default=Audience.MEMBERS)
    reader_groups = models.ManyToManyField(Group, blank=True, related_name="+", verbose_name=_("groups that may read"))
    poster_groups = models.ManyToManyField(Group, blank=True, related_name="+", verbose_name=_("groups that may post"))

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [models.CheckConstraint(condition=~Q(parent=F("id")), name="category_not_its_own_parent")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_to("forum:category", self.slug)

    def clean(self) -> None:
        if self.parent and (self.parent.parent_id or (self.pk and self.children.exists())):
            raise ValidationError({"parent": _("Categories nest one level deep.")})


class TagQuerySet(models.QuerySet["Tag"]):
    def canonical(self) -> TagQuerySet:
        return self.filter(synonym_of=None)

    def popular(self) -> TagQuerySet:
        return self.canonical().filter(topic_count__gt=0).order_by("-topic_count", "name")

    def starting_with(self, text: str) -> TagQuerySet:
        return self.alias(lower=Lower("name")).filter(lower__startswith=text.lower())


class Tag(Imported):
    """A tag, or (with `synonym_of`) another name of one: a name exists once, whichever it is."""

    name = models.CharField(_("name"), max_length=40, validators=[TAG_NAME])
    synonym_of = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="synonyms", verbose_name=_("synonym of")
    )
    excerpt = models.CharField(_("in one sentence"), max_length=500, blank=True)
    wiki = models.TextField(_("wiki"), blank=True)
    wiki_html = models.TextField(blank=True, editable=False)
    topic_count = models.PositiveIntegerField(_("topics"), default=0, editable=False)
    stale_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("Since then its topics are to be found by its new name.")
    )

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="tag_name"),
            models.CheckConstraint(condition=~Q(synonym_of=F("id")), name="tag_not_its_own_synonym"),
            Imported.unique("tag"),
        ]
        indexes = [
            models.Index(F("topic_count").desc(), "name", name="tag_popular"),
            models.Index(OpClass(Lower("name"), name="text_pattern_ops"), name="tag_prefix"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_to("forum:tag", self.name)
