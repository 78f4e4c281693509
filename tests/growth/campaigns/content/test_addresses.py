"""Where messages may lead."""

from __future__ import annotations

import pytest

from growth.campaigns.content.addresses import LONGEST, whole
from growth.campaigns.devices import links
from growth.campaigns.models import Notice


@pytest.mark.parametrize("path", ["/", "/t/7/why", "/search?q=c%23&x=1#end", "/标签/量子"])
def test_a_path_of_the_site_gets_its_host(path, settings):
    assert whole(path) == settings.SITE_URL + path
    assert whole(settings.SITE_URL + path) == settings.SITE_URL + path


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("{site}", "/"),
        ("{site}?tab=1", "/?tab=1"),
        ("{site}#a", "/#a"),
        ("https://testserver/t/7/", "/t/7/"),
        ("//testserver/t/7/", "/t/7/"),
    ],
)
def test_an_address_of_the_site_is_written_as_the_site_writes_it(written, path, settings):
    found = whole(written.format(site=settings.SITE_URL))
    assert found == settings.SITE_URL + path
    assert links.to_page(1, found, channel="email")


@pytest.mark.parametrize("letter", ["a", "量", "𝒳", '"'])
def test_what_is_too_long_for_a_notice_is_none_and_what_is_not_fits(letter, settings):
    assert whole("/" + letter * LONGEST * 2) is None
    most = next(n for n in range(LONGEST, 0, -1) if whole("/" + letter * n))
    assert most >= 40
    link = links.to_page(10**18, "/" + letter * most, channel="webpush")
    assert len(link.removeprefix(settings.SITE_URL)) < Notice._meta.get_field("path").max_length


@pytest.mark.parametrize(
    "address",
    [
        "",
        "t/7",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http://evil.example/",
        "https:evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/a\nb",
        "/a\tb",
        "\x08//evil.example",
        "{site}.evil.example/",
        "{site}@evil.example/",
        "ftp://testserver/",
        "?x=1",
        "#a",
        "{site}//evil.example/",
        "{site}/\\evil.example",
    ],
)
def test_what_leads_elsewhere_is_none(address, settings):
    assert whole(address.format(site=settings.SITE_URL)) is None
