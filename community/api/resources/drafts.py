"""What a member has written and not posted yet. Keys: topic, reply:<topic>, comment:<post>, edit:<post>."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.shapes import Id, In, Out
from community.forum import drafts
from community.forum.models import Draft
from community.forum.wording import BODY_MAX, TITLE_MAX


class DraftOut(Out):
    key = serializers.CharField()
    content = serializers.DictField()
    updated_at = serializers.DateTimeField()


class DraftIn(In):
    """The fields of what it is a draft of; with neither title nor text the draft goes."""

    kind = serializers.CharField(required=False, max_length=20)
    title = serializers.CharField(required=False, max_length=TITLE_MAX, allow_blank=True)
    body = serializers.CharField(required=False, max_length=BODY_MAX, allow_blank=True, trim_whitespace=False)
    tags = serializers.ListField(required=False, child=serializers.CharField(max_length=40), max_length=5)
    category = serializers.CharField(required=False, max_length=60)
    summary = serializers.CharField(required=False, max_length=300, allow_blank=True)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    in_reply_to = Id(required=False)


class Drafts(Resource):
    required_scopes = {"GET": scopes.READ}

    @operation("List one's drafts", name="listDrafts", returns=DraftOut, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        return by_keyset(Draft.objects.filter(member=request.user.pk), query, order=("-updated_at", "-id"))


class DraftDetail(Resource):
    required_scopes = {"GET": scopes.READ, "PUT": scopes.READING, "DELETE": scopes.READING}

    @operation("Read a draft", name="getDraft", returns=DraftOut)
    def get(self, request: Request, *, key: str) -> Draft:
        return get_object_or_404(Draft, member=request.user.pk, key=key)

    @operation("Save a draft", name="saveDraft", takes=DraftIn)
    def put(self, request: Request, *, key: str, given: dict[str, Any]) -> None:
        drafts.save(request.user, key, given)

    @operation("Drop a draft", name="dropDraft")
    def delete(self, request: Request, *, key: str) -> None:
        drafts.drop(request.user, key)
