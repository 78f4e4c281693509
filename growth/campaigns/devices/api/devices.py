"""The devices on which a member gets messages: an app registers the one it runs on."""

from __future__ import annotations

from typing import Any, cast

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.shapes import In, Out
from community.members.models import Member
from community.webhooks.addresses import Refused
from growth.campaigns.devices import registering
from growth.campaigns.devices.addressing import NAMED_BY
from growth.campaigns.models import Channel, Device
from growth.campaigns.models.channels import DeviceQuerySet

CHANNELS = [(channel.value, channel.label) for channel in Channel if channel in NAMED_BY]
ADDRESS = (
    "By channel: webpush {endpoint, p256dh, auth}; fcm and apns {token}; jpush {registration_id}; webhook {url, "
    "secret}, the secret as `whsec_` and base64. It is sealed, and never shown again."
)


class DeviceOut(Out):
    id = serializers.IntegerField()
    channel = serializers.ChoiceField(CHANNELS)
    label = serializers.CharField()
    language = serializers.CharField()
    created_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()


class NewDevice(In):
    channel = serializers.ChoiceField(CHANNELS)
    address = serializers.DictField(child=serializers.CharField(), help_text=ADDRESS)
    label = serializers.CharField(required=False, allow_blank=True, max_length=120)
    language = serializers.CharField(required=False, allow_blank=True, max_length=10)


class Devices(Resource):
    required_scopes = {"GET": scopes.READ, "POST": scopes.DEVICES}

    @operation("List one's devices", name="listDevices", returns=DeviceOut, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        return by_keyset(_of(request), query, order=("-id",))

    @operation("Register a device", name="registerDevice", takes=NewDevice, returns=DeviceOut, status=201)
    def post(self, request: Request, *, given: dict[str, Any]) -> Device:
        """The same address again is the same device, seen again; whoever had it before has it no more. A member has
        twenty at most: with one more, that which was not seen for longest goes."""
        try:
            return registering.register(cast(Member, request.user), **given)
        except Refused as refusal:
            raise ValidationError({"address": [ErrorDetail(str(refusal), "refused")]}) from None


class DeviceDetail(Resource):
    required_scopes = {"DELETE": scopes.DEVICES}

    @operation("Remove a device", name="removeDevice")
    def delete(self, request: Request, *, device_id: int) -> None:
        registering.remove(get_object_or_404(_of(request), pk=device_id), why="by its member")


def _of(request: Request) -> DeviceQuerySet:
    return Device.objects.standing().filter(member=request.user.pk)
