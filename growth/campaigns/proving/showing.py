"""A stored report of a campaign as its page shows it: sentences, rows, and where they lie in the pictures. Knows no
numpy: the web computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.report import showing, wording
from experiments.report.drawing import Axis, Span, span
from experiments.report.showing import WIDTH
from growth.campaigns.explaining import outcomes
from growth.campaigns.models import Delivery
from growth.campaigns.proving.telling import change, points

Body = Mapping[str, Any]
OURS = ("holdout", "sent")  # keys of arms that are no variations
STEPS = {
    "sent": gettext_lazy("sent"),
    "delivered": gettext_lazy("delivered, as far as providers tell"),
    "opened": gettext_lazy("opened"),
    "clicked": gettext_lazy("clicked"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of the funnel, or the goal, of one arm: how many, what share, and where its end and interval lie."""

    arm: int
    step: str
    first: bool  # of its step
    name: str
    count: str
    share: str
    end: float | None
    ci: Span | None
    words: str


def compared(comparison: Body | None, *, only_goal: bool = False) -> dict[str, Any] | None:
    """For the table of effects."""
    if comparison is None:
        return None
    metrics = [one for one in comparison["metrics"] if not only_goal or one["role"] == "primary"]
    body = {**comparison, "metrics": metrics, "arms": [{**arm, "name": arm_name(arm)} for arm in comparison["arms"]]}
    common = showing.axis(body)
    rows = [
        replace(
            row, change=change(row.row, row.metric["kind"]), mean=wording.value(row.row["mean"], row.metric["kind"])
        )
        for row in showing.rows(body, common)
    ]
    return {"body": body, "rows": rows, "ticks": showing.ticks(common), "zero": common.at(0)}


def arm_name(arm: Body) -> str:
    """Ours in the reader's language; a variation's as it was given."""
    return _(arm["name"]) if arm["key"] in OURS else arm["name"]


def funnel(body: Body) -> list[Bar]:
    """Step by step, the arms beside each other; then the goal, with those held back."""
    arms = body["funnel"]
    whole = Axis(0, 1, 6, WIDTH - 12)
    sent = [arm for arm in arms if arm["arm"]]
    bars = [
        _bar(arm, str(STEPS[one["step"]]), one["count"], one["share"], one["ci"], whole, first=place == 0)
        for step in STEPS
        for place, arm in enumerate(sent)
        for one in arm["steps"]
        if one["step"] == step
    ]
    told = [arm for arm in arms if arm["goal"] and arm["goal"]["ci"]]
    if body["goal"] and told:
        highest = max(arm["goal"]["ci"][1] for arm in told) or 1
        axis, name = Axis(0, highest * 1.05, 6, WIDTH - 12), _(body["goal"]["name"])
        bars += [
            _bar(arm, name, arm["goal"]["n"], arm["goal"]["mean"], arm["goal"]["ci"], axis, first=place == 0, goal=body)
            for place, arm in enumerate(told)
        ]
    return bars


def _bar(
    arm: Body, step: str, count: int, share: float | None, ci: Any, axis: Axis, *, first: bool, goal: Body | None = None
) -> Bar:
    kind = goal["goal"]["kind"] if goal else "conversion"
    words = f"{wording.value(ci[0], kind)} – {wording.value(ci[1], kind)}" if ci else ""
    return Bar(
        arm=arm["arm"],
        step=step,
        first=first,
        name=arm_name(arm),
        count=wording.number(count, digits=0),
        share=wording.value(share, kind),
        end=axis.at(share) if share is not None else None,
        ci=span(axis, ci),
        words=words,
    )


TITLES = {
    "segment": gettext_lazy("By segment, as it was at the due time"),
    "channel": gettext_lazy("By the first channel that reaches the member"),
    "hour": gettext_lazy("By hour of the due time, on the member's clock"),
    "sends": gettext_lazy("By messages in the 28 days before"),
}


def slices(body: Body) -> list[dict[str, Any]]:
    """By segment, channel, hour and sends before: what became of the messages, and the goal beside the holdout."""
    return [
        {
            "title": TITLES[name],
            "differ_p": wording.p_value(told["differ_p"]),
            "rows": [_slice(body, row) for row in rows],
        }
        for name, told in body["slices"].items()
        for rows in [[row for row in told["rows"] if row["queued"] or row["held_n"]]]
        if rows
    ]


def _slice(body: Body, row: Body) -> dict[str, Any]:
    kind = body["goal"]["kind"]
    return {
        "name": row["name"],
        "queued": row["queued"],
        "steps": [(one["count"], wording.percent(one["share"])) for one in row["steps"]],
        "held": wording.value(row["held_mean"], kind),
        "mean": wording.value(row["mean"], kind),
        "change": change(row, kind),
        "ci": wording.interval(row["relative_ci"]) if row["relative"] is not None else points(row["absolute_ci"]),
        "p": wording.p_value(row["p_adjusted"]),
    }


def fatigue(body: Body) -> list[dict[str, Any]]:
    return [
        {
            "sends": one["sends"],
            "members": one["members"],
            "outcomes": [
                (
                    wording.value(told["held"]["mean"], "conversion"),
                    wording.value(told["sent"]["mean"], "conversion"),
                    points(told["absolute_ci"]),
                )
                for told in one["outcomes"]
            ],
        }
        for one in body["fatigue"]
    ]


def fatigue_names(body: Body) -> list[str]:
    return [_(told["name"]) for one in body["fatigue"][:1] for told in one["outcomes"]]


def results(body: Body) -> dict[str, Any]:
    """All that is estimated."""
    lift = body["lift"]
    return {
        "bars": funnel(body),
        "queued": [(arm_name(arm), arm["queued"]) for arm in body["funnel"]],
        "sent": compared(lift["itt"]["sent"]),
        "triggered": compared(lift["triggered"]["sent"], only_goal=True),
        "so_far": compared(lift["so_far"]),
        "variations": [compared(one) for one in lift["itt"]["variations"]],
        "first": compared(lift["itt"]["first"]),
        "bandit": bandit(body),
        "contrasts": contrasts(body),
        "slices": slices(body),
        "fatigue": fatigue(body),
        "fatigue_names": fatigue_names(body),
    }


def bandit(body: Body) -> dict[str, Any] | None:
    told = body["bandit"]
    return told and {
        "allocations": [
            {
                "number": one["number"],
                "since": datetime.fromisoformat(one["since"]),
                "shares": [wording.percent(weight) for weight in one["weights"]],
                "members": one["members"],
            }
            for one in told["allocations"]
        ],
        "estimates": [
            {
                "name": one["name"],
                "n": wording.number(one["n"], digits=0),
                "change": change(one, body["goal"]["kind"]),
                "ci": wording.interval(one["relative_ci"]),
                "p": wording.p_value(one["p"]),
            }
            for one in told["estimates"]
        ],
        "uniform": compared(told["uniform"]),
    }


def contrasts(body: Body) -> list[dict[str, Any]]:
    told, goal = body["factors"] or {}, body["goal"]
    is_share = bool(goal and goal["is_share"])
    return [
        {
            "name": " × ".join(f"{name}: {level}" for name, level in zip(one["term"], one["levels"], strict=True)),
            "change": "–" if one["refused"] else change({"relative": None, **one}, goal["kind"]),
            "ci": points(one.get("absolute_ci")) if is_share else _plain(one.get("absolute_ci")),
            "p": wording.p_value(one["p_adjusted"]),
            "refused": one["refused"] and ":".join(one["refused"]),
            "aliased": ", ".join(":".join(term) for term in one["aliased"]),
        }
        for one in told.get("contrasts", [])
    ]


def _plain(ci: Any) -> str:
    if not ci or ci[0] is None or ci[1] is None:
        return "–"
    return " – ".join(wording.number(end, signed=True, digits=3) for end in ci)


def reasons(body: Body) -> list[dict[str, Any]]:
    """Every row that was not sent, and why."""
    labels = dict(Delivery.State.choices)
    return [
        {
            **row,
            "label": labels.get(row["state"], row["state"]),
            "reason": outcomes.reason(row["reason"], operator=True) or row["reason"],
            "postponed": outcomes.reason(row["postponed"], operator=True),
        }
        for row in body["reasons"]
    ]
