"""Settings, and what a visitor may set as well: language and theme. Profiles are in the forum's room."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import wraps

from django.conf import settings as site
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views import i18n
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from community import keyset
from community.members import forms, images, pictures
from community.members.context import THEME_COOKIE
from community.members.models import Member

TABS = {
    "profile": forms.ProfileForm,
    "display": forms.DisplayForm,
    "privacy": forms.PrivacyForm,
    "notifications": forms.NotificationsForm,
}
PAGES = {"sign-in", "data"}  # without a form of columns
YEAR = 365 * 24 * 60 * 60


@login_required
def settings(request: HttpRequest, tab: str = "profile") -> HttpResponse:
    if tab in PAGES:
        return render(request, "members/settings.html", {"current": tab})
    if tab not in TABS:
        raise Http404(tab)
    form = TABS[tab](request.POST or None, instance=copy(request.user))  # what is refused must not show in the bar
    if request.method == "POST" and form.is_valid():
        member = form.save()
        with override(member.language or None):
            messages.success(request, _("Saved."))
        return redirect("members:settings", *([tab] if tab != "profile" else []))
    picture = forms.PictureForm() if tab == "profile" else None
    return render(request, "members/settings.html", {"current": tab, "form": form, "picture_form": picture})


@require_POST
@login_required
def picture(request: HttpRequest) -> HttpResponse:
    away = bool(request.POST.get("remove"))
    form = forms.PictureForm(request.POST, request.FILES)
    form.fields["picture"].required = not away
    if form.is_valid():
        try:
            if away:
                pictures.remove(request.user)  # type: ignore[arg-type]
            else:
                pictures.put(request.user, form.cleaned_data["picture"])  # type: ignore[arg-type]
            return redirect("members:settings")
        except images.ImageRefused as refusal:
            form.add_error("picture", str(refusal))
    context = {"current": "profile", "form": forms.ProfileForm(instance=request.user), "picture_form": form}
    return render(request, "members/settings.html", context)


def _of_a_cookie(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Visitors set no more than a cookie of their own, and pages kept for all of them hold no token; members' count."""
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        return (checked if request.user.is_authenticated else view)(request)

    return answer


@_of_a_cookie
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Django's own switch by cookie; a member's setting follows, for it goes before the cookie."""
    wanted = request.POST.get("language", "")
    if request.user.is_authenticated and wanted in dict(site.LANGUAGES):
        Member.objects.filter(pk=request.user.pk).update(language=wanted)
    return i18n.set_language(request)


@_of_a_cookie
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("theme", "")
    if wanted not in Member.Theme:
        raise Http404(wanted)
    if request.user.is_authenticated:
        Member.objects.filter(pk=request.user.pk).update(theme=wanted)
    there = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(there if ours else "/")  # redirect() would take a word for a view's name
    response.set_cookie(THEME_COOKIE, wanted, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response


ORDERS = {"active": ("-seen_at", "-id"), "newest": ("-date_joined", "-id"), "name": ("lower", "id")}


def directory(request: HttpRequest) -> HttpResponse:
    """Members by when they were last here, when they joined, or by name; `?q=` narrows to a prefix of the name."""
    prefix = request.GET.get("q", "").strip()
    order = "name" if prefix else request.GET.get("order", "active")
    if order not in ORDERS:
        raise Http404(order)
    members = Member.objects.listed_for(request.user) if order == "active" else Member.objects.active()
    if prefix:
        members = members.starting_with(prefix)
    page = keyset.page(members.for_list(), order=ORDERS[order], size=40, cursor=request.GET.get("after"))
    context = {"members": page, "order": order, "prefix": prefix}
    return render(request, "members/list.html", context)
