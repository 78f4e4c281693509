"""Making a campaign: a starting point, then the form."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from growth.campaigns.admin import acts, consequences, pages
from growth.campaigns.admin.editor import adding, looking
from growth.campaigns.admin.editor.forms import Editor
from growth.campaigns.admin.editor.starting_points import BY_KEY, STARTING_POINTS
from growth.campaigns.models import Campaign

VIEW = "campaigns.view_campaign"
CHANGEABLE = acts.OPEN


@require_safe
def starting_points(request: HttpRequest) -> HttpResponse:
    check(request, acts.ADD)
    context = {**admin.site.each_context(request), "title": _("New campaign"), "points": STARTING_POINTS}
    return render(request, "admin/campaigns/starting_points.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    check(request, acts.ADD)
    if request.method == "POST":
        return _edited(request, Editor(adding.grown(request.POST)))
    point = BY_KEY.get(request.GET.get("from", ""), STARTING_POINTS[0])
    return _form(request, Editor(initial=point.initial(), variations=point.rows()))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a draft, for who may change it, and of what else may still be changed, when it is asked for; else how
    it stands."""
    check(request, VIEW)
    campaign = get_object_or_404(Campaign.objects.select_related("topic", "segment", "goal__metric"), pk=pk)
    may_change = campaign.state in CHANGEABLE and request.user.has_perm(acts.CHANGE)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        return _edited(request, Editor(adding.grown(request.POST), campaign=campaign))
    if may_change and (campaign.state == Campaign.State.DRAFT or "edit" in request.GET):
        return _form(request, Editor(campaign=campaign))
    return pages.standing(request, campaign, may_change=may_change)


def check(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _edited(request: HttpRequest, editor: Editor) -> HttpResponse:
    """Saved, or the form again: with what is wrong, or with what its buttons do."""
    if request.POST.get("act", "save") == "save" and (made := editor.save(request.user)):
        messages.success(request, _("Saved."))
        return redirect(made)
    return _form(request, editor)


def _form(request: HttpRequest, editor: Editor) -> HttpResponse:
    campaign = editor.campaign
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": campaign.name if campaign else _("New campaign"),
        "editor": editor,
        "campaign": campaign,
        "acts": acts.offered(request.user, campaign) if campaign else [],
        "readers": looking.readers(editor.campaign),
        "look_form": looking.LookForm(request.POST or None),
        "look": looking.look(request.POST, request.user) if request.POST.get("act") == "preview" else None,
        "missing": consequences.missing(campaign) if campaign and campaign.state == Campaign.State.DRAFT else [],
    }
    return render(request, "admin/campaigns/edit.html", context)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """For htmx, as the form is filled in."""
    check(request, VIEW)
    return render(request, "admin/campaigns/_preview.html", {"look": looking.look(request.POST, request.user)})
