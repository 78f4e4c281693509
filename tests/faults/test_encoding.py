"""Bytes that are no UTF-8, wherever text may come in: taken with a sign of replacement or refused, never a fault."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import builders

pytestmark = pytest.mark.django_db

MULTIPART = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'


@pytest.fixture
def writer(client_of, alice) -> Client:
    client = client_of(alice)
    client.raise_request_exception = False
    return client


def multipart(**fields: bytes) -> bytes:
    return b"".join(MULTIPART % (name.encode(), b"", value) for name, value in fields.items()) + b"--x--"


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"caf\xe9"])
def test_words_with_broken_bytes_are_kept_with_a_sign_in_their_place(writer, client, raw):
    topic = builders.question()
    body = multipart(body=b"Words before " + raw + b" and after.")
    assert writer.post(f"/t/{topic.pk}/reply/", body, "multipart/form-data; boundary=x").status_code == 302
    assert "\ufffd" in topic.posts.get(number=1).body
    assert "and after." in client.get(topic.get_absolute_url()).content.decode()


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "latin-1", "no-such-charset", "idna", "rot13", "\xff", '"'])
def test_a_form_in_another_charset_is_taken_or_refused(writer, charset):
    topic = builders.question()
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
    for kind in kinds:
        form = b"body=Words+that+are+enough"
        answer = writer.generic("POST", f"/t/{topic.pk}/reply/", form, f"{kind}; charset={charset}")
        assert answer.status_code < 500


@pytest.mark.parametrize(
    "name", [b"\xff.png", b"a\xe4.png", b"..\xff/..", b"a\r\nX: 1.png", "\u202egnp.exe".encode(), b"x" * 5000, b""]
)
def test_a_file_may_be_called_anything(writer, name):
    part = MULTIPART % (b"file", b'; filename="' + name + b'"', b"no picture")
    assert writer.post("/write/upload/", part + b"--x--", "multipart/form-data; boundary=x").status_code == 400


HEADERS = ("ACCEPT_LANGUAGE", "REFERER", "USER_AGENT", "COOKIE", "X_REQUEST_ID", "HX_REQUEST", "IF_MODIFIED_SINCE")


@pytest.mark.parametrize("header", HEADERS)
def test_headers_of_broken_bytes_are_passed_over(client, header):
    builders.question()
    client.raise_request_exception = False
    for raw in (b"\xff\xfe", b"caf\xe9", b"\xf0\x28\x8c\x28", b"sessionid=\xff; csrftoken=\xc3"):
        assert client.get("/", **{f"HTTP_{header}": raw.decode("latin-1")}).status_code < 500
