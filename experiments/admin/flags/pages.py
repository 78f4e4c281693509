"""Pages of one flag beside its form: acts that ask why, its history, taking a change back, the preview."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from experiments.admin.flags.fields import PlainJSONField, ValueField, value_text
from experiments.flags import changing
from experiments.flags.differences import differences
from experiments.flags.previewing import preview
from experiments.flags.texts import read
from experiments.models import Environment, Flag, FlagChange

MOST_SHOWN = 100  # changes of one page
ACTS = {
    "created": pgettext_lazy("act", "created"),
    "changed": pgettext_lazy("act", "changed"),
    "killed": pgettext_lazy("act", "killed"),
    "revived": gettext_lazy("revived"),
    "archived": pgettext_lazy("act", "archived"),
    "taken back": gettext_lazy("taken back"),
    "solidified": gettext_lazy("solidified"),
    "experiment started": gettext_lazy("experiment started"),
    "experiment stopped": gettext_lazy("experiment stopped"),
}


class WhyForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=UnfoldAdminTextInputWidget)


class ValueForm(WhyForm):
    value = ValueField(label=gettext_lazy("Value for all"))

    def __init__(self, given: Any, *, flag: Flag) -> None:
        super().__init__(given, initial={"value": value_text(flag.on_value, flag.kind)})
        self.flag = flag
        self.fields["value"].suit(flag.kind)  # type: ignore[attr-defined]
        self.order_fields(["value", "why"])

    def clean_value(self) -> Any:
        return read(self.cleaned_data["value"], self.flag.kind)


class PreviewForm(forms.Form):
    environment = forms.ChoiceField(label=gettext_lazy("Environment"), widget=UnfoldAdminSelectWidget)
    attributes = PlainJSONField(
        label=gettext_lazy("Attributes of the unit"),
        widget=UnfoldAdminTextareaWidget({"rows": 5}),
        help_text=gettext_lazy("id, member, visitor, loggedIn, staff, language, device, country, path, segments, …"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["environment"].choices = list(Environment.objects.values_list("key", "name"))  # type: ignore[attr-defined]

    def clean_attributes(self) -> dict[str, Any]:
        found = self.cleaned_data["attributes"] or {}
        if not isinstance(found, dict):
            raise ValidationError(_('An object is needed: {"id": "7"}.'))
        return found


def act(
    model_admin: ModelAdmin,
    request: HttpRequest,
    flag: Flag,
    verb: Callable[..., Flag],
    *,
    title: str,
    about: str,
    form: forms.Form,
    **context: Any,
) -> HttpResponse:
    """A page that asks why, and then does it: `verb(flag, by=…, **what the form says)`."""
    if request.method == "POST" and form.is_valid():
        try:
            verb(flag, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            done = flag.changes.values_list("act", flat=True).first()
            messages.success(request, _("%(flag)s: %(act)s") % {"flag": flag, "act": ACTS.get(done or "", title)})
            return HttpResponseRedirect(reverse("admin:experiments_flag_change", args=[flag.pk]))
    return page(model_admin, request, "act", flag, title=title, about=about, form=form, **context)


def page(model_admin: ModelAdmin, request: HttpRequest, name: str, flag: Flag, **context: Any) -> TemplateResponse:
    request.current_app = model_admin.admin_site.name
    given = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "original": flag, "flag": flag}
    return TemplateResponse(request, f"admin/experiments/flags/{name}.html", {**given, **context})


def history(model_admin: ModelAdmin, request: HttpRequest, flag: Flag) -> TemplateResponse:
    made = flag.changes.select_related("by")[:MOST_SHOWN]
    changes = [
        {"made": one, "act": ACTS.get(one.act, one.act), "differences": differences(one.before, one.after)}
        for one in made
    ]
    may_change = model_admin.has_change_permission(request, flag)
    return page(
        model_admin, request, "history", flag, title=_("History of %s") % flag, changes=changes, may_change=may_change
    )


def take_back(model_admin: ModelAdmin, request: HttpRequest, change_id: int) -> HttpResponse:
    made = get_object_or_404(FlagChange.objects.select_related("flag", "by"), pk=change_id)
    if not model_admin.has_change_permission(request, made.flag):
        raise PermissionDenied
    return act(
        model_admin,
        request,
        made.flag,
        lambda flag, *, by, why: changing.revert(made, by=by, why=why),
        title=_("Take back"),
        about=_("What it changed becomes again as it was before; what others changed since stays."),
        form=WhyForm(request.POST or None),
        differences=differences(made.after, made.before) if made.before else [],
    )


def previewed(model_admin: ModelAdmin, request: HttpRequest, flag: Flag) -> TemplateResponse:
    first = {"environment": settings.EXPERIMENTS_ENVIRONMENT, "attributes": json.dumps({"id": "1"})}
    form = PreviewForm(request.GET or first)
    found = None
    if form.is_valid():
        found = preview(flag, form.cleaned_data["environment"], form.cleaned_data["attributes"])
    return page(model_admin, request, "preview", flag, title=_("Preview of %s") % flag, form=form, found=found)
