"""The report of a campaign, as it is stored: plain numbers, computed in the background.

body = {"schema": 1, "as_of", "campaign", "kind", "state", "test_stopped_at", "alpha", "planned",
  "audience": {"members", "held", "would_send", "unchecked", "matured", "left_out": {why: n}},
  "goal": null | {"version", "name", "kind", "window_s", "higher_is_better"},
  "srm": {"arms", "observed", "expected", "chi2", "p", "status"},
  "lift": {"itt", "triggered": {"sent": Comparison, "variations": [Comparison], "first": Comparison | null},
           "so_far": Comparison | null},             of all members whose windows are open too: it only describes
  "refused": null | "budget_shared",                 why variations are not compared
  "bandit": null | {"allocations", "estimates", "uniform": Comparison | null},
  "factors": null | {"contrasts", "aliases", "missing"} | {"unsound": why},
  "funnel": […], "slices": {"segment", "channel", "hour", "sends": {"rows", "differ_p"}},
  "reasons", "providers", "pace", "fatigue"}
Comparison = {"arms": [control first], "metrics": [as in reports of experiments]}
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_noop

from events.engine import Reader, reading
from experiments.report.material import PRIMARY, SHARES, Arm
from experiments.stats import balance
from growth.campaigns.models import Campaign, CampaignReport, Variation
from growth.campaigns.models.campaigns import WHOLE
from growth.campaigns.proving import delivering, draws, funnels
from growth.campaigns.proving.arms import Audience, Frozen, Ints, freeze, segments
from growth.campaigns.proving.lift import OUT, Frame, compared, so_far
from growth.campaigns.proving.outcomes import Outcome, outcomes

Body = dict[str, Any]
HOLDOUT = gettext_noop("Held back")
SENT = gettext_noop("To be sent to")
STORE = f"""
    INSERT INTO {CampaignReport._meta.db_table} (campaign_id, as_of, body) VALUES (%s, %s, %s::jsonb)
    ON CONFLICT (campaign_id) DO UPDATE SET as_of = excluded.as_of, body = excluded.body
    WHERE excluded.as_of >= {CampaignReport._meta.db_table}.as_of"""  # noqa: S608


def report(campaign: Campaign, as_of: datetime | None = None) -> Body:
    """Computed and stored; a later one stays."""
    with reading(as_of=as_of) as reader:
        body = build(campaign, reader)
    with connection.cursor() as cursor:
        cursor.execute(STORE, [campaign.pk, reader.as_of, json.dumps(body, allow_nan=False)])
    return body


def build(campaign: Campaign, reader: Reader) -> Body:
    frozen = freeze(campaign, reader.as_of, zone=timezone.get_default_timezone_name())
    audience, variations = frozen.audience, list(campaign.variations.order_by("index"))
    found = outcomes(reader, campaign, audience)
    goal = next((one for one in found if one.measure.role == PRIMARY), None)
    frame = Frame(reader.as_of, _began(audience, reader.as_of), campaign.planned_members)
    pace = delivering.pace(campaign)
    refused = "budget_shared" if pace["shared"] else None
    drawn = draws.Drawn(campaign, audience, variations, arms_of(campaign, variations))
    return {
        "schema": 1,
        "as_of": reader.as_of.isoformat(),
        "campaign": campaign.key,
        "kind": campaign.kind,
        "state": campaign.state,
        "test_stopped_at": campaign.test_stopped_at and campaign.test_stopped_at.isoformat(),
        "alpha": frame.alpha,
        "planned": campaign.planned_members,
        "audience": _told(frozen, goal),
        "goal": goal and _goal(goal),
        "srm": _balance(drawn),
        "lift": _lift(drawn, frame, found, goal, refused=bool(refused)),
        "refused": refused,
        "bandit": None if refused or not goal else draws.bandit(drawn, frame, goal),
        "factors": None if refused or not goal else draws.factors(drawn, goal),
        "funnel": funnels.funnel(audience, _place(audience), drawn.arms, goal),
        "slices": _slices(audience, goal) if goal else {},
        "reasons": delivering.reasons(campaign),
        "providers": delivering.providers(campaign),
        "pace": pace,
        "fatigue": funnels.fatigue(audience, found),
    }


def _began(audience: Audience, as_of: datetime) -> datetime:
    return datetime.fromtimestamp(int(audience.due_us.min()) / 1e6, UTC) if len(audience) else as_of


def arms_of(campaign: Campaign, variations: Sequence[Variation]) -> list[Arm]:
    """The holdout first, as 0; then each variation, as its index and one."""
    whole = sum(one.weight for one in variations) or 1
    equal = campaign.allotment == Campaign.Allotment.BANDIT
    shares = [1 / len(variations) if equal else one.weight / whole for one in variations]
    sent = WHOLE - campaign.holdout
    arms = [
        Arm(place, one.key, one.name, round(sent * weight))
        for place, (one, weight) in enumerate(zip(variations, shares, strict=True), start=1)
    ]
    return [Arm(0, "holdout", HOLDOUT, campaign.holdout), *arms]


def _place(audience: Audience) -> Ints:
    """The place of each member's arm among arms_of."""
    return np.where(audience.held, 0, audience.variation + 1)


def _told(frozen: Frozen, goal: Outcome | None) -> Body:
    audience = frozen.audience
    return {
        "members": len(audience),
        "held": int(audience.held.sum()),
        "would_send": int((audience.would_send == 1).sum()),
        "unchecked": int((audience.would_send == -1).sum()),
        "matured": int(goal.matured.sum()) if goal else 0,
        "left_out": frozen.left_out,
    }


def _goal(goal: Outcome) -> Body:
    one = goal.measure
    return {
        "version": one.version,
        "name": one.name,
        "kind": one.kind,
        "is_share": one.kind in SHARES,
        "window_s": one.window.total_seconds() if one.window else None,
        "higher_is_better": one.higher_is_better,
    }


def _balance(drawn: draws.Drawn) -> Body:
    """Of all who were drawn, whatever became of their rows: held back against each variation."""
    places = [str(arm.index) for arm in drawn.arms]
    counts = np.bincount(_place(drawn.audience), minlength=len(places))
    observed = dict(zip(places, map(int, counts), strict=True))
    found = balance.check(observed, dict(zip(places, draws.expected(drawn), strict=True)))
    return {
        "arms": [arm.key for arm in drawn.arms],
        "observed": list(observed.values()),
        "expected": list(found.expected.values()),
        "chi2": found.chi2,
        "df": found.df,
        "p": found.p,
        "status": found.status,
    }


def _lift(drawn: draws.Drawn, frame: Frame, found: Sequence[Outcome], goal: Outcome | None, *, refused: bool) -> Body:
    audience, place = drawn.audience, _place(drawn.audience)
    within = {"itt": np.ones(len(audience), bool), "triggered": audience.would_send == 1}
    sent = [drawn.arms[0], Arm(1, "sent", SENT, WHOLE - drawn.arms[0].weight)]
    both = np.minimum(place, 1)
    body: Body = {"so_far": so_far(frame, goal, both, sent) if goal else None}
    for name, rows in within.items():
        body[name] = {
            "sent": compared(frame, found, both, sent, within=rows),
            "variations": [] if refused else draws.beside_holdout(drawn, frame, found, place, rows),
            "first": None
            if refused or len(drawn.variations) < 2 or drawn.is_bandit
            else compared(frame, found, np.where(place > 0, place - 1, OUT), drawn.arms[1:], within=rows),
        }
    return body


def _slices(audience: Audience, goal: Outcome) -> Body:
    return {
        "segment": funnels.sliced(audience, goal, segments(audience), apart=False),
        "channel": funnels.sliced(audience, goal, funnels.by_channel(audience), apart=True),
        "hour": funnels.sliced(audience, goal, funnels.by_hour(audience), apart=True),
        "sends": funnels.sliced(audience, goal, funnels.by_sends(audience), apart=True),
    }
