"""The report of a campaign says what is counted one member at a time."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest

from events.engine import reading
from growth.campaigns.models import Allocation, Attempt, CampaignReport, Consent, Provider
from growth.campaigns.proving import building
from tests.growth.campaigns.proving import oracle, world

pytestmark = pytest.mark.django_db
AS_OF = world.at(20)


def build(campaign, as_of=AS_OF):
    with reading(as_of=as_of) as reader:
        return json.loads(json.dumps(building.build(campaign, reader), allow_nan=False))


def metric(comparison, version):
    return next(one for one in comparison["metrics"] if one["version"] == version.pk)


def messy(chance, campaign, people):
    """Members with one delivery or more, in any state, and acts at whole hours around them, many at the very ends."""
    rows, events = [], []
    for person in people:
        arm, when = chance.choice([-1, -1, 0, 1]), world.at(chance.randrange(16))
        for occurrence in range(chance.choice([1, 1, 1, 2])):
            passed = chance.random() < 0.7
            state = "held" if arm < 0 else "sent" if passed else chance.choice(["capped", "expired", "no_device"])
            rows.append(
                world.delivery(
                    campaign,
                    person,
                    when,
                    arm,
                    state=state,
                    would_send=passed,
                    occurrence=occurrence,
                    opened_at=when if state == "sent" and chance.random() < 0.4 else None,
                )
            )
            when += timedelta(days=chance.choice([-2, 3]))
            arm = chance.choice([-1, 0, 1])
        for _ in range(chance.randrange(4)):
            events.append(
                world.did(person, world.at(chance.randrange(18)), chance.choice(["comment_posted", "page_viewed"]))
            )
    chance.shuffle(rows)
    world.deliver(*rows)
    world.record(*events)
    for person in chance.sample(people, 25):
        Consent.objects.create(member=person, allowed=False, at=world.at(chance.randrange(18)), source="preferences")


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "key", ["contributed", pytest.param("page-views", marks=SLOW), pytest.param("seen-day-3", marks=SLOW)]
)
def test_each_arm_is_what_the_oracle_counts_planned_and_let_through(key):
    version, chance = world.goal(key), random.Random(key)
    campaign, people = world.campaign(arms=2, goal=version), world.members(150)
    people[0].is_staff = True
    people[0].save()
    messy(chance, campaign, people)
    body, rows = build(campaign), oracle.firsts(campaign, AS_OF)
    assert body["audience"]["members"] == len(rows) < len(people)
    for name, meant in (("itt", rows), ("triggered", [row for row in rows if row.would_send])):
        told, lift = oracle.told(meant, version, AS_OF), body["lift"][name]
        for comparison, control, arms in (
            (lift["sent"], "held", ["sent"]),
            (lift["variations"][0], "held", [0, 1]),
            (lift["first"], 0, [1]),
        ):
            found = metric(comparison, version)
            assert (found["control"]["n"], found["control"]["mean"]) == pytest.approx(told[control][:2])
            for row, arm in zip(found["arms"], arms, strict=True):
                assert (row["n"], row["mean"]) == pytest.approx(told[arm][:2])
                told_of = oracle.difference(told[control], told[arm])
                assert (row["absolute"], row["absolute_se"]) == pytest.approx(told_of)


def test_who_said_no_is_counted_in_both_arms():
    campaign, people = world.campaign(arms=2), world.members(120)
    messy(random.Random(8), campaign, people)
    found = next(one for one in build(campaign)["lift"]["itt"]["sent"]["metrics"] if one["version"] == -1)
    told = oracle.muted(oracle.firsts(campaign, AS_OF), AS_OF)
    assert found["control"] == {"n": told[True][0], "mean": pytest.approx(told[True][1] / told[True][0])}
    assert found["arms"][0]["mean"] == pytest.approx(told[False][1] / told[False][0])
    assert told[True][1]
    assert told[False][1]


def test_only_closed_windows_decide_and_the_rest_describes():
    campaign, people = world.campaign(), world.members(8)
    world.deliver(
        *(world.delivery(campaign, one, world.at(0), -1 if n % 2 else 0) for n, one in enumerate(people[:4])),
        *(world.delivery(campaign, one, world.at(1), -1 if n % 2 else 0) for n, one in enumerate(people[4:])),
    )
    world.record(*(world.did(one, world.at(2)) for one in people))
    body = build(campaign, world.at(7))
    found = metric(body["lift"]["itt"]["sent"], campaign.goal)
    assert (found["control"]["n"], found["arms"][0]["n"]) == (2, 2)
    assert body["lift"]["so_far"]["metrics"][0]["control"]["n"] == 4
    assert body["lift"]["so_far"]["metrics"][0]["arms"][0]["reading"] == "so_far"
    assert body["audience"]["matured"] == 4


def test_where_variations_have_hours_of_their_own_each_is_beside_those_held_back_of_its_hour():
    campaign = world.campaign(
        variations=[{"key": "early", "at": "08:00"}, {"key": "late", "at": "20:00"}], local_time=True
    )
    people = world.members(8)
    rows = [(n, variation) for n in range(4) for variation in (0, 1)]
    world.deliver(
        *(
            world.delivery(
                campaign, one, world.at(hours=12 * variation), variation if n % 2 else -1, variation=variation
            )
            for one, (n, variation) in zip(people, rows, strict=True)
        )
    )
    world.record(world.did(people[1], world.at(1)))  # held back, of the late hour
    early, late = build(campaign)["lift"]["itt"]["variations"]
    assert (early["arms"][1]["key"], metric(early, campaign.goal)["control"]) == ("early", {"n": 2, "mean": 0})
    assert (late["arms"][1]["key"], metric(late, campaign.goal)["control"]) == ("late", {"n": 2, "mean": 0.5})


def test_arms_without_the_members_they_should_have_are_told():
    campaign, people = world.campaign(holdout=5000), world.members(60)
    world.deliver(*(world.delivery(campaign, one, arm=-1 if n < 5 else 0) for n, one in enumerate(people)))
    found = build(campaign)["srm"]
    assert (found["observed"], found["expected"], found["status"]) == ([5, 55], [30, 30], "fail")


def test_of_a_bandit_the_expected_members_follow_its_periods():
    campaign, people = world.campaign(arms=2, allotment="bandit", holdout=2000), world.members(100)
    made = Allocation.objects.create(campaign=campaign, number=1, weights=[0.9, 0.1], uniform=0.1, seed=3)
    arms = ([-1] * 10 + [0] * 20 + [1] * 20, [-1] * 10 + [0] * 34 + [1] * 6)
    world.deliver(
        *(
            world.delivery(campaign, people[n + 50 * second], arm=arm, allocation=made if second else None)
            for second, told in enumerate(arms)
            for n, arm in enumerate(told)
        )
    )
    body = build(campaign)
    assert body["srm"]["expected"] == pytest.approx([20, 20 + 40 * 0.86, 20 + 40 * 0.14])
    assert body["srm"]["status"] == "ok"
    assert body["lift"]["itt"]["variations"] == []
    assert body["bandit"]["periods"] == {"told": 2, "standing": 2}


def test_a_pace_that_outlasts_the_expiry_refuses_to_compare_variations():
    campaign, people = world.campaign(arms=2, per_second=1, expires_after=timedelta(seconds=5)), world.members(12)
    world.deliver(*(world.delivery(campaign, one, arm=n % 3 - 1) for n, one in enumerate(people)))
    body = build(campaign)
    assert body["pace"] | {"late_p50_s": 0, "late_p99_s": 0} == {
        **{"per_second": 1, "queued": 8, "seconds": 8, "lasts_s": 5, "expired": 0, "shared": True},
        **{"late_p50_s": 0, "late_p99_s": 0},
    }
    assert body["refused"] == "budget_shared"
    assert (body["lift"]["itt"]["variations"], body["lift"]["itt"]["first"]) == ([], None)
    assert metric(body["lift"]["itt"]["sent"], campaign.goal)["control"]["n"] == 4


def test_factors_have_their_main_effects():
    levels = [{"title": title, "icon": icon} for title in ("plain", "warm") for icon in ("none", "star")]
    campaign = world.campaign(
        variations=[{"key": f"v{n}", "levels": one} for n, one in enumerate(levels)],
        factors={"title": ["plain", "warm"], "icon": ["none", "star"]},
    )
    people = world.members(40)
    world.deliver(*(world.delivery(campaign, one, arm=n % 4) for n, one in enumerate(people)))
    world.record(*(world.did(one, world.at(1)) for n, one in enumerate(people) if n % 4 >= 2 and n < 20))
    found = {tuple(one["term"]): one for one in build(campaign)["factors"]["contrasts"]}
    assert found[("title",)]["absolute"] == pytest.approx(0.5)
    assert found[("icon",)]["absolute"] == pytest.approx(0)


def test_the_funnel_ends_at_the_goal_beside_those_held_back():
    campaign, people = world.campaign(), world.members(6)
    world.deliver(
        world.delivery(campaign, people[0], arm=0, opened_at=world.at(), clicked_at=world.at()),
        world.delivery(campaign, people[1], arm=0),
        world.delivery(campaign, people[2], arm=0, state="capped", reason="cap:day", would_send=False),
        *(world.delivery(campaign, one) for one in people[3:]),
    )
    world.record(world.did(people[0], world.at(1)), world.did(people[4], world.at(1)))
    body = build(campaign)
    held, sent = body["funnel"]
    assert (held["queued"], held["steps"], held["goal"]["mean"]) == (3, [], pytest.approx(1 / 3))
    assert [(one["step"], one["count"]) for one in sent["steps"]] == [
        ("sent", 2),
        ("delivered", 0),
        ("opened", 1),
        ("clicked", 1),
    ]
    assert sent["steps"][0]["ci"] == pytest.approx([0.2077, 0.9385], abs=1e-4)
    assert body["reasons"] == [
        {"state": "held", "reason": "", "postponed": "", "held": True, "count": 3},
        {"state": "capped", "reason": "cap:day", "postponed": "", "held": False, "count": 1},
    ]


def test_by_channel_hour_and_sends_each_group_has_its_own_holdout():
    campaign, people = world.campaign(), world.members(8)
    world.deliver(
        *(
            world.delivery(campaign, one, arm=n % 2 - 1, channel="email" if n < 4 else "webpush")
            for n, one in enumerate(people)
        )
    )
    world.record(world.did(people[1], world.at(1)))
    slices = build(campaign)["slices"]
    told = {row["name"]: (row["held_n"], row["held_mean"], row["n"], row["mean"]) for row in slices["channel"]["rows"]}
    assert told == {"email": (2, 0, 2, 0.5), "webpush": (2, 0, 2, 0)}
    assert [row["name"] for row in slices["hour"]["rows"] if row["n"]] == ["09–12"]
    assert [(row["name"], row["n"]) for row in slices["sends"]["rows"] if row["n"]] == [("0", 4)]


def test_providers_are_told_by_outcome_and_time():
    campaign, (one, two) = world.campaign(), world.members(2)
    world.deliver(world.delivery(campaign, one, arm=0), world.delivery(campaign, two, arm=0, state="dead_token"))
    site = Provider.objects.get(key="site")
    for row, outcome, took in zip(
        campaign.deliveries.order_by("pk"), ("accepted", "dead_token"), (10, 30), strict=True
    ):
        Attempt.objects.create(delivery=row, channel="inapp", provider=site, outcome=outcome, milliseconds=took)
    (found,) = build(campaign)["providers"]
    assert (found["provider"], found["requests"], found["accepted"], found["dead_token"]) == ("site", 2, 1, 1)
    assert (found["p50_ms"], found["p95_ms"]) == (20, 29)


def test_fatigue_is_told_by_what_members_had_before():
    campaign, other, people = world.campaign(), world.campaign(), world.members(8)
    world.deliver(
        *(world.delivery(other, one, world.at(-1 - n), 0, occurrence=n) for one in people[4:] for n in range(4)),
        *(world.delivery(campaign, one, arm=n % 2 - 1) for n, one in enumerate(people)),
    )
    Consent.objects.create(member=people[5], allowed=False, at=world.at(1), source="preferences")
    none, many = build(campaign)["fatigue"]
    assert (none["sends"], none["members"], many["sends"], many["members"]) == ("0", 4, "3–9", 4)
    muted = next(one for one in many["outcomes"] if one["version"] == -1)
    assert (muted["held"]["mean"], muted["sent"]["mean"]) == (0, 0.5)


def test_of_nobody_there_is_a_report_too():
    body = build(world.campaign(arms=2))
    assert body["audience"]["members"] == 0
    assert build(world.campaign(goal=None))["goal"] is None


def test_a_report_is_stored_and_an_earlier_one_does_not_take_its_place():
    campaign = world.campaign()
    building.report(campaign, world.at(9))
    building.report(campaign, world.at(8))
    assert CampaignReport.objects.get(campaign=campaign).as_of == world.at(9)
