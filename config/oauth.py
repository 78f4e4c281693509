"""OAuth as django-oauth-toolkit takes it: codes with PKCE and rotated refresh tokens, kept as hashes."""

from __future__ import annotations

from typing import Any

# Every recommendation of RFC 9700 that the library knows, as a rule of this site and not as a warning. Left out is
# that of https for redirects, because of programs on the member's own machine; ours is in programs/redirects.py.
RECOMMENDED = (
    "IMPLICIT_GRANT",
    "PASSWORD_GRANT",
    "PKCE_METHOD",
    "PKCE_REQUIRED",
    "ACCESS_TOKEN_TRANSPORT",
    "AUTHZ_RESPONSE_ISS",
    "TOKEN_STORAGE",
    "REFRESH_TOKEN",
    "REDIRECT_URI_MATCHING",
)
SILENCED_CHECKS = ["oauth2_provider.W008"]


def provider(issuer: str) -> dict[str, Any]:
    """The setting OAUTH2_PROVIDER of the site whose address is `issuer`."""
    return {
        "OIDC_ISS_ENDPOINT": issuer,
        "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.WebApplicationServer",  # knows these two grants only
        "OAUTH2_VALIDATOR_CLASS": "community.api.programs.server.Validator",
        "CLIENT_SECRET_HASHER": "pbkdf2_once",
        "SCOPES_BACKEND_CLASS": "community.api.scopes.Scopes",
        "ACCESS_TOKEN_EXPIRE_SECONDS": 60 * 60,
        "REFRESH_TOKEN_EXPIRE_SECONDS": 90 * 24 * 60 * 60,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
        "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "refresh_token"],
        "OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": ["client_secret_basic", "client_secret_post", "none"],
        **{f"COMPLIANT_BCP_RFC9700_{name}": True for name in RECOMMENDED},
    }
