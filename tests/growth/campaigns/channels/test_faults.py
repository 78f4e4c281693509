"""Every channel over the network: what it says when the other side fails, by one and the same account."""

from dataclasses import replace

import pytest

from growth.campaigns.channels import CHANNELS, sessions
from growth.campaigns.channels.http2 import pool
from growth.campaigns.channels.interface import Carrier
from tests.growth.campaigns.channels.rigs import PARTS, free_port, rigged
from tests.growth.campaigns.channels.running import run

NETWORKED = sorted(PARTS)
THROTTLES = {"webpush": "target", "webhook": "target", "apns": "target", "fcm": "carrier", "jpush": "carrier"}
GONE = {"webpush": ("404", "410"), "webhook": ("410",)}


@pytest.fixture(params=NETWORKED)
def name(request):
    return request.param


@pytest.fixture
def outcome(name, settings):
    """What comes of one message where these faults are next; and what the service took."""

    def send(*faults):
        async def scenario():
            async with rigged(name, settings) as rig:
                rig.service.faults.queue.extend(faults)
                return await rig.send(), rig.service.ledger

        return run(scenario())

    return send


def test_a_message_is_accepted_and_named(outcome):
    came, ledger = outcome()
    assert (came.kind, came.reason) == ("accepted", "")
    assert came.external_id
    assert ledger.seen()["messages"] == 1


def test_too_many_requests_wait_as_long_as_was_asked(name, outcome):
    came, ledger = outcome("429")
    assert (came.kind, came.after, came.code, came.scope) == ("throttled", 7.0, 429, THROTTLES[name])
    assert not ledger.messages


def test_a_service_that_is_away_is_tried_again_when_it_says(outcome):
    came, ledger = outcome("503")
    assert (came.kind, came.after, came.code) == ("retry", 7.0, 503)
    assert not came.is_unknown
    assert not ledger.messages


def test_what_is_taken_and_never_answered_is_unknown(outcome, monkeypatch):
    monkeypatch.setattr(sessions, "SECONDS", 0.2)
    monkeypatch.setattr(pool, "SECONDS", 0.2)
    came, ledger = outcome("silence")
    assert came.is_unknown
    assert ledger.seen()["messages"] == 1


def test_nobody_listening_is_no_unknown(name, settings):
    async def scenario():
        async with rigged(name, settings) as rig:
            prepared = await rig.prepared()
            gone = f"{rig.url.rsplit(':', 1)[0]}:{free_port()}"
            settings.WEBHOOK_ALLOWED_HOSTS = [gone.split("//")[1]]
            settings.FCM_URL = settings.JPUSH_URL = settings.APNS_URL = gone
            moved = {key: value.replace(rig.url, gone) for key, value in prepared.target.address.items()}
            target = replace(prepared.target, address=moved)
            return await rig.repeat(replace(prepared, target=target))

    came = run(scenario())
    assert (came.kind, came.is_unknown) == ("retry", False)
    assert came.reason


@pytest.mark.parametrize("name", sorted(set(NETWORKED) - {"apns"}), indirect=True)
def test_a_connection_closed_after_the_request_is_unknown(outcome):
    came, ledger = outcome("close")
    assert came.is_unknown
    assert ledger.seen()["messages"] == 1


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, codes in GONE.items() for code in codes])
def test_who_is_gone_is_forgotten(name, code, settings):
    async def scenario():
        async with rigged(name, settings) as rig:
            rig.service.faults.queue.append(code)
            return await rig.send()

    came = run(scenario())
    assert (came.kind, came.code) == ("dead_token", int(code))


@pytest.mark.parametrize("name", ["jpush", "webhook"])
def test_a_repetition_does_nothing_where_it_is_known(name, settings, monkeypatch):
    monkeypatch.setattr(sessions, "SECONDS", 0.2)

    async def scenario():
        async with rigged(name, settings) as rig:
            prepared = await rig.prepared()
            rig.service.faults.queue.append("silence")
            return await rig.repeat(prepared), await rig.repeat(prepared), rig.service.ledger.seen()

    first, second, seen = run(scenario())
    assert CHANNELS[name].repeats_are_known
    assert (first.is_unknown, second.kind) == (True, "accepted")
    assert (seen["accepted"], seen["doubled"]) == (1, 0)


@pytest.mark.parametrize("name", ["apns", "fcm", "webpush"])
def test_a_repetition_takes_the_place_of_the_first_where_channels_collapse(name, settings):
    async def scenario():
        async with rigged(name, settings) as rig:
            prepared = await rig.prepared()
            outcomes = [await rig.repeat(prepared), await rig.repeat(prepared)]
            return outcomes, rig.service.ledger.seen()

    outcomes, seen = run(scenario())
    assert CHANNELS[name].collapses
    assert [outcome.kind for outcome in outcomes] == ["accepted", "accepted"]
    assert (seen["messages"], seen["replaced"], seen["doubled"]) == (1, 1, 0)


def test_a_provider_without_its_settings_is_the_one_that_is_refused(name, settings):
    async def scenario():
        async with rigged(name, settings) as rig:
            prepared = await rig.prepared()
            return await rig.repeat(replace(prepared, carrier=Carrier(rig.carrier.key, name)))

    came = run(scenario())
    if name == "webhook":  # it needs none
        assert came.kind == "accepted"
    else:
        assert (came.kind, came.scope) == ("rejected", "carrier")
