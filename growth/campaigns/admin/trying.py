"""A message sent to oneself, to try it out: to one's own devices, with no delivery, no cap and no click counted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from experiments.admin.asking import Deed, ask
from growth.campaigns.admin.editor.looking import REASONS
from growth.campaigns.channels import CHANNELS
from growth.campaigns.channels.interface import Message, Outcome, Sending, Target, Unavailable
from growth.campaigns.channels.sessions import Sessions
from growth.campaigns.content.composing import Composed, Problem
from growth.campaigns.content.previewing import preview
from growth.campaigns.devices import registering
from growth.campaigns.models import Attempt, Campaign, Channel, Provider, Variation
from growth.campaigns.providers import carrier
from growth.campaigns.sending.looping import loop

SECONDS = 30
Tried = list[tuple[str, Outcome]]  # by channel


class TryForm(forms.Form):
    variation = forms.TypedChoiceField(label=gettext_lazy("Variation"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, campaign: Campaign, **options: Any) -> None:
        super().__init__(*args, **options)
        arms = [(arm.index, arm.name) for arm in campaign.variations.all()]
        self.fields["variation"].choices = arms  # type: ignore[attr-defined]
        self.fields["variation"].initial = arms[0][0] if arms else None


@require_http_methods(["GET", "HEAD", "POST"])
def try_out(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("campaigns.change_campaign"):
        raise PermissionDenied
    campaign = get_object_or_404(Campaign, pk=pk)
    reached = registering.targets([request.user.pk or 0], Channel.values).get(request.user.pk or 0, [])
    names = ", ".join(str(Channel(name).label) for name in dict.fromkeys(target.channel for target in reached))
    deed = Deed(
        name=_("Send me a test"),
        subject=campaign.name,
        do=partial(_try, request, campaign, reached),
        done=_("It was tried."),
        tells=[
            _("It goes to you alone, by each of its channels that reaches you: %s.") % (names or "–"),
            _("It counts nowhere, and its links are plain ones."),
        ],
        back=campaign.get_absolute_url(),
        crumbs=[(_("Campaigns"), reverse("admin:campaigns_campaign_changelist"))],
        missing=[] if campaign.variations.exists() else [_("It has no content: add a variation.")],
    )
    return ask(request, deed, TryForm(request.POST or None, campaign=campaign))


@require_http_methods(["GET", "HEAD", "POST"])
def try_provider(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("campaigns.change_provider"):
        raise PermissionDenied
    provider = get_object_or_404(Provider, pk=pk)
    me = request.user.pk or 0
    reached = registering.targets([me], [provider.channel]).get(me, [])
    deed = Deed(
        name=_("Send me a test"),
        subject=provider.name,
        do=partial(_try_provider, request, provider, reached),
        done=_("It was tried."),
        tells=[_("A short message goes to you alone, and what the provider says is shown.")],
        back=reverse("admin:campaigns_provider_change", args=[pk]),
        crumbs=[(_("Providers"), reverse("admin:campaigns_provider_changelist"))],
        refused="" if reached else _("By this channel you cannot be reached: register this browser or your app first."),
    )
    return ask(request, deed, forms.Form(request.POST or None))


def _try_provider(request: HttpRequest, provider: Provider, reached: Sequence[Target], *, by: Any) -> None:
    message = Message(
        message_id=uuid4(),
        collapse_key=f"test-{provider.pk}",
        title=_("A test from %s") % settings.SITE_NAME,
        body=_("If you can read this, %s works.") % provider.name,
        url=settings.SITE_URL,
    )
    who = carrier(provider)
    _tell(request, [Sending(message, target, who, "") for target in reached])


def _try(request: HttpRequest, campaign: Campaign, reached: Sequence[Target], *, by: Any, variation: int) -> None:
    row = campaign.variations.select_related("provider").get(index=variation)
    made = preview(campaign, row.content, by.pk, now=timezone.now(), looker=by)
    if isinstance(made, Problem):
        raise ValidationError(str(REASONS.get(made.reason, made.reason)))
    channels = row.channels or campaign.channels
    wanted = [target for target in reached if target.channel in channels]
    if not wanted:
        raise ValidationError(_("None of its channels reaches you: register this browser in your settings first."))
    _tell(request, _plans(made, row, wanted))


def _tell(request: HttpRequest, plans: Sequence[Sending]) -> None:
    for channel, outcome in loop.run(partial(_send_all, plans)):
        tell = messages.success if outcome.kind == "accepted" else messages.warning
        tell(request, _words(channel, outcome))


def _plans(made: Composed, row: Variation, wanted: Sequence[Target]) -> list[Sending]:
    """One request a target, each time of a message of its own: nobody takes it for a repetition."""
    providers = {channel: _provider(row, channel) for channel in {target.channel for target in wanted}}
    if missing := [channel for channel, provider in providers.items() if provider is None]:
        labels = ", ".join(str(Channel(channel).label) for channel in missing)
        raise ValidationError(_("No provider serves this channel: %(channel)s.") % {"channel": labels})
    opened = {channel: carrier(provider) for channel, provider in providers.items() if provider}
    own = uuid4()
    messages_of = {
        channel: replace(made.message_of(channel), message_id=own, collapse_key=own.hex) for channel in providers
    }
    return [Sending(messages_of[one.channel], one, opened[one.channel], "") for one in wanted]


def _provider(row: Variation, channel: str) -> Provider | None:
    own = row.provider
    return own if own and own.channel == channel else Provider.objects.serving(channel).first()


async def _send_all(plans: Sequence[Sending], sessions: Sessions) -> Tried:
    outcomes = await asyncio.gather(*(asyncio.wait_for(_send(plan, sessions), SECONDS) for plan in plans))
    return [(plan.target.channel, outcome) for plan, outcome in zip(plans, outcomes, strict=True)]


async def _send(plan: Sending, sessions: Sessions) -> Outcome:
    channel = CHANNELS[plan.target.channel]
    try:
        key, *_others = await channel.keys(plan.carrier, 1, sessions)
    except Unavailable as fault:
        return Outcome("retry", reason=str(fault))
    return await channel.send(Sending(plan.message, plan.target, plan.carrier, key), sessions)


def _words(channel: str, outcome: Outcome) -> str:
    label = Attempt.Outcome(outcome.kind).label
    told = f"{Channel(channel).label}: {label}"
    return (
        f"{told} ({' '.join(str(part) for part in (outcome.code, outcome.reason) if part)})" if outcome.reason else told
    )
