"""One act on a campaign: its row locked, and what the act changed kept with who and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from growth.campaigns.models import Campaign, CampaignChange

Person = AbstractBaseUser | None  # None is the system

# Marks of the machinery, and what never changes.
_UNTOLD = {"id", "seed", "read_to", "created_at", "created_by"}
_OF_VARIATION = ("index", "key", "name", "weight", "content", "channels", "provider", "at", "levels")


@contextmanager
def acting(campaign: Campaign, act: str, *, by: Person, why: str = "") -> Iterator[Campaign]:
    """Within one transaction: the campaign as it is now, its row locked (rows that point at it may still come). At the
    end what differs is saved and written down, and the caller's object is as the row is."""
    with transaction.atomic():
        row = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        before = told(row)
        yield row
        row.save()
        record(row, act, by=by, why=why, before=before)
    for field in row._meta.concrete_fields:
        setattr(campaign, field.attname, getattr(row, field.attname))


def record(campaign: Campaign, act: str, *, by: Person, why: str = "", before: dict[str, Any]) -> None:
    """The act, with what has changed since `before` (of a new one, {}: all that it is)."""
    after = told(campaign)
    changed = [key for key in after if before.get(key, ...) != after[key]]
    CampaignChange.objects.create(
        campaign=campaign,
        act=act,
        by_id=by.pk if by else None,
        why=why[:500],
        before={key: before[key] for key in changed if key in before},
        after={key: after[key] for key in changed},
    )


def told(campaign: Campaign) -> dict[str, Any]:
    """All that decides whom a campaign reaches, when, and with what."""
    fields = (field for field in campaign._meta.concrete_fields if field.name not in _UNTOLD)
    return {
        **{field.name: field.value_from_object(campaign) for field in fields},
        "variations": list(campaign.variations.order_by("index").values(*_OF_VARIATION)),
        "guardrails": sorted(campaign.guardrails.values_list("pk", flat=True)),
    }


def must_be(campaign: Campaign, *states: str) -> None:
    if campaign.state not in states:
        wanted = " / ".join(str(Campaign.State(state).label) for state in states)
        found = campaign.get_state_display()
        raise ValidationError({"state": _("It is %(found)s; for this it must be %(wanted)s.") % locals()})


def must_say_why(why: str) -> None:
    if not why.strip():
        raise ValidationError({"why": _("Say why: who reads this later was not there.")})
