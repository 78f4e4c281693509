"""Runs over all points in the admin: started, watched, applied; and the page of the boards."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from community.desk import auditing
from community.desk.models import Act
from community.desk.watching import RunAdmin
from community.members.models import Member
from community.points import chores, wording
from community.points.boards import overview
from community.points.models import Chore, Rule


@admin.register(Chore)
class ChoreAdmin(RunAdmin):
    """What is started elsewhere: previews by saving a rule, the others on the page of the boards."""

    list_display = ("id", "kind", "how", "rule", "by", "created_at", "finished_at")
    list_filter = ("kind", "state")
    list_select_related = ("rule", "by")
    fields = ("kind", "rule", "by", "created_at")
    result_template = "points/admin_chore.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("boards/", view(self.boards_view), name="points_boards"),
            path("start/", view(self.start_view), name="points_chore_start"),
            path("<int:pk>/apply/", view(self.apply_view), name="points_chore_apply"),
        ]
        return [*own, *super().get_urls()]

    def boards_view(self, request: HttpRequest) -> HttpResponse:
        self._check(request, "view")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Leaderboards"),
            "boards": overview.boards(),
            "swept_at": overview.swept_at(),
            "last": Chore.objects.exclude(kind=Chore.Kind.PREVIEW).order_by("-pk").first(),
        }
        return render(request, "points/admin_boards.html", context)

    def start_view(self, request: HttpRequest) -> HttpResponse:
        self._check(request, "add")
        kind = request.POST.get("kind")
        if request.method != "POST" or kind not in (Chore.Kind.REBUILD, Chore.Kind.VERIFY):
            return redirect("admin:points_boards")
        chore = chores.start(kind, by=cast(Member, request.user))
        auditing.record(request, Act.Kind.ADD, Chore, chore.pk, label=str(chore), verb=kind)
        return redirect("admin:points_chore_change", chore.pk)

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._check(request, "add")
        chore = get_object_or_404(Chore, pk=pk)
        if request.method == "POST":
            self._apply(request, chore)
        return redirect("admin:points_chore_change", pk)

    def _apply(self, request: HttpRequest, chore: Chore) -> None:
        try:
            with transaction.atomic():
                rule = chores.apply(chore, by=cast(Member, request.user))
                stood, stands = (auditing.snapshot(Rule, [pk])[str(pk)] for pk in (chore.rule_id, rule.pk))
                note = {"label": str(rule), "verb": "apply"}
                auditing.record(request, Act.Kind.CHANGE, Rule, rule.pk, before=stood, after=stands, **note)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            words = _("From now on “%(rule)s” gives %(points)d; points given before stay as they are.")
            messages.success(request, words % {"rule": wording.rule(rule.name), "points": rule.points})

    def _check(self, request: HttpRequest, permission: str) -> None:
        if not request.user.has_perm(f"points.{permission}_chore"):
            raise PermissionDenied
