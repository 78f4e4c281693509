"""What is done to a campaign between its draft and its end."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from growth.campaigns.api import access
from growth.campaigns.api.campaigns import shown
from growth.campaigns.api.refusing import refusing
from growth.campaigns.api.shapes import CampaignOut, Scheduled, Why, WhyItMust
from growth.campaigns.models import Campaign
from growth.campaigns.planning import acting


class Acting(Resource):
    required_scopes = {"POST": scopes.CAMPAIGNS}
    may = "launch"

    def act(self, request: Request, key: str, verb: Any, **given: Any) -> Campaign:
        access.check(request.user, self.may)
        with refusing():
            verb(access.found(key), by=request.user, **given)
        return shown(key)


class Submit(Acting):
    may = "change"

    @operation("Hand a campaign in", name="submitCampaign", takes=Why, returns=CampaignOut)
    def post(self, request: Request, *, key: str, given: dict[str, Any]) -> Campaign:
        """For approval. What is still missing is told by field."""
        return self.act(request, key, acting.submit, **given)


class Schedule(Acting):
    @operation("Give a campaign another time", name="scheduleCampaign", takes=Scheduled, returns=CampaignOut)
    def post(self, request: Request, *, key: str, given: dict[str, Any]) -> Campaign:
        """Once it is approved."""
        return self.act(request, key, acting.schedule, **given)


class Launch(Acting):
    @operation("Launch a campaign", name="launchCampaign", takes=Why, returns=CampaignOut)
    def post(self, request: Request, *, key: str, given: dict[str, Any]) -> Campaign:
        """Now, once it is approved."""
        return self.act(request, key, acting.launch, **given)


class Pause(Acting):
    @operation("Pause a campaign", name="pauseCampaign", takes=WhyItMust, returns=CampaignOut)
    def post(self, request: Request, *, key: str, given: dict[str, Any]) -> Campaign:
        """Nothing goes out until it is resumed."""
        return self.act(request, key, acting.pause, **given)


class Resume(Acting):
    @operation("Resume a campaign", name="resumeCampaign", takes=Why, returns=CampaignOut)
    def post(self, request: Request, *, key: str, given: dict[str, Any]) -> Campaign:
        return self.act(request, key, acting.resume, **given)


class Cancel(Acting):
    @operation("Cancel a campaign", name="cancelCampaign", takes=WhyItMust, returns=CampaignOut)
    def post(self, request: Request, *, key: str, given: dict[str, Any]) -> Campaign:
        """For good: what was not sent yet is not sent."""
        return self.act(request, key, acting.cancel, **given)
