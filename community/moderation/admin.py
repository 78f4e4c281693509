"""The moderators' part of the admin: the queue of what is flagged, suspensions, and the log of what was done.

Members, posts and comments get the actions whose verbs live in this room.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import action, display

from community.desk import auditing
from community.desk.acting import OptionalReasonForm, ReasonForm, bulk
from community.desk.models import Act
from community.desk.searching import ReadOnlyAdmin, number, of_member
from community.forum.admin import CommentAdmin, PostAdmin
from community.forum.models import Comment, LogEntry, Post
from community.members.admin import MemberAdmin
from community.members.models import Member
from community.moderation import appointing, cases, hiding, suspending
from community.moderation.forms import SuspendChosenForm, SuspendForm
from community.moderation.judging import Verdict, judge
from community.moderation.models import Flag, Suspension

for model in (Member, Post, Comment):
    admin.site.unregister(model)

HIDING = (
    bulk("hide", _("Hide…"), hiding.hide, form=ReasonForm),
    bulk("unhide", _("Show again…"), hiding.unhide, form=OptionalReasonForm),
)


@admin.register(Post)
class ModeratedPostAdmin(PostAdmin):
    actions = (*PostAdmin.actions, *HIDING)


@admin.register(Comment)
class ModeratedCommentAdmin(CommentAdmin):
    actions = (*CommentAdmin.actions, *HIDING)


@admin.register(Member)
class ModeratedMemberAdmin(MemberAdmin):
    actions = (
        *MemberAdmin.actions,
        bulk("suspend_chosen", _("Suspend…"), suspending.suspend, form=SuspendChosenForm),
        bulk("lift_chosen", _("Lift the suspension…"), suspending.lift, form=OptionalReasonForm),
        bulk("appoint", _("Make a moderator"), appointing.appoint, permission="appoint"),
        bulk("dismiss", _("Moderator no longer"), appointing.dismiss, permission="appoint"),
    )


class ForModerators(ReadOnlyAdmin):
    """Moderators may look; what they do goes through the verbs."""

    list_per_page = 50
    list_filter_submit = True
    ordering: tuple[str, ...] = ("-id",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "moderates", False))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)


@admin.register(Flag)
class FlagAdmin(ForModerators):
    """The list of all flags, and before it the queue of those that are open, by the thing that they are on."""

    list_display = ("created_at", "reason", "member", "thing", "state", "handled_by")
    list_filter = ("state", "reason", ("member", AutocompleteSelectFilter), ("created_at", RangeDateFilter))
    list_select_related = ("member", "handled_by")
    sortable_by = ("created_at",)
    search_help_text = _("Who flagged it, or the number of a post or comment")
    actions_list = ("queue",)

    def sought(self, term: str) -> Q:
        return number(term, "pk", "post", "comment") | of_member(term, "member")

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
        reason, verdict = request.POST.get("reason", "").strip()[:500], Verdict(request.POST["verdict"])
        note = partial(auditing.record, request, model=Flag, object_id=pk, label=str(flag), verb=f"judge: {verdict}")
        try:
            settled = judge(flag, verdict, by=request.user, reason=reason)  # type: ignore[arg-type]
        except PermissionDenied as refusal:
            note(Act.Kind.REFUSED, note=str(refusal))
            messages.error(request, str(refusal))
        else:
            now = {"state": Flag.objects.values_list("state", flat=True).get(pk=pk)}
            note(Act.Kind.ACTION, note=reason, before={"state": flag.state}, after=now)
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
    list_filter = (("member", AutocompleteSelectFilter), ("until", RangeDateFilter))
    sortable_by = ("created_at", "until")
    search_help_text = _("A member's username")
    actions = ("lift",)
    form = SuspendForm
    fields = ("username", "days", "reason")

    def sought(self, term: str) -> Q:
        return number(term, "pk") | of_member(term, "member")

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
    list_filter = (("actor", AutocompleteSelectFilter), "object_kind", ("at", RangeDateFilter))
    list_select_related = ("actor",)
    sortable_by = ("at",)
    search_help_text = _("A moderator's username, or the number of a topic, post, comment, tag or member")

    def sought(self, term: str) -> Q:
        kinds = Q(object_kind__in=("topic", "post", "comment", "tag", "member"))  # the index is by kind and id
        return (kinds & number(term, "object_id")) | of_member(term, "actor")

    @display(description=_("who"))
    def who(self, entry: LogEntry) -> str:
        return str(entry.actor or _("the site"))
