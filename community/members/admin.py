"""Members in the admin: found by name or address, their points to be read but never written."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from community.desk.searching import SoughtAdmin, among, number, of_member
from community.members.accounts import give_address
from community.members.bios import bio_html
from community.members.models import Award, Badge, Member

for model in (Group, EmailAddress, SocialAccount, SocialApp, SocialToken, Authenticator):
    admin.site.unregister(model)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Groups say who may read and post where (the forum's categories), and what staff may do.

    Staff could give their own group any permission: superusers alone write them.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser) and super().has_delete_permission(request, obj)


class MemberForm(UserChangeForm):
    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        others = EmailAddress.objects.filter(email=email, verified=True).exclude(user=self.instance.pk)
        if email and others.exists():
            raise ValidationError(_("Another member has confirmed this address."))
        return email


class NewMemberForm(UserCreationForm):
    clean_email = MemberForm.clean_email


class AddressInline(TabularInline):
    model = EmailAddress
    fields = ("email", "verified", "primary")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Member)
class MemberAdmin(SoughtAdmin, UserAdmin):  # type: ignore[misc]
    """Members who are staff or moderate are changed by superusers alone, and so is what makes somebody staff.

    Who moderates is said by the moderation room's actions, which log it; not by the form.
    """

    form = MemberForm
    add_form = NewMemberForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "display_name", "email", "points", "date_joined", "seen_at", "standing")
    list_filter = ("is_active", "is_moderator", "is_staff", ("date_joined", RangeDateFilter))
    list_filter_submit = True
    search_help_text = _("Username or display name from its beginning, or the whole address")
    sortable_by = ("points", "date_joined", "seen_at")
    ordering = ("-id",)
    list_per_page = 50
    readonly_fields = ("ledger", "is_moderator", "last_login", "date_joined", "seen_at", "suspended_until", "imported")
    filter_horizontal = ("groups", "user_permissions")
    inlines = (AddressInline,)
    actions: tuple[Any, ...] = ("send_password_link",)
    actions_detail = ("timeline", "suspend")
    fieldsets = (
        (None, {"fields": ("username", "password", "email", "ledger")}),
        (_("Profile"), {"fields": ("display_name", "bio", "location", "website")}),
        (_("Standing"), {"fields": ("is_active", "is_moderator", "suspended_until", "on_boards", "profile_public")}),
        (_("Admin"), {"fields": ("is_staff", "is_superuser", "groups", "user_permissions"), "classes": ("collapse",)}),
        (_("Dates"), {"fields": ("date_joined", "last_login", "seen_at", "imported")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "email", "password1", "password2")}),)

    GIVING_POWER = ("is_staff", "is_superuser", "groups", "user_permissions")

    def sought(self, term: str) -> Q:
        named = among(Member.objects.starting_with(term.lstrip("@")))
        shown = among(Member.objects.filter(display_name__istartswith=term))
        return named | shown | among(Member.objects.filter(email=term.lower())) | number(term, "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        powerful = bool(getattr(request.user, "is_superuser", False))
        return self.readonly_fields if powerful else (*self.readonly_fields, *self.GIVING_POWER)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        superuser = bool(getattr(request.user, "is_superuser", False))
        powerful = obj is not None and (obj.is_staff or obj.is_superuser or obj.is_moderator)
        protected = powerful and obj.pk != request.user.pk
        return super().has_change_permission(request, obj) and (superuser or not protected)

    def get_inlines(self, request: HttpRequest, obj: Any) -> tuple[type[TabularInline], ...]:
        return self.inlines if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The ledger needs the row: a member leaves by their settings, or is made inactive here."""
        return False

    def save_model(self, request: HttpRequest, obj: Member, form: ModelForm[Member], change: bool) -> None:
        if "bio" in form.changed_data:
            obj.bio_html = bio_html(obj.bio)
        super().save_model(request, obj, form, change)
        if obj.email and "email" in form.changed_data:
            give_address(obj, obj.email)

    @display(description=_("standing"), label={"active": "success", "suspended": "warning", "inactive": "danger"})
    def standing(self, member: Member) -> tuple[str, Any]:
        if not member.is_active:
            return "inactive", _("inactive")
        return ("suspended", _("suspended")) if member.suspended else ("active", _("active"))

    @display(description=_("points"))
    def ledger(self, member: Member) -> SafeString | str:
        if member.pk is None:
            return ""
        url = reverse("points:mine", args=[member.username])
        return format_html('{} · <a href="{}">{}</a>', member.points, url, _("each of them, and why"))

    @display(description=_("imported from"))
    def imported(self, member: Member) -> str:
        return f"{member.imported_from} {member.imported_id}" if member.imported_from else ""

    @action(description=_("What they did"), url_path="timeline", permissions=["timeline"])
    def timeline(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page of a room above, known by its address only."""
        return redirect("segments:person", object_id)

    def has_timeline_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("segments.view_timeline")

    @action(description=_("Suspend…"), url_path="suspend", permissions=["suspend"])
    def suspend(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The moderation room's form, which this one knows by its address only."""
        username = Member.objects.values_list("username", flat=True).get(pk=object_id)
        return redirect(f"{reverse('admin:moderation_suspension_add')}?{urlencode({'username': username})}")

    def has_suspend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(getattr(request.user, "moderates", False))

    @admin.action(description=_("Send a link to set a password"), permissions=["change"])
    def send_password_link(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        """So that an imported member, given an address above, can claim the account."""
        reached = list(members.filter(is_active=True).exclude(email=""))
        for member in reached:
            form = ResetPasswordForm({"email": member.email})
            if form.is_valid():
                form.save(request)
        text = ngettext("A letter was sent to %d member.", "Letters were sent to %d members.", len(reached))
        messages.success(request, text % len(reached))


@admin.register(Badge)
class BadgeAdmin(ModelAdmin):
    list_display = ("name", "rank", "of_tag", "description")
    list_filter = ("rank", "of_tag")
    search_fields = ("name",)
    ordering = ("rank", "name")


@admin.register(Award)
class AwardAdmin(SoughtAdmin):
    """Badges given and taken by hand. The event that a badge was earned is a fact and stays."""

    list_display = ("id", "member", "badge", "created_at")
    list_select_related = ("member", "badge")
    list_filter = (("member", AutocompleteSelectFilter), ("badge", AutocompleteSelectFilter))
    list_filter_submit = True
    list_per_page = 50
    sortable_by = ("id",)
    ordering = ("-id",)
    search_help_text = _("A username, or the number of an award")
    autocomplete_fields = ("member", "badge")
    fields = ("member", "badge", "created_at")
    readonly_fields = ("created_at",)

    def sought(self, term: str) -> Q:
        return number(term, "pk") | of_member(term, "member")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
