"""The admin's site: unfold's, open to moderators, with the audit in every page of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from unfold.sites import UnfoldAdminSite

from community.desk import auditing
from community.desk.audited import Audited
from community.desk.models import Act

UNWATCHED = {"logout"}


class DeskSite(UnfoldAdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        """Moderators work in the admin too; beyond their room they see what staff permissions grant them: nothing."""
        member = request.user
        return bool(member.is_active and (member.is_staff or getattr(member, "moderates", False)))

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin] | None = None,
        **options: Any,
    ) -> None:
        given = admin_class or ModelAdmin
        audited = type(given.__name__, (Audited, given), {"__module__": given.__module__, "__doc__": given.__doc__})
        super().register(model_or_iterable, audited, **options)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def watched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response: HttpResponseBase = inner(request, *args, **kwargs)
            self._note_unnoted(request, response)
            return response

        return watched

    def _note_unnoted(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """A page of its own that changed something (it answers a POST by a redirect) and wrote nothing down."""
        match = request.resolver_match
        done = request.method == "POST" and 300 <= response.status_code < 400
        if not done or match is None or getattr(request, "audited", False) or match.url_name in UNWATCHED:
            return
        if self.has_permission(request):
            model = self._model_of(match.url_name or "")
            given = next(iter((*match.args, *match.kwargs.values())), "")
            auditing.record(request, Act.Kind.ACTION, model, given, verb=match.url_name or "")

    def _model_of(self, url_name: str) -> type[Model]:
        """By the name of its address (points_rule_…); an act on nothing in particular stands as an act on the audit."""
        for model in self._registry:
            if url_name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
                return model
        return Act
