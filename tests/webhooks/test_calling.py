"""One request to a real server on this machine: what it may do to us, and where it may not lead us."""

from __future__ import annotations

import datetime
import socket
import ssl
import time
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from community.webhooks import addresses, calling
from community.webhooks.calling import Answer
from tests.webhooks.receiver import Handler, Receiver, receiving


def post(url: str, seconds: float = 2) -> Answer:
    return calling.post(url, body=b'{"a":1}', headers={"content-type": "application/json"}, seconds=seconds)


@pytest.mark.parametrize(
    ("code", "ok"), [(200, True), (204, True), (299, True), (400, False), (410, False), (500, False)]
)
def test_only_2xx_is_a_success(receiver, code, ok):
    receiver.answers = [code]
    answer = post(receiver.url + "?key=1")
    assert (answer.code, answer.ok) == (code, code < 300)
    assert receiver.taken[0].path == "/hook?key=1"
    assert receiver.taken[0].headers["host"] == receiver.host
    assert receiver.taken[0].body == b'{"a":1}'


def test_the_beginning_of_a_refusal_is_kept(receiver):
    receiver.answers = [lambda to: to.say(503, b"\xff\0 out of order " + b"x" * 5000, retry_after="30")]
    answer = post(receiver.url)
    assert answer.excerpt.startswith("\ufffd out of order")
    assert len(answer.excerpt) < 2001
    assert answer.retry_after == "30"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_nobody_goes_there(receiver, code):
    with receiving() as other:
        receiver.answers = [lambda to: to.say(code, location=other.url)]
        assert not post(receiver.url).ok
        assert other.taken == []


def test_a_redirect_to_the_metadata_of_a_cloud_is_not_followed(receiver):
    receiver.answers = [lambda to: to.say(302, location="http://169.254.169.254/latest/meta-data/")]
    answer = post(receiver.url)
    assert (answer.code, answer.ok) == (302, False)


def test_a_server_that_never_answers_costs_no_more_than_the_time_given(receiver):
    receiver.answers = [lambda to: time.sleep(3)]
    started = time.monotonic()
    answer = post(receiver.url, seconds=0.3)
    assert time.monotonic() - started < 1
    assert (answer.code, answer.ok) == (None, False)
    assert "ReadTimeout" in answer.error


def drip(to: Handler, what: bytes) -> None:
    for _ in range(30):
        to.wfile.write(what)
        to.wfile.flush()
        time.sleep(0.1)


def test_headers_that_come_byte_by_byte_end_with_the_time_given(receiver):
    receiver.answers = [lambda to: (to.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: "), drip(to, b"x"))]
    started = time.monotonic()
    answer = post(receiver.url, seconds=0.5)
    assert time.monotonic() - started < 1.5
    assert answer.code is None


def test_a_slow_body_is_not_waited_for_and_its_status_counts(receiver):
    slow = b"HTTP/1.1 %d X\r\nContent-Length: 100000\r\n\r\n"
    receiver.answers = [lambda to: (to.wfile.write(slow % 200), drip(to, b"y"))]
    started = time.monotonic()
    assert post(receiver.url).ok
    assert time.monotonic() - started < 1
    receiver.answers = [lambda to: (to.wfile.write(slow % 500), drip(to, b"y"))]
    answer = post(receiver.url, seconds=0.5)
    assert answer.code == 500
    assert 1 <= len(answer.excerpt) < 20


def test_of_an_endless_body_little_is_read(receiver):
    sent = []

    def flood(to: Handler) -> None:
        to.wfile.write(b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(10_000):  # 650 MB
            to.wfile.write(b"10000\r\n" + b"z" * 65536 + b"\r\n")
            sent.append(65536)

    receiver.answers = [flood]
    answer = post(receiver.url, seconds=5)
    assert (answer.code, len(answer.excerpt)) == (500, 2000)
    assert answer.milliseconds < 3000, "it was not read to the end of the time"
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize(
    "said", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"\0" * 100, b""]
)
def test_what_is_not_http_is_a_failure(receiver, said):
    receiver.answers = [lambda to: to.wfile.write(said)]
    answer = post(receiver.url)
    assert (answer.code, answer.ok) == (None, False)
    assert answer.error


def test_a_closed_port_and_a_name_that_is_none_are_failures(receiver, settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    settings.WEBHOOK_ALLOWED_HOSTS = [f"127.0.0.1:{closed}"]
    assert "ConnectError" in post(f"http://127.0.0.1:{closed}/").error
    assert "gaierror" in post("https://no-such-host.invalid/").error
    assert post(f"https://{'a' * 64}.example/").error  # longer than a name's part may be


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001", "127.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_a_host_that_is_this_machine_is_never_connected_to(host, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        monkeypatch.setattr(addresses, "PORTS", (port,))
        assert "not public" in post(f"https://{host}:{port}/").error
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_what_the_operator_no_longer_allows_is_refused_at_the_next_message(receiver, settings):
    settings.WEBHOOK_ALLOWED_HOSTS = []
    assert post(receiver.url).error.startswith("Refused")
    assert receiver.taken == []


def test_a_name_is_looked_up_once_so_that_it_cannot_mean_another_machine_the_second_time(
    receiver, settings, monkeypatch
):
    look_up, asked = socket.getaddrinfo, []

    def rebinding(host: str, *args: object, **options: object) -> list:
        if host != "rebind.example":
            return look_up(host, *args, **options)
        asked.append(host)
        return look_up("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    settings.WEBHOOK_ALLOWED_HOSTS = [f"rebind.example:{receiver.port}"]
    assert post(f"http://rebind.example:{receiver.port}/").ok
    assert asked == ["rebind.example"]
    assert receiver.taken[0].headers["host"] == f"rebind.example:{receiver.port}"


def test_a_proxy_in_the_environment_is_not_used(receiver, monkeypatch):
    with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        assert post(receiver.url).ok
        assert proxy.taken == []


@pytest.fixture
def tls(tmp_path, settings) -> Iterator[tuple[Receiver, str]]:
    """A receiver behind TLS as hooks.example, and the file of its certificate."""
    certificate, key = certificate_of("hooks.example")
    (tmp_path / "both.pem").write_bytes(certificate + key)
    (tmp_path / "trusted.pem").write_bytes(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    with receiving(context) as receiver:
        settings.WEBHOOK_ALLOWED_HOSTS = [f"{name}:{receiver.port}" for name in ("hooks.example", "other.example")]
        yield receiver, str(tmp_path / "trusted.pem")
    calling._trust.cache_clear()


def certificate_of(name: str) -> tuple[bytes, bytes]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=1)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = builder.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(pem), private


@pytest.fixture
def names_here(monkeypatch) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **o: look_up("127.0.0.1" if host.endswith(".example") else host, *a, **o),
    )


@pytest.mark.usefixtures("names_here")
def test_tls_is_verified_against_the_name_though_the_connection_goes_to_an_address(tls, monkeypatch):
    receiver, trusted = tls
    monkeypatch.setenv("SSL_CERT_FILE", trusted)
    calling._trust.cache_clear()
    assert post(f"https://hooks.example:{receiver.port}/").ok
    wrong = post(f"https://other.example:{receiver.port}/")
    assert "CERTIFICATE_VERIFY_FAILED" in wrong.error
    assert len(receiver.taken) == 1


@pytest.mark.usefixtures("names_here")
def test_a_certificate_of_nobody_is_refused(tls):
    receiver, _trusted = tls
    calling._trust.cache_clear()
    assert "CERTIFICATE_VERIFY_FAILED" in post(f"https://hooks.example:{receiver.port}/").error
    assert receiver.taken == []


def test_a_tls_handshake_that_hangs_ends_with_the_time_given(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.WEBHOOK_ALLOWED_HOSTS = [f"127.0.0.1:{port}"]
        started = time.monotonic()
        assert "Timeout" in post(f"https://127.0.0.1:{port}/", seconds=0.3).error
        assert time.monotonic() - started < 1
