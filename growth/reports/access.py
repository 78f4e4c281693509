"""Who may read reports, and who may see the people behind their numbers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from community.desk import auditing
from community.desk.models import Act
from growth.reports.kinds import Kind
from growth.reports.models import Answer

READ = "reports.view_answer"
PEOPLE = "members.view_member"


def may_read(member: Any) -> bool:
    return bool(member.is_active and member.is_staff and member.has_perm(READ))


def may_see_people(member: Any) -> bool:
    """Who may look members up may see them listed."""
    return may_read(member) and member.has_perm(PEOPLE)


def may_ask(member: Any, kind: Kind) -> bool:
    allowed = may_see_people(member) if kind.names_people else may_read(member)
    return allowed and member.has_perms(kind.permissions)


def note_look(request: Any, kind: Kind, answer: int) -> None:
    """Into the audit, where the answer itself is about people."""
    if kind.names_people:
        auditing.record(request, Act.Kind.ACTION, Answer, answer, label=str(kind.title), verb="see_people")


def check(member: Any, *, people: bool = False) -> None:
    if not (may_see_people(member) if people else may_read(member)):
        raise PermissionDenied
