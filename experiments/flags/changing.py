"""Everything that is done to a flag. Each verb is one transaction: it locks the flag, checks what would stand, writes
it, keeps what stood before and after, and publishes. Raises ValidationError by field where the flag would not be sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from experiments import publishing
from experiments.flags import prerequisites
from experiments.flags.checking import check
from experiments.flags.describing import FLAG_FIELDS, LINKS, RULE_FIELDS, describe, parsed, same
from experiments.models import Environment, Flag, FlagChange, Rule

By = Any  # a member, or None: the site itself
Rules = Sequence[Mapping[str, Any]]
_SOURCES: dict[str, tuple[Any, str]] = {
    "environments": (Environment, "key"),
    "groups": (Group, "pk"),
    "users": (get_user_model(), "pk"),
}


@transaction.atomic
def create(
    name: str,
    *,
    kind: str = Flag.Kind.BOOLEAN,
    off_value: Any = False,
    on_value: Any = True,
    by: By,
    why: str = "",
    rules: Rules = (),
    **fields: Any,
) -> Flag:
    """Live in the site's environment, unless others are given; a draft where none is. Superusers are asked as
    everybody is: waffle's default would keep them out of experiments."""
    links = {name: fields.pop(name) for name in LINKS if name in fields}
    links.setdefault("environments", [settings.EXPERIMENTS_ENVIRONMENT])
    if kind != Flag.Kind.BOOLEAN and on_value is True:
        on_value = off_value
    flag = Flag(name=name, kind=kind, off_value=off_value, on_value=on_value, **{"superusers": False, **fields})
    if not fields.get("lifecycle") and links["environments"]:
        flag.lifecycle = Flag.Lifecycle.LIVE
    _write(flag, rules, links)
    _told(flag, by, "created", why, None)
    return flag


@transaction.atomic
def change(
    flag: Flag, *, by: By, why: str = "", rules: Rules | None = None, act: str = "changed", **fields: Any
) -> Flag:
    """Set these fields; with `rules`, all of the rules anew. Nothing is written where nothing changes."""
    return _changed(flag, by=by, why=why, act=act, rules=rules, fields=fields)


@transaction.atomic
def kill(flag: Flag, *, by: By, why: str) -> Flag:
    """Off for everyone, whatever the rules say; they stay. What was solidified has no "off" to fall back to."""
    if locked(flag).lifecycle == Flag.Lifecycle.COMPLETED:
        raise ValidationError(_("It is solidified: take that back instead."))
    return change(flag, by=by, why=needed(why), act="killed", killed_at=timezone.now())


def revive(flag: Flag, *, by: By, why: str) -> Flag:
    return change(flag, by=by, why=needed(why), act="revived", killed_at=None)


@transaction.atomic
def archive(flag: Flag, *, by: By, why: str) -> Flag:
    """Nobody is answered any more: who still asks gets what the code says. Who would depend on it waits, or is seen."""
    prerequisites.lock()
    locked(flag)
    if asking := prerequisites.dependents(flag.name):
        raise ValidationError(_("%(flags)s depend on it.") % {"flags": ", ".join(asking)})
    if flag.experiments.running().exists():
        raise ValidationError(_("An experiment runs on it. Stop it first."))
    return change(flag, by=by, why=needed(why), act="archived", lifecycle=Flag.Lifecycle.ARCHIVED, environments=[])


@transaction.atomic
def revert(made: FlagChange, *, by: By, why: str) -> Flag:
    """Take a change back: what it changed is again as before it, and what others changed since stays. It is a change
    itself, so it can be taken back too."""
    if made.before is None:
        raise ValidationError(_("Its creation is not taken back; archive the flag instead."))
    told = {name: value for name, value in made.before.items() if not same(made.after.get(name), value)}
    rules = told.pop("rules", None)
    fields = {**parsed(FLAG_FIELDS, told), **{name: _still_there(name, told[name]) for name in LINKS if name in told}}
    return _changed(
        made.flag,
        by=by,
        why=needed(why),
        act="taken back",
        rules=None if rules is None else [parsed(RULE_FIELDS, rule) for rule in rules],
        fields=fields,
        reverts=made,
    )


def _still_there(name: str, told: Iterable[Any]) -> list[Any]:
    model, key = _SOURCES[name]
    return list(model.objects.filter(**{f"{key}__in": list(told)}))


def locked(flag: Flag) -> Flag:
    """As it stands, until the transaction's end."""
    return Flag.objects.select_for_update().get(pk=flag.pk)


def needed(why: str) -> str:
    if not why.strip():
        raise ValidationError({"why": [_("Say why.")]})
    return why


def _changed(
    given: Flag,
    *,
    by: By,
    why: str,
    act: str,
    rules: Rules | None,
    fields: dict[str, Any],
    reverts: FlagChange | None = None,
) -> Flag:
    if rules:
        prerequisites.lock()
    flag = locked(given)
    before = describe(flag)
    links = {name: fields.pop(name) for name in LINKS if name in fields}
    if fields.get("name", flag.name) != flag.name:
        raise ValidationError({"name": [_("Code asks for it by this name; it stays.")]})
    for name, value in fields.items():
        Flag._meta.get_field(name)  # FieldDoesNotExist rather than an attribute that nothing keeps
        setattr(flag, name, value)
    if links.get("environments") and flag.lifecycle == Flag.Lifecycle.DRAFT:
        flag.lifecycle = Flag.Lifecycle.LIVE
    _write(flag, rules, links)
    _told(flag, by, act, why, before, reverts)
    given.refresh_from_db()
    return given


def _write(flag: Flag, rules: Rules | None, links: Mapping[str, Iterable[Any]]) -> None:
    stand = [Rule(**{**given, "position": place}) for place, given in enumerate(rules)] if rules is not None else None
    found = {name: _resolved(name, given) for name, given in links.items()}
    check(flag, list(flag.rules.order_by("position")) if stand is None else stand)
    flag.modified = timezone.now()
    models.Model.save(flag)  # waffle's own would publish once more, when all of this is committed
    for name, objects in found.items():
        _link(flag, name, objects)
    if stand is not None:
        flag.rules.all().delete()
        for rule in stand:
            rule.flag = flag
        Rule.objects.bulk_create(stand)


def _resolved(name: str, given: Iterable[Any]) -> list[models.Model]:
    """Objects from objects, ids or, of environments, keys. Raises ValidationError where there is none."""
    model, key = _SOURCES[name]
    wanted = {getattr(one, key) if isinstance(one, models.Model) else one for one in given}
    found = list(model.objects.filter(**{f"{key}__in": wanted}))
    if missing := wanted - {getattr(one, key) for one in found}:
        raise ValidationError({name: [_("There is no %(one)s.") % {"one": one} for one in sorted(map(str, missing))]})
    return found


def _link(flag: Flag, name: str, objects: Sequence[models.Model]) -> None:
    """Past the signals, on which waffle publishes: this verb does, once."""
    field: Any = Flag._meta.get_field(name)
    through, ours, theirs = field.remote_field.through, field.m2m_column_name(), field.m2m_reverse_name()
    through._base_manager.filter(**{ours: flag.pk}).delete()
    through._base_manager.bulk_create(through(**{ours: flag.pk, theirs: one.pk}) for one in objects)


def _told(
    flag: Flag, by: By, act: str, why: str, before: dict[str, Any] | None, reverts: FlagChange | None = None
) -> None:
    after = describe(flag)
    if same(before, after):
        return
    FlagChange.objects.create(flag=flag, by=by, act=act, why=why, before=before, after=after, reverts=reverts)
    publishing.publish([flag.pk])
