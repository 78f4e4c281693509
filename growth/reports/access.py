"""Who may read reports, and who may see the people behind their numbers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

READ = "reports.view_answer"
PEOPLE = "members.view_member"


def may_read(member: Any) -> bool:
    return bool(member.is_active and member.is_staff and member.has_perm(READ))


def may_see_people(member: Any) -> bool:
    """Who may look members up may see them listed."""
    return may_read(member) and member.has_perm(PEOPLE)


def check(member: Any, *, people: bool = False) -> None:
    if not (may_see_people(member) if people else may_read(member)):
        raise PermissionDenied
