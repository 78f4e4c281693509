"""A member's profile, and their leave with what is theirs."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from community.forum import profiles
from community.forum.exporting import export as exported
from community.forum.leaving import leave as leave_site
from community.members.forms import LeaveForm
from events import visitors


@require_GET
def profile(request: HttpRequest, username: str) -> HttpResponse:
    member = get_object_or_404(profiles.profiles_for(request.user).named(username))
    if not member.is_active:
        return render(request, "members/gone.html", status=410)
    context = {
        "member": member,
        "activity": profiles.activity(member, request.user),
        "badges": profiles.badges(member),
        "mine": member.pk == request.user.pk,
    }
    return render(request, "members/profile.html", context)


@require_POST
@login_required
def export(request: HttpRequest) -> HttpResponse:
    member = request.user
    name = f"{member.get_username()}.json"
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{iri_to_uri(name)}"}
    options = {"ensure_ascii": False, "indent": 1}
    return JsonResponse(exported(member), json_dumps_params=options, headers=headers)  # type: ignore[arg-type]


@login_required
@reauthentication_required
def leave(request: HttpRequest) -> HttpResponse:
    form = LeaveForm(request.POST or None, member=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        leave_site(request.user)  # type: ignore[arg-type]
        logout(request)
        messages.success(request, _("Your account is deleted. Thank you for what you gave."))
        response = redirect("/")
        response.delete_cookie(visitors.COOKIE)  # who comes back is nobody we know
        return response
    return render(request, "members/settings.html", {"current": "data", "leave_form": form})
