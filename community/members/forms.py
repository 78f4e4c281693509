"""What members may set, a form for each page of settings. Each writes its own columns and no others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from community.members import zones
from community.members.bios import bio_html
from community.members.models import Member


class SettingsForm(forms.ModelForm):
    def save(self, commit: bool = True) -> Member:
        member: Member = super().save(commit=False)
        member.save(update_fields=self.columns())
        return member

    def columns(self) -> list[str]:
        return list(self._meta.fields or ())


class ProfileForm(SettingsForm):
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https", max_length=200)

    class Meta:
        model = Member
        fields = ["display_name", "bio", "location", "website"]
        widgets = {"bio": forms.Textarea(attrs={"rows": 6})}
        help_texts = {
            "display_name": _("Shown beside what you write. Empty: your username."),
            "bio": _("A few sentences. Markdown works here."),
        }

    def clean(self) -> dict[str, Any]:
        if self.instance.suspended:
            raise forms.ValidationError(_("While your account is suspended, your public profile stays as it is."))
        return super().clean() or {}

    def columns(self) -> list[str]:
        return [*super().columns(), "bio_html"]

    def save(self, commit: bool = True) -> Member:
        self.instance.bio_html = bio_html(self.cleaned_data["bio"])
        return super().save(commit)


class DisplayForm(SettingsForm):
    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = Member
        fields = ["language", "time_zone", "theme"]
        widgets = {"theme": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("language", [("", _("Like my browser")), *settings.LANGUAGES])
        self._choose("time_zone", [("", _("The site's: %s") % settings.TIME_ZONE), *zones.by_region()])

    def _choose(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class PrivacyForm(SettingsForm):
    class Meta:
        model = Member
        fields = ["profile_public", "on_boards"]


class NotificationsForm(SettingsForm):
    wanted_kinds = forms.MultipleChoiceField(
        label=_("Tell me when someone"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Member
        fields = ["email_notifications"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model: Any = apps.get_model(settings.NOTIFICATION_MODEL)  # a room above this one: known by name only
        offered = [(kind, name) for kind, name in model.Kind.choices if kind not in model.CHOSEN_ELSEWHERE]
        self.fields["wanted_kinds"].choices = offered  # type: ignore[attr-defined]
        self.initial["wanted_kinds"] = [kind for kind, _name in offered if kind not in self.instance.muted_kinds]

    def columns(self) -> list[str]:
        return [*super().columns(), "muted_kinds"]

    def save(self, commit: bool = True) -> Member:
        wanted = self.cleaned_data["wanted_kinds"]
        offered = [kind for kind, _name in self.fields["wanted_kinds"].choices]  # type: ignore[attr-defined]
        self.instance.muted_kinds = [kind for kind in offered if kind not in wanted]
        return super().save(commit)


class PictureForm(forms.Form):
    picture = forms.FileField(  # what is in it, `pictures.put` looks at
        label=_("New picture"),
        help_text=_("PNG, JPEG, GIF or WebP. It is cut to a square."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )


class LeaveForm(forms.Form):
    username = forms.CharField(
        label=_("Type your username to go on"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_username(self) -> str:
        typed: str = self.cleaned_data["username"]
        if typed.strip() != self.member.username:
            raise forms.ValidationError(_("That is not your username, %s.") % self.member.username)
        return typed
