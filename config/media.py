"""Uploads under /media/, wherever they are kept. All are images that we have encoded ourselves, named by content."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django.views.static import serve

FOR_EVER = 31_536_000  # seconds; a changed picture has a new name
SENT_ON = 1800  # seconds; half of what the bucket's signature lasts


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """The file, where no front server answers for the folder; from a bucket, the way to it."""
    if settings.S3_BUCKET:
        response: HttpResponseBase = HttpResponseRedirect(default_storage.address(path))  # type: ignore[attr-defined]
        patch_cache_control(response, public=True, max_age=SENT_ON)
    else:
        response = serve(request, path, document_root=default_storage.location)  # type: ignore[attr-defined]
        patch_cache_control(response, public=True, max_age=FOR_EVER, immutable=True)
    return response
