"""What an act will do to a campaign, said before it is done, with how many it touches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from growth.campaigns.models import Campaign, Delivery
from growth.campaigns.planning import checking

Told = Sequence[Any]


def missing(campaign: Campaign) -> list[str]:
    """What there has to be before it can go out, and what of its content cannot."""
    told = [str(message) for _field, message in checking.problems(campaign)]
    return list(dict.fromkeys(told))


def of_submit(campaign: Campaign) -> Told:
    return [_("Somebody else looks at it and approves it, or sends it back.")]


def of_approve(campaign: Campaign) -> Told:
    if campaign.starts_at and campaign.starts_at > timezone.now():
        begins = _("It goes out by itself at %s.") % _at(campaign)
    elif campaign.starts_at:
        begins = _("It goes out at once: its time has come.")
    else:
        begins = _("It has no time: somebody launches it.")
    return [begins]


def of_launch(campaign: Campaign) -> Told:
    return [
        _("It goes out now, and cannot be brought back. What is not sent yet can be paused."),
        _("Whom it reaches, with what, and by what it is judged stays from now on."),
    ]


def of_schedule(campaign: Campaign) -> Told:
    return [_("Its time is %s now.") % _at(campaign) if campaign.starts_at else _("It has no time now.")]


def of_send_back(campaign: Campaign) -> Told:
    return [_("It is a draft again, to be changed and approved anew.")]


def of_pause(campaign: Campaign) -> Told:
    return [
        _waiting(campaign, _("%s messages wait until it is resumed.")),
        _("What is being sent this second still arrives. What is too late when it is resumed is not sent."),
    ]


def of_resume(campaign: Campaign) -> Told:
    told = [_waiting(campaign, _("%s messages go on."))]
    return [*told, _("It was paused because: %s") % campaign.paused_why] if campaign.paused_why else told


def of_stop_test(campaign: Campaign) -> Told:
    return [
        _("Everybody who is still to get something gets the winner. Those held back stay so, to be compared with."),
        _("Without a winner nobody gets any more, and the campaign is finished."),
    ]


def of_finish(campaign: Campaign) -> Told:
    return [
        _("Nobody enters any more."),
        _waiting(campaign, _("%s messages that have not gone out are cancelled.")),
    ]


def of_cancel(campaign: Campaign) -> Told:
    if campaign.state in (Campaign.State.RUNNING, Campaign.State.PAUSED):
        return [_waiting(campaign, _("%s messages that have not gone out are cancelled.")), _("For good.")]
    return [_("It never goes out. To send it after all, copy it.")]


def of_clone(campaign: Campaign) -> Told:
    return [_("A draft like it, without its times; members are drawn anew.")]


def _waiting(campaign: Campaign, words: str) -> str:
    waiting = Delivery.objects.filter(campaign=campaign, state__in=["due", "leased"], held=False).count()
    return words % intcomma(waiting)


def _at(campaign: Campaign) -> str:
    if campaign.starts_at is None:
        return "–"
    shown = date_format(timezone.localtime(campaign.starts_at), "DATETIME_FORMAT")
    return _("%s by each member’s clock") % shown if campaign.local_time else shown
