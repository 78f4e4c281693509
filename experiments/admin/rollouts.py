"""Guarded rollouts in the admin: their list, the page of one, how it begins on a flag's page, what may be done."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display

from experiments.admin.asking import Deed, WhyForm, ask, not_now
from experiments.admin.flags.fields import ValueField, value_text
from experiments.flags.texts import read
from experiments.models import Flag, Metric, MetricVersion, Rollout
from experiments.rollouts import showing, stepping

DECIDE, VIEW = "experiments.decide_experiment", "experiments.view_rollout"
GUARDS = 3  # guardrails that the form has room for, beside the error rate
LONGEST = 32_767  # hours of a step, by the table
NAMES: dict[str, Any] = {
    "advance": gettext_lazy("Go on now"),
    "hold": gettext_lazy("Hold"),
    "resume": gettext_lazy("Resume"),
    "roll_back": gettext_lazy("Roll back"),
}
TELLS: dict[str, Any] = {
    "advance": gettext_lazy("The next share of the units has it within a second, whatever is known by then."),
    "hold": gettext_lazy("Those who have it keep it; nobody else gets it until it is resumed."),
    "resume": gettext_lazy("The step begins anew, and is watched as before."),
    "roll_back": gettext_lazy("Nobody has it any more, within a second."),
}


class BeginForm(forms.Form):
    value = ValueField(label=gettext_lazy("Value that is rolled out"))
    step_hours = forms.IntegerField(
        label=gettext_lazy("Hours of a step, at least"), min_value=1, max_value=LONGEST, initial=24
    )
    why = forms.CharField(label=gettext_lazy("Why"), max_length=500, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, given: Any, *, flag: Flag) -> None:
        super().__init__(given, initial={"value": value_text(flag.on_value, flag.kind)})
        self.flag = flag
        self.fields["value"].suit(flag.kind)  # type: ignore[attr-defined]

    def clean_value(self) -> Any:
        return read(self.cleaned_data["value"], self.flag.kind)


class GuardForm(forms.Form):
    metric = forms.ModelChoiceField(
        label=gettext_lazy("Guardrail"), queryset=Metric.objects.none(), required=False, empty_label="–"
    )
    margin = forms.DecimalField(
        label=gettext_lazy("Harm that is borne, %"), min_value=0, max_value=100, decimal_places=2, initial=0
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        summed = MetricVersion.objects.filter(kind__in=MetricVersion.ADDITIVE, cap_share=None)
        living: QuerySet[Any] = Metric.objects.living().with_newest()
        judged = living.filter(newest_id__in=summed).exclude(key=stepping.ERRORS)
        self.fields["metric"].queryset = judged  # type: ignore[attr-defined]


GuardForms = forms.formset_factory(GuardForm, extra=GUARDS, max_num=GUARDS, validate_max=True)


@admin.register(Rollout)
class RolloutAdmin(ModelAdmin):
    list_display = ("name", "shown_state", "having", "step_hours", "reason")
    list_filter: ClassVar[Any] = ("state",)
    list_select_related = ("experiment",)
    list_per_page = 50
    search_fields = ("experiment__key", "experiment__name")
    search_help_text = gettext_lazy("The name of the flag or the key")

    @display(description=gettext_lazy("rollout"), ordering="experiment__name")
    def name(self, rollout: Rollout) -> str:
        return rollout.experiment.name

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={"running": "info", "held": "warning", "rolled_back": "danger", "done": "success"},
    )
    def shown_state(self, rollout: Rollout) -> tuple[str, str]:
        return rollout.state, rollout.get_state_display()

    @display(description=gettext_lazy("share"), ordering="step")
    def having(self, rollout: Rollout) -> str:
        return showing.share(rollout.share)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # from its flag's page

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("begin/<int:pk>/", wrap(begin), name="experiments_rollout_begin"),
            path("<int:pk>/act/<slug:act>/", wrap(confirm), name="experiments_rollout_act"),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not object_id.isdecimal():
            raise Http404(object_id)
        return page(request, int(object_id))


def page(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    rollout = _rollout(pk)
    context = {
        **_context(request, rollout.experiment.name),
        "rollout": rollout,
        "shown": showing.shown(rollout),
        "acts": _offered(request, rollout),
    }
    return render(request, "admin/experiments/rollouts/page.html", context)


def confirm(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    rollout = _rollout(pk)
    if not request.user.has_perm(DECIDE):
        raise PermissionDenied
    if act not in NAMES:
        raise Http404(act)
    offered = {key: grave for key, _name, grave in _offered(request, rollout)}
    deed = Deed(
        name=NAMES[act],
        subject=rollout.experiment.name,
        do=partial(stepping.ACTS[act], rollout),
        tells=[TELLS[act]],
        back=rollout.get_absolute_url(),
        crumbs=[(_("Guarded rollouts"), reverse("admin:experiments_rollout_changelist"))],
        danger=offered.get(act, False),
        refused="" if act in offered else not_now(rollout.get_state_display()),
    )
    return ask(request, deed, WhyForm(request.POST or None))


def begin(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm(DECIDE):
        raise PermissionDenied
    member: Any = request.user
    flag = get_object_or_404(Flag, pk=pk)
    form, guards = BeginForm(request.POST or None, flag=flag), GuardForms(request.POST or None, prefix="guards")
    if request.method == "POST" and form.is_valid() and guards.is_valid():
        try:
            rollout = stepping.begin(flag, by=member, guardrails=_chosen(guards), **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("It has begun, for the first of the units."))
            return redirect(rollout)
    context = {**_context(request, _("Guarded rollout of %s") % flag), "flag": flag, "form": form, "guards": guards}
    return render(request, "admin/experiments/rollouts/begin.html", context)


def _chosen(guards: Any) -> list[tuple[MetricVersion, float]]:
    told = [one.cleaned_data for one in guards if one.cleaned_data.get("metric")]
    return [(one["metric"].newest, float(one["margin"]) / 100) for one in told]


def _rollout(pk: int) -> Rollout:
    return get_object_or_404(Rollout.objects.select_related("experiment__flag", "experiment__owner"), pk=pk)


def _offered(request: HttpRequest, rollout: Rollout) -> list[tuple[str, Any, bool]]:
    """(key, name, whether it is grave)"""
    if rollout.state not in stepping.OPEN or not request.user.has_perm(DECIDE):
        return []
    other = "resume" if rollout.state == Rollout.State.HELD else "hold"
    return [(act, NAMES[act], act == "roll_back") for act in ("advance", other, "roll_back")]


def _context(request: HttpRequest, title: str) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title}
