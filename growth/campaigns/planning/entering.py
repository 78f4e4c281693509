"""Members enter a triggered campaign, each by a cause that counts once; their rows are planned in the same breath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from growth.campaigns.models import Campaign
from growth.campaigns.planning import allotting, scheduling
from growth.campaigns.planning.recording import must_be
from growth.campaigns.planning.rows import PLAN, parameters

# `asked`: member, key, place. Whoever enters must be active and, where the campaign is for a segment, in it.
_GIVEN = """
SELECT member, key, min(place) AS place
FROM unnest(%(members)s::bigint[], %(keys)s::text[]) WITH ORDINALITY AS given (member, key, place) GROUP BY member, key
"""
_ENTER = """
WITH asked AS ({source}), fresh AS MATERIALIZED (
  SELECT asked.member, asked.key, before.next, before.last,
    row_number() OVER (PARTITION BY asked.member ORDER BY asked.place) - 1 AS turn
  FROM asked JOIN members_member person ON person.id = asked.member AND person.is_active
  CROSS JOIN LATERAL (
    SELECT coalesce(max(number) + 1, 0) AS next, max(entered_at) AS last FROM campaigns_entry
    WHERE campaign_id = %(campaign)s AND member_id = asked.member
  ) before
  WHERE NOT EXISTS (
    SELECT FROM campaigns_entry WHERE campaign_id = %(campaign)s AND key = asked.key AND member_id = asked.member)
  AND (%(segment)s::bigint IS NULL OR EXISTS (
    SELECT FROM segments_membership WHERE segment_id = %(segment)s AND person = asked.member AND left_at IS NULL))
), entered AS (
  INSERT INTO campaigns_entry (campaign_id, member_id, number, key, entered_at, data)
  SELECT %(campaign)s, member, next + turn, key, %(now)s, %(data)s FROM fresh
  WHERE %(reentry)s = 'always' OR (turn = 0 AND (last IS NULL OR (%(reentry)s = 'after' AND last <= %(again)s)))
  ON CONFLICT DO NOTHING
  RETURNING member_id, number, key
), audience AS MATERIALIZED (
  SELECT entered.member_id AS member, entered.number AS occurrence, person.time_zone, entered.key AS cause
  FROM entered JOIN members_member person ON person.id = entered.member_id
), {plan} SELECT count(*) FROM entered
"""


def enter(
    campaign: Campaign,
    member_ids: Sequence[int],
    *,
    keys: Sequence[str],
    data: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> int:
    """Let members enter, each by the cause in `keys` at their place ("api:<idempotency key>"); how many did. A member
    enters by a cause once, and again by another as the campaign's re-entry rule says. `data` is for the texts.
    ValidationError where the campaign takes nobody (any more)."""
    with transaction.atomic():
        row = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        must_take(row, now or timezone.now())
        given = {"members": list(member_ids), "keys": list(keys)}
        return enter_by(row, _GIVEN, given, data=data or {}, now=now or timezone.now())


def must_take(campaign: Campaign, now: datetime) -> None:
    if campaign.kind != Campaign.Kind.TRIGGERED:
        raise ValidationError({"kind": _("Nobody enters a broadcast.")})
    must_be(campaign, Campaign.State.RUNNING, Campaign.State.PAUSED)
    if campaign.ends_at and campaign.ends_at <= now:
        raise ValidationError({"ends_at": _("It has ended.")})


def enter_by(
    campaign: Campaign, source: str, given: Mapping[str, Any], *, data: Mapping[str, Any], now: datetime
) -> int:
    """The same of those whom a query finds (member, key, place). The campaign's row is locked by the caller, so that
    two workers never count one member's entries at the same time."""
    moments = scheduling.moments_from(campaign, now + campaign.delay)
    why = {"trigger": campaign.trigger_event or campaign.trigger}
    values = {
        **parameters(campaign, allotting.allotted(campaign), moments, why),
        **given,
        "segment": campaign.segment_id,
        "now": now,
        "data": Jsonb(dict(data), dumps=_dumps),
        "reentry": campaign.reentry,
        "again": now - timedelta(days=campaign.reentry_days or 0),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENTER.format(source=source, plan=PLAN), values)
        return cursor.fetchone()[0]


def _dumps(value: Any) -> str:
    return DjangoJSONEncoder().encode(value)
