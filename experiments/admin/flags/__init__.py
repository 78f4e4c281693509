"""Flags, environments and switches in the admin. All that is saved goes through the verbs of experiments.flags."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action, display
from waffle.admin import FlagAdmin as WaffleFlagAdmin
from waffle.admin import SwitchAdmin as WaffleSwitchAdmin
from waffle.models import Sample, Switch

from experiments import publishing
from experiments.admin.flags import pages
from experiments.admin.flags.form import FlagForm
from experiments.admin.flags.lists import OffFilter, StaleFilter
from experiments.admin.flags.rules import RuleInline
from experiments.flags import changing
from experiments.flags.solidifying import solidify
from experiments.flags.stale import Reason, with_staleness
from experiments.models import Environment, Experiment, Flag

admin.site.unregister(Sample)  # random at each look: nobody would get the same twice, and nothing could be measured
admin.site.unregister(Switch)


@admin.action(description=gettext_lazy("Enable selected flags for everyone"), permissions=["change"])
def enable_for_all(model_admin: Any, request: HttpRequest, chosen: QuerySet[Flag]) -> None:
    _everyone(request, chosen, True)


@admin.action(description=gettext_lazy("Disable selected flags for everyone"), permissions=["change"])
def disable_for_all(model_admin: Any, request: HttpRequest, chosen: QuerySet[Flag]) -> None:
    _everyone(request, chosen, False)


def _everyone(request: HttpRequest, chosen: QuerySet[Flag], on: bool) -> None:
    for flag in chosen.order_by("pk"):
        try:
            changing.change(flag, by=request.user, why=_("Chosen in the list"), everyone=on)
        except ValidationError as error:
            messages.error(request, f"{flag}: {' '.join(error.messages)}")


@admin.register(Flag)
class FlagAdmin(WaffleFlagAdmin, ModelAdmin):
    form = FlagForm
    inlines = (RuleInline,)
    actions: Any = (enable_for_all, disable_for_all)
    actions_detail = ("preview", "changes", "kill", "revive", "roll_out", "solidify", "archive")
    list_display: Any = ("name", "kind", "state", "where", "owner", "asked", "stale_mark")
    list_filter: ClassVar[Any] = ("lifecycle", "kind", StaleFilter, OffFilter, "environments")
    list_select_related = ("owner",)
    list_per_page = 50
    search_fields = ("name", "note")
    ordering = ("name",)
    raw_id_fields: ClassVar[Any] = ()
    autocomplete_fields = ("owner", "users", "groups")
    fieldsets = (
        (None, {"fields": ("name", "kind", "note", ("off_value", "on_value"), "schema", "seen")}),
        (gettext_lazy("Where, whose, until when"), {"fields": ("environments", ("owner", "expires_on"), "layer")}),
        (
            gettext_lazy("Overrides: they come before the rules, and are never an exposure"),
            {
                "classes": ("collapse",),
                "fields": (
                    ("everyone", "percent"),
                    ("superusers", "staff", "authenticated", "testing"),
                    "languages",
                    "groups",
                    "users",
                ),
            },
        ),
        (gettext_lazy("This change"), {"fields": ("why",)}),
    )

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flag]:
        runs = Exists(Experiment.objects.running().filter(flag=OuterRef("pk")))
        flags = with_staleness(super().get_queryset(request), timezone.now()).annotate(runs=runs)
        return flags.prefetch_related("environments")

    @display(
        description=pgettext_lazy("feature", "state"),
        ordering="lifecycle",
        label={"killed": "danger", "draft": "info", "live": "success", "completed": "warning"},
    )
    def state(self, flag: Flag) -> tuple[str, Any]:
        killed = flag.killed_at is not None and flag.lifecycle != Flag.Lifecycle.ARCHIVED
        return ("killed", _("killed")) if killed else (flag.lifecycle, flag.get_lifecycle_display())

    @display(description=gettext_lazy("environments"))
    def where(self, flag: Flag) -> str:
        return ", ".join(one.name for one in flag.environments.all())

    @display(description=gettext_lazy("last asked"), ordering="decided_at")
    def asked(self, flag: Flag) -> Any:
        return flag.decided_at

    @display(description=gettext_lazy("stale"), ordering="stale", label="warning")
    def stale_mark(self, flag: Any) -> Any:
        return Reason(flag.stale).label if flag.stale else None

    @display(description=pgettext_lazy("feature", "state"))
    def standing(self, flag: Any) -> str:
        return " · ".join(str(one) for one in (self.state(flag)[1], self.stale_mark(flag)) if one)

    # The form

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:  # type: ignore[override]
        """Past waffle's, which asks for each user's name on its own."""
        return super(WaffleFlagAdmin, self).formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Flag | None = None) -> tuple[str, ...]:
        return ("name", "kind", "standing") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Flag | None = None) -> Any:
        found = super().get_fieldsets(request, obj)
        return [(None, {"fields": ("standing",)}), *found] if obj else found

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        """By save_related, when the rules are known too."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        rules = formsets[0].rules if formsets else None
        made = {**form.changes, "by": request.user, "why": form.cleaned_data["why"]}
        if change:
            changing.change(Flag.objects.get(pk=form.instance.pk), rules=rules, **made)
        else:
            form.instance.pk = changing.create(rules=rules or (), **made).pk

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as error:  # of what others have changed since the form was checked
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(request.get_full_path())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # its history names it: it is archived

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Flag | None:
        """Read once in a request: what may be done with it is asked before the form is made."""
        kept = request.__dict__.setdefault("flags", {})
        if object_id not in kept:
            kept[object_id] = super().get_object(request, object_id, from_field)
        return kept[object_id]

    # Acts

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.take_back)
        return [
            path("changes/<int:change_id>/take-back/", view, name="experiments_flag_take_back"),
            *super().get_urls(),
        ]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        flag = self.get_object(request, str(object_id))
        fits = _fitting(flag) if flag else set()
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fits]

    @action(description=gettext_lazy("Preview"), url_path="preview", permissions=["view"], icon="visibility")
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return pages.previewed(self, request, self._flag(object_id))

    @action(description=gettext_lazy("Changes"), url_path="changes", permissions=["view"], icon="history")
    def changes(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return pages.history(self, request, self._flag(object_id))

    @action(description=gettext_lazy("Kill"), url_path="kill", permissions=["change"], icon="power_settings_new")
    def kill(self, request: HttpRequest, object_id: str) -> HttpResponse:
        about = _("It is off for everyone within a second, whatever the rules say. They stay as they are.")
        return self._ask_why(request, object_id, changing.kill, _("Kill"), about)

    @action(description=gettext_lazy("Revive"), url_path="revive", permissions=["change"], icon="play_arrow")
    def revive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        about = _("Its rules hold again.")
        return self._ask_why(request, object_id, changing.revive, _("Revive"), about)

    @action(description=gettext_lazy("Archive"), url_path="archive", permissions=["change"], icon="archive")
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        about = _("No environment has it any more: where code still asks for it, it gets what the code says.")
        return self._ask_why(request, object_id, changing.archive, _("Archive"), about)

    @action(description=gettext_lazy("Roll out"), url_path="roll_out", permissions=["decide"], icon="stairs")
    def roll_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:experiments_rollout_begin", args=[object_id]))

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("experiments.decide_experiment")

    def has_solidify_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_change_permission(request) and self.has_decide_permission(request)

    @action(description=gettext_lazy("Solidify"), url_path="solidify", permissions=["solidify"], icon="verified")
    def solidify(self, request: HttpRequest, object_id: str) -> HttpResponse:
        flag = self._flag(object_id)
        return pages.act(
            self,
            request,
            flag,
            lambda flag, *, value, by, why: solidify(flag, value, by=by, why=why),
            title=_("Solidify"),
            about=_("Everybody gets this value: rules and overrides go. Its history can bring them back."),
            form=pages.ValueForm(request.POST or None, flag=flag),
        )

    def take_back(self, request: HttpRequest, change_id: int) -> HttpResponse:
        return pages.take_back(self, request, change_id)

    def _ask_why(self, request: HttpRequest, object_id: str, verb: Any, title: str, about: str) -> HttpResponse:
        form = pages.WhyForm(request.POST or None)
        return pages.act(self, request, self._flag(object_id), verb, title=title, about=about, form=form)

    def _flag(self, object_id: str) -> Flag:
        return get_object_or_404(Flag, pk=object_id if object_id.isdecimal() else None)


def _fitting(flag: Flag) -> set[str]:
    """The acts that this flag admits of."""
    always = {"preview", "changes"}
    if flag.lifecycle == Flag.Lifecycle.ARCHIVED:
        return always
    if flag.killed_at:
        return always | {"revive", "archive"}
    if flag.lifecycle == Flag.Lifecycle.COMPLETED:
        return always | {"archive"}
    return always | {"kill", "roll_out", "solidify", "archive"}


@admin.register(Environment)
class EnvironmentAdmin(ModelAdmin):
    """None is deleted: histories and keys name them."""

    list_display = ("name", "key")
    search_fields = ("name", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: Environment | None = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        publishing.publish([])  # a new one has its edition from now on

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Switch)
class SwitchAdmin(WaffleSwitchAdmin, ModelAdmin):
    """On or off for all, by hand: for the running of the site, not for what is shown to whom."""
