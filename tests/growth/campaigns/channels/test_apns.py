"""APNs: its token, its headers, and which devices are no more."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from growth.campaigns.channels.apns import APNs, payload
from growth.campaigns.channels.interface import Carrier
from tests.growth.campaigns.channels.rigs import message, rigged
from tests.growth.campaigns.channels.running import run
from tests.growth.campaigns.servers import apns

GONE_SINCE = datetime.fromtimestamp(apns.GONE_SINCE / 1000, UTC)


def sent(settings, *told, carrier=None, registered=None, between=None, **address):
    async def scenario():
        async with rigged("apns", settings) as rig:
            rig.carrier = replace(rig.carrier, **(carrier or {}))
            outcomes = []
            for one in told:
                prepared = await rig.prepared(one, **address)
                target = replace(prepared.target, registered_at=registered)
                outcomes.append(await rig.repeat(replace(prepared, target=target)))
                if between:
                    between(rig.service)
            return outcomes, rig.service

    return run(scenario())


def test_the_request_has_every_header(settings):
    told = message(urgency="low", image="https://forum.example/i.png", data={"message": "7", "aps": "never"})
    (outcome,), service = sent(settings, told)
    (taken,) = service.ledger.shown
    given = taken["headers"]
    assert outcome.external_id == given["apns-id"]
    assert (given["apns-collapse-id"], given["apns-priority"]) == (told.collapse_key, "5")
    assert abs(int(given["apns-expiration"]) - datetime.now(UTC).timestamp() - told.ttl) < 5
    assert taken["aps"]["alert"] == {"title": told.title, "body": told.body}
    assert taken["aps"]["mutable-content"] == 1
    assert taken["url"] == told.url


def test_one_token_and_one_connection_serve_many_messages(settings):
    async def scenario():
        async with rigged("apns", settings) as rig:
            outcomes = await asyncio.gather(*[rig.send() for _number in range(150)])
            return {outcome.kind for outcome in outcomes}, len(rig.service.tokens), len(rig.service.connections)

    assert run(scenario()) == ({"accepted"}, 1, 1)


def test_a_token_that_has_expired_is_made_anew(settings):
    def expire(service):
        service.expired |= service.tokens

    outcomes, service = sent(settings, message(), message(), between=expire)
    assert [outcome.kind for outcome in outcomes] == ["accepted", "accepted"]
    assert len(service.tokens) == 2


@pytest.mark.parametrize(
    ("registered", "kind"),
    [
        (None, "dead_token"),
        (GONE_SINCE - timedelta(days=1), "dead_token"),
        (GONE_SINCE + timedelta(days=1), "rejected"),
    ],
)
def test_a_device_is_gone_unless_it_registered_after_that(settings, registered, kind):
    (outcome,), _service = sent(settings, message(), registered=registered, token="dead" * 16)
    assert (outcome.kind, outcome.code, outcome.at) == (kind, 410, GONE_SINCE)


@pytest.mark.parametrize(
    ("token", "kind", "scope"),
    [
        ("bad0" * 16, "dead_token", ""),
        ("../../secrets", "dead_token", ""),
        ("f00d" * 16, "rejected", "carrier"),
        ("fa57" * 16, "throttled", "target"),
    ],
)
def test_what_its_errors_mean(settings, token, kind, scope):
    (outcome,), _service = sent(settings, message(), token=token)
    assert (outcome.kind, outcome.scope) == (kind, scope)


@pytest.mark.parametrize(
    "config", [{"topic": "org.example.other"}, {"team_id": "OTHERTEAM1"}, {"key_id": "OTHERKEY12"}]
)
def test_what_is_wrong_with_the_provider_blames_no_device(settings, config):
    whole = {"team_id": apns.TEAM, "key_id": apns.KEY_ID, "topic": apns.TOPIC}
    (outcome,), _service = sent(settings, message(), carrier={"config": whole | config})
    assert (outcome.kind, outcome.scope) == ("rejected", "carrier")


def test_the_longest_message_passes_and_one_byte_more_is_told_before(settings):
    short = message(body="")
    full = replace(short, body="x" * (4096 - len(payload(short))))
    over = replace(full, body=full.body + "x")
    assert APNs().check(full, Carrier("apple", "apns")) == []
    assert APNs().check(over, Carrier("apple", "apns")) == ["It takes 4097 bytes; 4096 may go."]
    outcomes, _service = sent(settings, full, over)
    assert [(outcome.kind, outcome.code) for outcome in outcomes] == [("accepted", 200), ("rejected", 413)]
