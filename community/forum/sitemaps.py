"""What search engines are told of: what anyone may read."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.db.models import Max

from community.forum.models import Category, Tag, Topic
from community.forum.models.places import CategoryQuerySet, TagQuerySet
from community.forum.models.topics import TopicQuerySet


class Topics(Sitemap):
    limit = 10_000

    def items(self) -> TopicQuerySet:
        return Topic.objects.visible_to(AnonymousUser()).listed().only("slug", "active_at").order_by("pk")

    def lastmod(self, topic: Topic) -> datetime:
        return topic.active_at

    def get_latest_lastmod(self) -> datetime | None:
        """Asked of the database: Django would read every topic for the index."""
        return Topic.objects.visible_to(AnonymousUser()).listed().aggregate(at=Max("active_at"))["at"]


class Categories(Sitemap):
    def items(self) -> CategoryQuerySet:
        return Category.objects.readable_by(AnonymousUser()).in_order()


class Tags(Sitemap):
    limit = 10_000

    def items(self) -> TagQuerySet:
        return Tag.objects.canonical().filter(topic_count__gt=0).order_by("pk")


SITEMAPS = {"topics": Topics, "categories": Categories, "tags": Tags}
