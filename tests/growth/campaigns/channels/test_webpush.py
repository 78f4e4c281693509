"""Web push: the request, its encryption and its signature, read by others' means."""

import json
import time
from base64 import urlsafe_b64decode
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from growth.campaigns.channels import CHANNELS
from growth.campaigns.channels.interface import Carrier, Misconfigured
from growth.campaigns.channels.webpush import channel, payload, vapid
from growth.campaigns.devices import addressing
from tests.growth.campaigns.channels.rigs import KEY, message, rigged
from tests.growth.campaigns.channels.running import run
from tests.growth.campaigns.servers.webpush import PushService, subscription

CARRIER = Carrier("browsers", "webpush", {}, {"private_key": KEY})


def sent(settings, *told, service=None, **address):
    """The outcomes of these messages, and the service."""

    async def scenario():
        async with rigged("webpush", settings, service) as rig:
            return [await rig.send(one, **address) for one in told], rig.service

    return run(scenario())


def test_the_browser_reads_what_was_written(settings):
    told = message(image="https://forum.example/i.png", action="Read it", language="zh-hans")
    (outcome,), service = sent(settings, told)
    shown = service.ledger.shown[0]["notification"]
    assert outcome.external_id.endswith("/message/1")
    assert (shown["title"], shown["body"], shown["navigate"]) == (told.title, told.body, told.url)
    assert (shown["tag"], shown["lang"], shown["image"]) == (told.collapse_key, "zh-hans", told.image)
    assert shown["actions"] == [{"action": "open", "title": "Read it", "navigate": told.url}]
    assert shown["data"] == {**told.data, "id": str(told.message_id), "url": told.url}


def test_a_token_is_signed_once_for_many_messages(settings):
    outcomes, service = sent(settings, *[message() for _number in range(5)])
    assert [outcome.kind for outcome in outcomes] == ["accepted"] * 5
    assert len(service.tokens) == 1


def test_the_key_of_another_site_is_refused(settings):
    (outcome,), _service = sent(settings, message(), service=PushService(key=vapid.public_key(vapid.new_key()[0])))
    assert (outcome.kind, outcome.code, outcome.scope) == ("rejected", 403, "")
    (outcome,), _service = sent(settings, message(), service=PushService(key=vapid.public_key(KEY)))
    assert outcome.kind == "accepted"


def test_the_signature_is_right_for_py_vapid_too():
    token = vapid.token(KEY, endpoint="https://push.example:8443/a/b", subject="mailto:team@forum.example")
    assert Vapid02.verify(token.text)
    claims = jwt.decode(token.text.split("t=")[1].split(",")[0], options={"verify_signature": False})
    assert (claims["aud"], claims["sub"]) == ("https://push.example:8443", "mailto:team@forum.example")
    assert time.time() < token.until < claims["exp"] <= time.time() + 86_400


def test_a_key_that_is_none_is_told():
    with pytest.raises(Misconfigured):
        vapid.public_key("AAAA")


def test_a_message_is_decrypted_by_the_steps_of_the_rfc():
    browser = ec.generate_private_key(ec.SECP256R1())
    point = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    address = {"p256dh": vapid.encode(point), "auth": vapid.encode(b"sixteen bytes ok")}
    bodies = [channel.encrypt(b"to be read", address) for _time in range(2)]
    assert [_decrypted(body, browser, point, b"sixteen bytes ok") for body in bodies] == [b"to be read"] * 2
    assert bodies[0][:16] != bodies[1][:16]  # the salt
    assert bodies[0][21:86] != bodies[1][21:86]  # the key of the message


def test_the_steps_are_right_for_the_example_of_the_rfc():
    """RFC 8291, 5."""
    browser = ec.derive_private_key(
        int.from_bytes(vapid.decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1()
    )
    point = vapid.decode("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
    body = vapid.decode(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    plain = _decrypted(body, browser, point, vapid.decode("BTBZMqHH6r4Tts7J_aSIgg"))
    assert plain == b"When I grow up, I want to be a watermelon"


def _decrypted(body, browser, point, secret):
    """RFC 8291, 3.3 and 3.4, and RFC 8188, 2."""
    salt, length = body[:16], body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    shared = browser.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    material = HKDF(SHA256(), 32, secret, b"WebPush: info\0" + point + sender).derive(shared)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(material)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(material)
    return AESGCM(key).decrypt(nonce, sealed, None).removesuffix(b"\2")


def test_the_longest_message_passes_and_one_byte_more_is_told_before(settings):
    short = message()
    full = replace(short, body=short.body + "x" * (payload.MOST_BYTES - len(payload.payload(short))))
    over = replace(full, body=full.body + "x")
    assert CHANNELS["webpush"].check(full, CARRIER) == []
    assert CHANNELS["webpush"].check(over, CARRIER) == ["It takes 3994 bytes; 3993 may go."]
    outcomes, _service = sent(settings, full, over)
    assert [(outcome.kind, outcome.code) for outcome in outcomes] == [("accepted", 201), ("rejected", 413)]


def test_without_a_title_there_is_no_message():
    assert CHANNELS["webpush"].check(message(title=" "), CARRIER) == ["The title is empty."]
    assert len(CHANNELS["webpush"].check(message(title="x" * 201), CARRIER)) == 1


@pytest.mark.parametrize(("p256dh", "auth"), [("AAAA", "AAAA"), ("%%%", ""), ("B" + "A" * 86, "A" * 22)])
def test_a_browser_whose_keys_are_none_is_gone(settings, p256dh, auth):
    (outcome,), service = sent(settings, message(), p256dh=p256dh, auth=auth)
    assert outcome.kind == "dead_token"
    assert not service.ledger.refused


def test_it_keeps_no_longer_than_services_do(settings):
    headers = channel._headers(message(ttl=10**9, urgency="low", collapse_key="x" * 33))
    assert headers["TTL"] == str(28 * 86_400)
    assert headers["Urgency"] == "low"
    assert len(headers["Topic"]) == 32
    assert channel._headers(message(ttl=-5))["TTL"] == "0"


def test_the_operator_may_say_which_services_are_taken(settings):
    settings.WEBPUSH_HOSTS = ["*.push.example", "fcm.example"]
    assert channel.checked("https://web.push.example/a")
    assert channel.checked("https://fcm.example/a")
    keys = {name: value for name, value in subscription("", 1).items() if name != "endpoint"}
    assert addressing.tidy("webpush", keys | {"endpoint": "https://fcm.example/a"})
    for other in ("https://push.example.evil.example/a", "https://evilpush.example/a", "https://a.fcm.example/b"):
        with pytest.raises(ValueError, match="This site sends nothing to"):
            addressing.tidy("webpush", keys | {"endpoint": other})


def test_what_a_browser_is_told_is_declarative_web_push():
    told = json.loads(payload.payload(message()))
    assert told["web_push"] == 8030
    assert {"title", "navigate"} <= set(told["notification"])


def test_a_subscription_of_the_server_is_what_browsers_give():
    address = subscription("http://localhost:1", 7)
    assert len(urlsafe_b64decode(address["p256dh"] + "=")) == 65
    assert len(urlsafe_b64decode(address["auth"] + "==")) == 16
