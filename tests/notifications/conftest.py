import socket

import pytest
from django.core.cache import cache

from tests.notifications.post_office import PostOffice, Server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def office(settings):
    """A mail server that the site's mail goes to."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", free_port(), False
    cache.clear()
    office = PostOffice()
    with Server(office, settings.EMAIL_PORT):
        yield office
