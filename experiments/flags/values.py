"""What a flag may answer: a value of its kind that fits its JSON schema (draft 2020-12)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

KINDS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "string": (str,),
    "number": (int, float),
    "json": (dict, list),
}
DEEPEST = 50  # objects and lists within each other
LARGEST = 65_536  # bytes of a value as JSON: every process and every client holds them all
NOWHERE: Registry = Registry()  # with no way to fetch what a schema names elsewhere


def check_value(value: Any, kind: str, schema: Any = None) -> None:
    """Raises ValidationError."""
    if not isinstance(value, KINDS[kind]) or isinstance(value, bool) != (kind == "boolean"):
        raise ValidationError(_wrong_kind(kind))
    check_kept(value)
    if schema is not None:
        _check_fit(value, schema)


def check_kept(value: Any) -> None:
    """That PostgreSQL keeps it as JSON, and gives it back. Raises ValidationError."""
    if len(check_json(value)) > LARGEST:
        raise ValidationError(_("At most %(most)d characters as JSON.") % {"most": LARGEST})


def check_json(value: Any) -> str:
    """The value as JSON. Raises ValidationError where PostgreSQL, or a reader in another language, would not take it:
    of numbers that are none, halves of letters, the character 0, and what is nested too deep to be walked through."""
    try:
        text = json.dumps(value, allow_nan=False)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise ValidationError(_("This cannot be written as JSON.")) from error
    if "\\u0000" in text:
        raise ValidationError(_("The character 0 cannot be kept."))
    if _is_deeper(value, DEEPEST):
        raise ValidationError(_("Nested more than %(most)d deep.") % {"most": DEEPEST})
    return text


def _is_deeper(value: Any, most: int) -> bool:
    level = [value]
    for _depth in range(most + 1):
        level = [part for one in level for part in _parts(one)]
    return bool(level)


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()


def _wrong_kind(kind: str) -> str:
    return {
        "boolean": _("This flag’s values are true or false."),
        "string": _("This flag’s values are texts."),
        "number": _("This flag’s values are numbers."),
        "json": _("This flag’s values are JSON objects or lists."),
    }[kind]


def _check_fit(value: Any, schema: Any) -> None:
    try:
        error = best_match(Draft202012Validator(schema, registry=NOWHERE).iter_errors(value))
    except (Unresolvable, RecursionError) as failure:
        raise ValidationError(_("The schema cannot be followed to its end.")) from failure
    if error is not None:
        where = f"{error.json_path}: " if error.absolute_path else ""
        raise ValidationError(_("Does not fit the schema: %(why)s") % {"why": f"{where}{error.message}"[:300]})


def check_schema(schema: Any) -> None:
    """Raises ValidationError. A schema stands on its own: `$ref` leads within it, and nothing is ever fetched."""
    check_json(schema)
    try:
        Draft202012Validator.check_schema(schema)
    except RecursionError as error:
        raise ValidationError(_("The schema cannot be followed to its end.")) from error
    except SchemaError as error:
        raise ValidationError(_("No JSON schema: %(why)s") % {"why": error.message[:300]}) from error
    if any(not str(target).startswith("#") for target in _references(schema)):
        raise ValidationError(_("A $ref must lead within the schema: begin it with #."))


def _references(schema: Any) -> Iterator[Any]:
    if isinstance(schema, Mapping):
        yield from (
            target for key, target in schema.items() if key in ("$ref", "$dynamicRef") and target.__class__ is str
        )
        for part in schema.values():
            yield from _references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _references(part)
