"""Settings: what acts for me. A secret is shown in the answer to the request that made it, and never again."""

from __future__ import annotations

from typing import cast

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from oauth2_provider.models import Application

from community.api import tokens
from community.api.models import Token
from community.api.programs import applications
from community.api.programs.forms import ApplicationForm, ChangeApplicationForm, TokenForm
from community.forum.denied import Denied
from community.members import limits
from community.members.models import Member


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    member = cast(Member, request.user)
    context = {
        "current": "programs",
        "tokens": Token.objects.of(member).kept().order_by("-created_at"),
        "guests": applications.guests(member),
        "applications": Application.objects.filter(user=member).order_by("name", "pk"),
    }
    return render(request, "programs/overview.html", context)


@login_required
@reauthentication_required
@never_cache
def new_token(request: HttpRequest) -> HttpResponse:
    """A token is as good as a password: whoever makes one has proved theirs in the last minutes."""
    form = TokenForm(request.POST or None)
    context = {"current": "programs", "form": form}
    if request.method == "POST" and form.is_valid():
        limits.take("token", request)
        wanted = {name: form.cleaned_data[name] for name in ("name", "scopes")}
        try:
            token, secret = tokens.create(cast(Member, request.user), **wanted, expires_at=form.expires_at())
        except Denied as denied:
            form.add_error(None, str(denied))
        else:
            get_adapter(request).send_notification_mail("programs/email/token_made", request.user, {"token": token})
            context = {"current": "programs", "token": token, "secret": secret}
    return render(request, "programs/new_token.html", context)


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(Token.objects.of(request.user), pk=pk)
    tokens.revoke(token)
    messages.success(request, _("“%s” is revoked.") % token.name)
    return redirect("programs:overview")


@require_POST
@login_required
def shut_out(request: HttpRequest, pk: int) -> HttpResponse:
    member = cast(Member, request.user)
    application = next((guest.application for guest in applications.guests(member) if guest.application.pk == pk), None)
    if application is None:
        raise Http404
    applications.shut_out(application, member=member)
    messages.success(request, _("“%s” no longer acts for you.") % application)
    return redirect("programs:overview")


@login_required
@reauthentication_required
@never_cache
def new_application(request: HttpRequest) -> HttpResponse:
    form = ApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limits.take("token", request)
        try:
            application, secret = applications.register(cast(Member, request.user), **form.cleaned_data)
        except Denied as denied:
            form.add_error(None, str(denied))
        else:
            return _application_page(request, application, secret=secret)
    return render(request, "programs/application.html", {"current": "programs", "form": form})


@login_required
def change_application(request: HttpRequest, pk: int) -> HttpResponse:
    application = _own(request, pk)
    initial = {"name": application.name, "redirect_uris": "\n".join(application.redirect_uris.split())}
    form = ChangeApplicationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        applications.change(application, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("programs:application", pk)
    return _application_page(request, application, form=form)


@require_POST
@login_required
@reauthentication_required
@never_cache
def renew_secret(request: HttpRequest, pk: int) -> HttpResponse:
    application = _own(request, pk)
    return _application_page(request, application, secret=applications.renew_secret(application))


@require_POST
@login_required
def delete_application(request: HttpRequest, pk: int) -> HttpResponse:
    application = _own(request, pk)
    application.delete()
    messages.success(request, _("“%s” is deleted.") % application)
    return redirect("programs:overview")


def _own(request: HttpRequest, pk: int) -> Application:
    return get_object_or_404(Application, pk=pk, user=request.user)


def _application_page(request: HttpRequest, application: Application, **shown: object) -> HttpResponse:
    confidential = application.client_type == Application.CLIENT_CONFIDENTIAL
    context = {"current": "programs", "application": application, "confidential": confidential, **shown}
    return render(request, "programs/application.html", context)
