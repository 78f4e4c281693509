"""What each act on a campaign asks: its reason, and what else there is to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.admin.asking import WhyForm
from experiments.models.flags import KEY
from growth.campaigns.admin.editor.forms import moment
from growth.campaigns.models import Campaign
from growth.campaigns.planning import acting

NOTHING = "nothing"


class ReasonForm(WhyForm):
    def __init__(self, *args: Any, campaign: Campaign, **options: Any) -> None:
        super().__init__(*args, **options)
        self.campaign = campaign


class NoteForm(ReasonForm):
    """A reason may be given."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["why"].required = False


class ApproveForm(NoteForm):
    """It holds the last change that its reader saw, on the page that led here or on this one."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["seen"].initial = acting.last_change(self.campaign)


class LaunchForm(NoteForm):
    """What has gone out is not brought back: the key is typed."""

    typed = forms.CharField(
        label=gettext_lazy("Type the campaign’s key"), max_length=60, widget=forms.TextInput({"autocomplete": "off"})
    )
    field_order = ("typed", "why")

    def clean_typed(self) -> str:
        if self.cleaned_data["typed"].strip() != self.campaign.key:
            raise ValidationError(_("It is %s.") % self.campaign.key)
        return self.campaign.key

    def clean(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "typed"}


class ScheduleForm(NoteForm):
    at = moment(gettext_lazy("Starts"), gettext_lazy("Empty: when somebody launches it."))
    field_order = ("at", "why")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["at"].initial = self.campaign.starts_at


class StopTestForm(ReasonForm):
    winner = forms.ChoiceField(label=gettext_lazy("What everybody gets from now on"), widget=forms.RadioSelect)
    field_order = ("winner", "why")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        arms = [(arm.index, arm.name) for arm in self.campaign.variations.all()]
        nothing = (NOTHING, _("nothing: it did harm, and the campaign is finished"))
        self.fields["winner"].choices = [*arms, nothing]  # type: ignore[attr-defined]

    def clean_winner(self) -> int | None:
        chosen = self.cleaned_data["winner"]
        return None if chosen == NOTHING else int(chosen)


class CloneForm(ReasonForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    key = forms.CharField(label=gettext_lazy("Key"), max_length=60, validators=[KEY])
    field_order = ("name", "key")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["why"]
        self.fields["name"].initial = self.campaign.name
        self.fields["key"].initial = _free(self.campaign.key)

    def clean_key(self) -> str:
        if Campaign.objects.filter(key=self.cleaned_data["key"]).exists():
            raise ValidationError(_("There is a campaign of this key."))
        key: str = self.cleaned_data["key"]
        return key


def _free(key: str) -> str:
    """key-2, or the first number after it that nobody has."""
    taken = set(Campaign.objects.filter(key__startswith=key[:50]).values_list("key", flat=True))
    number = 2
    while f"{key[:50]}-{number}" in taken:
        number += 1
    return f"{key[:50]}-{number}"
