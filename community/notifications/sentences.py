"""What happened, in one sentence: for the inbox, where the title is a link, and for the subject of a mail."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community.members.models import Member
from community.notifications.models import Notification

Kind = Notification.Kind

_SENTENCES: dict[str, Promise] = {
    Kind.ANSWERED: gettext_lazy("{who} answered {title}"),
    Kind.REPLIED: gettext_lazy("{who} replied in {title}"),
    Kind.COMMENTED: gettext_lazy("{who} commented on {title}"),
    Kind.MENTIONED: gettext_lazy("{who} mentioned you in {title}"),
    Kind.ACCEPTED: gettext_lazy("{who} accepted your answer to {title}"),
    Kind.FOLLOWED: gettext_lazy("{who} posted {title}"),
    Kind.MODERATED: gettext_lazy("{who} acted on what you wrote in {title}"),
}
_ABOUT_MEMBERS: dict[str, Promise] = {
    Kind.FOLLOWED: gettext_lazy("{who} follows you"),
    Kind.MODERATED: gettext_lazy("{who} changed the standing of your account"),
}


def plain(kind: str, source_kind: str, who: str, title: str) -> str:
    quoted = title if kind == Kind.CAMPAIGN else f"“{title}”"
    return _sentence(kind, source_kind).format(who=who, title=quoted)


def html(kind: str, source_kind: str, who: str, title: str | SafeString) -> SafeString:
    return format_html(_sentence(kind, source_kind), who=who, title=title)


def who(kind: str, actors: Sequence[Member | None]) -> str:
    """The actors, newest first, each once: "Bob", "Bob and Carol", "Bob and 4 others". Moderators are not named."""
    if kind == Kind.MODERATED:
        return _("A moderator")
    names = [str(actor) if actor else _("A former member") for actor in actors]
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return _("%(first)s and %(second)s") % {"first": names[0], "second": names[1]}
    others = len(names) - 1
    return ngettext("%(first)s and %(count)d other", "%(first)s and %(count)d others", others) % {
        "first": names[0],
        "count": others,
    }


def _sentence(kind: str, source_kind: str) -> str:
    if kind == Kind.CAMPAIGN:
        return "{title}"
    table = _ABOUT_MEMBERS if source_kind == "member" and kind in _ABOUT_MEMBERS else _SENTENCES
    return str(table[kind])
