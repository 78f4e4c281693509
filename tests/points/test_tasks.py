"""What Celery's beat calls, by the names that its schedule has."""

from datetime import UTC, datetime, timedelta

from django.conf import settings

from community.members.models import Member
from community.points import periods, tasks
from community.points.boards import standings
from community.points.models import SITE

# Redis expires keys by its own clock, so the frozen day lies ahead.
MIDNIGHT = datetime(2093, 11, 18, tzinfo=UTC)


def on_board(name="day"):
    found = standings.read(SITE, periods.current(name))
    return found.live, [place.member_id for place in found.rows]


def test_beat_knows_the_tasks_by_their_names():
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert {tasks.sweep_boards.name, tasks.turn_day.name} <= scheduled


def test_a_new_day_gets_boards_of_its_own(alice, bob, give, servers, time_machine):
    time_machine.move_to(MIDNIGHT - timedelta(minutes=1), tick=False)
    give(alice)
    tasks.sweep_boards()
    assert on_board() == (True, [alice.pk])

    time_machine.move_to(MIDNIGHT, tick=False)
    assert on_board() == (False, [])  # not yet built, and said by PostgreSQL
    tasks.turn_day()
    assert on_board() == (True, [])


def test_a_member_is_back_when_the_suspension_ends(alice, give, servers, time_machine):
    time_machine.move_to(MIDNIGHT, tick=False)
    give(alice)
    Member.objects.filter(pk=alice.pk).update(suspended_until=MIDNIGHT + timedelta(minutes=30))
    tasks.turn_day()
    assert on_board("week") == (True, [])

    time_machine.move_to(MIDNIGHT + timedelta(hours=1), tick=False)
    tasks.turn_day()
    assert on_board("week") == (True, [alice.pk])
