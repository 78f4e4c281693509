"""Findings, outcomes and the health of the whole in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from growth.retention.funnels.naming import lasting, share
from growth.retention.quality.judging import judged, refused

OUTCOMES = {
    "unknown_name": gettext_lazy("A name that nobody has declared"),
    "bad_event": gettext_lazy("Not an event, or with a field that events do not have"),
    "bad_time": gettext_lazy("A time that cannot be read"),
    "future": gettext_lazy("Of the future"),
    "too_late": gettext_lazy("More than 30 days late"),
    "bad_object": gettext_lazy("About something that this event is not about"),
    "bad_value": gettext_lazy("A value that is no number"),
    "bad_property": gettext_lazy("A property that is not declared, or not of its kind"),
    "personal_data": gettext_lazy("An e-mail address among the properties"),
    "not_yours": gettext_lazy("A name that another program has declared"),
    "bad_unit": gettext_lazy("No person that could be told apart"),
    "bot": gettext_lazy("Bots"),
    "do_not_track": gettext_lazy("Readers who ask not to be observed"),
    "no_consent": gettext_lazy("Readers who have not agreed"),
}
SOURCES = {
    "beacon": gettext_lazy("Browsers"),
    "api": gettext_lazy("Programs, by the API"),
    "import": gettext_lazy("Imports"),
}
STATES = {
    "within": gettext_lazy("within"),
    "above": gettext_lazy("above"),
    "below": gettext_lazy("below"),
    "no_band": gettext_lazy("no band yet"),
}

Result = Mapping[str, Any]


def headline(result: Result) -> str:
    """Volume, what was refused and the lake, a sentence each; all of the moment when it was counted."""
    return " ".join([_volume(result), _refused(result), _sealed(result)])


def _volume(result: Result) -> str:
    events = judged(result["volume"])
    if not events:
        return _("No event has eight weeks behind it, so no volume is judged.")
    day = result["volume"][0]["days"][-1]["day"]
    out = sum(event["days"][-1]["state"] != "within" for event in events)
    words = {"n": len(events), "out": out, "day": day}
    if out:
        return (
            ngettext(
                "%(out)d of %(n)d events was outside its band on %(day)s.",
                "%(out)d of %(n)d events were outside their bands on %(day)s.",
                out,
            )
            % words
        )
    return (
        ngettext(
            "%(n)d event was within its band on %(day)s.",
            "All %(n)d events were within their bands on %(day)s.",
            len(events),
        )
        % words
    )


def _refused(result: Result) -> str:
    found = refused(result["intake"])
    if found is None:
        return _("Browsers and programs sent nothing.")
    return _("%(share)s of what browsers and programs sent was refused.") % {"share": share(found)}


def _sealed(result: Result) -> str:
    lake = result["lake"]
    if lake["lag"] is None:
        return _("Nothing has been sealed yet.")
    return _("Sealed %(lag)s before this was counted.") % {"lag": lasting(lake["lag"])}


def finding(one: Result) -> str:
    """What is out of order, with its numbers and the limit."""
    return _FINDINGS[one["what"]]() % _words(one)


_FINDINGS: dict[str, Callable[[], str]] = {
    "above": lambda: _("%(name)s: %(count)s on %(day)s, more than the %(high)s up to which was to be expected."),
    "below": lambda: _("%(name)s: %(count)s on %(day)s, less than the %(low)s that were at least to be expected."),
    "refused": lambda: _("%(source)s: %(share)s of what was sent was refused; up to %(limit)s is in order."),
    "duplicate": lambda: _("%(source)s: %(share)s of what was sent had come before; up to %(limit)s is in order."),
    "late": lambda: _("%(source)s: %(share)s came more than a day late; up to %(limit)s is in order."),
    "pages": lambda: _(
        "Browsers told of %(share)s of the pages that the site showed on %(day)s; %(low)s to %(high)s is in order."
    ),
    "never_sealed": lambda: _("%(waiting)s events wait, and nothing was ever sealed."),
    "sealing": lambda: _("The lake was last up to date %(lag)s before; %(waiting)s events wait."),
    "behind": lambda: _("The table %(table)s has not taken up %(behind)s events of the lake."),
}
_WORDED: dict[str, Callable[[Any], str]] = {
    "share": share,
    "limit": share,
    "lag": lasting,
    "source": lambda source: str(SOURCES[source]),
}
_SHARES = {"pages": {"low": share, "high": share}}


def _words(one: Result) -> dict[str, str]:
    worded = _WORDED | _SHARES.get(one["what"], {})
    return {key: worded.get(key, _plain)(value) for key, value in one.items()}


def _plain(value: Any) -> str:
    return number_format(value, force_grouping=True) if isinstance(value, int) else str(value)
