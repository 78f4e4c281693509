"""Whether a flag may stand as it is: everything is told at once, by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from experiments.flags import prerequisites, steady
from experiments.flags.soundness import faults
from experiments.flags.values import check_json, check_schema, check_value
from experiments.models import KEY, WHOLE, Environment, Flag, Rule, Variation

Errors = dict[str, list[str]]
_JSON_OF_ITS_OWN = ["off_value", "on_value", "value"]  # Django takes "" and {} for missing; here they are values


def check(flag: Flag, rules: Sequence[Rule]) -> None:
    """Raises ValidationError by field; of rules, under "rules", each message with the rule's number and field."""
    errors = flag_errors(flag)
    told = [
        f"{number}, {_name_of(field)}: {message}"
        for number, rule in enumerate(rules, start=1)
        for field, messages in rule_errors(flag, rule).items()
        for message in messages
    ]
    told += prerequisites.errors(flag.name, rules)
    if told:
        errors["rules"] = told
    for field, refused in steady.refusals(flag, rules).items():
        errors.setdefault(field, []).extend(refused)
    if errors:
        raise ValidationError(errors)


def _name_of(field: str) -> str:
    return str(getattr(Rule._meta.get_field(field), "verbose_name", field))


def flag_errors(flag: Flag) -> Errors:
    errors: Errors = {}
    _collect(errors, None, lambda: flag.clean_fields(exclude=["id", *_JSON_OF_ITS_OWN]))
    _collect(errors, None, flag.validate_unique)
    _collect(errors, "name", lambda: KEY(flag.name))
    if flag.schema is not None:
        _collect(errors, "schema", lambda: check_schema(flag.schema))
    if "kind" not in errors:
        for name in ("off_value", "on_value"):
            _collect(errors, name, partial(check_value, getattr(flag, name), flag.kind, _sound_schema(flag)))
    if flag.percent is not None and "percent" not in errors:
        _collect(errors, "percent", lambda: _check_percent(flag))
    return errors


def _check_percent(flag: Flag) -> None:
    if flag.kind != Flag.Kind.BOOLEAN:
        raise ValidationError(_("Only of a flag that is yes or no."))
    if flag.percent is not None and flag.percent < 0:
        raise ValidationError(_("Not below 0."))


def _sound_schema(flag: Flag) -> Any:
    """None where it is none: that is told once, not of every value."""
    try:
        check_schema(flag.schema or {})
    except ValidationError:
        return None
    return flag.schema


def rule_errors(flag: Flag, rule: Rule) -> Errors:
    errors: Errors = {}
    _collect(errors, None, lambda: rule.clean_fields(exclude=["id", "flag", "position", *_JSON_OF_ITS_OWN]))
    _collect(errors, "condition", lambda: check_condition(rule.condition))
    _collect(errors, "prerequisites", lambda: check_prerequisites(rule.prerequisites))
    _collect(errors, "environments", lambda: _check_environments(rule.environments))
    schema = _sound_schema(flag)
    if rule.experiment_id is None:
        _collect(errors, "value", lambda: check_value(rule.value, flag.kind, schema))
    else:
        _collect(errors, "experiment", lambda: _check_experiment(rule, flag, schema))
    if rule.coverage is not None and rule.coverage > WHOLE:
        errors["coverage"] = [_("At most %(whole)d, which is everybody.") % {"whole": WHOLE}]
    if rule.starts_at and rule.ends_at and rule.ends_at <= rule.starts_at:
        errors["ends_at"] = [_("It ends after it starts.")]
    return errors


def _collect(errors: Errors, field: str | None, act: Callable[[], Any]) -> None:
    try:
        act()
    except ValidationError as error:
        found = error.message_dict if field is None else {field: error.messages}
        for name, messages in found.items():
            errors.setdefault(name, []).extend(messages)


def check_condition(condition: Any) -> None:
    """Raises ValidationError that says where the condition is unsound."""
    check_json(condition)
    found = [f"{where or '{}'}: {_words(what)}" for where, what in faults(condition)]
    if found:
        raise ValidationError(found)


def _words(fault: str) -> str:
    return {
        "object": _("a condition is an object: {attribute: value or {operator: operand}}"),
        "depth": _("too deep"),
        "list": _("a list is needed here"),
        "operator": _("there is no such operator"),
        "mixed": _("operators and names do not go together"),
        "text": _("a text is needed here"),
        "number": _("a number or a text is needed here"),
        "regex": _("this is no regular expression"),
        "slow": _("this could take too long: let nothing repeat within what repeats, and only two parts without end"),
        "type": _("string, number, boolean, array, object or null is needed here"),
        "truth": _("true or false is needed here"),
    }[fault]


def check_prerequisites(given: Any) -> None:
    """Raises ValidationError where they are not [{"flag": text, "condition": on {"value": …}, "gate": yes or no}]."""
    if not isinstance(given, list):
        raise ValidationError(_("A list is needed."))
    for one in given:
        if not isinstance(one, dict) or not {"flag", "condition"} <= one.keys() <= {"flag", "condition", "gate"}:
            raise ValidationError(_("Each says flag and condition, and may say gate."))
        if not isinstance(one["flag"], str) or not isinstance(one.get("gate", False), bool):
            raise ValidationError(_("The flag is a name, and the gate true or false."))
        check_condition(one["condition"])


def _check_experiment(rule: Rule, flag: Flag, schema: Any) -> None:
    if rule.value is not None or rule.coverage != WHOLE:
        raise ValidationError(_("Its variations have the values and its phases the share; leave both here alone."))
    if flag.pk is None or rule.experiment_id not in flag.experiments.values_list("pk", flat=True):
        raise ValidationError(_("It is an experiment on another flag."))
    for variation in Variation.objects.filter(experiment=rule.experiment_id):
        try:
            check_value(variation.value, flag.kind, schema)
        except ValidationError as error:
            raise ValidationError([f"{variation.name}: {message}" for message in error.messages]) from error


def _check_environments(keys: Iterable[str]) -> None:
    unknown = set(keys) - set(Environment.objects.filter(key__in=list(keys)).values_list("key", flat=True))
    if unknown:
        raise ValidationError(_("There is no environment %(key)s.") % {"key": ", ".join(sorted(unknown))})
