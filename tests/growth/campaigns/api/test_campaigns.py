"""Campaigns by the API, as a program of staff speaks to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from community.api import scopes, tokens
from growth.campaigns.models import Campaign, CampaignChange, Delivery, Entry
from growth.campaigns.planning import acting
from tests.growth.campaigns import builders

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/campaigns/"
TEXTS = {"texts": {"en": {"title": "Hello", "body": "Somebody asked in your tags."}}}
HELLO = {
    "key": "hello",
    "name": "Hello",
    "topic": "questions",
    "channels": ["inapp", "email"],
    "holdout": 500,
    "delay": "01:30:00",
    "variations": [{"key": "plain", "content": TEXTS}, {"key": "warm", "weight": 3, "content": TEXTS}],
}


@pytest.fixture
def program(client, admin):
    def call(method, path="", data=None, *, scope=(scopes.ANALYTICS, scopes.CAMPAIGNS), member=admin, **headers):
        _token, secret = tokens.create(member, name="crm", scopes=list(scope))
        headers = {"Authorization": f"Bearer {secret}", **headers}
        return getattr(client, method)(ROOT + path, data, content_type="application/json", headers=headers)

    return call


def triggered(**fields):
    return builders.launched(
        key="welcome",
        kind="triggered",
        trigger="api",
        holdout=0,
        variations=[{"key": "only", "content": TEXTS}],
        **fields,
    )


def test_a_campaign_is_made_read_and_changed(program):
    made = program("post", data=HELLO)
    assert made.status_code == 201, made.content
    shown = made.json()
    assert {name: shown[name] for name in ("key", "state", "topic", "segment", "channels", "holdout", "delay")} == {
        "key": "hello",
        "state": "draft",
        "topic": "questions",
        "segment": None,
        "channels": ["inapp", "email"],
        "holdout": 500,
        "delay": "01:30:00",
    }
    assert [(one["key"], one["weight"], one["content"]) for one in shown["variations"]] == [
        ("plain", 1, TEXTS),
        ("warm", 3, TEXTS),
    ]
    changed = program("patch", "hello/", {"name": "Hello there", "variations": [{"key": "only"}]})
    assert (changed.json()["name"], len(changed.json()["variations"])) == ("Hello there", 1)
    assert [one["key"] for one in program("get").json()["items"]] == ["hello"]
    assert list(CampaignChange.objects.order_by("pk").values_list("act", flat=True)) == ["created", "changed"]


def test_it_is_handed_in_launched_paused_and_cancelled(program):
    program("post", data={**HELLO, "goal": "seen-day-3"})
    assert program("post", "hello/submit/", {}).json()["state"] == "review"
    assert program("post", "hello/launch/", {}).status_code == 422  # a person approves it first
    acting.approve(Campaign.objects.get(), by=None)
    at = (timezone.now() + timedelta(days=2)).isoformat()
    assert program("post", "hello/schedule/", {"at": at}).json()["starts_at"]
    assert program("post", "hello/launch/", {"why": "Now."}).json()["state"] == "running"
    assert program("post", "hello/pause/", {}).status_code == 400
    assert program("post", "hello/pause/", {"why": "A typo."}).json()["paused_why"] == "A typo."
    assert program("post", "hello/resume/", {}).json()["state"] == "running"
    assert program("post", "hello/cancel/", {"why": "Enough."}).json()["state"] == "cancelled"
    gone = program("post", "hello/resume/", {})
    assert (gone.status_code, gone.json()["type"].endswith("unfit")) == (422, True)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"key": "Hello!"}, "key"),
        ({"topic": "nothing"}, "topic"),
        ({"segment": "nobody"}, "segment"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"goal": "no-such-metric"}, "goal"),
        ({"holdout": 10_000}, "holdout"),
        ({"variations": []}, "variations"),
        ({"variations": [{"key": "a"}, {"key": "a"}]}, "variations"),
        ({"colour": "red"}, "colour"),
        ({"delay": "soon"}, "delay"),
        ({"kind": "triggered"}, "trigger"),
    ],
)
def test_what_is_wrong_is_told_by_field_and_nothing_is_made(program, given, field):
    refused = program("post", data={**HELLO, **given})
    assert refused.status_code == 400, refused.content
    assert field in str(refused.json()["errors"]), refused.json()
    assert not Campaign.objects.exists()


def test_a_key_is_had_once(program):
    program("post", data=HELLO)
    assert "unique" in str(program("post", data=HELLO).json())


def test_members_enter_once_by_one_cause(program, alice, bob):
    triggered()
    given = {"members": [alice.pk, bob.pk, alice.pk, 10**9], "cause": "order-7", "data": {"order": 7}}
    assert program("post", "welcome/entries/", given).json() == {"entered": 2}
    assert program("post", "welcome/entries/", given).json() == {"entered": 0}
    assert set(Entry.objects.values_list("key", "data__order")) == {("api:order-7", 7)}
    assert Delivery.objects.filter(state="due").count() == 2


def test_the_same_request_twice_is_done_once(program, alice):
    triggered(reentry="always")
    given = {"members": [alice.pk], "cause": "order-7"}
    first = program("post", "welcome/entries/", given, **{"Idempotency-Key": "k1"})
    again = program("post", "welcome/entries/", given, **{"Idempotency-Key": "k1"})
    assert (first.json(), again.json(), again.headers["Idempotency-Replayed"]) == ({"entered": 1},) * 2 + ("true",)


@pytest.mark.parametrize("data", [[1], "text", 7])
def test_data_is_an_object(program, alice, data):
    triggered()
    refused = program("post", "welcome/entries/", {"members": [alice.pk], "cause": "c", "data": data})
    assert refused.status_code == 400


def test_nobody_enters_a_broadcast(program, alice):
    program("post", data=HELLO)
    assert program("post", "hello/entries/", {"members": [alice.pk], "cause": "c"}).status_code == 400


def test_deliveries_are_listed_found_and_explained(program, alice, bob):
    triggered()
    program("post", "welcome/entries/", {"members": [alice.pk, bob.pk], "cause": "order-7"})
    listed = program("get", "welcome/deliveries/").json()["items"]
    assert [one["member"] for one in listed] == [bob.pk, alice.pk]
    assert [
        one["member"] for one in program("get", f"welcome/deliveries/?member={bob.pk}&state=due").json()["items"]
    ] == [bob.pk]
    one = program("get", f"welcome/deliveries/{listed[0]['id']}/").json()
    assert one["explained"][0] == "A program asked for it."
    assert program("get", "hello/deliveries/").status_code == 404
    assert program("get", "welcome/").json()["deliveries"] == {"due": 2}


def test_it_takes_the_scope_and_the_right(program, alice):
    program("post", data=HELLO)
    assert program("post", "hello/pause/", {"why": "x"}, scope=[scopes.ANALYTICS]).status_code == 403
    alice.is_staff = True
    alice.save()
    alice.user_permissions.add(Permission.objects.get(codename="view_campaign"))
    assert program("get", "hello/", member=alice).status_code == 200
    assert program("patch", "hello/", {"name": "Mine"}, member=alice).status_code == 403
    assert program("post", "hello/cancel/", {"why": "x"}, member=alice).status_code == 403
