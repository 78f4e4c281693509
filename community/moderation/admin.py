"""The moderators' part of the admin: the queue of what is flagged, suspensions, and the log of what was done."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from community.forum.models import LogEntry
from community.members.models import Member
from community.moderation import cases, suspending
from community.moderation.forms import SuspendForm
from community.moderation.judging import Verdict, judge
from community.moderation.models import Flag, Suspension


def _may_enter(request: HttpRequest) -> bool:
    """Moderators work in the admin too; beyond this room they see what staff permissions grant them: nothing."""
    member = request.user
    return bool(member.is_active and (member.is_staff or getattr(member, "moderates", False)))


admin.site.has_permission = _may_enter  # type: ignore[method-assign]


class ForModerators(ModelAdmin):
    """Moderators may look; what they do goes through the verbs."""

    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "moderates", False))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Flag)
class FlagAdmin(ForModerators):
    """The list of all flags, and before it the queue of those that are open, by the thing that they are on."""

    list_display = ("created_at", "reason", "member", "thing", "state", "handled_by")
    list_filter = ("state", "reason")
    list_select_related = ("member", "handled_by")
    actions_list = ("queue",)
    ordering = ("-id",)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("queue/", self.admin_site.admin_view(self.queue_view), name="moderation_queue"),
            path("<int:pk>/judge/", self.admin_site.admin_view(self.judge_view), name="moderation_judge"),
        ]
        return own + super().get_urls()

    @action(description=_("What waits"), url_path="to-queue")
    def queue(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:moderation_queue")

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Flagged"),
            "cases": cases.waiting(),
            "waiting": cases.count(),
            "opts": self.opts,
        }
        return render(request, "moderation/admin_queue.html", context)

    def judge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._check(request)
        if request.method != "POST" or request.POST.get("verdict") not in set(Verdict):
            return redirect("admin:moderation_queue")
        flag = get_object_or_404(Flag.objects.select_related("post", "comment"), pk=pk)
        reason = request.POST.get("reason", "").strip()[:500]
        try:
            settled = judge(flag, Verdict(request.POST["verdict"]), by=request.user, reason=reason)  # type: ignore[arg-type]
        except PermissionDenied as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, ngettext("%d flag settled.", "%d flags settled.", settled) % settled)
        return redirect("admin:moderation_queue")

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    @display(description=_("on"))
    def thing(self, flag: Flag) -> SafeString:
        name, pk = ("post", flag.post_id) if flag.post_id else ("comment", flag.comment_id)
        return format_html('<a href="{}">{} {}</a>', reverse(f"forum:{name}", args=[pk]), name, pk)


@admin.register(Suspension)
class SuspensionAdmin(ForModerators):
    list_display = ("member", "reason", "created_at", "until", "lifted_at", "by")
    list_select_related = ("member", "by")
    search_fields = ("member__username__istartswith",)
    ordering = ("-id",)
    actions = ("lift",)
    form = SuspendForm
    fields = ("username", "days", "reason")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def save_model(self, request: HttpRequest, obj: Suspension, form: ModelForm[Suspension], change: bool) -> None:
        assert isinstance(form, SuspendForm)  # noqa: S101 (for the type checker)
        made = suspending.suspend(obj.member, by=request.user, reason=obj.reason, until=form.until())  # type: ignore[arg-type]
        obj.pk, obj.until = made.pk, made.until

    @admin.action(description=_("Lift the suspension"), permissions=["view"])
    def lift(self, request: HttpRequest, rows: QuerySet[Suspension]) -> None:
        for member in Member.objects.filter(pk__in=rows.values("member")):
            suspending.lift(member, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Lifted."))


@admin.register(LogEntry)
class LogAdmin(ForModerators):
    list_display = ("at", "who", "verb", "object_kind", "object_id", "reason")
    list_filter = ("verb", "object_kind")
    list_select_related = ("actor",)
    search_fields = ("=object_id", "actor__username__istartswith")
    ordering = ("-id",)

    @display(description=_("who"))
    def who(self, entry: LogEntry) -> str:
        return str(entry.actor or _("the site"))
