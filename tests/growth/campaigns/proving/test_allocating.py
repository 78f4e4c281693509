"""The next allocation: once a day, from matured members, with all that it takes to compute it again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from config.celery import app
from growth.campaigns import tasks
from growth.campaigns.models import Allocation, Campaign
from growth.campaigns.proving import allocating, bandit
from tests.growth.campaigns.proving import world

pytestmark = pytest.mark.django_db
LATER = world.at(10)


def going(members=240, **fields):
    """A bandit of two arms, of which the second has the goal: a third held back."""
    campaign, people = world.campaign(arms=2, allotment="bandit", **fields), world.members(members)
    world.deliver(*(world.delivery(campaign, one, arm=n % 3 - 1) for n, one in enumerate(people)))
    world.record(*(world.did(one, world.at(1)) for n, one in enumerate(people) if n % 3 == 2 and n % 2))
    return campaign, people


def test_an_allocation_favours_what_matured_better_and_is_computed_again():
    campaign, _people = going(330)
    made = allocating.allocate(campaign, LATER)
    made = Allocation.objects.get(pk=made.pk)
    assert made.weights[1] == pytest.approx(0.95)
    assert bandit.recompute(made) == made.weights
    assert [(one["members"], one["goal"]) for one in made.evidence] == [(110, 0), (110, 55)]
    assert made.uniform == 0.1


def test_members_whose_windows_are_open_teach_nothing():
    campaign, _people = going(330)
    assert allocating.allocate(campaign, world.at(6)) is None


def test_a_few_members_teach_nothing():
    campaign, _people = going(270)
    assert allocating.allocate(campaign, LATER) is None


@pytest.mark.slow
def test_a_second_bell_on_a_day_or_without_news_makes_no_second_one():
    campaign, people = going(330)
    assert allocating.allocate(campaign, LATER).number == 1
    assert allocating.allocate(campaign, LATER + timedelta(hours=1)) is None
    assert allocating.allocate(campaign, LATER + timedelta(days=1)) is None
    (one,) = world.members(1)
    first = campaign.allocations.get()
    world.deliver(world.delivery(campaign, one, world.at(3), 0, allocation=first))
    second = allocating.allocate(campaign, LATER + timedelta(days=2))
    assert second.number == 2
    assert [[row[:2] for row in arm["periods"]] for arm in second.evidence] == [[[0, 110], [1, 1]], [[0, 110], [1, 0]]]
    assert bandit.recompute(second) == second.weights


@pytest.mark.slow
def test_only_bandits_that_run_are_asked():
    for fields in ({"allotment": "fixed"}, {"test_stopped_at": LATER}, {"state": "paused"}):
        campaign, _people = going(330)
        Campaign.objects.filter(pk=campaign.pk).update(**fields)
    assert allocating.allocate_all(LATER) == 0
    going(330)
    assert allocating.allocate_all(LATER) == 1


def test_what_was_allocated_stays():
    campaign, _people = going(330)
    made = allocating.allocate(campaign, LATER)
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        Allocation.objects.filter(pk=made.pk).update(uniform=0.2)


def test_reports_are_made_of_those_that_send_or_ended_lately():
    made = {name: world.campaign(goal=None) for name in ("running", "draft", "lately", "long_ago")}
    for name, state, days in (("draft", "draft", None), ("lately", "finished", 44), ("long_ago", "finished", 46)):
        Campaign.objects.filter(pk=made[name].pk).update(state=state, finished_at=days and LATER - timedelta(days=days))
    assert set(allocating.to_be_reported(LATER)) == {made["running"], made["lately"]}


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("campaigns.report", "analytics"),
        ("campaigns.reports", "analytics"),
        ("campaigns.allocate", "analytics"),
        ("campaigns.plan", "campaigns"),
    ],
)
def test_what_reads_the_lake_waits_in_the_queue_of_analytics(task, queue):
    assert task in {one.name for one in (tasks.plan, *vars(tasks.proving).values()) if hasattr(one, "apply_async")}
    assert app.amqp.router.route({}, task)["queue"].name == queue
