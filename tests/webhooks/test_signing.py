import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from community.webhooks import signing
from community.webhooks.models import new_secret

BODY = '{"type":"topic_started","data":{"title":"Grüße, 世界"}}'.encode()


def headers(*secrets: str) -> dict[str, str]:
    return signing.sign(BODY, message_id="msg_7", timestamp=int(time.time()), secrets=secrets)


def test_the_example_of_the_specifications_library_comes_out_the_same():
    known = signing.sign(
        b'{"test": 2432232314}',
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert known["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_standards_library_takes_what_we_sign():
    secret = new_secret()
    assert Webhook(secret).verify(BODY, headers(secret))["type"] == "topic_started"


def test_during_a_rotation_the_old_and_the_new_secret_both_verify():
    old, new = new_secret(), new_secret()
    signed = headers(new, old)
    for secret in (old, new):
        Webhook(secret).verify(BODY, signed)


@pytest.mark.parametrize("spoil", ["body", "id", "time", "secret"])
def test_nothing_signed_can_be_changed(spoil):
    secret = new_secret()
    signed, body = headers(secret), BODY
    if spoil == "body":
        body = BODY.replace(b"started", b"stopped")
    elif spoil == "id":
        signed["webhook-id"] = "msg_8"
    elif spoil == "time":
        signed["webhook-timestamp"] = str(int(signed["webhook-timestamp"]) - 1)
    else:
        secret = new_secret()
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, signed)
