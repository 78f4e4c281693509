"""Search through posts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, number_of, numbered
from community.api.resources.members import MemberRef
from community.api.shapes import In, Out
from community.forum import search
from community.forum.queries import parse
from events.record import record
from events.visitors import unit_of


class HitOut(Out):
    post = serializers.IntegerField()
    topic = serializers.IntegerField()
    title = serializers.SerializerMethodField()
    snippet = serializers.SerializerMethodField(help_text="Plain text around the words found.")
    score = serializers.IntegerField()
    accepted = serializers.BooleanField()
    tags = serializers.ListField(child=serializers.CharField())
    author = MemberRef(allow_null=True)
    created_at = serializers.DateTimeField(source="at")
    url = serializers.SerializerMethodField()

    def get_title(self, hit: search.Hit) -> str:
        return "".join(text for text, _match in hit.title)

    def get_snippet(self, hit: search.Hit) -> str:
        return "".join(text for text, _match in hit.snippet)

    def get_url(self, hit: search.Hit) -> str:
        return urljoin(settings.SITE_URL, hit.url)


class SearchQuery(In):
    q = serializers.CharField(
        max_length=500, help_text='Words, "phrases", -without, `tag:redis`, `user:ada`, `is:unanswered`.'
    )


class Search(Resource):
    public = True
    required_scopes = {"GET": scopes.READ}

    @operation("Search posts", name="search", query=SearchQuery, returns=HitOut, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        """The best first, ten pages at most; without words the newest first."""
        number = number_of(query, most=search.PAGES)
        found = search.run(parse(query["q"]), member=request.user, number=number, size=query["page_size"])
        if number == 1 and (unit := unit_of(request)):
            record("searched", unit=unit, results=len(found.hits))
        return numbered(found.hits, number=number, more=found.more)
