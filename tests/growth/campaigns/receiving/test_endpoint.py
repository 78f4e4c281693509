"""Where providers tell: who proves it is heard, once; who does not is refused, with nothing taken."""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from community.webhooks.signing import sign
from growth.campaigns.models import Receipt
from growth.campaigns.receiving import normalising
from growth.campaigns.receiving.views import MOST_BYTES
from tests.growth.campaigns.receiving.sending import SECRET, attempt, event, gateway, tell

pytestmark = pytest.mark.django_db


def test_a_receipt_is_kept_once_however_often_it_is_told(alice):
    provider = gateway()
    made = attempt(alice, provider)
    answers = [tell(provider, event(detail="ok  bob@example.org")).json() for _time in range(2)]
    assert answers == [{"taken": 1, "known": 1}, {"taken": 0, "known": 0}]
    receipt = Receipt.objects.get()
    assert (receipt.attempt, receipt.kind, receipt.detail) == (made, "delivered", "ok …")


def test_nobody_may_take_anothers_name():
    provider = gateway()
    wrong = {
        "another secret": sign(b'{"events": []}', message_id="w", timestamp=int(time.time()), secrets=["whsec_QUFB"]),
        "none": {"webhook-signature": ""},
        "stale": sign(b'{"events": []}', message_id="w", timestamp=int(time.time()) - 301, secrets=[SECRET]),
        "of tomorrow": sign(b'{"events": []}', message_id="w", timestamp=int(time.time()) + 400, secrets=[SECRET]),
        "no time": {"webhook-timestamp": "²"},
        "not latin": {"webhook-signature": "v1,é"},
        "another body": sign(b"{}", message_id="w-1", timestamp=int(time.time()), secrets=[SECRET]),
    }
    for why, headers in wrong.items():
        assert tell(provider, body=b'{"events": []}', **headers).status_code == 401, why


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_QUFB", "whsec_*", f"{SECRET} whsec_"])
def test_a_provider_without_a_good_secret_hears_nothing(secret):
    provider = gateway(secret={"receipts": secret})
    answer = tell(provider, event())
    assert (answer.status_code, answer.content) == (401, b"This provider has no secret for receipts.")


def test_a_secret_can_be_changed():
    provider = gateway(secret={"receipts": f"whsec_{'QUJC' * 8} {SECRET}"})
    assert tell(provider, event()).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"events": {}}',
        b'{"events": [], "more": 1}',
        b'{"events": [7]}',
        *(
            json.dumps({"events": [event() | change]}).encode()
            for change in (
                {"more": 1},
                {"kind": "eaten"},
                {"kind": ["delivered"]},
                {"id": ""},
                {"id": "x" * 201},
                {"id": 7},
                {"message": "a\0b"},
                {"message": "\ud800"},
                {"at": "yesterday"},
                {"at": "2026-11-21T09:30:00"},
                {"at": 7},
            )
        ),
        json.dumps({"events": [event(id=str(number)) for number in range(101)]}).encode(),
    ],
)
def test_what_is_not_of_the_form_is_refused_whole(body):
    answer = tell(gateway(), body=body)
    assert answer.status_code == 400, answer.content
    assert answer.content
    assert not Receipt.objects.exists()


def test_a_field_that_is_unknown_is_named():
    assert (
        b"events[0] lacks, or should not have: at, colour."
        in tell(gateway(), {"id": "1", "kind": "opened", "message": "m", "colour": 1}).content
    )


def test_too_much_and_too_little():
    provider = gateway()
    assert tell(provider, body=b" " * (MOST_BYTES + 1)).status_code == 413
    assert Client().get("/push/receipts/nobody/").status_code == 404
    assert Client().get(f"/push/receipts/{provider.key}/").status_code == 401
    assert Client().put(f"/push/receipts/{provider.key}/").status_code == 405


def test_a_receipt_that_is_faster_than_its_row_waits_for_it(alice):
    provider = gateway()
    assert tell(provider, event()).json() == {"taken": 1, "known": 0}
    now = timezone.now()
    assert normalising.match_waiting(now) == 0
    made = attempt(alice, provider, at=now - timedelta(minutes=1))
    attempt(alice, gateway("apns"))  # the same id of another provider's
    assert (normalising.match_waiting(now), normalising.match_waiting(now)) == (1, 0)
    made.delivery.refresh_from_db()
    assert made.delivery.delivered_at == made.at  # not before it went out
    assert Receipt.objects.get().attempt == made


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_at_once_count_once(alice):
    provider = gateway()
    attempt(alice, provider)
    kinds = ["delivered", "opened", "clicked", "complained", "unsubscribed", "dead"]

    def go(number):
        told = [event(kind) for kind in kinds]
        taken = tell(provider, *(told if number % 2 else told[::-1])).json()["taken"]
        connections.close_all()
        return taken

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(go, range(8))) == len(kinds)
    assert Receipt.objects.count() == len(kinds)


def basic(who="app:master"):
    return Client(headers={"Authorization": f"Basic {b64encode(who.encode()).decode()}"})


def test_jpush_proves_itself_as_we_do_to_it(alice):
    provider = gateway("jpush", {"master_secret": "master"}, config={"app_key": "app"})
    attempt(alice, provider, external_id="77")
    address = f"/push/receipts/{provider.key}/"
    assert basic().get(address, {"echostr": "571fd1bf"}).content == b"571fd1bf"
    for client in (basic("app:other"), Client()):
        assert client.get(address, {"echostr": "571fd1bf"}).status_code == 401
    records = [{"msgid": 77, "type": 4}, {"msgid": "77", "type": 6, "more": 1}, {"msgid": "77", "type": True}]
    assert basic().post(address, records, content_type="application/json").json() == {"taken": 2, "known": 2}
    assert basic().post(address, [7], content_type="application/json").status_code == 400
    assert set(Receipt.objects.values_list("kind", flat=True)) == {"delivered", "clicked"}


def mailgun(key="tulip", stamp=None, **data):
    stamp = str(stamp or int(time.time()))
    proof = hmac.digest(key.encode(), f"{stamp}token".encode(), sha256).hex()
    event = {"id": "G9", "timestamp": time.time(), "message": {"headers": {"message-id": "a@b"}}, **data}
    given = {"signature": {"timestamp": stamp, "token": "token", "signature": proof}, "event-data": event}
    return Client().post("/push/receipts/own-email/", given, content_type="application/json")


def test_mailgun_is_understood(alice):
    provider = gateway("email", {"receipts": "tulip"}, config={"receipts": "mailgun"})
    attempt(alice, provider, external_id="<a@b>")
    status = {"code": 605, "message": "no such user"}
    failed = mailgun(event="failed", severity="permanent", **{"delivery-status": status})
    assert failed.json() == {"taken": 2, "known": 2}
    assert mailgun(event="accepted").json() == {"taken": 0, "known": 0}
    assert sorted(Receipt.objects.values_list("kind", "detail")) == [
        ("bounced", "no such user"),
        ("dead", "no such user"),
    ]
    assert mailgun("rose", event="opened").status_code == 401
    assert mailgun(stamp=int(time.time()) - 301, event="opened").status_code == 401
    assert mailgun(event="opened", message=7).status_code == 400
