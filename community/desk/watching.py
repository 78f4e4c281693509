"""The admin page of a background run: started by its form, then watched, its part of the page asked for anew."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from community.desk import running
from community.desk.models import Run
from community.desk.searching import ReadOnlyAdmin

COLOURS = {Run.State.WAITING: "info", Run.State.RUNNING: "info", Run.State.DONE: "success", Run.State.FAILED: "danger"}


class RunAdmin(ReadOnlyAdmin):
    """`result_template` shows what a run that is done has found."""

    change_form_outer_before_template = "desk/run.html"
    result_template = ""
    list_select_related: tuple[str, ...] = ("by",)
    ordering = ("-id",)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_state"
        own = path("<int:pk>/state/", self.admin_site.admin_view(self.state_view), name=name)
        return [own, *super().get_urls()]

    def state_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return render(request, "desk/_run.html", self._context(get_object_or_404(self.model, pk=pk)))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        shown = self._context(run) if run else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        one_button = {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **one_button})

    def _context(self, run: Run) -> dict[str, Any]:
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_state", args=[run.pk])
        left = running.abandoned(run)
        return {"run": run, "address": address, "abandoned": left, "part": self.result_template}

    def save_model(self, request: HttpRequest, obj: Run, form: ModelForm, change: bool) -> None:
        obj.by_id = request.user.pk
        super().save_model(request, obj, form, change)
        running.ring(obj)

    def response_add(self, request: HttpRequest, obj: Run, post_url_continue: str | None = None) -> HttpResponse:
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]))

    @display(description=_("state"), label=COLOURS, ordering="state")
    def how(self, run: Run) -> tuple[str, Any]:
        return run.state, run.get_state_display()
