"""Members with a device each, and a campaign to all of them, as rows: what registering costs is not measured here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256

from django.db import connection
from django.utils import timezone

from growth.campaigns import providers
from growth.campaigns.channels.webpush import vapid
from growth.campaigns.devices import addressing
from growth.campaigns.models import Campaign, Occurrence, Provider, SubscriptionTopic
from growth.campaigns.planning import acting, creating
from growth.campaigns.sealing import seal
from tests.growth.campaigns.servers import apns, webpush

MEMBERS = """
INSERT INTO members_member (username, password, email, display_name, bio, bio_html, location, website, avatar, language,
  time_zone, theme, on_boards, profile_public, email_notifications, muted_kinds, is_moderator, suspension_reason,
  read_before, points_total, is_superuser, is_staff, is_active, date_joined)
SELECT 'bench' || n, '', '', 'Member ' || n, '', '', '', '', '', CASE n %% 3 WHEN 0 THEN 'zh-hans' ELSE '' END,
  (%(zones)s::text[])[1 + n %% %(count)s], 'auto', true, true, true, '[]', false, '', now(), 1, false, false, true,
  now()
FROM generate_series(1, %(members)s) n
"""
DEVICES = """
COPY campaigns_device
  (member_id, channel, fingerprint, address, label, language, created_at, seen_at, removed_why) FROM STDIN
"""
TEXTS = {
    "en": {"title": "{{ member.name }}, a question waits for you", "body": "You have {{ member.points }} points."},
    "zh-hans": {"title": "{{ member.name }}，有问题等你回答", "body": "你有 {{ member.points }} 积分。"},
}


def awake(now: datetime) -> list[str]:
    """Time zones where it is day: Etc/GMT-3 is three hours before UTC."""
    hours = range(9 - now.hour, 21 - now.hour)
    return [f"Etc/GMT{-offset:+d}" if offset else "UTC" for offset in hours if -12 <= offset <= 14]


def fill(members: int, channel: str, url: str) -> None:
    zones = awake(datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, {"members": members, "zones": zones, "count": len(zones)})
        cursor.execute("SELECT id FROM members_member WHERE username LIKE 'bench%' ORDER BY id")
        ids = [pk for (pk,) in cursor.fetchall()]
        with cursor.copy(DEVICES) as copy:
            for row in _devices(ids, channel, url):
                copy.write_row(row)
        cursor.execute("ANALYZE")
    _provider(channel)


def campaign(key: str, channel: str) -> Occurrence:
    """Running, with a holdout of a tenth; nobody is frozen yet."""
    content = {"texts": TEXTS, "url": "/unanswered/", "icon": "/static/icon.png"}
    made: Campaign = creating.create(
        key=key,
        name=key,
        by=None,
        topic=SubscriptionTopic.objects.get(key="news"),
        channels=[channel],
        variations=[{"key": arm, "name": arm, "content": content} for arm in ("a", "b")],
    )
    acting.submit(made, by=None)
    acting.approve(made, by=None)
    return acting.launch(made, by=None).occurrences.get()


def _devices(ids: list[int], channel: str, url: str) -> Iterator[tuple[object, ...]]:
    now, address = timezone.now(), ADDRESSES[channel]
    for number, member in enumerate(ids):
        parts = address(url, number)
        sealed = seal(json.dumps(parts).encode())
        yield member, channel, addressing.fingerprint(channel, parts, member_id=member), sealed, "", "", now, now, ""


ADDRESSES: dict[str, Callable[[str, int], dict[str, str]]] = {
    "webpush": webpush.subscription,
    "apns": lambda _url, number: {"token": sha256(str(number).encode()).hexdigest()},
}


def _provider(channel: str) -> None:
    made = Provider(key=f"bench-{channel}", name=channel, channel=channel)
    if channel == "apns":
        made.config = {"team_id": apns.TEAM, "key_id": apns.KEY_ID, "topic": apns.TOPIC}
        providers.set_secret(made, {"private_key": apns.private_key()})
    else:
        providers.set_secret(made, {"private_key": vapid.new_key()[0]})
    made.save()
