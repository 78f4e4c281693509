"""Stop, or take up again, the mail to a member, with a signed link that works signed out."""

from __future__ import annotations

from django.core import signing
from django.http import Http404
from django.urls import reverse

from community.members.models import Member

_SALT = "notifications.unsubscribe"


def path_for(member: Member) -> str:
    return reverse("notifications:unsubscribe", args=[signing.dumps(member.pk, salt=_SALT)])


def member_of(token: str) -> Member:
    """Whose link it is; Http404 where we did not sign it. It does not expire, since mails are kept for years."""
    try:
        return Member.objects.active().get(pk=signing.loads(token, salt=_SALT))
    except (signing.BadSignature, Member.DoesNotExist) as error:
        raise Http404("not a link of ours") from error


def want_mail(member: Member, wanted: bool) -> None:
    Member.objects.filter(pk=member.pk).update(email_notifications=wanted)
