import pytest
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory

from config.policy import PolicyMiddleware, origin_of, site_policy

pytestmark = pytest.mark.django_db


def directives(response: HttpResponse) -> dict[str, str]:
    parts = response["Content-Security-Policy"].split("; ")
    return {name: values for name, _, values in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize("path", ["/", "/boards/", "/accounts/login/", "/no/such/page", "/healthz", "/feed\x00"])
def test_no_page_runs_what_stands_in_it_or_is_framed(client, path):
    policy = directives(client.get(path))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert policy["form-action"] == "'self'"


def test_the_admin_may_evaluate_and_style_but_run_no_inline_script(client_of, admin):
    policy = directives(client_of(admin).get("/admin/"))
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["frame-ancestors"] == "'none'"


def test_a_page_of_consent_may_lead_to_its_client_alone():
    def consent(request):
        return TemplateResponse(request, "403.html", {"redirect_uri": "https://app.example.org:8443/done?x=1"})

    response = PolicyMiddleware(consent)(_request())
    assert directives(response)["form-action"] == "'self' https://app.example.org:8443"


def _request():
    request = RequestFactory().get("/")
    request.resolver_match = None
    return request


def test_an_address_of_a_telephones_app_is_its_scheme():
    assert origin_of("org.example.app:/done") == "org.example.app:"


def test_on_https_everything_comes_by_https():
    policy = site_policy(https=True, sign_in_at=["https://login.example.org/realm"])
    assert policy["upgrade-insecure-requests"] is True
    assert "http:" not in policy["img-src"]
    assert policy["form-action"] == ["'self'", "https://login.example.org"]


def test_the_headers_that_keep_a_page_to_itself(client):
    response = client.get("/")
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
