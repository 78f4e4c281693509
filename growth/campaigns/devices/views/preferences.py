"""Members' settings of messages: what, by which channels, when, and on which devices. No page here needs a script."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.asked import whole
from community.members.models import Member
from growth.campaigns.devices import consenting, offering, quiet, registering, table
from growth.campaigns.devices.forms import QuietForm
from growth.campaigns.models import Device, QuietHours

SOURCE = "preferences"


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    member = cast(Member, request.user)
    if request.method == "POST":
        wanted = table.read(request.POST.getlist("cell"))
        consenting.choose(member, wanted, channels=table.channels(member), source=SOURCE)
        return _saved(request)
    own = QuietHours.objects.filter(member=member).first()
    return _page(request, QuietForm(instance=own or QuietHours.objects.filter(member=None).first()))


@login_required
@require_POST
def nothing(request: HttpRequest) -> HttpResponse:
    consenting.say(cast(Member, request.user), allowed=False, source=SOURCE)
    return _saved(request)


@login_required
@require_POST
def quiet_hours(request: HttpRequest) -> HttpResponse:
    member = cast(Member, request.user)
    if "site" in request.POST:
        quiet.keep_the_sites(member)
        return _saved(request)
    form = QuietForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    quiet.keep(member, **form.cleaned_data)
    return _saved(request)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    device = get_object_or_404(Device.objects.standing().filter(member=request.user.pk), pk=whole(str(pk)))
    registering.remove(device, why="by its member")
    return _saved(request)


def _page(request: HttpRequest, form: QuietForm) -> HttpResponse:
    member = cast(Member, request.user)
    context = {
        "current": "messages",
        "table": table.of(member),
        "devices": Device.objects.standing().filter(member=member).order_by("-seen_at", "-pk"),
        "quiet_form": form,
        "own_quiet": QuietHours.objects.filter(member=member).exists(),
        "site_quiet": QuietHours.objects.filter(member=None).first(),
        "push_key": offering.public_key(),
    }
    return render(request, "campaigns/preferences.html", context)


def _saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("messages:preferences")
