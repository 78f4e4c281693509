"""What we change of django-oauth-toolkit. It keeps no access or refresh token, only their SHA-256 (settings)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from oauth2_provider.oauth2_validators import OAuth2Validator


class SecretHasher(PBKDF2PasswordHasher):
    """For client secrets, which are long and random: a million rounds would only slow the token endpoint down."""

    algorithm = "pbkdf2_once"
    iterations = 1


class Validator(OAuth2Validator):
    def _load_application(self, client_id: str, request: Any) -> Any:
        """An application falls silent with its owner's account: nobody answers for it any more."""
        application = super()._load_application(client_id, request)
        if application and application.user and not application.user.is_active:
            request.client = None
            return None
        return application
