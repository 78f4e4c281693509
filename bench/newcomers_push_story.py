"""The starting point “Day-3 retention of newcomers”, played six hours by six hours by the site's own verbs and tasks.

The clock of the process is moved (time-machine), also that of the push service, which is one of its threads.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import time_machine
from django.test import override_settings
from django.utils import timezone

from bench.newcomers_push_truth import FADING, LIFTS, Newcomer, lift, newcomers
from community.members.models import Member
from events.collecting import buffering
from events.lake import background as lake
from events.lake.moment import scalar
from events.record import event, record_all
from growth.campaigns import tasks
from growth.campaigns.admin.editor.starting_points import BY_KEY
from growth.campaigns.devices import consenting, registering
from growth.campaigns.devices.keys import provider_of_browsers
from growth.campaigns.models import Campaign, Delivery
from growth.campaigns.planning import acting, creating
from growth.campaigns.proving import building
from tests.growth.campaigns.servers import serving, webpush

STEP = timedelta(hours=6)
AFTER = timedelta(days=10)  # the delay, the quiet hours, and the last windows, of a week and a day
Tell = Callable[[str], object]


class Site:
    """Newcomers come, get their message or none, and are there again or not."""

    def __init__(self, clock: Any, url: str, *, campaign: Campaign, daily: int, chance: random.Random) -> None:
        self.clock, self.url, self.campaign, self.daily, self.chance = clock, url, campaign, daily, chance
        self.now = timezone.now()
        self.came: dict[int, Newcomer] = {}
        self.visits: list[tuple[datetime, int, int, float]] = []  # when, who, on which day of theirs, by what chance
        self.got: dict[int, tuple[str, datetime]] = {}
        self.planned_to = 0

    def pass_time(self, *, open_: bool) -> None:
        """A step; newcomers come while it is open."""
        came = newcomers(self.daily * STEP // timedelta(days=1), self.now, STEP, self.chance) if open_ else []
        joined = dict(zip(self._joined(came), came, strict=True))
        self.came |= joined
        self.now += STEP
        self.clock.move_to(self.now)
        record_all(event("signed_up", unit=pk, at=one.at, method="form") for pk, one in joined.items())
        self._record_visits()
        self._work()
        self._note_planned()
        self._note_sent()

    def _joined(self, came: list[Newcomer]) -> list[int]:
        number = len(self.came)
        made = [Member(username=f"newcomer-{number + n}", date_joined=one.at) for n, one in enumerate(came)]
        for member in made:
            member.set_unusable_password()
        for member, one in zip(Member.objects.bulk_create(made), came, strict=True):
            if one.has_browser:
                registering.register(member, channel="webpush", address=webpush.subscription(self.url, member.pk))
            if one.refuses:
                consenting.say(member, topic=self.campaign.topic, allowed=False, source="preferences")
        return [member.pk for member in made]

    def _record_visits(self) -> None:
        """Of the time that has passed, by what each had got by then."""
        past = [visit for visit in self.visits if visit[0] < self.now]
        self.visits = [visit for visit in self.visits if visit[0] >= self.now]
        record_all(
            event("page_viewed", unit=pk, at=at, path="/")
            for at, pk, day, chance in past
            if self.came[pk].is_seen(day, self._had(pk, at), chance)
        )

    def _had(self, pk: int, at: datetime) -> str:
        variation, since = self.got.get(pk, ("", at))
        return variation if since < at else ""

    def _work(self) -> None:
        """What the workers do by the clock."""
        until = int(scalar("SELECT pg_current_xact_id()::text::bigint"))
        while True:
            tasks.plan()
            tasks.trigger()
            tasks.send()
            tasks.end()
            self.campaign.refresh_from_db()
            if self.campaign.state == Campaign.State.FINISHED or (self.campaign.read_to or 0) > until:
                break
        if self.now.hour == 0:
            buffering.flush()
            lake.seal()

    def _note_planned(self) -> None:
        """Whoever takes part, held back or not, comes back on days of their own from their due time on."""
        rows = self.campaign.deliveries.filter(pk__gt=self.planned_to).order_by("pk")
        for pk, member, at in rows.values_list("pk", "member", "planned_at"):
            self.planned_to = pk
            self.visits += [
                (at + timedelta(days=day + self.chance.random()), member, day, self.chance.random()) for day in FADING
            ]

    def _note_sent(self) -> None:
        names = dict(self.campaign.variations.values_list("index", "key"))
        sent = self.campaign.deliveries.filter(state=Delivery.State.SENT, ended_at__gt=self.now - STEP)
        for row in sent:
            self.got[row.member_id] = (names[row.variation], row.ended_at)


def play(*, daily: int, seed: int, start: datetime, tell: Tell = print) -> dict[str, Any]:
    """`daily` newcomers for two weeks, and what the report then says beside what is true."""
    service = webpush.PushService()
    with time_machine.travel(start.astimezone(UTC), tick=False) as clock, reachable(service) as url:
        campaign = launched(daily)
        site = Site(clock, url, campaign=campaign, daily=daily, chance=random.Random(seed))
        assert campaign.ends_at
        while site.now < campaign.ends_at + AFTER:
            site.pass_time(open_=site.now < campaign.ends_at)
            if site.now.hour == 0:
                tell(f"{site.now:%d %B}: {len(site.came)} came, {len(site.got)} were sent it")
        lake.seal()
        body = building.report(campaign, site.now)
    sent = campaign.deliveries.filter(state=Delivery.State.SENT)
    return {
        "seed": seed,
        "newcomers": len(site.came),
        "members": body["audience"],
        "states": dict(Counter(campaign.deliveries.values_list("state", flat=True))),
        "channels": dict(Counter(sent.values_list("channel", flat=True))),
        "quiet": campaign.deliveries.filter(postponed="quiet_hours").count(),
        "pushes": service.ledger.seen(),
        "state": campaign.state,
        "srm_p": round(body["srm"]["p"], 3),
        "lift": {analysis: _beside_truth(body, analysis) for analysis in ("itt", "triggered")},
    }


@contextmanager
def reachable(service: webpush.PushService) -> Iterator[str]:
    """The address of a push service of our own network, as the operator names it."""
    with serving.beside(service) as url, override_settings(WEBHOOK_ALLOWED_HOSTS=[urlsplit(url).netloc]):
        yield url


def launched(daily: int) -> Campaign:
    """As the editor makes it of its starting point, with browsers' keys and a planned size."""
    provider_of_browsers()
    point = BY_KEY["newcomers"]
    given = {**point.fields, **point.times()}
    initial = point.initial()
    variations = [{"key": key, "name": name, "content": content} for key, name, content in point.variations]
    planned = daily * 14 * given["coverage"] // 10_000
    made = creating.create(
        key="newcomers",
        name=str(point.name),
        by=None,
        topic_id=initial["topic"],
        goal_id=initial["goal"],
        variations=variations,
        planned_members=planned,
        **given,
    )
    acting.submit(made, by=None)
    acting.approve(made, by=None)
    return acting.launch(made, by=None)


def _beside_truth(body: dict[str, Any], analysis: str) -> dict[str, Any]:
    """All that were to be sent to, and each variation, against those held back: in shares of the members."""
    told, triggered = body["lift"][analysis], analysis == "triggered"
    rows = {"sent": told["sent"]["metrics"][0]["arms"][0]}
    (comparison,) = told["variations"]
    rows |= dict(zip(LIFTS, comparison["metrics"][0]["arms"], strict=True))
    return {
        name: _row(row, lift(tuple(LIFTS) if name == "sent" else (name,), triggered=triggered))
        for name, row in rows.items()
    }


def _row(row: dict[str, Any], truth: float) -> dict[str, Any]:
    low, high = row["absolute_ci"]
    sequence = row["sequential"] and row["sequential"]["absolute"]["ci"]
    return {
        "n": row["n"],
        "truth": round(truth, 4),
        "estimate": round(row["absolute"], 4),
        "ci": [round(low, 4), round(high, 4)],
        "sequence": sequence and [round(one, 4) for one in sequence],
        "inside": low <= truth <= high,
        "inside_sequence": bool(sequence) and sequence[0] <= truth <= sequence[1],
    }
