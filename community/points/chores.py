"""Work over the whole ledger that an admin starts and watches: the preview of a rule, boards built anew, the proof."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from community.desk import running
from community.desk.running import Line
from community.members.models import Member
from community.points import rules, verifying
from community.points.boards import publishing
from community.points.models import Chore, Rule
from community.points.replaying import Moved, Terms, of_rules, replay

SHOWN = 50  # members of a preview, those who would move most first


def preview(rule: Rule, *, terms: Terms, by: Member) -> Chore:
    """Let a worker find who would move if `rule` had always had these terms."""
    made = Chore.objects.create(kind=Chore.Kind.PREVIEW, rule=rule, terms=asdict(terms), by=by)
    running.ring(made)
    return made


def start(kind: str, *, by: Member | None) -> Chore:
    """Rebuild or verify, for an admin or by the clock. One that is still to be done is returned instead of a second."""
    waiting = Chore.objects.filter(kind=kind, state__in=Chore.UNFINISHED).first()
    chore = waiting or Chore.objects.create(kind=kind, by=by)
    running.ring(chore)
    return chore


def apply(chore: Chore, *, by: Member) -> Rule:
    """Let what was previewed hold from now on: the rule's next version. Once; ValidationError where it is outdated."""
    with transaction.atomic():
        chore = Chore.objects.select_for_update(of=("self",)).select_related("rule").get(pk=chore.pk)
        if chore.kind != Chore.Kind.PREVIEW or chore.rule is None or chore.state != Chore.State.DONE:
            raise ValidationError(_("Only a finished preview can be applied."))
        if chore.became_id:
            raise ValidationError(_("This was applied before."))
        if not Rule.objects.newest().filter(pk=chore.rule.pk).exists():
            raise ValidationError(_("The rule has changed since; preview the change anew."))
        chore.became = rules.revise(chore.rule, by=by, **chore.terms)
        chore.save(update_fields=["became"])
    return chore.became


def work(pk: int) -> None:
    running.work(Chore, pk, _do, faults=(RedisError,))


def _do(chore: Chore, line: Line) -> None:
    line(str(chore.get_kind_display()))
    do = {Chore.Kind.PREVIEW: _preview, Chore.Kind.REBUILD: _rebuild, Chore.Kind.VERIFY: _verify}
    chore.result = do[Chore.Kind(chore.kind)](chore)
    chore.save(update_fields=["result"])


def _preview(chore: Chore) -> dict[str, Any]:
    """Both sides are replayed, so that what differs is this rule and nothing else."""
    assert chore.rule is not None  # noqa: S101 (chore_preview_has_a_rule)
    now = of_rules(rules.of_set(chore.rule.set.name).values())
    then = {**now, chore.rule.name: Terms(**chore.terms)}
    pairs = zip(replay(now), replay(then), strict=True)
    return _summary([Moved(a.member, a.source_id, a.then, b.then) for a, b in pairs if a.then != b.then])


def _summary(moved: list[Moved]) -> dict[str, Any]:
    most = sorted(moved, key=lambda m: (-abs(m.then - m.now), m.member))[:SHOWN]
    names = Member.objects.in_bulk([m.member for m in most])
    rows = [{"id": m.member, "name": names[m.member].username, "now": m.now, "then": m.then} for m in most]
    return {
        "members": Member.objects.count(),
        "moved": len(moved),
        "up": sum(1 for m in moved if m.then > m.now),
        "down": sum(1 for m in moved if m.then < m.now),
        "most": rows,
    }


def _rebuild(chore: Chore) -> dict[str, Any]:
    publishing.build_all()
    return {}


def _verify(chore: Chore) -> dict[str, Any]:
    return asdict(verifying.verify())
