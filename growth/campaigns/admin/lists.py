"""The list of campaigns: by state, searched by name, the newest first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from community import keyset
from growth.campaigns.models import Campaign, Occurrence

SIZE = 50


class ListForm(forms.Form):
    """What is asked for; a value that is none is as none given."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("any")), *Campaign.Kind.choices], required=False)
    mine = forms.BooleanField(label=_("only mine"), required=False)
    state = forms.ChoiceField(choices=Campaign.State.choices, required=False, widget=forms.HiddenInput)

    @property
    def given(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def found(self, member: Any) -> QuerySet[Campaign]:
        given = self.given
        asked = Q(**{name: given[name] for name in ("kind", "state") if name in given})
        if "mine" in given:
            asked &= Q(created_by=member)
        if "q" in given:
            asked &= Q(name__icontains=given["q"]) | Q(key__icontains=given["q"])
        return with_audience(Campaign.objects.filter(asked))

    def address(self, **other: Any) -> str:
        kept = {name: self.data[name] for name in self.given if self.data.get(name)}
        return "?" + urlencode({name: value for name, value in {**kept, **other}.items() if value})


def with_audience(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Subqueries, not joins, so that a page costs the same however often its campaigns went out."""
    own = Occurrence.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    return campaigns.annotate(
        audience=Subquery(own.annotate(n=Sum("audience")).values("n")),
        goes_out=Coalesce(Subquery(own.annotate(last=Max("at")).values("last")), "starts_at"),
    ).select_related("topic", "segment", "created_by")


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("campaigns.view_campaign"):
        raise PermissionDenied
    form = ListForm(request.GET)
    page = keyset.page(form.found(request.user), order=("-pk",), size=SIZE, cursor=request.GET.get("cursor"))
    state = form.given.get("state", "")
    context = {
        **admin.site.each_context(request),
        "title": _("Campaigns"),
        "form": form,
        "rows": page.rows,
        "tabs": [(label, form.address(state=value), state == value) for value, label in _tabs()],
        "older": form.address(cursor=page.after) if page.after else "",
        "asks": bool(form.given),
        "may_add": request.user.has_perm("campaigns.add_campaign"),
    }
    return render(request, "admin/campaigns/list.html", context)


def _tabs() -> list[tuple[str, Any]]:
    return [("", _("All")), *Campaign.State.choices]
