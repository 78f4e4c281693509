"""The base of every address of the API: who may call it, how often, and what goes with each answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from community.api import throttling
from community.api.conditional import conditional
from community.api.permissions import HasScope
from events.context import current, within


class Known(BasePermission):
    """Strangers read what is public; the rest is for members. What is not for them is 401."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated) or (request.method in SAFE_METHODS and view.public)


class Resource(APIView):
    permission_classes = (Known, HasScope)
    public: ClassVar[bool] = False
    required_scopes: ClassVar[dict[str, str]] = {}
    allowance: throttling.Allowance | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with within(replace(current(), source="api")):
            response = super().dispatch(request, *args, **kwargs)
        response.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Accept-Language", "Authorization", "Cookie"])
        if isinstance(response, Response):
            return conditional(request, response.render())
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if (request.method or "") not in self.allowed_methods:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Whoever calls is counted, known or not: who guesses tokens has the requests of a stranger."""
        try:
            super().perform_authentication(request)
        finally:
            self.allowance = throttling.take(request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in (self.allowance.headers if self.allowance else {}).items():
            response.setdefault(name, value)
        return response

    @property
    def allowed_methods(self) -> list[str]:
        """Without OPTIONS, which the REST framework has on every view."""
        methods = [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(self, name)]
        return [*methods, "HEAD"] if "GET" in methods else methods
