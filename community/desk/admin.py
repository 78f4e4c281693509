"""The audit, to read."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import display

from community.desk.models import Act
from community.desk.searching import ReadOnlyAdmin, of_member


class ModelFilter(admin.SimpleListFilter):
    """By the kind of object: the models that the admin has, rather than a query for those that were touched."""

    title = _("object kind")
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        names = [(m._meta.label_lower, str(m._meta.verbose_name)) for m in model_admin.admin_site._registry]
        return sorted(names, key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Act]) -> QuerySet[Act]:
        return queryset.filter(model=self.value()) if self.value() else queryset


@admin.register(Act)
class ActAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "what", "kind_of_object", "label", "told", "address")
    list_display_links = ("at",)
    list_filter = (("actor", AutocompleteSelectFilter), "kind", ModelFilter, ("at", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("actor",)
    list_per_page = 50
    search_help_text = _("The id of an object, or the username of who did it")
    sortable_by = ("at",)
    ordering = ("-id",)
    fields = ("at", "actor", "address", "what", "kind_of_object", "object_id", "label", "note", "table")
    readonly_fields = ("what", "kind_of_object", "table")

    def sought(self, term: str) -> Q:
        # The index is by kind and id, so all kinds are named.
        kinds = [model._meta.label_lower for model in self.admin_site._registry]
        return Q(model__in=kinds, object_id=term.lstrip("#")[:80]) | of_member(term, "actor")

    @display(description=_("act"), label=True)
    def what(self, act: Act) -> str:
        return f"{act.get_kind_display()}: {self._called(act)}" if act.verb else act.get_kind_display()

    def _called(self, act: Act) -> str:
        """An action by the words of its menu, where it still stands there."""
        models = {model._meta.label_lower: model_admin for model, model_admin in self.admin_site._registry.items()}
        actions = models[act.model].actions or () if act.model in models else ()
        found = (action for action in actions if getattr(action, "__name__", "") == act.verb)
        return str(getattr(next(found, None), "short_description", act.verb)).rstrip("…")

    @display(description=_("object kind"), ordering="model")
    def kind_of_object(self, act: Act) -> str:
        try:
            return str(apps.get_model(act.model)._meta.verbose_name)
        except (LookupError, ValueError):  # of an app that has gone
            return act.model

    @display(description=_("what changed"))
    def told(self, act: Act) -> str:
        return act.note or ", ".join(act.changes)

    @display(description=_("before and after"))
    def table(self, act: Act) -> str:
        return render_to_string("desk/_changes.html", {"act": act})
