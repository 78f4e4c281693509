"""Categories that the reader may read."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Count, Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.shapes import Out, SiteUrl
from community.forum.models import Category, Topic
from community.forum.models.places import CategoryQuerySet


class CategoryOut(Out):
    id = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    colour = serializers.CharField()
    parent = serializers.CharField(
        source="parent.slug", default=None, allow_null=True, help_text="The slug of what it is part of."
    )
    topics = serializers.IntegerField(source="topic_count", help_text="Those that the reader may read.")
    may_post = serializers.BooleanField()
    url = SiteUrl()


def shown(request: Request) -> CategoryQuerySet:
    listed = Topic.objects.visible_to(request.user).listed().filter(category=OuterRef("pk")).order_by()
    counts = listed.values("category").annotate(n=Count("pk")).values("n")
    open_ones = Category.objects.open_to(request.user).filter(pk=OuterRef("pk"))
    rows = Category.objects.readable_by(request.user).select_related("parent")
    return rows.annotate(topic_count=Coalesce(Subquery(counts), 0), may_post=_exists(open_ones, request))


def _exists(rows: CategoryQuerySet, request: Request) -> Any:
    return Exists(rows) if request.user.is_authenticated else Value(False, output_field=BooleanField())


class Categories(Resource):
    public = True
    required_scopes = {"GET": scopes.READ}

    @operation("List categories", name="listCategories", returns=CategoryOut, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        return by_keyset(shown(request), query, order=("position", "name", "id"))


class CategoryDetail(Resource):
    public = True
    required_scopes = {"GET": scopes.READ}

    @operation("Read a category", name="getCategory", returns=CategoryOut)
    def get(self, request: Request, *, slug: str) -> Category:
        return get_object_or_404(shown(request), slug=slug)
