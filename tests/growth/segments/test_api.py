"""Segments by the API."""

import pytest

from community.api import scopes, tokens
from community.desk.models import Act
from events.record import record
from growth.reports import asking
from growth.segments.models import Segment

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/segments/"
MEANT = {"event": "answer_posted", "at_least": 2}


@pytest.fixture
def program(client, admin, monkeypatch):
    monkeypatch.setitem(asking.answered.__kwdefaults__, "within", 0)

    def call(method: str, path: str = "", data=None, *, scope=(scopes.ANALYTICS, scopes.SEGMENTS), member=admin):
        _token, secret = tokens.create(member, name="bi", scopes=list(scope))
        headers = {"Authorization": f"Bearer {secret}"}
        return getattr(client, method)(ROOT + path, data, content_type="application/json", headers=headers)

    return call


def test_a_segment_is_made_read_and_said_anew(program):
    made = program("post", data={"name": "Helpers", "definition": MEANT})
    assert made.status_code == 201
    assert made.json() == {
        "key": "helpers",
        "name": "Helpers",
        "description": "",
        "kind": "refreshed",
        "who": "members",
        "version": 1,
        "size": None,
        "refreshed_at": None,
        "refreshing": True,
        "error": "",
        "definition": MEANT,
    }
    changed = program("patch", "helpers/", {"definition": {"not": MEANT}, "description": "Not yet"})
    assert (changed.json()["version"], changed.json()["definition"]) == (2, {"not": MEANT})
    assert program("get", "helpers/").json()["description"] == "Not yet"
    assert [item["key"] for item in program("get").json()["items"]] == ["helpers"]
    assert Act.objects.filter(model="segments.segment").count() == 2


def test_every_fault_of_a_definition_is_told_with_its_path(program):
    response = program("post", data={"name": "X", "definition": {"all": [{"event": "nope"}, {}]}})
    assert response.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in response.json()["errors"]] == [
        ("#/definition", "unknown_event"),
        ("#/definition", "no_condition"),
    ]
    assert "/all/0/event" in response.json()["errors"][0]["detail"]
    assert not Segment.objects.exists()


@pytest.mark.parametrize("key", ["helpers", "preview"])
def test_a_key_that_is_taken_is_refused(program, helpers, key):
    response = program("post", data={"name": "X", "key": key, "definition": MEANT})
    assert response.json()["errors"][0]["pointer"] == "#/key"


def test_a_definition_is_counted_without_being_saved(program, alice, answer_all):
    record("answer_posted", unit=alice.pk)
    asked = {"definition": {"event": "answer_posted"}}
    assert program("post", "preview/", asked).json()["state"] == "computing"
    answer_all()
    found = program("post", "preview/", asked).json()
    assert (found["state"], found["size"], found["sample"], found["overlap"]) == ("done", 1, [alice.pk], [])
    assert not Segment.objects.exists()


def test_who_is_in_it_and_who_was(program, helpers, refresh, alice):
    record("answer_posted", unit=alice.pk)
    refresh(helpers)
    (row,) = program("get", "helpers/persons/").json()["items"]
    assert (row["person"], row["left_at"]) == (alice.pk, None)
    program("patch", "helpers/", {"definition": {"event": "topic_started"}})
    refresh(helpers)
    assert program("get", "helpers/persons/").json()["items"] == []
    (row,) = program("get", f"helpers/persons/?ever=true&person={alice.pk}").json()["items"]
    assert row["left_at"] is not None
    assert Act.objects.filter(verb="see_people").count() == 3


def test_it_is_refreshed_when_asked(program, helpers, refresh):
    refresh(helpers)
    assert program("post", "helpers/refresh/").status_code == 204
    assert program("get", "helpers/").json()["refreshing"] is True


def test_scopes_and_rights_are_asked(program, helpers, alice):
    assert program("post", data={"name": "X", "definition": MEANT}, scope=[scopes.ANALYTICS]).status_code == 403
    assert program("get", scope=[scopes.READ]).status_code == 403
    assert program("get", member=alice).status_code == 403
    assert program("get", "none/").status_code == 404
