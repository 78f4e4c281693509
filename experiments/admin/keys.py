"""Keys of programs: made with the key shown once, renamed, revoked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from unfold.admin import ModelAdmin
from unfold.decorators import display

from experiments.models import SdkKey
from experiments.serving import keys


@admin.register(SdkKey)
class SdkKeyAdmin(ModelAdmin):
    list_display = ("name", "hint", "kind", "environment", "created_by", "created_at", "used_at", "standing")
    list_filter = ("environment", "kind", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("environment", "created_by")
    list_per_page = 50
    search_fields = ("name", "hint")
    search_help_text = _("The name, or what the key begins with")
    actions = ("revoke",)
    known = ("hint", "created_by", "created_at", "used_at", "revoked_at")

    def get_fields(self, request: HttpRequest, obj: SdkKey | None = None) -> tuple[str, ...]:
        return ("name", "kind", "environment", *(self.known if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: SdkKey | None = None) -> tuple[str, ...]:
        return ("kind", "environment", *self.known) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # who had which key when is read from here; a revoked one opens nothing

    @display(description=_("standing"), label={"live": "success", "revoked": "danger"})
    def standing(self, key: SdkKey) -> tuple[str, Any]:
        return ("revoked", _("revoked")) if key.revoked_at else ("live", _("live"))

    def save_model(self, request: HttpRequest, obj: SdkKey, form: ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        row, secret = keys.make(obj.environment, name=obj.name, kind=obj.kind, by=request.user)
        obj.pk, obj._state.adding = row.pk, False
        obj.refresh_from_db()
        request.secret = secret  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: SdkKey, post_url_continue: str | None = None) -> HttpResponse:
        """The page with the key, rather than a redirect, on whose way it would be kept somewhere."""
        told = {"key": obj, "secret": request.secret, "title": obj.name, "site_url": settings.SITE_URL}  # type: ignore[attr-defined]
        return _shown(request, {**self.admin_site.each_context(request), **told})

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[SdkKey]) -> None:
        ended = sum(keys.revoke(key) for key in chosen)
        messages.success(request, ngettext("%d key was revoked.", "%d keys were revoked.", ended) % ended)


@never_cache
def _shown(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, "admin/experiments/key_made.html", told)
