"""Make, read and change campaigns."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from growth.campaigns.api import access
from growth.campaigns.api.refusing import refusing
from growth.campaigns.api.shapes import CampaignOut, CampaignRef, ChangedCampaign, NewCampaign
from growth.campaigns.models import Campaign
from growth.campaigns.planning import creating


class Campaigns(Resource):
    required_scopes = {"GET": scopes.ANALYTICS, "POST": scopes.CAMPAIGNS}

    @operation("List campaigns", name="listCampaigns", returns=CampaignRef, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        access.check(request.user)
        return by_keyset(Campaign.objects.select_related("topic", "segment"), query, order=("-id",))

    @operation("Make a campaign", name="createCampaign", takes=NewCampaign, returns=CampaignOut, status=201)
    def post(self, request: Request, *, given: dict[str, Any]) -> Campaign:
        """A draft. It goes out once it was handed in, and approved by another person on the admin's page."""
        access.check(request.user, "add")
        if Campaign.objects.filter(key=given["key"]).exists():
            raise ValidationError({"key": [ErrorDetail("Another campaign has this key.", "unique")]})
        with refusing():
            made = creating.create(by=request.user, **given)
        return shown(made.key)


class CampaignDetail(Resource):
    required_scopes = {"GET": scopes.ANALYTICS, "PATCH": scopes.CAMPAIGNS}

    @operation("Read a campaign", name="getCampaign", returns=CampaignOut)
    def get(self, request: Request, *, key: str) -> Campaign:
        access.check(request.user)
        return shown(key)

    @operation("Change a campaign", name="updateCampaign", takes=ChangedCampaign, returns=CampaignOut)
    def patch(self, request: Request, *, key: str, given: dict[str, Any]) -> Campaign:
        """What was approved is a draft again. Of one that runs only its name, its end and its pace change."""
        access.check(request.user, "change")
        with refusing():
            creating.change(access.found(key), by=request.user, **given)
        return shown(key)


def shown(key: str) -> Campaign:
    campaign = access.found(key)
    counted = campaign.deliveries.order_by().values_list("state").annotate(Count("pk"))
    campaign.by_state = dict(counted)  # type: ignore[attr-defined]
    return campaign
