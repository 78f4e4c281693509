"""Which rules hold, and how an admin changes them: by a new version, never by an edit."""

from __future__ import annotations

from django.db import transaction

from community.members.models import Member
from community.points.models import Rule, RuleSet


def current(name: str) -> Rule | None:
    """The newest version of a rule in the active set."""
    return Rule.objects.active().filter(name=name).order_by("-version").first()


def in_force() -> dict[str, Rule]:
    """The rules of the active set, by name; those switched off left out."""
    return {rule.name: rule for rule in Rule.objects.active().newest().exclude(points=0)}


def of_set(name: str) -> dict[str, Rule]:
    """The rules that hold in a set, by name. RuleSet.DoesNotExist where there is no such set."""
    rule_set = RuleSet.objects.get(name=name)
    return {rule.name: rule for rule in Rule.objects.newest().filter(set=rule_set)}


def revise(rule: Rule, *, points: int, pool: str = "", cap: int | None = None, by: Member | None = None) -> Rule:
    """Append the next version of a rule; what was granted under older ones stays as it is."""
    with transaction.atomic():
        RuleSet.objects.select_for_update().get(pk=rule.set_id)  # two admins at once get two versions
        newest = Rule.objects.newest().get(set=rule.set_id, name=rule.name)
        return Rule.objects.create(
            set_id=rule.set_id,
            name=rule.name,
            version=newest.version + 1,
            points=points,
            pool=pool,
            cap=cap,
            created_by=by,
        )


def activate(rule_set: RuleSet) -> None:
    """Let this set hold from now on, and no other."""
    with transaction.atomic():
        locked = RuleSet.objects.select_for_update().order_by("pk")
        list(locked)
        locked.exclude(pk=rule_set.pk).update(active=False)
        locked.filter(pk=rule_set.pk).update(active=True)
