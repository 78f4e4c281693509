"""FCM: its tokens, its payload, and what its errors mean."""

import asyncio
from dataclasses import replace

import pytest

from growth.campaigns.channels.fcm import FCM, MOST_BYTES, _body
from growth.campaigns.channels.interface import Carrier
from tests.growth.campaigns.channels.rigs import message, rigged
from tests.growth.campaigns.channels.running import run
from tests.growth.campaigns.servers import fcm

CARRIER = Carrier("android", "fcm")


def sent(settings, *told, carrier=None, before=None, **address):
    async def scenario():
        async with rigged("fcm", settings) as rig:
            rig.carrier = replace(rig.carrier, **(carrier or {}))
            outcomes = []
            for one in told:
                outcomes.append(await rig.send(one, **address))
                if before:
                    before(rig.service)
            return outcomes, rig.service

    return run(scenario())


def test_the_message_has_its_collapse_key_for_every_platform(settings):
    told = message(data={"message": "7", "count": 3, "campaign": "x"}, image="https://forum.example/i.png", ttl=60)
    (outcome,), service = sent(settings, told)
    (taken,) = service.ledger.shown
    assert outcome.external_id == f"projects/{fcm.PROJECT}/messages/1"
    assert taken["notification"] == {"title": told.title, "body": told.body, "image": told.image}
    assert taken["data"] == {"message": "7", "count": "3", "campaign": "x", "url": told.url}
    assert taken["android"]["collapse_key"] == taken["android"]["notification"]["tag"] == told.collapse_key
    assert taken["android"]["ttl"] == taken["webpush"]["headers"]["TTL"] + "s" == "60s"
    assert taken["apns"]["headers"]["apns-collapse-id"] == told.collapse_key


def test_one_bearer_token_serves_many_messages_asked_for_at_once(settings):
    async def scenario():
        async with rigged("fcm", settings) as rig:
            outcomes = await asyncio.gather(*[rig.send() for _number in range(20)])
            return {outcome.kind for outcome in outcomes}, rig.service.given

    assert run(scenario()) == ({"accepted"}, 1)


def test_a_bearer_token_that_is_withdrawn_is_asked_for_anew(settings):
    outcomes, service = sent(settings, message(), message(), before=lambda service: service.tokens.clear())
    assert [outcome.kind for outcome in outcomes] == ["accepted", "accepted"]
    assert service.given == 2


@pytest.mark.parametrize(
    ("token", "kind", "scope", "after"),
    [
        ("gone", "dead_token", "", None),
        ("foreign", "dead_token", "", None),
        ("bad", "dead_token", "", None),
        ("quota", "throttled", "carrier", 60.0),
    ],
)
def test_what_its_errors_mean(settings, token, kind, scope, after):
    (outcome,), _service = sent(settings, message(), token=token)
    assert (outcome.kind, outcome.scope, outcome.after) == (kind, scope, after)


def test_an_invalid_argument_removes_no_device_while_the_message_is_bad_itself(settings):
    over = message(body="x" * 5000)
    (outcome,), _service = sent(settings, over, token="bad")
    assert outcome.kind == "rejected"


def test_another_project_or_a_key_that_is_none_is_the_providers_fault(settings):
    (outcome,), _service = sent(settings, message(), carrier={"config": {"project": "another"}})
    assert (outcome.kind, outcome.scope, outcome.reason) == ("rejected", "carrier", "PERMISSION_DENIED")
    bad = {"client_email": fcm.CLIENT, "private_key": "-----BEGIN"}
    (outcome,), _service = sent(settings, message(), carrier={"secret": bad})
    assert (outcome.kind, outcome.scope) == ("rejected", "carrier")
    assert "BEGIN" not in outcome.reason
    stranger = {"client_email": "somebody@else.example", "private_key": fcm.private_key()}
    (outcome,), _service = sent(settings, message(), carrier={"secret": stranger})
    assert (outcome.scope, outcome.reason) == ("carrier", "settings: no token: invalid_grant")


def test_the_limits_are_told_before():
    short = message(body="x")
    full = replace(short, body="x" * (MOST_BYTES - len(_body(short, "")) + 1))
    assert FCM().check(full, CARRIER) == []
    assert FCM().check(replace(full, body=full.body + "x"), CARRIER) == ["It takes 4001 bytes; 4000 may go."]
    assert len(FCM().check(message(data={"from": "x", "google.a": "y", "fine": "z"}), CARRIER)) == 2
