"""Events of programs: declared, their owner's alone, each once, up to thirty days late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application

from community.api import scopes
from community.members.models import Member
from events.collecting import programs, writing
from events.models import DeclaredEvent, Event, ExternalUnit, IntakeCount, Receipt
from tests import builders
from tests.api.conftest import Caller

BUILD = {"name": "build_finished", "properties": {"result": "green"}}


@pytest.fixture
def program(alice: Member, token_of) -> Caller:
    programs.declare("build_finished", owner=f"member:{alice.pk}", properties=["result"])
    return token_of(alice, scopes.EVENTS)


def send(program: Caller, *events: object, **batch: object) -> dict:
    answer = program.post("events", {"events": events, **batch})
    assert answer.status_code == 200, answer.content
    return answer.json()


def reasons(answer: dict) -> list[str]:
    return [refused["reason"] for refused in answer["refused"]]


def test_an_event_is_written_before_the_answer(program, alice):
    about = {"kind": "topic", "id": 7}
    at = "2026-11-21T09:30:00.123456+01:00"
    with time_machine.travel("2026-11-22 00:00Z", tick=False):
        answer = send(program, BUILD | {"at": at, "value": 12.5, "object": about})
    assert answer == {"written": 1, "duplicates": 0, "refused": []}
    event = Event.objects.get(name="build_finished")
    assert (event.unit, event.person, event.value, event.source) == (alice.pk, alice.pk, 12.5, "api")
    assert event.at.isoformat() == "2026-11-21T08:30:00.123456+00:00"
    assert (event.object_kind, event.object_id, event.properties) == ("topic", 7, {"result": "green"})


def test_an_event_with_an_id_is_written_once(program):
    assert send(program, BUILD | {"id": "a"}, BUILD | {"id": "b"}, BUILD | {"id": "a"})["duplicates"] == 1
    answer = send(program, BUILD | {"id": "b", "value": 3}, BUILD | {"id": "c"})
    assert (answer["written"], answer["duplicates"]) == (1, 1)
    assert Event.objects.filter(name="build_finished").count() == 3
    assert IntakeCount.objects.get(outcome="duplicate").count == 2


def test_all_is_counted_at_once_so_that_two_batches_lock_the_counts_in_one_order(program):
    with CaptureQueriesContext(connection) as queries:
        send(program, BUILD | {"id": "a"}, {"name": "another"}, BUILD)
    assert len([one for one in queries if "INSERT INTO events_intakecount" in one["sql"]]) == 1
    assert set(IntakeCount.objects.filter(source="api").values_list("name", "outcome", "count")) == {
        ("build_finished", "written", 2),
        ("another", "unknown_name", 1),
    }


def test_the_same_id_of_another_program_is_another_event(program, bob, token_of):
    programs.declare("deployed", owner=f"member:{bob.pk}")
    send(program, BUILD | {"id": "a"})
    assert send(token_of(bob, scopes.EVENTS), {"name": "deployed", "id": "a"})["written"] == 1


def test_without_an_id_each_is_written(program):
    assert send(program, BUILD, BUILD)["written"] == 2


def test_an_event_may_be_thirty_days_late_and_its_id_is_known_for_longer(program):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        at = (now - timedelta(days=29, hours=23)).isoformat()
        assert send(program, BUILD | {"at": at, "id": "late"})["written"] == 1
    with time_machine.travel(now + timedelta(days=30, hours=23), tick=False):
        writing.sweep(timezone.now())
        assert Receipt.objects.exists()
        assert reasons(send(program, BUILD | {"at": at, "id": "late"})) == ["too_late"]
    writing.sweep(now + timedelta(days=31, minutes=1))
    assert not Receipt.objects.filter(key=programs.key_of("x", "late")).exists()
    assert IntakeCount.objects.get(outcome="late_7d").count == 1


def test_what_is_refused_is_told_one_by_one(program, bob):
    programs.declare("deployed", owner=f"member:{bob.pk}")
    ahead = (timezone.now() + timedelta(minutes=2)).isoformat()
    answer = send(
        program,
        {"name": "undeclared"},
        {"name": "deployed"},
        {"name": "vote_cast"},
        {"name": "active"},
        BUILD,
        BUILD | {"at": ahead},
        BUILD | {"at": "2026-11-21T09:30:00"},
        BUILD | {"at": True},
        BUILD | {"object": {"kind": "page", "id": 1}},
        BUILD | {"object": {"kind": "topic", "id": 0}},
        BUILD | {"value": "many"},
        BUILD | {"value": 10**400},
        BUILD | {"properties": {"plan": 1}},
        BUILD | {"properties": {"result": {"deep": 1}}},
        BUILD | {"properties": {"result": "x" * 201}},
        BUILD | {"properties": {"result": "ada@example.org"}},
        BUILD | {"id": ""},
        BUILD | {"external_id": 7},
        BUILD | {"external_id": "a\x00b"},
        BUILD | {"colour": "red"},
        None,
        {"name": ["build_finished"]},
    )
    assert answer["written"] == 1
    assert reasons(answer) == [
        *("unknown_name", "not_yours", "not_yours", "not_yours", "future", "bad_time", "bad_time"),
        *("bad_object", "bad_object", "bad_value", "bad_value"),
        *("bad_property", "bad_property", "bad_property", "personal_data"),
        *("bad_event", "bad_unit", "bad_unit", "bad_event", "bad_event", "unknown_name"),
    ]
    assert IntakeCount.objects.get(name="deployed").outcome == "not_yours"


def test_people_of_another_system_are_visitors(program, alice):
    send(program, BUILD | {"external_id": "u1"}, BUILD | {"external_id": "u2"}, BUILD | {"external_id": "u1"})
    send(program, BUILD | {"external_id": "u1"})
    known = dict(ExternalUnit.objects.filter(system=f"member:{alice.pk}").values_list("external_id", "visitor"))
    units = list(Event.objects.filter(name="build_finished").order_by("pk").values_list("unit", flat=True))
    assert units == [-known["u1"], -known["u2"], -known["u1"], -known["u1"]]


def test_times_are_put_right_by_the_programs_clock(program):
    with time_machine.travel("2026-11-21 12:00Z", tick=False):
        wrong = int((timezone.now() - timedelta(days=2)).timestamp() * 1000)
        send(program, BUILD | {"at": wrong - 1000}, sent_at=wrong)
    assert Event.objects.get(name="build_finished").at.isoformat() == "2026-11-21T11:59:59+00:00"


def test_a_token_without_the_scope_records_nothing(alice, token_of):
    answer = token_of(alice, *(scopes.SCOPES.keys() - {scopes.EVENTS})).post("events/", {"events": [BUILD]})
    assert (answer.status_code, answer.json()["scope"]) == (403, "write:events")


@pytest.mark.parametrize("body", [{}, {"events": {}}, {"events": [1] * 1001}, {"events": [], "visit": 1}])
def test_a_body_that_is_no_batch_is_refused_whole(body, program):
    assert program.post("events/", body).status_code == 400


def test_more_than_a_megabyte_is_too_large(program):
    assert program.send("POST", "events/", b'{"events": []' + b" " * 1024 * 1024 + b"}").status_code == 413


def test_both_addresses_are_one(program):
    assert program.post("events", {"events": [BUILD]}).status_code == 200
    assert program.post("events/", {"events": [BUILD]}).status_code == 200


def test_staff_declare_events_by_the_api(admin, token_of, alice):
    caller = token_of(admin, scopes.EVENTS)
    declared = {"name": "build_finished", "description": "A build ended.", "properties": ["result"]}
    assert caller.post("events/declared/", declared).status_code == 201
    assert caller.post("events/declared/", declared | {"properties": ["result", "branch"]}).status_code == 201
    (item,) = caller.get("events/declared/").json()["items"]
    assert (item["name"], item["properties"]) == ("build_finished", ["branch", "result"])
    assert DeclaredEvent.objects.get().owner == f"member:{admin.pk}"
    assert token_of(alice, scopes.EVENTS).post("events/declared/", {"name": "mine"}).status_code == 403


@pytest.mark.parametrize("name", ["vote_cast", "active"])
def test_the_sites_own_names_cannot_be_declared(name, admin, token_of):
    assert token_of(admin, scopes.EVENTS).post("events/declared/", {"name": name}).status_code == 422


def test_what_another_has_declared_is_theirs(admin, token_of, program):
    assert token_of(admin, scopes.EVENTS).post("events/declared/", {"name": "build_finished"}).status_code == 422
    assert DeclaredEvent.objects.get().properties == ["result"]


def test_an_applications_events_are_its_own_and_its_members(alice, bob):
    app = Application.objects.create(
        name="Reader", user=alice, client_type="public", authorization_grant_type="authorization-code"
    )
    programs.declare("article_saved", owner=f"app:{app.client_id}")
    caller = oauth_caller(app, bob)
    assert send(caller, {"name": "article_saved"})["written"] == 1
    assert Event.objects.get(name="article_saved").unit == bob.pk


def oauth_caller(app: Application, member: Member) -> Caller:
    from django.test import Client

    AccessToken.objects.create(
        user=member,
        application=app,
        token="secret-of-bob",
        scope=scopes.EVENTS,
        expires=timezone.now() + timedelta(hours=1),
    )
    return Caller(Client(), {"Authorization": "Bearer secret-of-bob"})


def test_a_key_sent_again_is_answered_as_before(program):
    first, again = (program.post("events/", {"events": [BUILD]}, key="once").json() for _ in range(2))
    assert first == again
    assert Event.objects.filter(name="build_finished").count() == 1


def test_what_programs_send_is_counted(program: Caller, db):
    builders.member()
    send(program, BUILD, BUILD, {"name": "undeclared"})
    counts: Callable = IntakeCount.objects.filter(source="api").values_list
    assert set(counts("name", "outcome", "count")) == {
        ("build_finished", "written", 2),
        ("undeclared", "unknown_name", 1),
    }


class TestExposures:
    """Of a program that asked for flags: about the phase, by the number of the variation that was shown."""

    SHOWN = {"name": "exposed", "object": {"kind": "phase", "id": 7}, "value": 1}

    def test_a_program_tells_whom_it_showed_what(self, program, alice):
        assert send(program, self.SHOWN, self.SHOWN | {"external_id": "user-9"})["written"] == 2
        own, other = Event.objects.filter(name="exposed").order_by("-unit")
        assert (own.unit, own.object_kind, own.object_id, own.value) == (alice.pk, "phase", 7, 1)
        assert other.unit == -ExternalUnit.objects.get(external_id="user-9").visitor

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"value": None}, "bad_value"),
            ({"value": -1}, "bad_value"),
            ({"value": 0.5}, "bad_value"),
            ({"value": 1e9}, "bad_value"),
            ({"object": None}, "bad_object"),
            ({"object": {"kind": "topic", "id": 7}}, "bad_object"),
            ({"properties": {"result": "green"}}, "bad_property"),
        ],
    )
    def test_what_is_no_exposure_is_refused(self, program, wrong, reason):
        assert reasons(send(program, self.SHOWN | wrong)) == [reason]

    def test_only_of_those_who_may_have_events_of_their_own(self, bob, token_of):
        assert reasons(send(token_of(bob, scopes.EVENTS), self.SHOWN)) == ["not_yours"]

    def test_other_events_are_about_no_phase(self, program):
        assert reasons(send(program, BUILD | {"object": {"kind": "phase", "id": 7}})) == ["bad_object"]
