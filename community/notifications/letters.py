"""The mail of a notification, in its reader's language."""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from community.notifications import sentences, unsubscribing
from community.notifications.models import Notification
from community.notifications.sources import Source, describe


def compose(row: Notification) -> EmailMultiAlternatives | None:
    """The mail; None where the member read it meanwhile, no longer wants mail or may no longer read the source."""
    if row.read_at or not _wanted(row):
        return None
    key = (row.source_kind, row.source_id)
    with translation.override(row.member.language or settings.LANGUAGE_CODE):
        source = describe(row.member, [key]).get(key)
        return _letter(row, source) if source else None


def message_id(row: Notification) -> str:
    """The same at every try, so that a receiver can tell a repeated mail."""
    return f"<notification-{row.pk}@{urlsplit(settings.SITE_URL).hostname}>"


def _wanted(row: Notification) -> bool:
    member = row.member
    muted = row.kind in member.muted_kinds and row.kind != Notification.Kind.MODERATED
    if muted or not (member.is_active and member.email and member.email_notifications):
        return False
    # Members made without sign-up (by an admin, an import) have no row; a row says whether the address is theirs.
    return not EmailAddress.objects.filter(user=member, email__iexact=member.email, verified=False).exists()


def _letter(row: Notification, source: Source) -> EmailMultiAlternatives:
    stop = settings.SITE_URL + unsubscribing.path_for(row.member)
    subject = sentences.plain(row.kind, row.source_kind, sentences.who(row.kind, [row.actor]), source.title)
    context = {
        "subject": subject,
        "source": source,
        "link": settings.SITE_URL + source.url,
        "stop": stop,
        "settings_link": settings.SITE_URL + reverse("members:settings"),
        "site": settings.SITE_NAME,
        "reason": _("You get this mail because you are a member of %(site)s.") % {"site": settings.SITE_NAME},
        "language": translation.get_language(),
    }
    letter = EmailMultiAlternatives(
        subject=f"[{settings.SITE_NAME}] {subject}"[:200],
        body=render_to_string("email/notification.txt", context),
        to=[row.member.email],
        headers={
            "Message-ID": message_id(row),
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    letter.attach_alternative(render_to_string("email/notification.html", context), "text/html")
    return letter
