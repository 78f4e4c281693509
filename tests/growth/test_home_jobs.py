"""The numbers in the background: asked for, due, done once, failed, killed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from growth.home import jobs, tasks
from growth.home.models import Job, WeeklyNumber
from tests import builders

pytestmark = pytest.mark.django_db


def job() -> Job:
    return Job.objects.get()


def test_the_sweep_does_what_was_never_done_and_then_rests(alice):
    builders.question(alice)
    tasks.sweep()
    assert job().found == WeeklyNumber.objects.count() > 0
    done = job().done_at
    tasks.sweep()
    assert job().done_at == done


def test_it_is_due_when_an_hour_has_passed_or_when_asked_for():
    tasks.sweep()
    now = timezone.now()
    assert not jobs.is_due(now + timedelta(minutes=59))
    assert jobs.is_due(now + timedelta(hours=1))
    jobs.ask()
    assert job().waiting
    assert jobs.is_due(now)


def test_nobody_begins_what_somebody_is_at():
    now = timezone.now()
    Job.objects.create(key=jobs.KEY, started_at=now, finished_at=now - timedelta(hours=1))
    jobs.ask()
    assert job().running
    assert not jobs.is_due(now)
    assert jobs.run() is False


def test_what_was_killed_is_done_again_when_its_time_is_out():
    killed = timezone.now() - Job.LONGEST - timedelta(seconds=1)
    Job.objects.create(key=jobs.KEY, started_at=killed, asked_at=killed - timedelta(seconds=1))
    assert not job().running
    jobs.ask()
    assert jobs.is_due(timezone.now())
    assert jobs.run() is True
    assert job().finished_at > job().started_at > killed


def test_a_failure_is_told_keeps_the_numbers_and_is_forgotten_by_the_next_success(alice, settings):
    builders.question(alice)
    tasks.sweep()
    before, done = WeeklyNumber.objects.count(), job().done_at
    settings.TIME_ZONE = "Atlantis/Capital"
    with pytest.raises(Exception, match="Atlantis"):
        jobs.run()
    assert "Atlantis" in job().error
    assert (job().done_at, job().running, WeeklyNumber.objects.count()) == (done, False, before)
    settings.TIME_ZONE = "UTC"
    jobs.run()
    assert job().error == ""
