"""The middleware says where an act comes from, and forgets it after the request."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from events.context import Context, EventContextMiddleware, current
from events.models import Event
from events.record import record

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
IPAD = "Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) AppleWebKit/605.1.15 Version/16.6 Safari/604.1"
ANDROID_PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36"
ANDROID_TABLET = "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 Chrome/124.0 Safari/537.36"
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0"


def context_of(session_key: str | None = None, **headers: str) -> Context:
    """What an act sees during a request with these headers."""
    seen: list[Context] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(current())
        return HttpResponse()

    request = RequestFactory().get("/", headers=headers)
    request.session = SessionStore(session_key)
    EventContextMiddleware(view)(request)
    return seen[0]


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (IPHONE, "phone"),
        (ANDROID_PHONE, "phone"),
        (IPAD, "tablet"),
        (ANDROID_TABLET, "tablet"),
        (LINUX, "desktop"),
        ("", ""),
    ],
)
def test_the_device_is_told_from_the_user_agent(agent, device):
    assert context_of(**{"User-Agent": agent}).device == device


def test_the_language_is_that_of_the_page():
    with translation.override("zh-hans"):
        assert context_of().language == "zh-hans"


def test_a_browser_session_has_one_number_that_fits_a_bigint():
    first, again, other = (context_of(key).session for key in ("first-browser", "first-browser", "another-one"))
    assert first == again != other
    assert 0 <= first < 2**63


def test_without_a_browser_session_there_is_no_number():
    assert context_of().session is None


def test_the_country_is_believed_only_from_the_header_named_in_the_settings(settings):
    assert context_of(**{"CF-IPCountry": "SG"}).country == ""
    settings.COUNTRY_HEADER = "CF-IPCountry"
    assert context_of(**{"CF-IPCountry": "sg"}).country == "SG"
    assert context_of(**{"CF-IPCountry": "<script>"}).country == ""


def test_after_the_request_nothing_is_known():
    assert context_of(**{"User-Agent": LINUX}) != Context()
    assert current() == Context()


def test_after_a_request_that_failed_nothing_is_known():
    def view(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    request = RequestFactory().get("/")
    request.session = SessionStore()
    with pytest.raises(ZeroDivisionError):
        EventContextMiddleware(view)(request)
    assert current() == Context()


@pytest.mark.django_db
def test_an_event_recorded_during_a_request_carries_its_context():
    def view(request: HttpRequest) -> HttpResponse:
        record("searched", unit=1, results=0)
        return HttpResponse()

    request = RequestFactory().get("/", headers={"User-Agent": IPHONE})
    request.session = SessionStore()
    EventContextMiddleware(view)(request)
    event = Event.objects.get()
    assert (event.source, event.device, event.language) == ("web", "phone", "en")
