"""Holdouts: who gets nothing new for a while. Made here, then started, frozen and ended on pages that ask why."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelect2MultipleWidget, UnfoldAdminSelectWidget

from experiments import holdouts
from experiments.admin.asking import Deed, WhyForm, ask
from experiments.admin.layers import unit_field
from experiments.models import Experiment, Holdout, Metric

MADE = ("key", "name", "team", "share", "hash_attribute")
WIDEST = 5000  # ten thousandths: the slice beside it is as wide


class HoldoutForm(forms.ModelForm):
    hash_attribute = unit_field()
    primary = forms.ModelChoiceField(
        Metric.objects.none(), label=gettext_lazy("What it is judged by"), widget=UnfoldAdminSelectWidget
    )
    others = forms.ModelMultipleChoiceField(
        Metric.objects.none(),
        label=gettext_lazy("Other metrics"),
        required=False,
        widget=UnfoldAdminSelect2MultipleWidget,
    )

    class Meta:
        model = Holdout
        fields = MADE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("primary", "others"):
            self.fields[name].queryset = Metric.objects.filter(archived_at=None)  # type: ignore[attr-defined]

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if Experiment.objects.filter(key=holdouts.measured_by(key)).exists():
            raise ValidationError(_("There is an experiment %(key)s already.") % {"key": holdouts.measured_by(key)})
        return key

    def clean_share(self) -> int:
        share: int = self.cleaned_data["share"]
        if not 1 <= share <= WIDEST:
            raise ValidationError(_("At most half: the slice beside it is as wide."))
        return share

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        if given and given.get("primary") in (given.get("others") or ()):
            self.add_error("others", _("A metric is there twice."))
        return given

    @property
    def metrics(self) -> list[dict[str, Any]]:
        others = [(one, "secondary") for one in self.cleaned_data["others"]]
        chosen = [(self.cleaned_data["primary"], "primary"), *others]
        return [{"version": metric.newest, "role": role} for metric, role in chosen]


@admin.register(Holdout)
class HoldoutAdmin(ModelAdmin):
    actions_detail = ("start", "freeze", "end")
    list_display = ("name", "team", "percent", "state", "begun", "frozen_at", "ended_at")
    list_select_related = ("team",)
    list_per_page = 50
    search_fields = ("name", "key")
    ordering = ("-pk",)

    @display(description=gettext_lazy("share"), ordering="share")
    def percent(self, holdout: Holdout) -> str:
        return f"{holdout.share / 100:g} %"

    @display(
        description=pgettext_lazy("feature", "state"),
        label={"draft": "info", "stands": "success", "frozen": "warning", "ended": "default"},
    )
    def state(self, holdout: Holdout) -> tuple[str, Any]:
        return _state(holdout)

    @display(description=pgettext_lazy("feature", "state"))
    def stands(self, holdout: Holdout) -> Any:
        return _state(holdout)[1]

    @display(description=pgettext_lazy("experiment", "started"), ordering="started_at")
    def begun(self, holdout: Holdout) -> Any:
        return holdout.started_at

    @display(description=gettext_lazy("report"))
    def report(self, holdout: Holdout) -> str:
        return format_html(
            '<a class="underline" href="{}">{}</a>', holdout.experiment.get_absolute_url(), holdout.experiment.key
        )

    @display(description=gettext_lazy("kept from it since the freeze"))
    def covered(self, holdout: Holdout) -> str:
        return ", ".join(holdout.frozen_keys) or "–"

    def get_fields(self, request: HttpRequest, obj: Holdout | None = None) -> tuple[str, ...]:
        more = ("stands", "report", "begun", "frozen_at", "covered", "ended_at")
        return (*MADE, *(more if obj else ("primary", "others")))

    def get_readonly_fields(self, request: HttpRequest, obj: Holdout | None = None) -> tuple[str, ...]:
        return tuple(name for name in self.get_fields(request, obj) if name != "name") if obj else ()

    def get_form(self, request: HttpRequest, obj: Holdout | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{"form": forms.ModelForm if obj else HoldoutForm, **kwargs})

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        given = {"by": request.user, "metrics": form.metrics, **{name: form.cleaned_data[name] for name in MADE}}
        made = holdouts.create(given.pop("key"), **given)
        obj.__dict__.update(made.__dict__)

    def has_delete_permission(self, request: HttpRequest, obj: Holdout | None = None) -> bool:
        return False  # what was kept from whom stays on record

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        holdout = Holdout.objects.filter(pk=object_id).first()
        fits = _fitting(holdout) if holdout and request.user.has_perm("experiments.decide_experiment") else ()
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fits]

    @action(description=gettext_lazy("Start"), url_path="start", permissions=["decide"], icon="play_arrow")
    def start(self, request: HttpRequest, object_id: int) -> HttpResponse:
        about = _("Its units are asked no more by any experiment that it covers, those that run already too.")
        return self._ask_why(request, object_id, holdouts.start, _("Start"), about)

    @action(description=gettext_lazy("Freeze"), url_path="freeze", permissions=["decide"], icon="ac_unit")
    def freeze(self, request: HttpRequest, object_id: int) -> HttpResponse:
        about = _("What starts later asks its units too. What there is today stays kept from them.")
        return self._ask_why(request, object_id, holdouts.freeze, _("Freeze"), about)

    @action(description=gettext_lazy("End"), url_path="end", permissions=["decide"], icon="stop")
    def end(self, request: HttpRequest, object_id: int) -> HttpResponse:
        about = _("Its units get at once what everybody has. It is not begun again.")
        return self._ask_why(request, object_id, holdouts.end, _("End"), about)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("experiments.decide_experiment")

    def _ask_why(
        self, request: HttpRequest, object_id: int, verb: Callable[..., Holdout], title: str, about: str
    ) -> HttpResponse:
        holdout = get_object_or_404(Holdout.objects.select_related("experiment", "team"), pk=object_id)
        deed = Deed(
            name=title,
            subject=holdout,
            do=partial(verb, holdout),
            tells=[about, *_told(holdout)],
            back=reverse("admin:experiments_holdout_change", args=[holdout.pk]),
            crumbs=[(self.opts.verbose_name_plural, reverse("admin:experiments_holdout_changelist"))],
        )
        return ask(request, deed, WhyForm(request.POST or None))


def _state(holdout: Holdout) -> tuple[str, Any]:
    for known, name, label in (
        (holdout.ended_at, "ended", _("ended")),
        (holdout.frozen_at, "frozen", _("frozen: it is analysed")),
        (holdout.started_at, "stands", _("holds out")),
    ):
        if known:
            return name, label
    return "draft", _("draft")


def _fitting(holdout: Holdout) -> tuple[str, ...]:
    if holdout.ended_at:
        return ()
    if not holdout.started_at:
        return ("start",)
    return ("end",) if holdout.frozen_at else ("freeze", "end")


def _told(holdout: Holdout) -> list[str]:
    """What it covers, the newest first."""
    covered = holdouts.covered(holdout).order_by("-pk")[:50] if holdout.started_at else ()
    return [_("It covers: %s") % ", ".join(map(str, covered))] if covered else []
