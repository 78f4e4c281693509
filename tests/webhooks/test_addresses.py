"""No request of ours goes into the network that the site stands in, however the address is written."""

import ipaddress
import socket

import pytest

from community.webhooks import addresses
from community.webhooks.addresses import Refused

INTERNAL = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",  # carrier-grade NAT
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",  # the metadata of clouds
    "172.16.0.1",
    "192.0.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("text", INTERNAL)
def test_an_internal_address_is_not_public(text):
    assert not addresses.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(text):
    assert addresses.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.1",
        "2130706433",  # decimal
        "0177.0.0.1",  # octal
        "0x7f.0.0.1",
        "0x7f000001",
        "0",
        "①②⑦.⓪.⓪.①",  # becomes 127.0.0.1 on the way to the resolver
        "::ffff:7f00:1",
    ],
)
def test_every_way_to_write_this_machine_is_refused_before_a_connection(host):
    with pytest.raises(Refused, match="not public"):
        addresses.find(host, 443)


def test_one_internal_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.215.14", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: answers)
    with pytest.raises(Refused, match=r"10\.0\.0\.7"):
        addresses.find("half.example", 443)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "https://example.org:22/",
        "https://example.org:5432/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://user:password@example.org/",
        "https://@example.org/",
        "https://example.org/#part",
        "https://bücher.example/",
        "https:///hook",
        "https://[::1/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "javascript:alert(1)",
        "example.org",
        "",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[fe80::1%25eth0]/",
    ],
)
def test_an_address_that_cannot_be_sent_to_is_refused_when_it_is_written(url):
    with pytest.raises(Refused):
        addresses.check(url)


@pytest.mark.parametrize("url", ["https://example.org/hook?x=1", "https://example.org:8443/", "https://1.1.1.1/a"])
def test_https_on_its_ports_is_taken(url):
    assert addresses.check(url).scheme == "https"


def test_the_operator_may_vouch_for_a_host_of_the_own_network_and_for_this_port_only(settings):
    settings.WEBHOOK_ALLOWED_HOSTS = ["localhost:8080"]
    addresses.check("http://localhost:8080/hook")
    assert addresses.find("localhost", 8080) in ("127.0.0.1", "::1")
    for url in ("http://localhost:8081/", "http://127.0.0.1:8080/"):
        with pytest.raises(Refused):
            addresses.check(url)
    with pytest.raises(Refused):
        addresses.find("localhost", 8081)
