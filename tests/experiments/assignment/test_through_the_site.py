"""A view that asks, behind all of the site's middleware."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

import experiments
from config import urls
from events import visitors
from events.collecting import buffering
from events.models import Event
from experiments import snapshot
from experiments.models import Phase
from tests.experiments import builders
from tests.experiments.assignment.conftest import BROWSER

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def ask(request):
    return HttpResponse(str(experiments.variation(request, "composer")))


def fail(request):
    experiments.variation(request, "composer")
    raise RuntimeError("after it was shown")


urlpatterns = [path("ask/", ask), path("fail/", fail), *urls.urlpatterns]


@pytest.fixture(autouse=True)
def running(redis_client):
    builders.running("exp", flag=builders.new_flag("composer"))
    snapshot.refresh()


def exposure():
    buffering.flush()
    return Event.objects.get(name="exposed")


def test_a_members_exposure_has_the_context_of_their_request(client_of, alice):
    client = client_of(alice)
    shown = client.get("/ask/?x=1", headers={"User-Agent": BROWSER, "Accept-Language": "zh-hans"}).content.decode()
    told = exposure()
    assert (told.unit, told.object_id, told.value) == (alice.pk, Phase.objects.get().pk, float(shown == "True"))
    assert (told.source, told.device, told.properties) == ("web", "desktop", {"path": "/ask/"})
    assert told.language == "zh-hans"
    assert told.session


def test_a_visitor_is_known_by_the_cookie(alice):
    client = Client()
    client.cookies[visitors.COOKIE] = visitors._signer().sign("77")
    client.get("/ask/", headers={"User-Agent": BROWSER})
    assert exposure().unit == -77


def test_what_was_shown_before_a_fault_was_shown(client_of, alice):
    client = client_of(alice)
    client.raise_request_exception = False
    assert client.get("/fail/", headers={"User-Agent": BROWSER}).status_code == 500
    assert exposure().unit == alice.pk


def test_a_second_page_is_no_second_exposure_and_asks_no_more_of_the_database(
    client_of, alice, django_assert_num_queries
):
    client = client_of(alice)
    client.get("/ask/", headers={"User-Agent": BROWSER})
    buffering.flush()
    with django_assert_num_queries(2):  # the session and the member
        client.get("/ask/", headers={"User-Agent": BROWSER})
    assert exposure()
