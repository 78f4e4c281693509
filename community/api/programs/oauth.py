"""The library's OAuth endpoints: authorisation codes with PKCE, refresh, revocation, and nothing else of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from oauth2_provider.forms import AllowForm
from oauth2_provider.models import Application
from oauth2_provider.views import AuthorizationView, TokenView

from community.members import limits


class Consent(AuthorizationView):
    """Asks each time: a client that says it was let in before may be another one on the same address."""

    template_name = "programs/consent.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.copy()
        asked.pop("approval_prompt", None)
        request.GET = asked  # type: ignore[assignment]
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "host": urlsplit(kwargs.get("redirect_uri", "")).hostname}

    def form_valid(self, form: AllowForm) -> HttpResponse:
        if not Application.objects.filter(client_id=form.cleaned_data["client_id"]).exists():
            return self.form_invalid(form)
        return super().form_valid(form)

    def form_invalid(self, form: AllowForm) -> HttpResponse:
        """The fields are hidden: whoever fills them in otherwise does so by hand."""
        return self.render_to_response({"error": {"error": "invalid_request"}}, status=400)


class Tokens(TokenView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without the library's way out to the device flow, which we do not offer."""
        limits.take("oauth", request)
        return self.authorization_flow_token_response(request)
