"""`GET /api/v1/campaigns/{key}/report/`: the stored report, for programs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from growth.campaigns.models import CampaignReport
from growth.campaigns.proving import tables


class CampaignReportOut(serializers.Serializer):
    campaign = serializers.CharField(help_text="Its key.")
    state = serializers.CharField(help_text="As it is now.")
    as_of = serializers.DateTimeField(help_text="Later events were not read.")
    report = serializers.DictField(
        help_text="Audience, funnel, lift over the holdout (`itt`: all that were planned; `triggered`: those whom the "
        "checks let through), slices, reasons, providers, fatigue. Where `hidden`, results are null: the arms do not "
        "have the members that they should."
    )


class Report(Resource):
    required_scopes = {"GET": scopes.ANALYTICS}

    @operation("Read the report of a campaign", name="getCampaignReport", returns=CampaignReportOut)
    def get(self, request: Request, *, key: str) -> dict[str, Any]:
        """As it was last computed. For who may see campaigns."""
        if not (request.user.is_staff and request.user.has_perm("campaigns.view_campaign")):
            raise PermissionDenied
        found = get_object_or_404(CampaignReport.objects.select_related("campaign"), campaign__key=key)
        told = {"campaign": key, "state": found.campaign.state, "as_of": found.as_of}
        return {**told, "report": tables.public(found.body)}
