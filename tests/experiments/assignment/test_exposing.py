import threading

import pytest
import redis
from django.db import DatabaseError
from django.http import HttpResponse
from redis.backoff import NoBackoff
from redis.retry import Retry

import experiments
from events.collecting import buffering
from events.models import Event, IntakeCount
from experiments import exposing, snapshot
from experiments.exposing import Exposure, ExposureMiddleware, Memory
from experiments.models import Phase
from tests.experiments import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def running():
    for name in ("one", "two"):
        builders.running(f"exp-{name}", flag=builders.new_flag(name))
    snapshot.refresh()


def answer(request):
    experiments.variation(request, "one")
    experiments.variation(request, "two")
    return HttpResponse("")


def test_what_a_request_was_shown_goes_out_in_one_parcel_with_its_page(asks, alice, running, redis_client):
    ExposureMiddleware(answer)(asks(alice, path="/about/"))
    assert buffering.waiting() == 1
    buffering.flush()
    events = list(Event.objects.filter(name="exposed"))
    assert {event.object_id for event in events} == set(Phase.objects.values_list("pk", flat=True))
    assert {(event.object_kind, event.unit) for event in events} == {("phase", alice.pk)}
    assert IntakeCount.objects.get(source="server", name="exposed").count == 2


def test_a_view_that_fails_has_exposed_all_the_same(asks, alice, running, exposures):
    request = asks(alice)
    experiments.variation(request, "one")
    ExposureMiddleware(lambda request: HttpResponse(status=500))(request)
    assert len(exposures()) == 1


def test_with_redis_away_exposures_are_written_at_once(asks, alice, running, monkeypatch, tmp_path):
    client = redis.Redis(unix_socket_path=str(tmp_path / "none.sock"), retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(buffering, "redis", lambda: client)
    assert ExposureMiddleware(answer)(asks(alice)).status_code == 200
    assert Event.objects.filter(name="exposed").count() == 2


def test_what_could_not_be_written_is_no_fault_of_the_page_and_is_tried_again(
    asks, alice, running, exposures, monkeypatch, caplog
):
    def refuse(*args, **kwargs):
        raise DatabaseError("away")

    with monkeypatch.context() as patch:
        patch.setattr(buffering, "put", refuse)
        assert ExposureMiddleware(answer)(asks(alice)).status_code == 200
    assert "exposures are lost" in caplog.text
    ExposureMiddleware(answer)(asks(alice))
    assert len(exposures()) == 2


def test_a_unit_that_is_given_another_variation_is_exposed_anew(asks, alice, running, exposures):
    first, other = Exposure(alice.pk, 5, 0), Exposure(alice.pk, 5, 1)
    for exposure in (first, other, first):
        exposing.send([(exposure, exposing.now_us())])
    assert exposures() == [(alice.pk, 5, 0.0), (alice.pk, 5, 1.0)]


def test_a_memory_forgets_what_was_longest_not_looked_at():
    memory = Memory(2)
    memory.add([Exposure(1, 1, 0), Exposure(2, 1, 0)])
    assert memory.has(Exposure(1, 1, 0))
    memory.add([Exposure(3, 1, 0)])
    assert [memory.has(Exposure(unit, 1, 0)) for unit in (1, 2, 3)] == [True, False, True]


def test_threads_share_a_memory():
    memory = Memory(100)

    def work(first):
        for unit in range(first, first + 500):
            memory.add([Exposure(unit, 1, 0)])
            memory.has(Exposure(unit - 50, 1, 0))

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 250, 500, 750)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(memory.has(Exposure(unit, 1, 0)) for unit in range(1250)) == 100
