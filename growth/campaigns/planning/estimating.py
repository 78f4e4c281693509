"""What a campaign would do if it went out as things stand: whom it reaches by which channel, what would be in the way,
and how long it would take. One statement over all members, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from growth.campaigns.devices.quiet import zone_named
from growth.campaigns.models import Campaign, FrequencyCap, Provider
from growth.campaigns.planning import allotting, scheduling
from growth.campaigns.planning.rows import TAKES_PART, taking


@dataclass(frozen=True)
class Estimate:
    """Members. `reachable`: of those not held back, by each channel that lets and can; `first`: by which they get it.
    `capped` and `quiet` are among those reached: who has had enough today, whose quiet hours it would wait for.
    `seconds` is None where nothing limits the pace."""

    audience: int
    held: int
    reached: int
    capped: int
    quiet: int
    seconds: float | None
    reachable: dict[str, int]
    first: dict[str, int]


_AUDIENCE = {
    False: "SELECT id AS member, time_zone FROM members_member WHERE is_active",
    True: """SELECT member.id AS member, time_zone
      FROM segments_membership JOIN members_member member ON member.id = person
      WHERE segment_id = %(segment)s AND left_at IS NULL AND is_active""",
}
# Consent as devices/consenting.py means it: no word that covers it says no, and of a topic that is off at first one
# that names the topic says yes.
_COUNT = """
WITH everybody AS ({audience}), taking AS MATERIALIZED (
  SELECT member, coalesce(zone.name, '') AS zone,
    (%(global_share)s > 0 AND campaigns_bucket(%(global_state)s, member::text) < %(global_share)s)
    OR (%(holdout)s > 0 AND campaigns_bucket(%(holdout_state)s, member::text) < %(holdout)s) AS held
  FROM everybody LEFT JOIN unnest(%(zones)s::text[]) zone (name) ON zone.name = time_zone
  WHERE {takes_part}
), target AS (
  SELECT DISTINCT member_id AS member, channel FROM campaigns_device
  WHERE removed_at IS NULL AND channel = ANY(%(channels)s)
  UNION ALL SELECT DISTINCT user_id, 'email' FROM account_emailaddress WHERE verified AND 'email' = ANY(%(channels)s)
  UNION ALL SELECT member, 'inapp' FROM taking WHERE 'inapp' = ANY(%(channels)s)
), word AS MATERIALIZED (
  SELECT member_id AS member, channel, topic_id IS NOT NULL AS named, allowed FROM campaigns_consent
  WHERE topic_id = %(topic)s OR topic_id IS NULL
), reach AS MATERIALIZED (
  SELECT member, zone, channel FROM target JOIN taking USING (member) WHERE NOT held AND NOT EXISTS (
    SELECT FROM word WHERE word.member = taking.member AND word.channel IN ('', target.channel) AND NOT allowed
  ) AND (%(on_at_first)s OR EXISTS (
    SELECT FROM word WHERE word.member = taking.member AND word.channel IN ('', target.channel) AND named AND allowed))
), reached AS MATERIALIZED (
  SELECT member, zone, min(array_position(%(channels)s::text[], channel::text)) AS place FROM reach
  GROUP BY member, zone
), clock (zone, day, week, at) AS MATERIALIZED (
  SELECT * FROM unnest(%(clocks)s::text[], %(days)s::date[], %(weeks)s::date[], %(times)s::time[])
), capped AS (
  SELECT DISTINCT member FROM reached JOIN clock USING (zone)
    JOIN campaigns_capcount had ON had.member_id = member
  WHERE (period = 'day' AND begins = day AND count >= %(per_day)s)
    OR (period = 'week' AND begins = week AND count >= %(per_week)s)
), quiet AS (
  SELECT member FROM reached JOIN clock USING (zone)
    LEFT JOIN campaigns_quiethours own ON own.member_id = member
    LEFT JOIN campaigns_quiethours site ON site.member_id IS NULL
  WHERE CASE WHEN coalesce(own.since, site.since) <= coalesce(own.until, site.until)
    THEN at >= coalesce(own.since, site.since) AND at < coalesce(own.until, site.until)
    ELSE at >= coalesce(own.since, site.since) OR at < coalesce(own.until, site.until) END
)
SELECT (SELECT count(*) FROM taking), (SELECT count(*) FROM taking WHERE held), (SELECT count(*) FROM reached),
  (SELECT count(*) FROM capped), (SELECT count(*) FROM quiet),
  (SELECT coalesce(json_object_agg(channel, n), '{{}}') FROM (
    SELECT channel, count(*) AS n FROM reach GROUP BY channel) by_channel),
  (SELECT coalesce(json_object_agg((%(channels)s::text[])[place], n), '{{}}') FROM (
    SELECT place, count(*) AS n FROM reached GROUP BY place) by_place)
"""


def estimate(campaign: Campaign, *, now: datetime | None = None) -> Estimate:
    """At its time, or now. Where variations have channels of their own, by these and the campaign's together; where a
    member's clock decides, by what that clock will show."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(audience=_AUDIENCE[campaign.segment_id is not None], takes_part=TAKES_PART),
            _values(campaign, now),
        )
        *numbers, reachable, first = cursor.fetchone()
    members, held, reached, capped, quiet = numbers
    return Estimate(members, held, reached, capped, quiet, _seconds(campaign, first), reachable, first)


def _values(campaign: Campaign, now: datetime) -> dict[str, Any]:
    cap = FrequencyCap.objects.filter(priority=campaign.priority).first()
    return {
        **taking(campaign, allotting.global_holdout(campaign)),
        "segment": campaign.segment_id,
        "channels": _channels(campaign),
        "topic": campaign.topic_id,
        "on_at_first": campaign.topic.on_at_first,
        "per_day": cap and cap.per_day,
        "per_week": cap and cap.per_week,
        **_clocks(campaign, now),
    }


def _channels(campaign: Campaign) -> list[str]:
    """The campaign's, then what its variations have beside them."""
    own = (channel for variation in campaign.variations.order_by("index") for channel in variation.channels)
    return list(dict.fromkeys([*campaign.channels, *own]))


def _clocks(campaign: Campaign, now: datetime) -> dict[str, list[Any]]:
    """By zone: today and its week, of which caps are, and what clocks show when members are due."""
    zones = scheduling.zones_of_members()
    names = {"": timezone.get_default_timezone_name()} | {zone: zone for zone in zones}
    at = max(campaign.starts_at or now, now)
    days = [now.astimezone(zone_named(key)).date() for key in names.values()]
    times = [at.astimezone(zone_named(key)).time() for key in names.values()]
    if campaign.local_time:
        times = [timezone.localtime(at, timezone.get_default_timezone()).time()] * len(names)
    return {
        "zones": list(zones),
        "clocks": list(names),
        "days": days,
        "weeks": [day - timedelta(days=day.weekday()) for day in days],
        "times": times,
    }


def _seconds(campaign: Campaign, first: Mapping[str, int]) -> float | None:
    """By the campaign's own pace and that of each channel's provider, which go on beside each other."""
    rates = dict(Provider.objects.filter(active=True).order_by("-pk").values_list("channel", "per_second"))
    spans = [count / rate for channel, count in first.items() if (rate := rates.get(channel))]
    if campaign.per_second:
        spans.append(sum(first.values()) / campaign.per_second)
    return max(spans, default=None)
