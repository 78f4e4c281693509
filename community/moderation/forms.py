from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from community.members.models import Member
from community.moderation.models import Flag, Suspension


class FlagForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong?"), choices=Flag.Reason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What should the moderators know?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == Flag.Reason.OTHER and not cleaned.get("note", "").strip():
            self.add_error("note", _("Say in a few words what is wrong."))
        return cleaned


class TermForm(forms.Form):
    """How long: chosen as so many days, used as until when."""

    DAYS = (
        (1, _("a day")),
        (3, _("three days")),
        (7, _("a week")),
        (30, _("a month")),
        (90, _("three months")),
        (365, _("a year")),
        (36500, _("for good")),
    )
    days = forms.TypedChoiceField(label=_("For"), choices=DAYS, coerce=int, initial=7, widget=UnfoldAdminSelectWidget)

    def until(self) -> datetime:
        return timezone.now() + timedelta(days=self.cleaned_data["days"])


class SuspendChosenForm(TermForm):
    """For the chosen members at once; `cleaned_data` are the arguments of `suspending.suspend`."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The member reads this."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "days" not in given:
            return given
        return {"reason": given.get("reason", ""), "until": self.until()}


class SuspendForm(TermForm, forms.ModelForm):
    """For the admin: whom, why, and for how long rather than until when."""

    username = forms.CharField(label=_("Username"), max_length=40, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Suspension
        fields = ("reason",)
        widgets = {"reason": UnfoldAdminTextareaWidget(attrs={"rows": 3})}
        help_texts = {"reason": _("The member reads this.")}

    def clean_username(self) -> str:
        member = Member.objects.named(self.cleaned_data["username"]).first()
        if member is None:
            raise forms.ValidationError(_("Nobody has this name."))
        if member.moderates or member.is_staff:
            raise forms.ValidationError(_("Moderators and staff cannot be suspended."))
        self.instance.member = member
        return member.username
