"""Who carries the messages. Secrets go in and never come out."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from growth.campaigns import providers
from growth.campaigns.admin import trying
from growth.campaigns.models import Provider


class ProviderForm(forms.ModelForm):
    new_secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=20_000,
        widget=UnfoldAdminTextareaWidget({"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = Provider
        fields = ("key", "name", "channel", "config", "per_second", "active")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        is_set = _("It is set, and never shown. What is typed here takes its place.")
        self.fields["new_secret"].help_text = is_set if self.instance.secret else _("JSON. It is sealed when saved.")
        for place, field in enumerate(("config", "new_secret")):
            if names := NAMES.get(self.instance.channel, ("", ""))[place]:
                told = gettext("Of this channel: %(names)s.") % {"names": names}
                self.fields[field].help_text = f"{self.fields[field].help_text} {told}"

    def clean_new_secret(self) -> dict[str, Any] | None:
        """None: as it was."""
        text = self.cleaned_data["new_secret"].strip()
        if not text:
            return None
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValidationError(_("This is not JSON.")) from error
        if not isinstance(found, dict):
            raise ValidationError(_('An object is needed: {"name": "value"}.'))
        return found


NAMES: dict[str, tuple[str, str]] = {
    "webpush": ("subject", "private_key"),
    "fcm": ("project", "client_email, private_key, receipts"),
    "apns": ("team_id, key_id, topic, sandbox", "private_key, receipts"),
    "jpush": ("app_key, production", "master_secret"),
    "webhook": ("", "receipts"),
    "email": ("from, bounces, host, port, username, use_tls, use_ssl, receipts", "password, receipts"),
}  # by channel: what its settings and its secret hold


@admin.register(Provider)
class ProviderAdmin(ModelAdmin):
    form = ProviderForm
    list_display = ("name", "key", "channel", "is_set", "per_second", "standing")
    actions_detail = ("tried",)
    list_filter = ("channel", "active")
    list_per_page = 50
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}  # noqa: RUF012
    fieldsets = (
        (None, {"fields": ("name", "key", "channel", "active", "per_second")}),
        (_("As whom we speak to it"), {"fields": ("config", "new_secret")}),
    )

    @display(description=_("secret"))
    def is_set(self, provider: Provider) -> Any:
        return _("set") if provider.secret else "–"

    @display(description=_("standing"), label={"on": "success", "off": "danger", "waits": "warning"})
    def standing(self, provider: Provider) -> tuple[str, Any]:
        if not provider.active:
            return "off", _("off")
        return ("waits", _("waits")) if provider.blocked_until else ("on", _("on"))

    def get_readonly_fields(self, request: HttpRequest, obj: Provider | None = None) -> tuple[str, ...]:
        return ("key", "channel") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Provider | None = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(trying.try_provider)
        return [path("<int:pk>/try/", view, name="campaigns_provider_try"), *super().get_urls()]

    @action(description=_("Send me a test"), url_path="tried", permissions=["change"], icon="send")
    def tried(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:campaigns_provider_try", object_id)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if (secret := form.cleaned_data.get("new_secret")) is not None:
            providers.set_secret(obj, secret)  # type: ignore[arg-type]
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # attempts name it: it is switched off
