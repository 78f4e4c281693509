"""A new campaign with its variations, as a draft; editing one; another like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from experiments.models import MetricVersion
from growth.campaigns.models import Campaign, Variation
from growth.campaigns.planning.recording import Person, acting, must_be, record

State = Campaign.State
Variations = Sequence[Mapping[str, Any]]
Guardrails = Sequence[MetricVersion | int]

# Once it runs, what decides who gets what and how it is judged stays as it was.
ANY_TIME = {"name", "ends_at", "per_second"}
OWN = {"id", "key", "name", "seed", "state", "created_at", "created_by", "approved_by", "paused_why", "finished_at"}
OF_ITS_TIME = {"starts_at", "ends_at", "read_to", "test_stopped_at", "winner"}


@transaction.atomic
def create(
    *,
    key: str,
    name: str,
    by: Person,
    variations: Variations,
    guardrails: Guardrails = (),
    why: str = "",
    **fields: Any,
) -> Campaign:
    """A draft. `variations`: [{"key", "name", "weight", "content", "channels", "provider", "at", "levels"}]: a key is
    enough. ValidationError where a field is unsound; what is not there yet is asked for by acting.submit."""
    campaign = Campaign(key=key, name=name, created_by_id=by.pk if by else None, **fields)
    _clean(campaign)
    campaign.save()
    set_variations(campaign, variations)
    campaign.guardrails.set(guardrails)
    record(campaign, "created", by=by, why=why, before={})
    return campaign


def change(
    campaign: Campaign,
    *,
    by: Person,
    why: str = "",
    variations: Variations | None = None,
    guardrails: Guardrails | None = None,
    **fields: Any,
) -> Campaign:
    """`variations` and `guardrails` are all that there shall be. What was approved is a draft again, for it is not what
    was approved; of one that runs only what ANY_TIME names can be changed."""
    with acting(campaign, "changed", by=by, why=why) as row:
        must_be(row, State.DRAFT, State.REVIEW, State.SCHEDULED, State.RUNNING, State.PAUSED)
        if row.state in (State.RUNNING, State.PAUSED):
            _check_late(fields, variations, guardrails)
        else:
            row.state, row.approved_by = State.DRAFT, None
        for name, value in fields.items():
            setattr(row, name, value)
        _clean(row)
        if variations is not None:
            set_variations(row, variations)
        if guardrails is not None:
            row.guardrails.set(guardrails)
    return campaign


def clone(campaign: Campaign, *, by: Person, key: str, name: str = "") -> Campaign:
    """A draft like it, with a seed of its own and without its times."""
    left = OWN | OF_ITS_TIME
    copied = {
        field.name: getattr(campaign, field.name) for field in campaign._meta.concrete_fields if field.name not in left
    }
    rows = [
        {name: getattr(row, name) for name in _COPIED} for row in campaign.variations.select_related("provider").all()
    ]
    return create(
        key=key,
        name=name or campaign.name,
        by=by,
        variations=rows,
        guardrails=list(campaign.guardrails.all()),
        why=_("like %s") % campaign.key,
        **copied,
    )


_COPIED = ("key", "name", "weight", "content", "channels", "provider", "at", "levels")


def set_variations(campaign: Campaign, variations: Variations) -> None:
    """In the place of those there are."""
    rows = [Variation(campaign=campaign, index=at, **{"name": one["key"], **one}) for at, one in enumerate(variations)]
    if len({row.key for row in rows}) < len(rows):
        raise ValidationError({"variations": _("Two variations have the same key.")})
    for row in rows:
        _check(row)
    campaign.variations.all().delete()
    Variation.objects.bulk_create(rows)


def _clean(campaign: Campaign) -> None:
    campaign.full_clean(exclude=() if campaign.channels else ["channels"])  # a draft may leave them for later


def _check(row: Variation) -> None:
    """Keys and indices are unique by how the rows are made, and the constraints still see those that go."""
    try:
        row.clean_fields(exclude=["campaign", "content", "levels"])
    except ValidationError as refused:
        told = [
            message if name == NON_FIELD_ERRORS else f"{row.key}: {name}: {message}"
            for name, messages in refused.message_dict.items()
            for message in messages
        ]
        raise ValidationError({"variations": told}) from refused


def _check_late(fields: Mapping[str, Any], variations: Variations | None, guardrails: Guardrails | None) -> None:
    stays: dict[str, Any] = dict.fromkeys(sorted(set(fields) - ANY_TIME), _("It stays as it was at the start."))
    if variations is not None:
        stays["variations"] = _("It stays as it was at the start.")
    if guardrails is not None:
        stays["guardrails"] = _("It stays as it was at the start.")
    if stays:
        raise ValidationError(stays)
