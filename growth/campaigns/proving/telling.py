"""A stored report of a campaign in sentences, and its signs of health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.report import wording
from experiments.report.showing import BAD, GOOD, SRM, WAIT, Chip

Body = Mapping[str, Any]
STALE = timedelta(hours=2)


def is_hidden(body: Body) -> bool:
    """Of arms that do not have the members they should, effects are not shown."""
    return bool(body["srm"]["status"] == "fail")


def goal_row(body: Body) -> tuple[Body, Body] | None:
    """The goal's metric and its row, of all that were to be sent to."""
    for metric in body["lift"]["itt"]["sent"]["metrics"]:
        if metric["role"] == "primary":
            return metric, metric["arms"][0]
    return None


def sentences(body: Body) -> list[str]:
    """The first is the headline."""
    return [_headline(body), *_cautions(body)]


def _headline(body: Body) -> str:
    told, audience = goal_row(body), body["audience"]
    if not audience["members"]:
        return _("Nobody was due yet.")
    if is_hidden(body):
        return _("The arms do not have the members that they should: the results are hidden.")
    if told is None:
        return _("The campaign has no goal that it could be judged by.")
    metric, row = told
    if not audience["held"]:
        return _("Nobody is held back, so what the campaign brings cannot be told.")
    if body["goal"]["window_s"] and not audience["matured"]:
        return _("No window has closed yet: nothing can be told.")
    return LIFTS.get(row["reading"], LIFTS["no_difference"]) % _lift(metric, row)


LIFTS = {
    "better": gettext_lazy("It helps: %(metric)s %(mean)s, of those held back %(control)s: %(change)s (%(every)s)."),
    "worse": gettext_lazy("It harms: %(metric)s %(mean)s, of those held back %(control)s: %(change)s (%(every)s)."),
    "better_not_yet": gettext_lazy(
        "Not certain yet: %(metric)s %(mean)s, of those held back %(control)s: %(change)s (%(once)s at one look)."
    ),
    "worse_not_yet": gettext_lazy(
        "Not certain yet, and it looks worse: %(metric)s %(mean)s, of those held back %(control)s: %(change)s "
        "(%(once)s at one look)."
    ),
    "no_difference": gettext_lazy(
        "No lift seen: %(metric)s %(mean)s, of those held back %(control)s: %(change)s (%(once)s)."
    ),
    "so_far": gettext_lazy(
        "All so far, which decides nothing: %(metric)s %(mean)s, of those held back %(control)s: %(change)s (%(once)s)."
    ),
    "too_few": gettext_lazy("Too few members have a closed window to tell anything."),
    "zero_variance": gettext_lazy("Nothing varies: %(metric)s %(mean)s, of those held back %(control)s."),
}


def _lift(metric: Body, row: Body) -> dict[str, str]:
    sequence = (row["sequential"] or {}).get("relative") or {}
    return {
        "metric": _(metric["name"]),
        "mean": wording.value(row["mean"], metric["kind"]),
        "control": wording.value(metric["control"]["mean"], metric["kind"]),
        "change": change(row, metric["kind"]),
        "every": wording.interval(sequence.get("ci")),
        "once": wording.interval(row["relative_ci"]) if row["relative"] is not None else points(row["absolute_ci"]),
    }


def _cautions(body: Body) -> list[str]:
    pace, found = body["pace"], []
    if body["refused"] == "budget_shared":
        found.append(
            _(
                "Its pace does not let all messages out before they expire. So the variations compete for the same "
                "sends, and what one gets another lacks: members split among them tell nothing of the variations. "
                "Split the budget, or take turns."
            )
        )
    if pace["expired"]:
        found.append(_("%(n)d messages expired while they waited for their turn.") % {"n": pace["expired"]})
    if body["test_stopped_at"]:
        found.append(_("The test was stopped: who was due later is not counted."))
    harmed = [
        _(metric["name"])
        for metric in body["lift"]["itt"]["sent"]["metrics"]
        if metric["arms"][0]["reading"] == "harmed"
    ]
    if harmed and not is_hidden(body):
        found.append(_("Harmed beyond what is borne: %(metrics)s.") % {"metrics": ", ".join(harmed)})
    return found


def chips(body: Body) -> list[Chip]:
    srm, audience = body["srm"], body["audience"]
    more = _("Members %(observed)s, expected %(expected)s.") % {
        "observed": " / ".join(wording.number(n, digits=0) for n in srm["observed"]),
        "expected": " / ".join(wording.number(n, digits=0) for n in srm["expected"]),
    }
    p = wording.p_value(srm["p"])
    words = _("Sample ratio: p %(p)s") % {"p": p if p.startswith("<") else f"= {p}"}
    found = [Chip(SRM[srm["status"]], words, more)]
    as_of = datetime.fromisoformat(body["as_of"])
    late = body["state"] == "running" and timezone.now() - as_of > STALE
    found.append(Chip(WAIT if late else GOOD, _("Data up to %(age)s ago") % {"age": timesince(as_of, depth=1)}))
    if audience["members"] and body["goal"] and body["goal"]["window_s"]:
        share = audience["matured"] / audience["members"]
        words = _("%(share)s of windows have closed") % {"share": wording.percent(share, digits=0)}
        found.append(Chip(GOOD if share > 0.95 else WAIT, words))
    if body["pace"]["shared"]:
        found.append(Chip(BAD, _("Slower than its expiry")))
    return found


def change(row: Body, kind: str) -> str:
    """Relative, where there is something to be relative to."""
    if row["relative"] is not None:
        return wording.percent(row["relative"], signed=True)
    if row["absolute"] is None:
        return "–"
    if kind in wording.SHARES:
        return _("%(number)s points") % {"number": wording.number(row["absolute"] * 100, signed=True)}
    return wording.number(row["absolute"], signed=True, digits=3)


def points(ci: Sequence[float | None] | None) -> str:
    if not ci or ci[0] is None or ci[1] is None:
        return "–"
    low, high = (wording.number(end * 100, signed=True) for end in ci if end is not None)
    return _("%(low)s to %(high)s points") % {"low": low, "high": high}
