"""Whether a program's token reaches as far as the request. What the member may do, the verbs ask themselves."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from community.api.authentication import Access


class InsufficientScope(PermissionDenied):
    """403 that names the scope, in words and as RFC 6750, 3.1 has it: `auth_header` goes into WWW-Authenticate."""

    default_code = "insufficient_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(_("This token lacks the scope “%s”.") % scope)
        self.scope = scope
        self.auth_header = f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'


class HasScope(BasePermission):
    """A view says what each method needs: `required_scopes = {"GET": scopes.READ, "POST": scopes.POSTS}`.

    HEAD and OPTIONS need what GET does. A session has all scopes; nobody at all is other permissions' affair.
    A method that the view forgot to name is a KeyError: never a door left open.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        access = request.auth
        if not isinstance(access, Access):
            return True
        method = "GET" if request.method in ("HEAD", "OPTIONS") else request.method
        scope = view.required_scopes[method]
        if scope not in access.scopes:
            raise InsufficientScope(scope)
        return True
