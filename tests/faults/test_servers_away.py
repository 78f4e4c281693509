"""Redis is away; PostgreSQL is away, or was restarted between two requests. What a member sees, and what is kept."""

from __future__ import annotations

import psycopg
import pytest
from allauth.account.models import EmailAddress
from django.db import close_old_connections, connection
from django.test import Client

from community.api import problems
from community.forum.models import Post, Topic, Vote
from community.members import counting
from community.members.counting import Memory
from tests import builders


@pytest.fixture
def no_redis(settings, monkeypatch) -> None:
    """For all who ask: counters, boards, views, the shared cache, the doorbell."""
    settings.REDIS_DATA_URL = "unix:///nowhere/redis.sock?db=0"
    settings.CACHES = settings.CACHES | {"default": {**settings.CACHES["default"], "LOCATION": settings.REDIS_DATA_URL}}
    settings.RATE_LIMITS = True
    monkeypatch.setattr(counting, "_memory", Memory())
    monkeypatch.setattr("config.celery.app.conf.broker_url", "redis+socket:///nowhere/redis.sock?virtual_host=1")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_redis")
def test_without_redis_a_member_signs_in_asks_answers_and_votes_and_all_of_it_is_kept(admin):
    bob = builders.trusted("bob", is_moderator=True)  # moderators have no limits that would get in the way
    bob.email = "bob@example.org"
    bob.set_password("wonderland-7")
    bob.save()
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    topic = builders.question(admin)
    client = Client()
    assert client.post("/accounts/login/", {"login": "bob", "password": "wonderland-7"}).status_code == 302
    given = {"kind": "discussion", "category": topic.category_id, "title": "Is Redis there?", "body": "I think not."}
    assert client.post("/ask/", given).status_code == 302
    assert client.post(f"/t/{topic.pk}/reply/", {"body": "An answer, kept."}).status_code == 302
    assert client.post(f"/p/{builders.opening(topic).pk}/vote/", {"value": "1"}).status_code == 302
    assert Topic.objects.filter(title="Is Redis there?").exists()
    assert Post.objects.filter(body="An answer, kept.").exists()
    assert Vote.objects.get().value == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("no_redis")
@pytest.mark.parametrize("path", ["/", "/new/", "/top/week/", "/tags/", "/boards/", "/search/?q=python", "/healthz"])
def test_without_redis_every_kind_of_page_is_read(client, path):
    topic = builders.question()
    assert client.get(topic.get_absolute_url()).status_code == 200
    assert client.get(path).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_after_postgresql_was_restarted_the_next_request_does_not_notice(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)  # as the site has it
    client, topic = Client(), builders.question()
    assert client.get(topic.get_absolute_url()).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    wanted = connection.get_connection_params()
    parameters = {key: wanted[key] for key in ("host", "port", "user", "dbname") if wanted.get(key)}
    with psycopg.connect(**parameters, autocommit=True) as other:  # a restart ends every connection
        other.execute("SELECT pg_terminate_backend(%s)", [backend])
    close_old_connections()  # what each request begins with; the test client leaves it out
    assert client.get(topic.get_absolute_url()).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_while_postgresql_is_away_the_answer_is_503_with_words_and_when_to_ask_again(monkeypatch, tmp_path):
    client = Client(raise_request_exception=False)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    answer = client.get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "<html" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    monkeypatch.undo()
    assert client.get("/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_while_postgresql_is_away_the_api_answers_503_with_a_problem_and_when_to_ask_again(monkeypatch, tmp_path):
    client = Client(raise_request_exception=False)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    answer = client.get("/api/v1/topics/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer["Content-Type"] == problems.CONTENT_TYPE
    assert answer.json()["type"].endswith("#problem-unavailable")
    monkeypatch.undo()
    assert client.get("/api/v1/topics/").status_code == 200


@pytest.mark.django_db
def test_a_fault_of_our_own_is_500_and_does_not_invite_to_ask_again(monkeypatch):
    monkeypatch.setattr("community.forum.views.lists.render", lambda *_args, **_given: 1 / 0)
    answer = Client(raise_request_exception=False).get("/tags/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer
    assert "Traceback" not in answer.content.decode()
