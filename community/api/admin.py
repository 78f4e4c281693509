"""Tokens and applications in the admin: to be found and ended, never made or read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from oauth2_provider.models import AccessToken, Application, Grant, IDToken, RefreshToken
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from community.api import tokens
from community.api.models import Token
from community.api.programs import applications
from community.api.programs.forms import ChangeApplicationForm
from community.desk.searching import MOST_FOUND, MadeByVerbsAdmin, of_member

for model in (AccessToken, Application, Grant, IDToken, RefreshToken):
    admin.site.unregister(model)


class ApplicationForm(ModelForm):
    clean_name = ChangeApplicationForm.clean_name
    clean_redirect_uris = ChangeApplicationForm.clean_redirect_uris


@admin.register(Token)
class TokenAdmin(MadeByVerbsAdmin):
    list_display = ("name", "prefix", "member", "created_at", "expires_at", "last_used_at", "standing")
    list_filter = (("last_used_at", RangeDateTimeFilter), ("revoked_at", admin.EmptyFieldListFilter))
    list_filter_submit = True
    list_select_related = ("member",)
    list_per_page = 50
    ordering = ("-pk",)
    search_help_text = _("The token's first twelve characters, or the member's username from its beginning")
    fields = ("member", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    readonly_fields = fields
    actions = ("revoke",)

    def sought(self, term: str) -> Q:
        return Q(prefix=term) | of_member(term, "member")

    @display(description=_("standing"), label={"live": "success", "expired": "warning", "revoked": "danger"})
    def standing(self, token: Token) -> tuple[str, Any]:
        if token.revoked_at:
            return "revoked", _("revoked")
        return ("expired", _("expired")) if token.expired else ("live", _("live"))

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[Token]) -> None:
        ended = sum(tokens.revoke(token) for token in chosen)
        _tell(request, ended)


@admin.register(Application)
class ApplicationAdmin(MadeByVerbsAdmin):
    """Editing keeps to what its owner may edit; deleting one ends all that it may do."""

    form = ApplicationForm
    list_display = ("name", "user", "client_type", "created", "redirect_uris")
    list_filter = ("client_type",)
    list_select_related = ("user",)
    list_per_page = 50
    ordering = ("-pk",)
    fields = ("name", "user", "client_id", "client_type", "redirect_uris", "created")
    readonly_fields = ("user", "client_id", "client_type", "created")
    actions = ("shut_out",)

    def sought(self, term: str) -> Q:
        return _of_application(term) | of_member(term, "user")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)

    @admin.action(description=_("End what it may do for its members"), permissions=["change"])
    def shut_out(self, request: HttpRequest, chosen: QuerySet[Application]) -> None:
        _tell(request, sum(applications.shut_out(application) for application in chosen))


@admin.register(RefreshToken)
class RefreshTokenAdmin(MadeByVerbsAdmin):
    """Which application may act for which member."""

    list_display = ("user", "application", "created", "revoked")
    list_filter = (("revoked", admin.EmptyFieldListFilter),)
    list_select_related = ("user", "application")
    list_per_page = 50
    ordering = ("-pk",)
    fields = ("user", "application", "created", "revoked")
    readonly_fields = fields
    actions = ("withdraw",)

    def sought(self, term: str) -> Q:
        found = Application.objects.filter(_of_application(term)).values_list("pk", flat=True)
        return Q(application__in=list(found[:MOST_FOUND])) | of_member(term, "user")

    @admin.action(description=_("Revoke"), permissions=["change"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[RefreshToken]) -> None:
        _tell(request, applications.withdraw(chosen))


def _of_application(term: str) -> Q:
    """Of applications there are few."""
    return Q(client_id=term) | Q(name__icontains=term)


def _tell(request: HttpRequest, ended: int) -> None:
    messages.success(request, ngettext("%d token was revoked.", "%d tokens were revoked.", ended) % ended)
