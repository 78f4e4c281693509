"""The categories and tags that have leaderboards of their own (settings.POINTS_SCOPE, POINTS_SCOPES)."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models.functions import Lower

from community.forum.models import Category, Tag
from community.members.models import Member
from community.points.scopes import Scope

MOST_TAGS = 60


def find(kind: str, slug: str, viewer: Member | AnonymousUser) -> Scope | None:
    """The category that the viewer may read, or the tag (of a synonym the tag it stands for)."""
    if kind == "category":
        category = Category.objects.readable_by(viewer).filter(slug=slug).first()
        return _category(category) if category else None
    tags = Tag.objects.select_related("synonym_of").alias(lower=Lower("name"))
    tag = tags.filter(lower=slug.lower()).first() if kind == "tag" else None
    return _tag(tag.synonym_of or tag) if tag else None


def choices(viewer: Member | AnonymousUser) -> list[Scope]:
    categories = Category.objects.readable_by(viewer).in_order()
    return [*map(_category, categories), *map(_tag, Tag.objects.popular()[:MOST_TAGS])]


def _category(category: Category) -> Scope:
    return Scope(f"category:{category.pk}", "category", category.slug, category.name)


def _tag(tag: Tag) -> Scope:
    return Scope(f"tag:{tag.pk}", "tag", tag.name, tag.name)
