"""Reports for programs: 202 while computed, then the stored answer with its age."""

import json

import pytest
from django.contrib.auth.models import Permission

from community.api import scopes, tokens
from community.desk.models import Act
from events.record import record
from growth.reports.models import Answer

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/analytics/"


@pytest.fixture
def program(client, admin, boss):
    """A call with a token that reads reports."""

    def call(path: str = "counting/", scope: str = scopes.ANALYTICS, member=admin, **query: object):
        _token, secret = tokens.create(member, name="bi", scopes=[scope])
        return client.get(ROOT + path, query, headers={"Authorization": f"Bearer {secret}"})

    return call


def test_it_is_202_until_it_is_computed_and_then_the_answer_with_its_age(program, answer_all, alice):
    record("topic_started", unit=alice.pk)
    response = program()
    assert (response.status_code, response["Retry-After"], response.json()["state"]) == (202, "2", "queued")
    answer_all()
    found = program().json()
    assert found["result"] == {"doers": 1, "times": 1, "loud": False}
    assert found["params"]["event"] == "topic_started"
    assert (found["age_s"], found["computing"]) == (0, False)


def test_the_page_and_the_api_put_the_same_question(program, boss):
    boss.get("/admin/analytics/counting/?often=3")
    program(often="3", tz="UTC")
    assert Answer.objects.count() == 1


def test_refresh_has_it_computed_anew_while_the_old_one_is_told(program, answer_all):
    program()
    answer_all()
    found = program(refresh="true").json()
    assert found["computing"] is True
    assert Answer.objects.open().count() == 1


def test_what_failed_is_told_in_words(program, answer_all):
    program(event="never")
    answer_all()
    response = program(event="never")
    assert response.status_code == 400
    assert [fault["detail"] for fault in response.json()["errors"]] == ["There is no event “never”."]


def test_a_number_that_there_is_not_is_a_bad_question(program, answer_all):
    for _look in range(2):
        response = program("counting/people/", cell='{"times": "x"}')
        answer_all()
    assert response.status_code == 400
    assert [fault["parameter"] for fault in response.json()["errors"]] == ["cell"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [({"often": "0"}, "often"), ({"since": "soon"}, "since"), ({"oftn": "1"}, "oftn"), ({"refresh": "x"}, "refresh")],
)
def test_bad_parameters_are_named(program, query, parameter):
    response = program(**query)
    assert response.status_code == 400
    assert [fault["parameter"] for fault in response.json()["errors"]] == [parameter]
    assert not Answer.objects.exists()


def test_people_come_in_pages_and_are_written_down(program, answer_all, alice):
    for unit in (-3, -2, alice.pk):
        record("topic_started", unit=unit)
    cell = json.dumps({"times": 1})
    assert program("counting/people/", cell=cell).status_code == 202
    answer_all()
    first = program("counting/people/", cell=cell, page_size=2).json()
    assert first["items"] == [{"person": alice.pk, "username": "alice"}, {"person": -2, "username": None}]
    cursor = first["next"].rpartition("cursor=")[2].partition("&")[0]
    second = program("counting/people/", cell=cell, page_size=2, cursor=cursor).json()
    assert second == {"items": [{"person": -3, "username": None}], "next": None}
    assert Act.objects.filter(verb="see_people").count() == 2


@pytest.mark.parametrize("cell", ["", "7", "{", "[1]"])
def test_a_cell_that_is_none_is_named(program, cell):
    response = program("counting/people/", cell=cell)
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "cell")


def test_the_list_of_kinds_says_what_each_takes(program):
    kinds = {kind["key"]: kind for kind in program("").json()["items"]}
    told = {parameter["name"]: parameter for parameter in kinds["counting"]["parameters"]}
    assert (told["often"]["default"], told["tz"]["default"], told["event"]["required"]) == (1, "UTC", False)
    assert told["segment"]["choices"] == [""]


def test_the_scope_and_the_member_s_own_rights_are_asked(program, member_named):
    assert program(scope=scopes.READ).json()["scope"] == "analytics:read"
    sam = member_named("sam", is_staff=True)
    assert program(member=sam).status_code == 403
    sam.user_permissions.add(Permission.objects.get(codename="view_answer"))
    assert program(member=sam).status_code == 202
    assert program("counting/people/", member=sam, cell="{}").status_code == 403


def test_strangers_and_unknown_kinds_are_refused(client, program):
    assert client.get(f"{ROOT}counting/").status_code == 401
    assert program("nothing/").status_code == 404
