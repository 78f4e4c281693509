"""A member goes: what says who they were is deleted, the row and its ledger stay without a name."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.db import transaction

from community.members.models import Member
from community.members.names import FORMER

CLEARED = ("email", "display_name", "bio", "bio_html", "location", "website", "avatar", "language", "time_zone")


@transaction.atomic
def anonymise(member: Member) -> None:
    """The caller holds the member's lock. Every session ends, for the password's hash is part of each."""
    storage, picture = member.avatar.storage, member.avatar.name
    for name in CLEARED:
        setattr(member, name, "")
    member.username = f"{FORMER}{member.pk}"
    member.password = make_password(None)
    member.theme, member.muted_kinds = Member.Theme.AUTO, []
    member.is_active = member.is_staff = member.is_superuser = member.is_moderator = False
    member.on_boards = member.profile_public = member.email_notifications = False
    member.save()
    member.groups.clear()
    member.user_permissions.clear()
    for model in (EmailAddress, SocialAccount, Authenticator):
        model.objects.filter(user=member).delete()
    if picture:
        transaction.on_commit(lambda: storage.delete(picture), robust=True)
