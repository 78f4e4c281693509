"""Who is calling, and what they may do."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.resources.members import MemberRef
from community.members.models import Member
from community.notifications import inbox
from community.points import privileges


class MeOut(MemberRef):
    language = serializers.CharField(help_text="Empty: the browser's.")
    time_zone = serializers.CharField()
    suspended_until = serializers.SerializerMethodField()
    unread_notifications = serializers.IntegerField(source="unread", help_text=f"Counted up to {inbox.MOST + 1}.")
    privileges = serializers.DictField(source="may", child=serializers.BooleanField())
    scopes = serializers.ListField(source="token_scopes", child=serializers.CharField(), help_text="Of this call.")

    def get_suspended_until(self, member: Member) -> str | None:
        return member.suspended_until.isoformat() if member.suspended and member.suspended_until else None


class Me(Resource):
    required_scopes = {"GET": scopes.READ}

    @operation("Read who is calling", name="getMe", returns=MeOut)
    def get(self, request: Request) -> Any:
        member = request.user
        member.unread = inbox.unread_count(member)
        member.may = {name: privileges.may(member, name) for name in privileges.thresholds()}
        member.token_scopes = sorted(request.auth.scopes if request.auth else scopes.SCOPES)
        return member
