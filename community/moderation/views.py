from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from community.forum.highlighting import plain
from community.forum.models import Comment, Post
from community.members.models import Member
from community.moderation import flagging, hiding
from community.moderation.forms import FlagForm
from community.moderation.models import Thing

KINDS: dict[str, type[Post] | type[Comment]] = {"post": Post, "comment": Comment}


def _thing(request: HttpRequest, kind: str, pk: int) -> Thing:
    if kind not in KINDS:
        raise Http404("posts and comments are flagged")
    return cast(Thing, get_object_or_404(KINDS[kind].objects.visible_to(request.user).select_related("author"), pk=pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def flag(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    member, thing = cast(Member, request.user), _thing(request, kind, pk)
    form = FlagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            flagging.flag(thing, member=member, **form.cleaned_data)
        except PermissionDenied as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. A moderator will look at it."))
            return redirect(thing)
    context = {"form": form, "thing": thing, "kind": kind, "excerpt": plain(thing.html)}
    return render(request, "moderation/flag.html", context)


@login_required
@require_POST
def hide(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Hide, or (`on` is 0) show again, without a flag; for moderators."""
    member, thing = cast(Member, request.user), _thing(request, kind, pk)
    reason = request.POST.get("reason", "")[:500]
    if request.POST.get("on") == "0":
        hiding.unhide(thing, by=member, reason=reason)
    else:
        hiding.hide(thing, by=member, reason=reason)
    return redirect(thing)
