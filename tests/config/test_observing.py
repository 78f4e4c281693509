"""A request and the tasks it rings for: their lines in the log, their id, their numbers."""

import io
import json
import logging.config
from collections.abc import Callable, Iterator

import pytest
from celery.app.trace import trace_task
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from community.members.models import Member
from config import counting, gauges, logs, request_ids
from config.celery import app
from config.observing import ObservingMiddleware
from config.tasks import heartbeat

pytestmark = pytest.mark.django_db
Lines = Callable[[str], list[dict[str, object]]]


@pytest.fixture
def lines(monkeypatch, caplog) -> Iterator[Lines]:
    """What a logger has written, as production writes it: one JSON object a line."""
    written = io.StringIO()
    made = logs.logging_settings(level="INFO", as_json=True)
    made["handlers"]["console"] |= {"stream": written}
    before = logging.root.handlers[:]
    logging.config.dictConfig(made)
    yield lambda logger: [line for line in map(json.loads, written.getvalue().splitlines()) if line["logger"] == logger]
    logging.root.handlers = before


def counted(route: str, status: str) -> float:
    return (
        counting.registry().get_sample_value("flywheel_request_seconds_count", {"route": route, "status": status})
        or 0.0
    )


def test_a_request_is_one_line_that_tells_who_where_and_how_long(lines: Lines, client_of, alice):
    answer = client_of(alice).get("/members/alice/?utm=secret")
    assert answer.status_code == 200
    (line,) = lines("flywheel.request")
    assert line["route"] == "members/<str:username>/"
    assert line["status"] == 200
    assert line["member"] == alice.pk
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["queries"] >= 2
    assert line["duration_ms"] > 0
    assert "alice" not in json.dumps(line)
    assert "secret" not in json.dumps(line)


def test_a_visitor_is_nobody_and_an_odd_address_is_not_repeated(lines: Lines, client):
    client.get("/no/such/reset-key/")
    (line,) = lines("flywheel.request")
    assert (line["route"], line["status"], line["member"]) == ("(none)", 404, None)
    (warning,) = lines("django.request")
    assert warning["message"] == "Not Found: (none)"
    assert warning["request_id"] == line["request_id"]


def test_a_fault_is_told_with_its_traceback_under_the_same_id(lines: Lines, client, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("a wire is loose")

    monkeypatch.setattr("config.metrics.may_read", broken)
    client.raise_request_exception = False
    answer = client.get("/metrics")
    assert answer.status_code == 500
    (line,) = lines("django.request")
    assert "a wire is loose" in line["traceback"]
    assert line["request_id"] == answer["X-Request-ID"]
    assert lines("flywheel.request")[0]["status"] == 500


def test_what_is_asked_for_without_end_is_not_told_while_it_is_well(lines: Lines, client):
    client.get("/healthz")
    assert lines("flywheel.request") == []


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [(1, "edge-7f3a9c01", True), (0, "edge-7f3a9c01", False), (1, "a\nb-forged-line", False), (1, "x" * 65, False)],
)
def test_an_id_is_taken_from_our_own_proxy_alone(client, settings, proxies, given, kept):
    settings.TRUSTED_PROXIES = proxies
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept
    assert len(answer["X-Request-ID"]) >= 8


def test_nobody_is_looked_up_for_the_log(django_assert_num_queries, alice):
    request = RequestFactory().get("/")
    request.user = SimpleLazyObject(lambda: Member.objects.get(pk=alice.pk))
    with django_assert_num_queries(0):
        ObservingMiddleware(lambda request: HttpResponse())(request)


def test_requests_are_counted_by_route_and_status(client):
    before = counted("boards/", "200"), counted("(none)", "404")
    client.get("/boards/")
    client.get("/boards/?page=1")
    client.get("/no/such/page")
    assert counted("boards/", "200") == before[0] + 2
    assert counted("(none)", "404") == before[1] + 1


def test_a_bell_carries_the_id_of_the_request_that_rang(redis_client):
    with request_ids.within("edge-7f3a9c01"):
        heartbeat.delay()
    with app.connection_for_read() as connection, connection.SimpleQueue(gauges.QUEUE) as queue:
        message = queue.get_nowait()
        message.ack()
    assert message.headers[request_ids.TASK_HEADER] == "edge-7f3a9c01"


def run_as_worker(**headers: str) -> None:
    trace_task(heartbeat, "b1e5", (), {}, headers, app=app)


def test_a_task_runs_under_the_id_that_came_with_it(lines: Lines, redis_client):
    run_as_worker(request_id="edge-7f3a9c01")
    (line,) = lines("flywheel.task")
    assert (line["task"], line["state"], line["request_id"]) == ("config.heartbeat", "SUCCESS", "edge-7f3a9c01")
    assert request_ids.current() == ""
    labels = {"task": "config.heartbeat", "state": "SUCCESS"}
    assert counting.registry().get_sample_value("flywheel_task_seconds_count", labels) >= 1


def test_a_task_of_beat_is_told_when_it_fails(lines: Lines, redis_client, settings, tmp_path):
    run_as_worker()
    assert lines("flywheel.task") == []
    settings.REDIS_DATA_URL = f"unix://{tmp_path}/none.sock"
    run_as_worker()
    (line,) = lines("flywheel.task")
    assert (line["state"], line["request_id"]) == ("FAILURE", "b1e5")
