"""The list of experiments, and the archive: by state, verdict, kind and team, searched by their words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from experiments import listing
from experiments.models import Experiment, Report, Team

LONGEST = 200  # characters of a search
STATES = [*Experiment.Status.choices, ("discarded", _("discarded"))]


class ListForm(forms.Form):
    """What is asked for; a value that is none is as none given."""

    q = forms.CharField(label=_("Search"), max_length=LONGEST, required=False)
    verdict = forms.ChoiceField(label=_("Verdict"), choices=[("", _("any")), *Report.Verdict.choices], required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("any")), *Experiment.Kind.choices], required=False)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.all(), required=False, empty_label=_("any"))
    mine = forms.BooleanField(label=_("only mine"), required=False)
    status = forms.ChoiceField(choices=STATES, required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False, widget=forms.HiddenInput)

    def asked(self, member: Any) -> Q:
        given = self.given
        found = Q(discarded_at=None)
        if given.get("status") == "discarded":
            found = Q(discarded_at__isnull=False)
        elif given.get("status"):
            found &= Q(status=given["status"])
        for name, field in (("verdict", "report__verdict"), ("kind", "kind"), ("team", "team")):
            found &= Q(**{field: given[name]}) if given.get(name) else Q()
        return found & Q(owner=member) if given.get("mine") else found

    @property
    def given(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data

    def address(self, **other: Any) -> str:
        """Of the same list but for this; another list begins at its first page."""
        kept = {name: self.data[name] for name in self.given if name != "before" and self.data.get(name)}
        return "?" + urlencode({name: value for name, value in {**kept, **other}.items() if value})


@require_safe
def experiments(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("experiments.view_experiment"):
        raise PermissionDenied
    form = ListForm(request.GET)
    given = form.given
    page = listing.page(form.asked(request.user), words=given.get("q", ""), before=given.get("before"))
    context = {
        **admin.site.each_context(request),
        "title": _("Experiments"),
        "form": form,
        "page": page,
        "tabs": [(label, form.address(status=value), given.get("status", "") == value) for value, label in _tabs()],
        "older": form.address(before=page.after) if page.after else "",
        "asks": any(given.get(name) for name in ("q", "verdict", "kind", "team", "mine", "before")),
        "may_add": request.user.has_perm("experiments.add_experiment"),
    }
    return render(request, "admin/experiments/list.html", context)


def _tabs() -> list[tuple[str, Any]]:
    return [("", _("all")), *STATES]
