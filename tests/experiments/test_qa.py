import pytest
import time_machine
from django.test import Client
from django.utils import timezone

import experiments
from experiments import qa, snapshot
from experiments.models import Variation
from tests.experiments import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def exposed(monkeypatch):
    found: list = []
    monkeypatch.setattr("experiments.exposing.send", lambda exposures, **told: found.extend(exposures))
    return found


def link(experiment, index: int = 1, path: str = "/") -> str:
    return qa.address(path, experiment, experiment.variations.get(index=index))


def asked(rf, client: Client, key: str, *, user=None):
    """What a page that asks for the flag gives to this browser."""
    request = rf.get("/", headers={"user-agent": "Mozilla/5.0 Firefox/130.0"})
    if user:
        request.user = user
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    snapshot.refresh()
    value = experiments.variation(request, key, "default")
    request.asker.settle()
    return value


@pytest.mark.parametrize("index", [0, 1])
def test_a_link_shows_its_variation_to_this_browser_and_counts_nobody(rf, exposed, alice, index):
    experiment = builders.running("guide", flag=builders.new_flag("guide"))
    client = Client()
    asked(rf, client, "guide", user=alice)
    assert len(exposed) == 1

    response = client.get(link(experiment, index, "/tags/") + "&page=2")

    assert (response.status_code, response.url) == (302, "/tags/?page=2")
    assert asked(rf, client, "guide", user=alice) is bool(index)
    assert len(exposed) == 1


def test_a_draft_can_be_looked_at(rf):
    experiment = builders.new_experiment("guide", flag=builders.new_flag("guide"))
    client = Client()

    client.get(link(experiment))

    assert asked(rf, client, "guide") is True


def test_several_are_shown_at_once_and_all_go_at_once(rf):
    client = Client()
    for name in ("guide", "words"):
        client.get(link(builders.new_experiment(name, flag=builders.new_flag(name))))
    assert [asked(rf, client, name) for name in ("guide", "words")] == [True, True]

    client.get("/?qa=off")

    assert not client.cookies[qa.COOKIE].value


def test_the_cookie_ends_with_the_browser_and_is_not_for_scripts():
    client = Client()

    cookie = client.get(link(builders.new_experiment())).cookies[qa.COOKIE]

    assert (cookie["max-age"], cookie["expires"], cookie["httponly"]) == ("", "", True)


@pytest.mark.parametrize("token", ["nonsense", "WyJndWlkZSIsMV0:1abc:forged", "[]"])
def test_a_link_that_is_none_of_ours_only_leads_on(token):
    response = Client().get(f"/?qa={token}")

    assert response.status_code == 302
    assert qa.COOKIE not in response.cookies


def test_an_old_link_only_leads_on():
    address = link(builders.new_experiment())

    with time_machine.travel(timezone.now() + qa.HOLDS * 2):
        response = Client().get(address)

    assert qa.COOKIE not in response.cookies


def test_a_forged_cookie_forces_nothing(rf):
    request = rf.get("/")
    request.COOKIES[qa.COOKIE] = "eyJndWlkZSI6MX0:1abc:forged"

    assert qa.forced(request) == {}


def test_a_variation_that_is_gone_forces_nothing(rf):
    experiment = builders.new_experiment("guide", flag=builders.new_flag("guide"))
    client = Client()
    client.get(link(experiment))
    Variation.objects.all().delete()

    assert asked(rf, client, "guide") is False


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example/x"])
def test_no_address_leads_off_the_site(rf, path):
    request = rf.get("/", {"qa": "off"})
    request.path = path
    response = qa.middleware(lambda request: pytest.fail("led on"))(request)
    assert response.url.startswith("/%2F")


def test_what_a_form_sends_is_not_led_away(rf):
    assert qa.middleware(lambda request: "taken")(rf.post("/reply/?qa=off", {"text": "Hello"})) == "taken"
