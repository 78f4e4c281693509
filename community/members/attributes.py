"""What is known of members, for whoever picks members by it: growth's segments, experiments and campaigns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Extract, Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.members.models import Member


@dataclass(frozen=True)
class Attribute:
    label: Promise
    holds: str  # number, text, flag, or time: microseconds since 1970
    of: Combinable | Q


def _microseconds(field: str) -> Combinable:
    """Exact: PostgreSQL's epoch is a numeric, and the model's field is read as one."""
    return Cast(Extract(field, "epoch") * 1_000_000, BigIntegerField())


ATTRIBUTES: dict[str, Attribute] = {
    "points": Attribute(_("points"), "number", F("points")),
    "joined": Attribute(_("joined"), "time", _microseconds("date_joined")),
    "last_visit": Attribute(_("last visit"), "time", _microseconds("seen_at")),
    "moderator": Attribute(_("moderator"), "flag", F("is_moderator")),
    "standing": Attribute(_("has an account that is in use"), "flag", F("is_active")),
    "suspended": Attribute(_("suspended"), "flag", Q(suspended_until__gt=Now(), suspended_until__isnull=False)),
    "email_verified": Attribute(
        _("e-mail address confirmed"),
        "flag",
        Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)),
    ),
    "takes_email": Attribute(_("takes e-mail about answers and mentions"), "flag", F("email_notifications")),
    "chosen_language": Attribute(_("language chosen on the site"), "text", F("language")),
    "time_zone": Attribute(_("time zone"), "text", F("time_zone")),
}


def rows(names: Collection[str]) -> QuerySet[Member, Any]:
    """(id, then the attributes in this order) of every member who is not staff, by id."""
    found = {f"its_{name}": ATTRIBUTES[name].of for name in names}
    return Member.objects.filter(is_staff=False).annotate(**found).order_by("pk").values_list("pk", *found)
