"""Webhooks, and where a request to an address that members chose may go."""

import json

import pytest

from community.webhooks.addresses import Refused
from growth.campaigns.channels import guard
from growth.campaigns.channels.interface import Carrier
from growth.campaigns.channels.webhook import Webhook, payload
from tests.growth.campaigns.channels.rigs import message, rigged
from tests.growth.campaigns.channels.running import run
from tests.growth.campaigns.servers import webhook


def with_rig(settings, do, name="webhook"):
    async def scenario():
        async with rigged(name, settings) as rig:
            return await do(rig)

    return run(scenario())


def test_the_receiver_finds_the_message_and_a_signature_that_is_right(settings):
    async def do(rig):
        told = message(unsubscribe_url="https://forum.example/stop/")
        return told, await rig.send(told), rig.service.ledger.shown[0]

    told, _outcome, taken = with_rig(settings, do)
    assert taken["type"] == "campaign.message"
    assert taken["data"]["id"] == str(told.message_id)
    assert (taken["data"]["title"], taken["data"]["url"]) == (told.title, told.url)
    assert taken["data"]["unsubscribe_url"] == told.unsubscribe_url


def test_another_secret_is_refused(settings):
    async def do(rig):
        return await rig.send(secret="whsec_" + "A" * 32), rig.service.ledger.refused

    outcome, refused = with_rig(settings, do)
    assert (outcome.kind, outcome.code, refused) == ("rejected", 401, {"signature": 1})


def test_a_secret_that_is_none_ends_the_device(settings):
    assert with_rig(settings, lambda rig: rig.send(secret="whsec_A")).kind == "dead_token"


def test_a_redirect_is_not_followed(settings):
    async def do(rig):
        return await rig.send(url=f"{rig.url}/moved"), rig.service.ledger.seen()["messages"]

    outcome, taken = with_rig(settings, do)
    assert (outcome.kind, outcome.code, taken) == ("rejected", 307, 0)


def test_the_same_message_is_the_same_bytes():
    told = message()
    assert payload(told) == payload(told)
    assert json.loads(payload(told))["data"]["language" if told.language else "title"]


def test_the_limit_is_told_before():
    assert Webhook().check(message(body="x" * 19_000), Carrier("w", "webhook")) == []
    assert len(Webhook().check(message(body="x" * 20_000), Carrier("w", "webhook"))) == 1


@pytest.mark.parametrize("name", ["webhook", "webpush"])
def test_an_address_in_a_network_of_ours_is_asked_nothing(settings, name):
    """A name that leads to 127.0.0.1 is found out when it is looked up, whatever it is called."""

    async def do(rig):
        settings.WEBHOOK_ALLOWED_HOSTS = []
        part = {"webhook": "url", "webpush": "endpoint"}[name]
        there = [f"https://localhost:8443/{part}", "https://127.0.0.1/a", rig.address[part], "https://[::1]/a"]
        return [await rig.send(**{part: url}) for url in there], rig.service.ledger.seen()

    outcomes, seen = with_rig(settings, do, name)
    assert [outcome.kind for outcome in outcomes] == ["rejected"] * 4
    assert "127.0.0.1" in outcomes[0].reason or "::1" in outcomes[0].reason
    assert seen["messages"] == 0
    assert not seen["refused"]


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example/a",
        "https://push.example:22/a",
        "https://me@push.example/a",
        "https://10.0.0.1/a",
        "https://169.254.169.254/latest",
        "https://[::ffff:127.0.0.1]/a",
        "https://push.example\\@127.0.0.1/a",
        "ftp://push.example/a",
        "https://пуш.example/a",
        "",
    ],
)
def test_what_is_no_address_on_the_public_internet_is_refused(url):
    with pytest.raises(Refused):
        guard.target(url)


def test_two_readers_of_an_address_find_one_host():
    read = guard.target("https://Push.Example:8443/a%20b?c=%7e")
    assert (read.host, read.port) == ("push.example", 8443)


def test_the_receiver_of_the_tests_checks():
    assert not webhook._is_signed(b"{}", "1", "0", {})
