"""Work in the background: asked for, due, done once, failed, killed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from community.members.models import Member
from growth.home import jobs, tasks
from growth.home.models import Job, WeeklyNumber
from tests import builders

pytestmark = pytest.mark.django_db
NUMBERS, POINTS = Job.Key.NUMBERS, Job.Key.POINTS


def job(key: int = NUMBERS) -> Job:
    return Job.objects.get(pk=key)


def test_the_sweep_does_what_was_never_done_and_then_rests(alice):
    builders.question(alice)
    tasks.sweep()
    assert job().done_at is not None
    assert job().found == WeeklyNumber.objects.count() > 0
    assert (job(POINTS).found, job(POINTS).error) == (0, "")
    assert list(jobs.due(timezone.now())) == []


def test_it_is_due_when_its_time_has_come_or_when_asked_for():
    tasks.sweep()
    now = timezone.now()
    assert list(jobs.due(now + timedelta(hours=1))) == [NUMBERS]
    assert list(jobs.due(now + timedelta(days=1))) == [NUMBERS, POINTS]
    jobs.ask(POINTS)
    assert job(POINTS).waiting
    assert list(jobs.due(now)) == [POINTS]


def test_nobody_begins_what_somebody_is_at():
    now = timezone.now()
    Job.objects.create(key=NUMBERS, started_at=now, finished_at=now - timedelta(hours=1))
    jobs.ask(NUMBERS)
    assert job().running
    assert NUMBERS not in jobs.due(now)
    assert jobs.run(NUMBERS) is False


def test_what_was_killed_is_done_again_when_its_time_is_out():
    killed = timezone.now() - Job.LONGEST - timedelta(seconds=1)
    Job.objects.create(key=NUMBERS, started_at=killed, asked_at=killed - timedelta(seconds=1))
    assert not job().running
    jobs.ask(NUMBERS)
    assert NUMBERS in jobs.due(timezone.now())
    assert jobs.run(NUMBERS) is True
    assert job().finished_at > job().started_at > killed


def test_a_failure_is_told_keeps_the_numbers_and_is_forgotten_by_the_next_success(alice, settings):
    builders.question(alice)
    tasks.sweep()
    before, done = WeeklyNumber.objects.count(), job().done_at
    settings.TIME_ZONE = "Atlantis/Capital"
    with pytest.raises(Exception, match="Atlantis"):
        jobs.run(NUMBERS)
    assert "Atlantis" in job().error
    assert (job().done_at, job().running, WeeklyNumber.objects.count()) == (done, False, before)
    settings.TIME_ZONE = "UTC"
    jobs.run(NUMBERS)
    assert job().error == ""


def test_the_proof_counts_what_differs(alice):
    Member.objects.filter(pk=alice.pk).update(points_total=77)
    tasks.sweep()
    assert job(POINTS).found == 1
