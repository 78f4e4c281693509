"""Rules, rule sets and privileges for admins; the ledger to read; boards and proofs to start and watch."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import display

from community.desk import auditing
from community.desk.models import Act
from community.desk.searching import ReadOnlyAdmin, number, of_member
from community.members.models import Member
from community.points import chore_admin, chores, privileges, rules, wording  # noqa: F401 (chore_admin registers)
from community.points.models import Chore, Entry, Privilege, Rule, RuleSet
from community.points.replaying import Terms


class NoDelete:
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RuleSet)
class RuleSetAdmin(NoDelete, ModelAdmin):
    list_display = ("name", "description", "active", "rule_count")
    fields = ("name", "description", "active")
    readonly_fields = ("active",)
    search_fields = ("name", "description")
    actions = ("make_active",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleSet]:
        # A subquery, not a joined count, so that counting the rows stays cheap.
        held = Rule.objects.newest().filter(set=OuterRef("pk")).values("set").annotate(n=Count("pk")).values("n")
        return super().get_queryset(request).annotate(held=Subquery(held))

    @display(description=gettext_lazy("rules"))
    def rule_count(self, obj: RuleSet) -> int:
        return obj.held or 0  # type: ignore[attr-defined]

    @admin.action(description=gettext_lazy("Let this set hold from now on"), permissions=["change"])
    def make_active(self, request: HttpRequest, chosen: QuerySet[RuleSet]) -> None:
        if len(chosen) != 1:
            self.message_user(request, _("Choose one set: exactly one is active."), messages.ERROR)
            return
        with transaction.atomic():
            ids = list(RuleSet.objects.filter(Q(active=True) | Q(pk=chosen[0].pk)).values_list("pk", flat=True))
            before = auditing.snapshot(RuleSet, ids)
            rules.activate(chosen[0])
            for pk, stands in auditing.snapshot(RuleSet, ids).items():
                told: dict[str, Any] = {"label": stands["name"], "verb": "make_active"}
                auditing.record(request, Act.Kind.ACTION, RuleSet, pk, before=before[pk], after=stands, **told)
        words = _("New points follow “%(name)s”; points given before stay as they are.")
        self.message_user(request, words % {"name": chosen[0]}, messages.SUCCESS)


class RuleForm(forms.ModelForm):
    """Constraints are checked over all fields, so set and name are there, but fixed once the rule exists."""

    class Meta:
        model = Rule
        fields = ("set", "name", "points", "pool", "cap")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["set"].disabled = self.fields["name"].disabled = True


@admin.register(Rule)
class RuleAdmin(NoDelete, ModelAdmin):
    """Shows the versions that hold. Saving a change previews who would move; applied, it is the next version."""

    form = RuleForm
    list_display = ("name", "label", "set", "points", "pool", "cap", "version", "created_at", "created_by")
    list_filter = ("set", "pool")
    list_select_related = ("set", "created_by")
    search_fields = ("name",)
    ordering = ("set__name", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        return super().get_queryset(request).newest()

    @display(description=gettext_lazy("what for"))
    def label(self, obj: Rule) -> str:
        return wording.rule(obj.name)

    def save_model(self, request: HttpRequest, obj: Rule, form: forms.ModelForm, change: bool) -> None:
        by = cast(Member, request.user)
        if not change:
            obj.created_by = by
            obj.save()
        elif form.changed_data:
            chore = chores.preview(obj, terms=Terms(obj.points, obj.pool, obj.cap), by=by)
            auditing.record(request, Act.Kind.ADD, Chore, chore.pk, label=str(obj), verb="preview", after=chore.terms)
            request.preview = chore  # type: ignore[attr-defined]

    def response_change(self, request: HttpRequest, obj: Rule) -> HttpResponse:
        """A changed rule does not hold yet: first it is seen who would move."""
        chore = getattr(request, "preview", None)
        if chore is None:
            return redirect("admin:points_rule_changelist")
        self.message_user(request, _("This does not hold yet: see who would move, then let it hold."))
        return redirect("admin:points_chore_change", chore.pk)


@admin.register(Privilege)
class PrivilegeAdmin(NoDelete, ModelAdmin):
    list_display = ("name", "label", "points")
    list_editable = ("points",)
    readonly_fields = ("name",)
    search_fields = ("name",)

    @display(description=gettext_lazy("what it allows"))
    def label(self, obj: Privilege) -> str:
        return wording.privilege(obj.name)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Privilege, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        privileges.forget()


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """The ledger, read-only: a mistake is reversed by an entry."""

    list_display = ("id", "at", "member", "rule", "raw", "granted", "source", "day", "reversal_of")
    list_filter = (("member", AutocompleteSelectFilter), "rule__set", "rule__name", ("day", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("member", "rule", "reversal_of")
    list_per_page = 50
    sortable_by = ("id",)
    search_help_text = gettext_lazy("A member's username, an entry's number or key, or what caused it: post 7")
    ordering = ("-id",)

    def sought(self, term: str) -> Q:
        kind, _space, digits = term.partition(" ")
        caused = Q(source_kind=kind) & number(digits, "source_id") if digits else Q(key=term)
        return caused | number(term, "pk") | of_member(term, "member")

    @display(description=gettext_lazy("source"))
    def source(self, obj: Entry) -> str:
        return f"{obj.source_kind} {obj.source_id}"
