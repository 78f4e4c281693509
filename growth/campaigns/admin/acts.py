"""What may be done to a campaign, each on a page that says what will happen and asks why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from experiments.admin.asking import Deed, ask, not_now
from growth.campaigns.admin import consequences, estimates, reasons
from growth.campaigns.admin.reasons import NoteForm, ReasonForm
from growth.campaigns.models import Campaign
from growth.campaigns.planning import acting, creating

ADD, CHANGE, APPROVE, LAUNCH = (f"campaigns.{name}_campaign" for name in ("add", "change", "approve", "launch"))
State = Campaign.State
OPEN = (State.DRAFT, State.REVIEW, State.SCHEDULED, State.RUNNING, State.PAUSED)
TO_GO_OUT = ("submit", "approve", "launch")  # acts
GOING = (State.RUNNING, State.PAUSED)


@dataclass(frozen=True)
class Act:
    key: str
    name: Promise
    done: Promise
    form: type[ReasonForm]
    do: Callable[..., Campaign]  # (campaign, by=, **what the form gave)
    tells: Callable[[Campaign], Sequence[Any]]
    states: Sequence[str]
    permission: str = LAUNCH
    danger: bool = False


ACTS = (
    Act(
        "submit",
        _("Ask for approval"),
        _("It waits for approval."),
        NoteForm,
        acting.submit,
        consequences.of_submit,
        (State.DRAFT,),
        CHANGE,
    ),
    Act(
        "approve",
        _("Approve"),
        _("It is approved."),
        reasons.ApproveForm,
        acting.approve,
        consequences.of_approve,
        (State.REVIEW,),
        APPROVE,
    ),
    Act(
        "launch",
        _("Launch now"),
        _("It goes out."),
        reasons.LaunchForm,
        acting.launch,
        consequences.of_launch,
        (State.SCHEDULED,),
    ),
    Act(
        "schedule",
        _("Another time"),
        _("It has its time."),
        reasons.ScheduleForm,
        acting.schedule,
        consequences.of_schedule,
        (State.SCHEDULED,),
    ),
    Act(
        "send_back",
        _("Send back"),
        _("It is a draft again."),
        ReasonForm,
        acting.send_back,
        consequences.of_send_back,
        (State.REVIEW, State.SCHEDULED),
        APPROVE,
    ),
    Act(
        "pause",
        pgettext_lazy("campaign", "Pause"),
        _("It is paused."),
        ReasonForm,
        acting.pause,
        consequences.of_pause,
        (State.RUNNING,),
    ),
    Act(
        "resume",
        pgettext_lazy("campaign", "Resume"),
        _("It goes on."),
        ReasonForm,
        acting.resume,
        consequences.of_resume,
        (State.PAUSED,),
    ),
    Act(
        "stop_test",
        _("Stop the test"),
        _("The test is stopped."),
        reasons.StopTestForm,
        acting.stop_test,
        consequences.of_stop_test,
        GOING,
        danger=True,
    ),
    Act(
        "finish",
        pgettext_lazy("campaign", "Finish"),
        _("It is finished."),
        ReasonForm,
        acting.finish,
        consequences.of_finish,
        GOING,
        danger=True,
    ),
    Act(
        "cancel",
        pgettext_lazy("campaign", "Cancel"),
        _("It is cancelled."),
        ReasonForm,
        acting.cancel,
        consequences.of_cancel,
        OPEN,
        danger=True,
    ),
    Act(
        "clone",
        _("Copy"),
        _("Here is another like it, as a draft."),
        reasons.CloneForm,
        creating.clone,
        consequences.of_clone,
        tuple(State.values),
        ADD,
    ),
)
BY_KEY = {act.key: act for act in ACTS}


def offered(member: Any, campaign: Campaign) -> list[Act]:
    """What may be done with it now, by this member."""
    return [act for act in ACTS if member.has_perm(act.permission) and not _refusal(act, campaign, member)]


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    chosen = BY_KEY[act]
    if not request.user.has_perm(chosen.permission):
        raise PermissionDenied
    campaign = get_object_or_404(Campaign, pk=pk)
    refused = _refusal(chosen, campaign, request.user)
    deed = Deed(
        name=chosen.name,
        subject=campaign.name,
        do=partial(_done, chosen, campaign),
        done=chosen.done,
        tells=[] if refused else chosen.tells(campaign),
        back=campaign.get_absolute_url(),
        crumbs=[(_("Campaigns"), reverse("admin:campaigns_campaign_changelist"))],
        danger=chosen.danger,
        refused=refused,
        counting=estimates.address(campaign) if chosen.key in TO_GO_OUT else "",
        missing=consequences.missing(campaign) if chosen.key in TO_GO_OUT else (),
    )
    seen = {"seen": request.GET["seen"]} if "seen" in request.GET else None
    return ask(request, deed, chosen.form(request.POST or None, campaign=campaign, initial=seen))


def _done(act: Act, campaign: Campaign, **given: Any) -> str:
    return act.do(campaign, **given).get_absolute_url()


def _refusal(act: Act, campaign: Campaign, member: Any) -> Any:
    """Why this act is not this member's now; "" where it is."""
    if campaign.state not in act.states or (act.key == "stop_test" and campaign.test_stopped_at):
        return not_now(campaign.get_state_display())
    if act.key == "approve" and acting.wrote(campaign, member):
        return _("You wrote it yourself: somebody else approves it.")
    return ""
