"""JPush: its keys, its payload, and what its errors mean."""

from dataclasses import replace

import pytest

from growth.campaigns.channels.interface import Carrier, Unavailable
from growth.campaigns.channels.jpush import JPush
from tests.growth.campaigns.channels.rigs import message, rigged
from tests.growth.campaigns.channels.running import run
from tests.growth.campaigns.servers import jpush


def with_rig(settings, do, service=None):
    async def scenario():
        async with rigged("jpush", settings, service) as rig:
            return await do(rig)

    return run(scenario())


def test_the_message_is_for_both_platforms(settings):
    async def do(rig):
        told = message(ttl=10**7, image="https://forum.example/i.png")
        return told, await rig.send(told), rig.service.ledger.shown[0]

    told, outcome, taken = with_rig(settings, do)
    assert outcome.external_id == "18100000001"
    assert taken["audience"] == {"registration_id": ["1a0018970a8ddd9e3b6"]}
    assert taken["options"]["time_to_live"] == 864_000
    assert taken["options"]["apns_collapse_id"] == told.collapse_key
    android, ios = taken["notification"]["android"], taken["notification"]["ios"]
    assert (android["title"], android["alert"], android["big_pic_path"]) == (told.title, told.body, told.image)
    assert ios["alert"] == {"title": told.title, "body": told.body}
    assert android["extras"] == ios["extras"] == {**told.data, "url": told.url}


@pytest.mark.parametrize("most", [10, 1000])
def test_keys_are_asked_for_until_there_are_enough(settings, most):
    async def do(rig):
        return await rig.channel.keys(rig.carrier, 25, rig.session)

    keys = with_rig(settings, do, jpush.JPushService(most_cids=most))
    assert len(set(keys)) == 25
    assert max(map(len, keys)) <= 64  # Attempt.idempotency_key


def test_no_keys_while_it_is_away(settings):
    async def do(rig):
        settings.JPUSH_URL = "http://127.0.0.1:1"
        with pytest.raises(Unavailable):
            await rig.channel.keys(rig.carrier, 1, rig.session)

    with_rig(settings, do)


def test_with_a_wrong_password_keys_are_empty_and_kept_by_no_message(settings):
    async def do(rig):
        wrong = replace(rig.carrier, secret={"master_secret": "wrong"})
        return await rig.channel.keys(wrong, 2, rig.session)

    assert with_rig(settings, do) == ["", ""]


def test_a_wrong_password_is_told_by_the_sending(settings):
    async def do(rig):
        rig.carrier = replace(rig.carrier, secret={"master_secret": "wrong"})
        return await rig.send()

    outcome = with_rig(settings, do)
    assert (outcome.kind, outcome.code, outcome.scope) == ("rejected", 401, "carrier")


def test_who_uninstalled_it_is_gone(settings):
    outcome = with_rig(settings, lambda rig: rig.send(registration_id="gone"))
    assert (outcome.kind, outcome.code) == ("dead_token", 400)


def test_over_its_limit_it_says_when_to_come_again(settings):
    outcome = with_rig(settings, lambda rig: rig.send(), jpush.JPushService(left=0))
    assert (outcome.kind, outcome.after, outcome.scope) == ("throttled", 42.0, "carrier")


def test_a_platforms_limit_is_told_before():
    fits, over = message(body="x" * 1600), message(body="x" * 2100)
    assert JPush().check(fits, Carrier("j", "jpush")) == []
    assert len(JPush().check(over, Carrier("j", "jpush"))) == 1
    assert len(JPush().check(message(body="x" * 4100), Carrier("j", "jpush"))) == 2
