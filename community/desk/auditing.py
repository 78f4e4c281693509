"""The audit of the admin: who did what to which object, from where, and what stood before and after."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import Any, cast

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Field, Model
from django.http import HttpRequest

from community.desk.models import Act
from community.members.addresses import address_of
from community.members.leaving import CLEARED
from community.members.models import Member

# Fields whose values are nobody's business, not even hashed: that they changed is told, never to what.
SECRET = re.compile(r"password|secret|token|hash|private_key|otp|recovery", re.IGNORECASE)
# A member may leave, and the audit cannot forget: who they were is not in it either.
PERSONAL: dict[type[Model], set[str]] = {Member: {"username", *CLEARED}}
HIDDEN = "•••"
LONGEST = 5000  # characters kept of one text
DERIVED = (SearchVectorField,)

Values = dict[str, Any]


def snapshot(model: type[Model], ids: Iterable[object], *, relations: bool = False) -> dict[str, Values]:
    """What stands in the rows with these ids, by id as text; with `relations` the ids of many-to-many fields too.

    One query, and one for each such field. Rows that are not there are missing.
    """
    names = [field.attname for field in _kept(model)]
    rows = model._base_manager.filter(pk__in=list(ids)).values("pk", *names)
    found = {str(row.pop("pk")): row for row in rows}
    for field in model._meta.many_to_many if relations else ():
        for row in found.values():
            row[field.name] = []
        links = model._base_manager.filter(pk__in=list(found)).order_by(field.name)
        for pk, other in links.values_list("pk", field.name):
            if other is not None:
                found[str(pk)][field.name].append(other)
    return found


def _kept(model: type[Model]) -> list[Field]:
    return [field for field in model._meta.concrete_fields if not (field.generated or isinstance(field, DERIVED))]


def changes(before: Values, after: Values, *, personal: Container[str] = ()) -> dict[str, list[Any]]:
    """By field [before, after], of the fields that differ; None where there was or is no row.

    What a new row leaves empty, or a deleted one had left empty, is no change. `personal` fields are told to have
    changed, as secret ones are.
    """
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not (before and after):
        names = [name for name in names if {**before, **after}[name] not in ("", [], {})]
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    hidden = {name for name in names if name in personal or SECRET.search(name)}
    return {name: [_shown(value, hidden=name in hidden) for value in pair] for name, pair in pairs.items()}


def _shown(value: Any, *, hidden: bool) -> Any:
    if value in (None, ""):
        return value
    if hidden:
        return HIDDEN
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}… ({len(value)})"
    return value if isinstance(value, str | int | float | list | dict) or hasattr(value, "isoformat") else str(value)


def record(
    request: HttpRequest,
    kind: str,
    model: type[Model],
    object_id: object = "",
    *,
    label: str = "",
    verb: str = "",
    note: str = "",
    before: Values | None = None,
    after: Values | None = None,
) -> Act:
    """Write one act down, by whoever makes the request."""
    called = f"member {object_id}" if model is Member else label
    request.audited = True  # type: ignore[attr-defined]  # so that no general line of DeskSite follows
    return Act.objects.create(
        actor=cast(Member, request.user),
        address=address_of(request),
        kind=kind,
        verb=verb[:80],
        model=model._meta.label_lower,
        object_id=str(object_id)[:80],
        label=called.replace("\x00", "")[:200],
        note=note.replace("\x00", "")[:500],
        changes=changes(before or {}, after or {}, personal=PERSONAL.get(model, ())),
    )
