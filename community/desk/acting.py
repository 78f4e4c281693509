"""Bulk actions over the verbs: asked for once more, with a form where one is needed; each row on its own, and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from community.desk import auditing
from community.desk.models import Act

MOST_TOLD = 20  # refusals shown; all of them are in the audit

Verb = Callable[..., Any]
Words = str | Promise


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)


class OptionalReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )


def bulk(
    name: str, label: Words, verb: Verb, *, form: type[forms.Form] | None = None, permission: str = "moderate"
) -> Callable[..., Any]:
    """An admin action `name` that calls `verb(row, by=…, **form's fields)` for each chosen row.

    With a `form`, a page in between asks for its fields. A row's PermissionDenied or ValidationError leaves that row
    as it was and is told by its message; the other rows go on. `permission` is one of Audited's has_…_permission.
    """

    def action(model_admin: ModelAdmin, request: HttpRequest, chosen: QuerySet[Any]) -> TemplateResponse | None:
        given: dict[str, Any] = {}
        if form is not None:
            filled = form(request.POST if "confirmed" in request.POST else None)
            if not filled.is_valid():
                return _ask(model_admin, request, chosen, filled, name, label)
            given = filled.cleaned_data
        refusals = [refusal for row in chosen if (refusal := _act(request, row, name, verb, given))]
        _tell(model_admin, request, len(chosen) - len(refusals), refusals)
        return None

    action.__name__ = name
    action.short_description = label  # type: ignore[attr-defined]
    action.allowed_permissions = [permission]  # type: ignore[attr-defined]
    return action


def _ask(
    model_admin: ModelAdmin, request: HttpRequest, chosen: QuerySet[Any], form: forms.Form, name: str, label: Words
) -> TemplateResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": label,
        "opts": model_admin.opts,
        "form": form,
        "chosen": chosen,
        "action": name,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "desk/confirm.html", context)


def _act(request: HttpRequest, row: Model, name: str, verb: Verb, given: dict[str, Any]) -> str:
    """Do it to one row and write it down, both or neither; why not, where the verb refuses."""
    model = type(row)
    told: dict[str, Any] = {"label": str(row), "verb": name}
    try:
        with transaction.atomic():
            before = auditing.snapshot(model, [row.pk])
            verb(row, by=request.user, **given)
            after = auditing.snapshot(model, [row.pk])
            stood, stands = before.get(str(row.pk), {}), after.get(str(row.pk), {})
            note = str(given.get("reason", ""))
            auditing.record(request, Act.Kind.ACTION, model, row.pk, note=note, before=stood, after=stands, **told)
    except (PermissionDenied, ValidationError) as refusal:
        why = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
        auditing.record(request, Act.Kind.REFUSED, model, row.pk, note=why, **told)
        return f"{row}: {why}"
    return ""


def _tell(model_admin: ModelAdmin, request: HttpRequest, done: int, refusals: list[str]) -> None:
    for refusal in refusals[:MOST_TOLD]:
        model_admin.message_user(request, refusal, messages.ERROR)
    if (more := len(refusals) - MOST_TOLD) > 0:
        words = ngettext("%d more was refused; the audit says why.", "%d more were refused; the audit says why.", more)
        model_admin.message_user(request, words % more, messages.ERROR)
    if done or not refusals:
        model_admin.message_user(request, ngettext("%d done.", "%d done.", done) % done, messages.SUCCESS)
    elif len(refusals) > 1:
        model_admin.message_user(request, _("None was changed."), messages.WARNING)
