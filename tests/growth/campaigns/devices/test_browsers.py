"""What scripts ask of the site: the service worker, and to be registered, seen again, renewed."""

from __future__ import annotations

import gzip
import json

import pytest
from django.test import Client

from growth.campaigns.devices import registering
from growth.campaigns.models import Device
from tests.growth.campaigns.devices.addresses import AUTH, P256DH, browser
from tests.pages.test_looks import SCRIPT_LIMIT, _scripts

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
HERE = {"Sec-Fetch-Site": "same-origin", "User-Agent": AGENT}

pytestmark = pytest.mark.django_db


def subscription(name="a", **more):
    keys = {"p256dh": P256DH, "auth": AUTH}
    return {"endpoint": browser(name)["endpoint"], "keys": keys, "expirationTime": None, **more}


def tell(client, body, headers=HERE):
    raw = body if isinstance(body, str) else json.dumps(body)
    return client.post("/push/", raw, content_type="text/plain", headers=headers).status_code


@pytest.fixture
def hers(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_browser_is_registered_under_a_name_and_in_its_language(hers, alice):
    assert tell(hers, subscription()) == 204
    device = Device.objects.get()
    assert (device.member, device.label, device.channel) == (alice, "Chrome · Windows", "webpush")
    assert device.language == "en"
    assert registering.targets([alice.pk], ["webpush"])[alice.pk][0].address == browser()


def test_one_that_is_here_still_is_told_whether_it_is_hers(hers, client_of, bob):
    assert tell(hers, subscription(again=True)) == 410, "it was never registered"
    tell(hers, subscription())
    assert tell(hers, subscription(again=True)) == 204
    assert tell(client_of(bob), subscription(again=True)) == 410
    registering.remove(Device.objects.get(), why="by its member")
    assert tell(hers, subscription(again=True)) == 410
    assert Device.objects.standing().count() == 0, "telling does not register again"


def test_a_new_address_takes_the_place_of_the_old(hers, alice):
    tell(hers, subscription("old"))
    assert tell(hers, subscription("new", old=browser("old")["endpoint"])) == 204
    assert registering.targets([alice.pk], ["webpush"])[alice.pk][0].address == browser("new")
    assert tell(hers, subscription("other", old=browser("nobodys")["endpoint"])) == 410


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", "7", '{"keys": []}', "{}", '{"endpoint": "https://10.0.0.1/", "keys": {}}', "x" * 9000]
    + [json.dumps(subscription() | {"keys": {"p256dh": P256DH}}), json.dumps(subscription("\x00"))],
)
def test_what_is_no_subscription_is_refused(hers, body):
    assert tell(hers, body) == 400
    assert not Device.objects.exists()


def test_strangers_and_other_sites_pages_register_nothing(hers, client):
    assert tell(client, subscription()) == 401
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        assert tell(hers, subscription(), headers) == 403
    assert hers.get("/push/").status_code == 405
    assert not Device.objects.exists()


def test_the_worker_speaks_for_the_whole_site_and_is_asked_for_anew(client):
    answer = client.get("/push-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    again = client.get("/push-worker.js", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_worker_counts_among_the_scripts_that_are_small_together(client):
    scripts = [path.read_bytes() for path in _scripts()] + [client.get("/push-worker.js").content]
    assert sum(len(gzip.compress(script)) for script in scripts) <= SCRIPT_LIMIT
