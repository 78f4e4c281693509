"""The loop in the admin: a board of four columns, and a page for each step from one to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from experiments.loop import evidence, ledger, moving
from experiments.loop.board import board
from experiments.models import Experiment, Idea, Insight

VIEW, ADD, CHANGE = "experiments.view_idea", "experiments.add_idea", "experiments.change_idea"
LEARN = "experiments.add_insight"
SCORES = [(n, str(n)) for n in range(1, 6)]


class StepForm(forms.Form):
    """The one text that a step needs."""

    def __init__(self, *args: Any, label: Any, initially: str = "", field: str = "text", **options: Any) -> None:
        super().__init__(*args, **options)
        area = forms.Textarea(attrs={"rows": 5})
        self.fields[field] = forms.CharField(label=label, initial=initially, max_length=10_000, widget=area)


class NextForm(StepForm):
    title = forms.CharField(label=_("The idea"), max_length=150)
    impact = forms.TypedChoiceField(label=_("Impact"), choices=SCORES, initial=3, coerce=int)
    effort = forms.TypedChoiceField(label=_("Effort"), choices=SCORES, initial=3, coerce=int)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, field="body", **options)
        self.fields["body"].required = False
        self.order_fields(("title", "body"))


def _check(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    _check(request, VIEW)
    may = {name: request.user.has_perm(which) for name, which in (("add", ADD), ("change", CHANGE), ("learn", LEARN))}
    may["test"] = request.user.has_perm("experiments.add_experiment")
    context = {**admin.site.each_context(request), "title": _("The loop"), "board": board(), "may": may}
    return render(request, "admin/experiments/loop/board.html", context)


@require_safe
def show_ledger(request: HttpRequest) -> HttpResponse:
    _check(request, "experiments.view_experiment")
    context = {**admin.site.each_context(request), "title": _("What teams brought"), "lines": ledger.lines()}
    return render(request, "admin/experiments/loop/ledger.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def suppose(request: HttpRequest, pk: int) -> HttpResponse:
    _check(request, CHANGE)
    idea = get_object_or_404(Idea, pk=pk)
    label = _("If we …, then … rises by … %, because ….")
    form = StepForm(request.POST or None, label=label, initially=idea.hypothesis, field="hypothesis")
    return _step(request, _("Make it a hypothesis"), idea, form, lambda given: moving.suppose(idea, **given))


@require_http_methods(["GET", "HEAD", "POST"])
def learn(request: HttpRequest, pk: int) -> HttpResponse:
    _check(request, LEARN)
    experiment = get_object_or_404(Experiment.objects.defer("words"), pk=pk)
    form = StepForm(request.POST or None, label=_("What was learned"), initially=experiment.learnings)
    told = {"measured": evidence.of_experiment(experiment)}
    write = _by(request, moving.learn, experiment)
    return _step(request, _("Write the insight"), experiment, form, write, **told)


@require_http_methods(["GET", "HEAD", "POST"])
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    _check(request, ADD)
    insight = get_object_or_404(Insight.objects.select_related("experiment"), pk=pk)
    form = NextForm(request.POST or None, label=_("What and why"))
    note = _by(request, moving.note, insight=insight)
    return _step(request, _("Next idea"), insight, form, note)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    _check(request, CHANGE)
    moving.close(get_object_or_404(Idea, pk=pk))
    return redirect("admin:experiments_idea_board")


def _by(request: HttpRequest, verb: Callable[..., Any], *of: Any, **known: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda given: verb(*of, by=request.user, **known, **given)


def _step(
    request: HttpRequest, title: Any, of: Model, form: forms.Form, act: Callable[[dict[str, Any]], Any], **told: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
            messages.success(request, str(_("Done.")))
            return redirect("admin:experiments_idea_board")
        except ValidationError as refused:
            for field, messages_ in refused.message_dict.items():
                form.add_error(field if field in form.fields else None, messages_)
    context = {**admin.site.each_context(request), "title": title, "of": of, "form": form, **told}
    return render(request, "admin/experiments/loop/step.html", context)


class IdeaForm(forms.ModelForm):
    impact = forms.TypedChoiceField(label=_("Impact"), choices=SCORES, coerce=int, widget=UnfoldAdminSelectWidget)
    effort = forms.TypedChoiceField(label=_("Effort"), choices=SCORES, coerce=int, widget=UnfoldAdminSelectWidget)


@admin.register(Idea)
class IdeaAdmin(ModelAdmin):
    form = IdeaForm
    actions = ("reopen",)
    fields = ("title", "body", "evidence", "hypothesis", "impact", "effort", "state", "insight", "created_by")
    readonly_fields = ("state", "insight", "created_by")
    list_display = ("title", "state", "impact", "effort", "created_by", "created_at")
    list_filter = ("state",)
    list_select_related = ("created_by",)
    search_fields = ("title",)

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Any, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"experiments_idea_{name}")

        return [
            page("board/", show, "board"),
            page("ledger/", show_ledger, "ledger"),
            page("<int:pk>/hypothesis/", suppose, "suppose"),
            page("<int:pk>/close/", close, "close"),
            page("insight-of/<int:pk>/", learn, "learn"),
            page("after/<int:pk>/", go_on, "next"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Idea, form: ModelForm, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Open again"), permissions=["change"])
    def reopen(self, request: HttpRequest, chosen: QuerySet[Idea]) -> None:
        for idea in chosen:
            moving.reopen(idea)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is closed instead: what was thought once is worth knowing."""
        return False


@admin.register(Insight)
class InsightAdmin(ModelAdmin):
    """To find and to read; one is written on the board."""

    fields = readonly_fields = ("experiment", "text", "effect", "realised", "created_by", "created_at")
    list_display = ("__str__", "experiment", "created_by", "created_at")
    list_select_related = ("experiment", "created_by")
    search_fields = ("text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Insight]:
        return super().get_queryset(request).defer("experiment__words")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
