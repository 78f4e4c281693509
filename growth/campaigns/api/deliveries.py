"""Let members enter a triggered campaign, and see what became of each delivery."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from growth.campaigns.api import access
from growth.campaigns.api.refusing import refusing
from growth.campaigns.api.shapes import DeliveryOut, DeliveryQuery, EnteredOut, ExplainedOut, NewEntries
from growth.campaigns.explaining.telling import explain
from growth.campaigns.models import Campaign, Delivery
from growth.campaigns.planning import entering


class Entries(Resource):
    required_scopes = {"POST": scopes.CAMPAIGNS}

    @operation("Let members enter a campaign", name="enterCampaign", takes=NewEntries, returns=EnteredOut)
    def post(self, request: Request, *, key: str, given: dict[str, Any]) -> dict[str, int]:
        """Of a campaign that begins when a program says so. Who is not a member, or has entered before and may not
        again, is passed over. The same `cause` again changes nothing."""
        access.check(request.user, "launch")
        campaign, data = access.found(key), given.get("data", {})
        if campaign.trigger != Campaign.Trigger.API:
            raise ValidationError({"cause": [ErrorDetail("This campaign is not begun by programs.", "invalid")]})
        if not isinstance(data, dict):
            raise ValidationError({"data": [ErrorDetail("This is not an object.", "invalid")]})
        members = list(dict.fromkeys(given["members"]))
        with refusing():
            entered = entering.enter(campaign, members, keys=[f"api:{given['cause']}"] * len(members), data=data)
        return {"entered": entered}


class Deliveries(Resource):
    required_scopes = {"GET": scopes.ANALYTICS}

    @operation(
        "List a campaign's deliveries", name="listDeliveries", query=DeliveryQuery, returns=DeliveryOut, page=True
    )
    def get(self, request: Request, *, key: str, query: dict[str, Any]) -> Page:
        """The newest first."""
        access.check(request.user)
        wanted = {name: query[name] for name in ("state", "member") if name in query}
        return by_keyset(access.found(key).deliveries.filter(**wanted), query, order=("-id",))


class DeliveryDetail(Resource):
    required_scopes = {"GET": scopes.ANALYTICS}

    @operation("Read a delivery", name="getDelivery", returns=ExplainedOut)
    def get(self, request: Request, *, key: str, delivery_id: int) -> Delivery:
        """With why it ended as it did."""
        access.check(request.user)
        rows = Delivery.objects.select_related("campaign__topic").filter(campaign=access.found(key))
        delivery = get_object_or_404(rows, pk=delivery_id)
        delivery.explained = explain(delivery, operator=True).because  # type: ignore[attr-defined]
        return delivery
