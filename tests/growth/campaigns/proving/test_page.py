"""The report's page says its answer in the first line, and hides what cannot be believed."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.urls import reverse

from community.api import scopes, tokens
from growth.campaigns.models import Allocation, CampaignReport, Consent
from growth.campaigns.proving import building
from growth.campaigns.proving.tasks import report as report_task
from tests.growth.campaigns.proving import world

pytestmark = pytest.mark.django_db
LATER = world.at(10)


@pytest.fixture
def boss(client, member_named):
    client.force_login(member_named("boss", is_staff=True, is_superuser=True))
    return client


def page(name, campaign):
    return reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])


def going(held=120, sent=(120,), does=(0.2, 0.7), **fields):
    """Of those held back and of those sent, so many reach the goal."""
    fields = {"holdout": round(10_000 * held / (held + sum(sent))), "planned_members": held + sum(sent), **fields}
    campaign = world.campaign(arms=len(sent), **fields)
    sizes = [held, *sent]
    people = world.members(sum(sizes))
    arms = [arm for arm, size in enumerate(sizes, start=-1) for _ in range(size)]
    world.deliver(*(world.delivery(campaign, one, arm=arm) for one, arm in zip(people, arms, strict=True)))
    places = [place for size in sizes for place in range(size)]
    rows = zip(people, arms, places, strict=True)
    world.record(
        *(
            world.did(one, world.at(1))
            for one, arm, place in rows
            if place < does[min(arm + 1, len(does) - 1)] * sizes[arm + 1]
        )
    )
    return campaign


def headline(response):
    return re.search(r'<h2 class="headline[^"]*">(.*?)</h2>', response.content.decode(), re.S).group(1)


def shown(boss, campaign):
    building.report(campaign, LATER)
    response = boss.get(page("report", campaign))
    assert response.status_code == 200
    return response


def test_before_the_first_report_it_says_so(boss):
    assert headline(boss.get(page("report", world.campaign()))).startswith("Nothing is counted yet")


def test_a_lift_that_is_certain_is_the_first_line(boss):
    response = shown(boss, going())
    assert headline(response).startswith(
        "It helps: Contributed within 7 days 70.0 %, of those held back 20.0 %: +250.0 %"
    )
    assert "From queued to the goal" in response.content.decode()


def test_no_lift_is_said_too(boss):
    assert headline(shown(boss, going(does=(0.3, 0.3)))).startswith("No lift seen")


def test_without_a_holdout_nothing_is_claimed(boss):
    assert headline(shown(boss, going(held=0, holdout=0))).startswith("Nobody is held back")


def test_nobody_yet(boss):
    assert headline(shown(boss, world.campaign())) == "Nobody was due yet."


def test_arms_that_lost_members_hide_their_results(boss):
    campaign = going(holdout=1000)
    response = shown(boss, campaign)
    assert headline(response).startswith("The arms do not have the members")
    assert "From queued" not in response.content.decode()
    assert len(csv_rows(boss, campaign)) == 1


def csv_rows(boss, campaign):
    return list(csv.DictReader(io.StringIO(boss.get(page("report_csv", campaign)).content.decode()))) or [{}]


def test_the_numbers_are_there_as_csv(boss):
    campaign = going(sent=(60, 60), does=(0.2, 0.7, 0.5))
    building.report(campaign, LATER)
    rows = [row for row in csv_rows(boss, campaign) if row["role"] == "primary" and row["analysis"] == "itt"]
    assert [(row["against"], row["arm"], float(row["mean"])) for row in rows] == [
        ("holdout", "sent", 0.6),
        ("holdout", "a", 0.7),
        ("holdout", "b", 0.5),
        ("a", "b", 0.5),
    ]


@pytest.mark.slow
def test_all_kinds_of_campaigns_have_a_page(boss):
    levels = [{"title": title, "icon": icon} for title in ("plain", "warm") for icon in ("none", "star")]
    factorial = world.campaign(
        variations=[{"key": f"v{n}", "levels": one} for n, one in enumerate(levels)],
        factors={"title": ["plain", "warm"], "icon": ["none", "star"]},
    )
    people = world.members(50)
    world.deliver(*(world.delivery(factorial, one, arm=n % 5 - 1) for n, one in enumerate(people)))
    Consent.objects.create(member=people[3], allowed=False, at=world.at(1), source="preferences")
    told = shown(boss, factorial).content.decode()
    assert "icon: star × title: warm" in told
    thompson = going(sent=(120, 120), does=(0.2, 0.3, 0.6), allotment="bandit")
    Allocation.objects.create(campaign=thompson, number=1, weights=[0.5, 0.5], seed=1, evidence=[{"members": 240}])
    told = shown(boss, thompson).content.decode()
    assert "it is no significance" in told
    assert "Within the slice that is drawn equally" in told
    slow = going(sent=(60, 60), per_second=1, expires_after="00:00:10")
    assert "compete for the same" in shown(boss, slow).content.decode()


def test_the_page_asks_for_few_rows(boss, django_assert_max_num_queries):
    campaign = going()
    building.report(campaign, LATER)
    with django_assert_max_num_queries(12):
        boss.get(page("report", campaign))


def test_who_may_not_see_campaigns_sees_none(client, member_named):
    client.force_login(member_named("clerk", is_staff=True))
    campaign = world.campaign()
    assert [client.get(page(name, campaign)).status_code for name in ("report", "report_csv")] == [403, 403]
    assert client.post(page("report_refresh", campaign)).status_code == 403


def test_a_fresh_one_is_computed_in_the_background(boss, monkeypatch, django_capture_on_commit_callbacks):
    campaign, rung = world.campaign(), []
    monkeypatch.setattr(report_task, "apply_async", lambda args, **more: rung.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(page("report_refresh", campaign))
    assert rung == [(campaign.pk,)]
    report_task(campaign.pk)
    assert CampaignReport.objects.filter(campaign=campaign).exists()


@pytest.mark.slow
def test_programs_read_the_same(member_named, client):
    campaign = going(sent=(60, 60))
    building.report(campaign, LATER)
    boss = member_named("boss", is_staff=True, is_superuser=True)
    _token, secret = tokens.create(boss, name="bi", scopes=[scopes.ANALYTICS])
    headers = {"Authorization": f"Bearer {secret}"}
    answer = client.get(f"/api/v1/campaigns/{campaign.key}/report/", headers=headers)
    told = answer.json()
    assert (answer.status_code, told["campaign"], told["report"]["hidden"]) == (200, campaign.key, False)
    assert told["report"]["lift"]["itt"]["sent"]["metrics"][0]["control"]["n"] == 120
    assert client.get(f"/api/v1/campaigns/{campaign.key}/report/").status_code in (401, 403)


@pytest.mark.slow
def test_a_variation_keeps_the_name_it_was_given_in_every_language(boss):
    campaign = going(sent=(60, 60), does=(0.2, 0.7, 0.5), holdout=5000)
    campaign.variations.filter(key="a").update(name="opened")
    building.report(campaign, LATER)
    told = boss.get(page("report", campaign), headers={"accept-language": "zh-hans"}).content.decode()
    assert "<small>opened</small>" in told
    assert "留出组" in told


def test_reasons_are_told_in_words(boss):
    campaign = going(sent=(60, 60), does=(0.2, 0.7, 0.5), holdout=5000)
    (one,) = world.members(1)
    world.deliver(world.delivery(campaign, one, arm=0, state="capped", reason="cap:day", would_send=False))
    assert "The cap of the day was reached." in shown(boss, campaign).content.decode()
