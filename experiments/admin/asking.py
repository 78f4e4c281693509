"""The page before a deed: it says what will happen, asks why, and then does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST = 500
Words = str | Promise


class WhyForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept with it, beside your name and the time."),
    )


@dataclass(frozen=True)
class Deed:
    """`do(by=…, **what the form says)` gives the address to go to then, or nothing: back. `refused` says why it cannot
    be done now; `missing` what has to be there before; `counting` is the address of what takes a while to count, which
    is shown with what it `tells` as soon as it comes."""

    name: Words
    subject: Any
    do: Callable[..., Any]
    tells: Sequence[Words]
    back: str
    crumbs: Sequence[tuple[Words, str]] = ()
    done: Words = ""
    danger: bool = False
    refused: Words = ""
    missing: Sequence[Words] = ()
    counting: str = ""


def ask(request: HttpRequest, deed: Deed, form: forms.Form) -> HttpResponse:
    possible = not (deed.refused or deed.missing)
    if request.method == "POST" and possible and form.is_valid():
        try:
            leads = deed.do(by=request.user, **form.cleaned_data)
        except (PermissionDenied, ValidationError) as refused:
            _tell(form, refused)
        else:
            messages.success(request, str(deed.done) or f"{deed.subject}: {deed.name}")
            return redirect(leads if isinstance(leads, str) else deed.back)
    context = {"title": f"{deed.name}: {deed.subject}", "deed": deed, "form": form}
    return render(request, "admin/experiments/deed.html", {**admin.site.each_context(request), **context})


def not_now(state: Words) -> str:
    return _("It is %(state)s; this cannot be done with it now.") % {"state": state}


def _tell(form: forms.Form, refused: PermissionDenied | ValidationError) -> None:
    if isinstance(refused, PermissionDenied):
        form.add_error(None, str(refused) or _("You may not."))
        return
    told = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
    for field, faults in told.items():
        form.add_error(field if field in form.fields else None, faults)
