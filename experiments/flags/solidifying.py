"""What was decided becomes what the flag gives to all, with no release of the code."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from experiments.flags import changing
from experiments.models import Flag

# Of waffle: with none of these everybody gets the default.
NO_OVERRIDES: dict[str, Any] = {
    "everyone": None,
    "percent": None,
    "testing": False,
    "superusers": False,
    "staff": False,
    "authenticated": False,
    "languages": "",
    "users": [],
    "groups": [],
}


@transaction.atomic
def solidify(flag: Flag, value: Any, *, by: changing.By, why: str) -> Flag:
    """The value becomes the default; rules and overrides go; the flag is completed, until code asks for it no more.

    Its history keeps them: `changing.revert` brings all of it back. Raises ValidationError while an experiment runs on
    it, or while it is killed: then nobody has what was decided.
    """
    stands = changing.locked(flag)
    if flag.experiments.running().exists():
        raise ValidationError(_("An experiment runs on it. Stop it first."))
    if stands.killed_at is not None:
        raise ValidationError(_("It is killed. Revive it first."))
    if stands.lifecycle == Flag.Lifecycle.ARCHIVED:
        raise ValidationError(_("It is archived."))
    return changing.change(
        flag,
        by=by,
        why=changing.needed(why),
        act="solidified",
        rules=[],
        off_value=value,
        lifecycle=Flag.Lifecycle.COMPLETED,
        **NO_OVERRIDES,
    )
