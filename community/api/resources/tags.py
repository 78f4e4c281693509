"""Tags, and what each is for."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, OuterRef, Value
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.shapes import In, Out, SiteUrl
from community.forum.models import Follow, Tag


class TagRow(Out):
    id = serializers.IntegerField()
    name = serializers.CharField()
    excerpt = serializers.CharField()
    topics = serializers.IntegerField(source="topic_count")
    url = SiteUrl()


class TagOut(TagRow):
    wiki_html = serializers.CharField()
    synonyms = serializers.ListField(source="synonym_names", child=serializers.CharField())
    following = serializers.BooleanField(source="followed")


class TagQuery(In):
    q = serializers.CharField(required=False, max_length=40, help_text="Names that begin like this.")


def named(name: str) -> Tag:
    """By any of its names."""
    tag = get_object_or_404(Tag.objects.select_related("synonym_of"), name__iexact=name)
    return tag.synonym_of or tag


class Tags(Resource):
    public = True
    required_scopes = {"GET": scopes.READ}

    @operation("List tags", name="listTags", query=TagQuery, returns=TagRow, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        """The most used first."""
        tags = Tag.objects.canonical().starting_with(query["q"]) if "q" in query else Tag.objects.popular()
        return by_keyset(tags, query, order=("-topic_count", "id"))


class TagDetail(Resource):
    public = True
    required_scopes = {"GET": scopes.READ}

    @operation("Read a tag", name="getTag", returns=TagOut)
    def get(self, request: Request, *, tag: str) -> Tag:
        """By its name or a synonym's; the tag itself comes back."""
        follows = Exists(Follow.objects.filter(member=request.user.pk or 0, tag=OuterRef("pk")))
        followed = follows if request.user.is_authenticated else Value(False, output_field=BooleanField())
        names = ArraySubquery(Tag.objects.filter(synonym_of=OuterRef("pk")).order_by("name").values("name"))
        return Tag.objects.annotate(followed=followed, synonym_names=names).get(pk=named(tag).pk)
