"""Members in the admin: found by name or address, their points to be read but never written."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
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
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from community.members.accounts import give_address
from community.members.bios import bio_html
from community.members.models import Badge, Member

for model in (Group, EmailAddress, SocialAccount, SocialApp, SocialToken, Authenticator):
    admin.site.unregister(model)


@admin.register(Group)
class GroupAdmin(ModelAdmin):
    """Groups say who may read and post where (the forum's categories), and what staff may do."""

    search_fields = ("name",)
    filter_horizontal = ("permissions",)


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
class MemberAdmin(UserAdmin, ModelAdmin):
    form = MemberForm
    add_form = NewMemberForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "display_name", "email", "points", "date_joined", "seen_at", "standing")
    list_filter = ("is_active", "is_moderator", "is_staff", ("date_joined", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("username__istartswith", "=email", "display_name__istartswith")
    search_help_text = _("Username or display name from its beginning, or the whole address")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False  # a count of a million rows on every page, for a number nobody reads
    readonly_fields = ("ledger", "last_login", "date_joined", "seen_at", "suspended_until", "imported")
    filter_horizontal = ("groups", "user_permissions")
    inlines = (AddressInline,)
    actions = ("send_password_link",)
    actions_detail = ("suspend",)
    fieldsets = (
        (None, {"fields": ("username", "password", "email", "ledger")}),
        (_("Profile"), {"fields": ("display_name", "bio", "location", "website")}),
        (_("Standing"), {"fields": ("is_active", "is_moderator", "suspended_until", "on_boards", "profile_public")}),
        (_("Admin"), {"fields": ("is_staff", "is_superuser", "groups", "user_permissions"), "classes": ("collapse",)}),
        (_("Dates"), {"fields": ("date_joined", "last_login", "seen_at", "imported")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "email", "password1", "password2")}),)

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

    @action(description=_("Suspend…"), url_path="suspend", permissions=["suspend"])
    def suspend(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The moderation room's form, which this one knows by its address only."""
        username = Member.objects.values_list("username", flat=True).get(pk=object_id)
        return redirect(f"{reverse('admin:moderation_suspension_add')}?{urlencode({'username': username})}")

    def has_suspend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(getattr(request.user, "moderates", False))

    @admin.action(description=_("Send a link to set a password"))
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
