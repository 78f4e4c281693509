"""A Redis of our own is killed while threads vote, and comes back with what it had on disk."""

import threading
from pathlib import Path

import psutil
import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from community.members.models import Member
from community.nearby import cache
from community.points import ledger, periods
from community.points.boards import publishing, standings
from community.points.models import SITE
from community.points.verifying import verify
from config import services
from config.services import processes, redis

VOTES = 12


@pytest.fixture
def own_redis(tmp_path: Path, settings):
    services.ensure(tmp_path, ("redis",))
    settings.REDIS_DATA_URL = f"unix://{services.redis_socket(tmp_path)}?db=0"
    yield tmp_path
    if redis.is_alive(tmp_path):
        services.stop(tmp_path, ("redis",))


def kill(var_dir: Path) -> None:
    psutil.Process(processes.pid_in(var_dir / "redis" / "server.pid")).kill()
    processes.wait_until(lambda: not redis.is_alive(var_dir), seconds=5, failure="redis-server is still there")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_boards_are_right_again_after_redis_was_killed_during_votes(own_redis, member_named):
    authors = [member_named(f"author{number}") for number in range(3)]
    publishing.sweep()
    half = threading.Barrier(len(authors) + 1)

    def vote(author, place):
        try:
            for number in range(VOTES):
                if number == VOTES // 2:
                    half.wait()  # a killer waits with us
                with transaction.atomic():
                    Member.objects.lock([author.pk])
                    rule = "answer_accepted" if place == 0 else "accepted_answer"
                    ledger.award(rule, member_id=author.pk, source=("post", place), key=f"{place}:{number}")
        finally:
            connection.close()

    threads = [threading.Thread(target=vote, args=(author, place)) for place, author in enumerate(authors)]
    for thread in threads:
        thread.start()
    half.wait()
    kill(own_redis)
    for thread in threads:
        thread.join()

    wanted = [(authors[0].pk, 15 * VOTES, 1), (authors[1].pk, 2 * VOTES, 2), (authors[2].pk, 2 * VOTES, 2)]
    cache.clear()
    away = board()
    assert (away.live, places(away)) == (False, wanted)
    assert Client().get(reverse("points:board")).status_code == 200

    services.ensure(own_redis, ("redis",))
    publishing.sweep()
    back = board()
    assert (back.live, places(back)) == (True, wanted)
    proof = verify()
    assert (proof.differences, proof.boards) == (0, True)


def board() -> standings.Standings:
    return standings.read(SITE, periods.current("week"))


def places(found: standings.Standings) -> list[tuple[int, int, int]]:
    return [(place.member_id, place.points, place.rank) for place in found.rows]
