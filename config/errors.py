"""What is answered when something broke."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error

RETRY_AFTER = 10  # seconds; a restart of PostgreSQL takes fewer


def something_broke(request: HttpRequest) -> HttpResponse:
    """500, or 503 where PostgreSQL is away or gave up: whoever asks, a cache too, may ask again in a moment."""
    response: HttpResponse = server_error(request)
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response.status_code = 503
        response["Retry-After"] = str(RETRY_AFTER)
    return response
