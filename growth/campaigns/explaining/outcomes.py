"""How a delivery ended, in a sentence: to the member, and to those who run campaigns."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from growth.campaigns.models import Delivery

State = Delivery.State

# To the member. %(…)s: channel, topic.
TO_MEMBER: dict[str, Promise] = {
    State.DUE: gettext_lazy("It has not gone out yet."),
    State.LEASED: gettext_lazy("It is being sent now."),
    State.SENT: gettext_lazy("It was sent to you by %(channel)s."),
    State.HELD: gettext_lazy(
        "It was not sent to you. Some members, drawn by lot, do not get it: so we see whether it helps the others."
    ),
    State.CAPPED: gettext_lazy("It was not sent to you: you had had as many messages as anybody gets in that time."),
    State.UNSUBSCRIBED: gettext_lazy("It was not sent to you: you do not want messages about “%(topic)s”."),
    State.NO_DEVICE: gettext_lazy("It was not sent to you: we know no device or address that it could go to."),
    State.DEAD_TOKEN: gettext_lazy("It did not reach you: the device or browser that we knew is gone."),
    State.REJECTED: gettext_lazy("It did not reach you: it was not fit to be sent."),
    State.FAILED: gettext_lazy("It did not reach you: it could not be delivered, however often we tried."),
    State.EXPIRED: gettext_lazy("It was not sent to you: when it could have gone out it was too late for it."),
    State.CANCELLED: gettext_lazy("It was not sent to you: it was called off."),
    State.UNKNOWN: gettext_lazy(
        "We do not know whether it reached you: the answer was lost, and we did not want to send it twice."
    ),
}

# Why it was called off or put off, to either; and what else a reason may be.
REASONS: dict[str, Promise] = {
    "campaign_cancelled": gettext_lazy("The campaign was cancelled."),
    "campaign_finished": gettext_lazy("The campaign had ended."),
    "goal_reached": gettext_lazy("What it was to bring about had happened by itself."),
    "member_gone": gettext_lazy("The account was closed."),
    "nothing_to_say": gettext_lazy("There was nothing in it for this member."),
    "template": gettext_lazy("Its text could not be filled in."),
    "foreign_address": gettext_lazy("It led to another site."),
    "no_such_source": gettext_lazy("What chooses its content is not there."),
    "quiet_hours": gettext_lazy("It waited for the end of quiet hours."),
    "no_provider": gettext_lazy("It waited for a provider of its channel."),
    "provider_blocked": gettext_lazy("It waited: the provider had asked for a pause."),
    "provider_refuses": gettext_lazy("It waited: the provider refused us."),
    "throttled": gettext_lazy("It waited: the provider had asked for a pause."),
    "limit": gettext_lazy("It waited for its turn: only so many go out in a second."),
    "retry": gettext_lazy("It was tried again after a fault."),
    "unknown": gettext_lazy("It was tried again after an answer was lost."),
    "lease": gettext_lazy("It was tried again after a worker had stopped."),
    "next_channel": gettext_lazy("It was tried again by the next channel."),
    "too_many_tries": gettext_lazy("It was tried as often as we try."),
    "prefer-loss": gettext_lazy("This campaign would rather not arrive than arrive twice."),
    "cap:day": gettext_lazy("The cap of the day was reached."),
    "cap:week": gettext_lazy("The cap of the week was reached."),
}
# What a member need not read of our trouble with providers.
FOR_MEMBERS = frozenset({"goal_reached", "nothing_to_say", "quiet_hours", "cap:day", "cap:week", "campaign_finished"})


def outcome(delivery: Delivery, *, topic: str) -> str:
    return str(TO_MEMBER[delivery.state]) % {"channel": delivery.get_channel_display(), "topic": topic}


def reason(code: str, *, operator: bool) -> str:
    """Of `Delivery.reason` or `.postponed`; "" where there is none to tell. What a provider said stands as it is."""
    if not code or code.startswith("topic:"):
        return ""
    if code in REASONS:
        return str(REASONS[code]) if operator or code in FOR_MEMBERS else ""
    return pgettext("what a provider said", "The provider said: %s") % code if operator else ""


def held_by(holder: str) -> str:
    """By which holdout, to those who run campaigns."""
    kind, _colon, key = holder.partition(":")
    return _("Held back by the holdout “%s”.") % key if kind == "global" else _("Held back by the campaign's holdout.")
