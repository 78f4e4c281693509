"""A report in words, in the reader's language: the verdict as sentences, rows as readings, numbers as people write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

Body = Mapping[str, Any]
SHARES = ("conversion", "retention", "funnel")

READINGS = {
    "better": gettext_lazy("better"),
    "worse": gettext_lazy("worse"),
    "better_not_yet": gettext_lazy("better, if one looked only once"),
    "worse_not_yet": gettext_lazy("worse, if one looked only once"),
    "no_difference": gettext_lazy("no difference seen"),
    "harmed": gettext_lazy("harmed"),
    "not_harmed": gettext_lazy("no harm beyond the margin seen"),
    "guard_waits": gettext_lazy("too few units to guard"),
    "so_far": gettext_lazy("all so far: decides nothing"),
    "too_few": gettext_lazy("too few units"),
    "zero_variance": gettext_lazy("nothing varies"),
    "scale_conflict": gettext_lazy("differs on one scale only"),
}


def sentences(body: Body) -> list[str]:
    """The first one is the headline."""
    found = [WORDS[reason["code"]](body, reason) for reason in body["verdict"]["reasons"]]
    judged = [row["harm"] for metric in body["metrics"] if metric["role"] == "guardrail" for row in metric["arms"]]
    if body["verdict"]["kind"] == "ship" and judged and all(judged) and len(found) == 1:  # those of other arms too
        found.append(_("No guardrail was harmed."))
    return found


def percent(share: float | None, *, signed: bool = False, digits: int = 1) -> str:
    if share is None:
        return "–"
    return _("%(number)s %%") % {"number": number(share * 100, signed=signed, digits=digits)}


def number(value: float, *, signed: bool = False, digits: int = 2) -> str:
    sign = "−" if round(value, digits) < 0 else "+" if signed and round(value, digits) > 0 else ""
    return sign + number_format(abs(round(value, digits)), digits, force_grouping=True)


def value(mean: float | None, kind: str) -> str:
    """A metric's mean, with three figures or so."""
    if mean is None:
        return "–"
    if kind in SHARES:
        return percent(mean, digits=1 if abs(mean) >= 0.01 else 2)
    return number(mean, digits=0 if abs(mean) >= 1000 else 1 if abs(mean) >= 100 else 2 if abs(mean) >= 1 else 3)


def interval(ci: Sequence[float | None] | None) -> str:
    if ci is None or ci[0] is None or ci[1] is None:
        return "–"
    return _("%(low)s to %(high)s") % {"low": percent(ci[0], signed=True), "high": percent(ci[1], signed=True)}


def p_value(p: float | None) -> str:
    if p is None:
        return "–"
    return "< " + number(0.0001, digits=4) if p < 0.0001 else number(p, digits=4 if p < 0.01 else 3)


def arm_name(body: Body, index: int | None) -> str:
    return next((arm["name"] for arm in body["arms"] if arm["index"] == index), "")


def _metric(body: Body, version: int | None = None) -> Mapping[str, Any]:
    """By its version, else the primary one."""
    metrics = body["metrics"]
    return next(
        metric for metric in metrics if (metric["version"] == version if version else metric["role"] == "primary")
    )


def _row(metric: Mapping[str, Any], arm: int) -> Mapping[str, Any]:
    return next(row for row in metric["arms"] if row["arm"] == arm)


def _effect(body: Body, reason: Mapping[str, Any]) -> dict[str, str]:
    """How much the primary metric changed, with the interval that it was decided by."""
    metric = _metric(body)
    row = _row(metric, reason["arm"])
    row = row.get("plan") or row if reason["by"] == "plan" else row
    scale, told = ("absolute", number) if row["relative"] is None else ("relative", percent)
    ci = row["sequential"][scale]["ci"] if reason["by"] == "sequence" and row["sequential"] else row[f"{scale}_ci"]
    low, high = (told(end, signed=True) if end is not None else "–" for end in ci or (None, None))
    names = {"arm": arm_name(body, reason["arm"]), "metric": _(metric["name"])}
    return {**names, "change": told(row[scale], signed=True), "low": low, "high": high}


def _better(body: Body, reason: Mapping[str, Any]) -> str:
    told = _effect(body, reason)
    if body["verdict"]["kind"] != "ship":
        return _("Review: %(arm)s changed %(metric)s for the better, by %(change)s (%(low)s to %(high)s).") % told
    if reason["by"] == "sequence":
        return (
            _("Ship “%(arm)s”: it changed %(metric)s by %(change)s (%(low)s to %(high)s, however often one looks).")
            % told
        )
    return _("Ship “%(arm)s”: it changed %(metric)s by %(change)s (%(low)s to %(high)s) at the planned size.") % told


def _worse(body: Body, reason: Mapping[str, Any]) -> str:
    return _(
        "Roll back “%(arm)s”: it changed %(metric)s by %(change)s (%(low)s to %(high)s), for the worse."
    ) % _effect(body, reason)


def _harmed(body: Body, reason: Mapping[str, Any]) -> str:
    metric = _metric(body, reason["version"])
    row = _row(metric, reason["arm"])
    told = {
        "arm": arm_name(body, reason["arm"]),
        "metric": _(metric["name"]),
        "margin": percent(metric["margin"]),
        "change": percent(row["relative"], signed=True),
    }
    if body["verdict"]["kind"] != "roll_back":
        return _("“%(arm)s” harms %(metric)s (%(change)s).") % told
    if metric["margin"]:
        return (
            _("Roll back “%(arm)s”: it harms %(metric)s (%(change)s), more than the %(margin)s that is borne.") % told
        )
    return _("Roll back “%(arm)s”: it harms %(metric)s (%(change)s).") % told


def _unjudged(body: Body, reason: Mapping[str, Any]) -> str:
    told = {"arm": arm_name(body, reason["arm"]), "metric": _(_metric(body, reason["version"])["name"])}
    if body["verdict"]["kind"] == "collecting":
        return _("Collecting: too few units yet to tell whether “%(arm)s” harms %(metric)s.") % told
    return _("Whether “%(arm)s” harms %(metric)s cannot be told: too few units.") % told


def _waiting(body: Body, reason: Mapping[str, Any]) -> str:
    days = body["verdict"]["days_left"]
    if days is None:
        return _("Collecting: no end is in sight.")
    return ngettext("Collecting: about %(n)d day left.", "Collecting: about %(n)d days left.", days) % {"n": days}


def _few_days(body: Body, reason: Mapping[str, Any]) -> str:
    days = body["verdict"]["days_left"]
    words = ngettext(
        "Collecting: %(n)d full day more, so that no day of the week is missing.",
        "Collecting: %(n)d full days more, so that no day of the week is missing.",
        days,
    )
    return words % {"n": days}


def _named(words: Any) -> Any:
    """A sentence that has the primary metric in it, or nothing."""
    return lambda body, reason: str(words) % {"metric": _(_metric(body)["name"]) if "%(metric)s" in str(words) else ""}


def _flips(body: Body, reason: Mapping[str, Any]) -> str:
    share = percent(body["health"]["flips"]["share"])
    return _("Unhealthy: %(share)s of units have seen more than one variation.") % {"share": share}


WORDS: dict[str, Any] = {
    "better": _better,
    "worse": _worse,
    "harmed": _harmed,
    "unjudged": _unjudged,
    "few_days": _few_days,
    "few_units": _waiting,
    "none_yet": _waiting,
    "flips": _flips,
    "no_difference": _named(gettext_lazy("Review: %(metric)s shows no difference at the planned size.")),
    "mixed": _named(gettext_lazy("Review: some variations change %(metric)s for the worse, none for the better.")),
    "conflict": _named(gettext_lazy("Review: %(metric)s differs on one scale and not on the other.")),
    "stopped_short": _named(gettext_lazy("Review: it was stopped before it could be decided.")),
    "no_primary": _named(gettext_lazy("Review: there is no primary metric with a fixed window to decide by.")),
    "aa_alike": _named(gettext_lazy("The arms of this A/A test are alike, as they should be.")),
    "aa_differs": _named(gettext_lazy("Unhealthy: the arms of this A/A test differ in %(metric)s.")),
    "srm": _named(gettext_lazy("Unhealthy: the variations do not have the units that their weights promise.")),
    "bias": _named(gettext_lazy("Unhealthy: units of the variations differed before they were exposed.")),
}
