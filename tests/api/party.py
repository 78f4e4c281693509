"""An OAuth client as a client sees it, with the browser of the member who lets it in."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

from django.test import Client, RequestFactory
from oauth2_provider.models import Application

from community.api.programs import applications
from community.members.models import Member
from tests.api.test_tokens import Echo

BACK = "https://app.example.org/back?lang=en"
VERIFIER = "wonder-" * 8
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Party:
    """A client application, with the browser of the member who lets it in."""

    def __init__(self, browser: Client, application: Application, secret: str = "") -> None:
        self.browser, self.application, self.secret = browser, application, secret
        self.own = Client()

    def ask(self, **changed: object):
        """The consent page."""
        asked = {
            "response_type": "code",
            "client_id": self.application.client_id,
            "redirect_uri": BACK,
            "scope": "read write:posts",
            "state": "s-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changed
        return self.browser.get("/oauth/authorize/", {name: value for name, value in asked.items() if value})

    def answer(self, page, *, allow: bool = True, **changed: object):
        """Press one of its buttons."""
        form = {name: value for name, value in page.context["form"].initial.items() if value} | changed
        return self.browser.post("/oauth/authorize/", form | ({"allow": "on"} if allow else {}))

    def code(self, **changed: object) -> str:
        return returned(self.answer(self.ask(**changed)))["code"]

    def redeem(self, code: str, **changed: object):
        return self.token(**{"grant_type": "authorization_code", "code": code, "redirect_uri": BACK} | changed)

    def refresh(self, token: str):
        return self.token(grant_type="refresh_token", refresh_token=token)

    def token(self, **sent: object):
        who = {"client_id": self.application.client_id, "client_secret": self.secret, "code_verifier": VERIFIER}
        return self.own.post("/oauth/token/", who | sent)

    def enter(self) -> dict:
        response = self.redeem(self.code())
        assert response.status_code == 200, response.content
        return response.json()


def returned(response) -> dict[str, str]:
    """The parameters with which the browser is sent back to the application, and nowhere else."""
    assert response.status_code == 302
    place = urlsplit(response["Location"])
    assert (place.scheme, place.netloc, place.path) == ("https", "app.example.org", "/back")
    return {name: values[0] for name, values in parse_qs(place.query).items()}


def call(token: str, *, method: str = "get", path: str = "/echo"):
    request = getattr(RequestFactory(), method)(path, headers={"Authorization": f"Bearer {token}"})
    return Echo.as_view()(request)


def register(owner: Member, **changed: str) -> tuple[Application, str]:
    fields = {"name": "Reader", "client_type": "confidential", "redirect_uris": BACK} | changed
    return applications.register(owner, **fields)
