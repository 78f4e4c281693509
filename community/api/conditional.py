"""ETag of what is read: whoever holds the same already is told so (304, RFC 9110, 13.1.2)."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

CARRIED = ("ETag", "Cache-Control", "Vary", "Link")  # RFC 9110, 15.4.5


def conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer to a successful read, with a weak ETag of its content, or 304 in its place."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        return response
    etag = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if not ("*" in known or etag in known or etag.removeprefix("W/") in known):
        return response
    unchanged = HttpResponseNotModified()
    for name, value in response.items():
        if name in CARRIED or name.startswith("RateLimit"):
            unchanged[name] = value
    return unchanged
