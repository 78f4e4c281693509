"""The Content-Security-Policy: what a page may load, run, send to and be framed by (CSP Level 3).

The site runs no inline script or style and evaluates no text. The admin is unfold's: its Alpine compiles the
expressions in its templates, and it writes the theme's colours into a style element (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Whether every host under the site's name is on https, and whether browsers' makers are to be told so for good.
LEFT_TO_THE_OPERATOR: list[str] = ["security.W005", "security.W021"]
ADMIN_LOOSENS = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


def origin_of(url: str) -> str:
    """`https://host:port` of an address, or the scheme alone where an app of a telephone has claimed one: `app:`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def site_policy(*, https: bool, sign_in_at: Iterable[str]) -> dict[str, Any]:
    """The directives of every page. Browsers hold redirects after a form to `form-action` too, so signing in with
    another site names that site. Posts show pictures of any site, as the renderer lets them."""
    return {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "https:"] if https else [SELF, "data:", "https:", "http:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF, *map(origin_of, sign_in_at)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "upgrade-insecure-requests": https,
    }


class PolicyMiddleware(CSPMiddleware):
    """The site's policy, loosened in the admin, and led on where a page of consent leads."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.resolver_match and request.resolver_match.route.startswith("admin/"):
            parts.replace = ADMIN_LOOSENS | (parts.replace or {})
        if target := (getattr(response, "context_data", None) or {}).get("redirect_uri"):
            # The address of an OAuth client, which the authorization server has found among the client's own.
            parts.update = {"form-action": [origin_of(target)]} | (parts.update or {})
        return parts
