"""The rows of deliveries, planned in PostgreSQL: who takes part, is held back, draws what, and is due when.

One statement for whatever audience: members by a segment (freezing.py) or by what happened to them (entering.py). It
draws as allotting.arm does; a row that is there stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from experiments.bucketing import fnv32a
from growth.campaigns.models import Campaign, Channel
from growth.campaigns.planning.allotting import Allotment
from growth.campaigns.planning.scheduling import Moment

# Of members by the column `member`. Where variations go by different channels, only who has them all is compared:
# else one arm would be of other people than the next.
TAKES_PART = """
(%(coverage)s = 10000 OR campaigns_bucket(%(coverage_state)s, member::text) < %(coverage)s)
AND NOT EXISTS (
  SELECT FROM jsonb_array_elements(%(needed)s::jsonb) AS channels (wanted)
  WHERE NOT EXISTS (
    SELECT FROM campaigns_device device
    WHERE device.member_id = member AND device.removed_at IS NULL AND wanted ? device.channel
  ) AND NOT (wanted ? 'email' AND EXISTS (SELECT FROM account_emailaddress WHERE user_id = member AND verified)))
"""
# Of `audience` (member, occurrence, time_zone, cause); gives back the members for whom a row was made.
_PLAN = """
drawn AS MATERIALIZED (
  SELECT audience.*,
    CASE WHEN %(global_share)s > 0 AND campaigns_bucket(%(global_state)s, member::text) < %(global_share)s
        THEN %(global_holder)s
      WHEN %(holdout)s > 0 AND campaigns_bucket(%(holdout_state)s, member::text) < %(holdout)s THEN 'campaign'
      ELSE '' END AS holder,
    %(uniform)s > 0 AND campaigns_bucket(%(slice_state)s, member::text) < %(uniform)s AS of_slice
  FROM audience
  WHERE TAKES_PART
), allotted AS MATERIALIZED (
  SELECT drawn.*, CASE WHEN of_slice
      THEN width_bucket(campaigns_bucket(%(equal_state)s, member::text), %(equal_edges)s::integer[])
      ELSE width_bucket(campaigns_bucket(%(draw_state)s, member::text), %(draw_edges)s::integer[]) END AS variation
  FROM drawn
), moment (zone, variation, due) AS MATERIALIZED (
  SELECT * FROM unnest(%(zones)s::text[], %(variations)s::integer[], %(dues)s::timestamptz[])
), made AS (
  INSERT INTO campaigns_delivery (campaign_id, step, occurrence, member_id, state, reason, held, variation,
    allocation_id, propensity, why, channel, planned_at, due_at, expires_at, postponed, tries, replays)
  SELECT %(campaign)s, 0, occurrence, member, 'due', '', holder <> '', allotted.variation,
    %(allocation)s, (%(propensities)s::float8[])[allotted.variation + 1],
    %(why)s::jsonb || CASE WHEN cause = '' THEN '{}' ELSE jsonb_build_object('cause', cause) END
      || CASE WHEN holder = '' THEN '{}' ELSE jsonb_build_object('holdout', holder) END
      || CASE WHEN of_slice THEN '{"slice": "uniform"}'::jsonb ELSE '{}' END,
    '', coalesce(own.due, site.due), coalesce(own.due, site.due), coalesce(own.due, site.due) + %(lasting)s, '', 0, 0
  FROM allotted JOIN moment site ON site.zone = '' AND site.variation = allotted.variation
    LEFT JOIN moment own ON own.zone = allotted.time_zone AND own.zone <> '' AND own.variation = allotted.variation
  ORDER BY member, occurrence
  ON CONFLICT DO NOTHING
  RETURNING member_id
)
"""
PLAN = _PLAN.replace("TAKES_PART", TAKES_PART)


def parameters(campaign: Campaign, by: Allotment, moments: Sequence[Moment], why: dict[str, Any]) -> dict[str, Any]:
    zones, variations, dues = zip(*moments, strict=True)
    return {
        **taking(campaign, by.held_globally),
        "campaign": campaign.pk,
        "uniform": by.uniform,
        "slice_state": fnv32a(campaign.seed + ":u"),
        "equal_state": fnv32a(by.equal.seed),
        "equal_edges": list(by.equal.edges),
        "draw_state": fnv32a(by.draw.seed),
        "draw_edges": list(by.draw.edges),
        "allocation": by.allocation,
        "propensities": by.propensities,
        "why": json.dumps(why),
        "zones": list(zones),
        "variations": list(variations),
        "dues": list(dues),
        "lasting": campaign.expires_after,
    }


def taking(campaign: Campaign, held_globally: tuple[str, str, int] | None) -> dict[str, Any]:
    """By which hashes members take part and are held back."""
    key, seed, share = held_globally or ("", "", 0)
    return {
        "global_holder": f"global:{key}",
        "global_state": fnv32a(seed),
        "global_share": share,
        "holdout": campaign.holdout,
        "holdout_state": fnv32a(campaign.seed + ":h"),
        "coverage": campaign.coverage,
        "coverage_state": fnv32a(campaign.seed + ":c"),
        "needed": json.dumps(_needed(campaign)),
    }


def _needed(campaign: Campaign) -> list[list[str]]:
    """Channels of which a member must have one, of each list. What is on the site reaches everybody."""
    lists = {tuple(one.channels or campaign.channels) for one in campaign.variations.all()}
    return [list(one) for one in sorted(lists) if Channel.INAPP not in one] if len(lists) > 1 else []
