from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from community import keyset
from community.asked import whole
from community.members.models import Member
from community.notifications import inbox, reading, unsubscribing
from community.notifications.models import Notification

PAGE = 50


@login_required
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    member = cast(Member, request.user)
    unread_only = request.GET.get("show") == "unread"
    rows = Notification.objects.of(member.pk).select_related("actor")
    if unread_only:
        rows = rows.unread()
    page = keyset.page(rows, order=["-id"], size=PAGE, cursor=request.GET.get("after"))
    context = {"groups": inbox.grouped(member, page.rows), "after": page.after, "unread_only": unread_only}
    return render(request, "notifications/list.html", context)


@login_required
@require_GET
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what the notification is about; it and its group are read."""
    member = cast(Member, request.user)
    row = get_object_or_404(Notification.objects.of(member.pk).select_related("actor"), pk=pk)
    group = inbox.opened(member, row)
    reading.mark_read(member, group.ids)
    return redirect(group.source.url if group.source else "notifications:list")


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark those with the posted ids, or all, as read."""
    member = cast(Member, request.user)
    if "all" in request.POST:
        reading.mark_all_read(member)
    else:
        reading.mark_read(member, filter(None, map(whole, request.POST.getlist("id"))))
    return redirect("notifications:list")


@login_required
@never_cache
@require_GET
def unread(request: HttpRequest) -> HttpResponse:
    """The badge alone, which the page asks for once a minute while it is in sight."""
    return render(request, "notifications/badge.html", {"count": inbox.unread_count(cast(Member, request.user))})


@csrf_exempt  # RFC 8058: the mail provider posts, without a cookie; the signed token is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Asked by GET (which link scanners do too), done by POST."""
    member = unsubscribing.member_of(token)
    if request.method == "POST":
        member.email_notifications = request.POST.get("again") == "yes"
        unsubscribing.want_mail(member, member.email_notifications)
    context = {"done": request.method == "POST", "wanted": member.email_notifications, "title": _("E-mail")}
    return render(request, "notifications/unsubscribe.html", context)
