"""A client that has proved its member's password a moment ago, as pages that make secrets ask for."""

from django.test import Client

PASSWORD = "wonderland-7"


def proved(member: object) -> Client:
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client
